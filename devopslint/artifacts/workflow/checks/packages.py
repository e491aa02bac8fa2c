"""Checks on tools and packages that a pipeline takes in whatever version there is on the day."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

from devopslint.artifacts.workflow.known_actions import NEWEST_BY_DEFAULT
from devopslint.artifacts.workflow.model import step_of
from devopslint.knowledge.package_managers import MANAGERS
from devopslint.knowledge.packages import are_bound, is_install
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_BOOTSTRAP = frozenset({"pip", "setuptools", "wheel", "uv", "npm"})
"""What installs the rest: the newest of it is what its own documentation asks for."""
_PATH = lazily(r"^(?:\.|/|~|\w+://|git\+|file:)|[*]|\.(?:whl|tgz|tar\.gz|zip|txt|gem|nupkg|crate)$|\$")
_UV_VALUED = frozenset(
    {
        "--from",
        "--with",
        "--python",
        "-p",
        "--index-url",
        "--index",
        "--with-requirements",
        "--spec",
        "--generate-shell-completion",
    }
)
_NPM_TAKES = frozenset({"dlx", "exec", "x", "add", "install", "i"})
"""Words behind which the package managers of JavaScript are given packages."""
_MODULE = lazily(r"[\w-]+(?:\.[\w-]+)+/[^@]+\Z")
_FROM_BRANCH = lazily(r"git\+(?:https?|ssh)://[^@\s][^@\s#]{0,500}(?:@(?!v?\d|[0-9a-f]{40})[\w./-]+)?(?:#\S*)?\Z")
"""Sources of pip in a repository that name no version and no commit."""
_VERSION = lazily(r"(?:^|[-_])version$", re.IGNORECASE)
_MOVING = frozenset({"latest", "main", "master", "head", "next", "nightly"})


def unpinned_package(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find packages that a script installs or runs without a version."""
    command: Command = subject.context.command
    step = step_of(subject)
    if step is None:
        return
    for word in _floating(command, step):
        name = re.sub(r"@(?:latest|main|master|next|head|nightly)$", "", word.text)
        if name.lower() not in options["allowed"]:
            yield Problem(Place(command.fragment.source, *word.mark), package=word.text, tool=command.name)


def _floating(command: Command, step: Step) -> list[Word]:
    """Return the words that name packages without a version."""
    name = command.name
    if name in {"pip", "pip3"}:
        return _of_pip(command, command.operands(MANAGERS["pip"].valued))
    if name == "uv":
        return _of_uv(command)
    if name in {"uvx", "pipx"}:
        return _of_uvx(command)
    if name in {"npm", "npx", "pnpm", "yarn", "bun", "bunx"}:
        return _of_npm(command, step)
    if name == "go":
        operands = command.operands(frozenset({"-ldflags", "-tags", "-o", "-C", "-exec"}))
        wanted = operands[1:2] if operands and operands[0].text in {"run", "install", "get"} else []
        moving = [word for word in wanted if word.text.rpartition("@")[2] in _MOVING and "@" in word.text]
        bare = [word for word in wanted if operands[0].text == "get" and _MODULE.match(word.text) and not word.expands]
        return moving or bare
    if name in {"choco", "nuget"} or command.args[:2] == ["add", "package"]:
        return _of_windows(command)
    if name == "cargo":
        return _of_cargo(command)
    if name == "composer":
        return _of_composer(command)
    if name in {"poetry", "pdm", "pipenv"}:
        operands = command.operands(MANAGERS["pip"].valued | {"-G", "--group", "-C", "--source"})
        wanted = operands[1:] if _is(operands, "add") or (name == "pipenv" and _is(operands, "install")) else []
        return [word for word in wanted if _names(word, "= @ < > ~ ^")]
    if name == "gem":
        operands = command.operands(MANAGERS["gem"].valued)
        return (
            [] if are_bound(command) or not is_install(command) else [one for one in operands[1:] if _names(one, ":")]
        )
    if name == "dotnet" and command.args[:2] == ["tool", "install"] and not command.has_flag("--version"):
        operands = command.operands(frozenset({"--tool-path", "--add-source", "--configfile", "--framework", "-f"}))
        return [word for word in operands[2:3] if _names(word, "@")]
    return []


def _is(operands: list[Word], *words: str) -> bool:
    return bool(operands) and operands[0].text in words


def _names(word: Word, mark: str) -> bool:
    """Say whether a word surely is the name of a package without a version behind one of the marks."""
    text = word.text
    if word.expands or _PATH.search(text) or not text or "://" in text or text.startswith("-"):
        return False
    at = max(text.rfind(one) for one in mark.split())
    return at <= 0 or text[at + 1 :].lower() in _MOVING


def _of_pip(command: Command, operands: list[Word]) -> list[Word]:
    if not _is(operands, "install") or command.has_flag(*MANAGERS["pip"].bound):
        return []
    branches = [word for word in operands[1:] if not word.expands and _FROM_BRANCH.search(word.text)]
    return branches + [
        word for word in operands[1:] if _names(word, "= > < ~") and "/" not in word.text and not _is_bootstrap(word)
    ]


def _is_bootstrap(word: Word) -> bool:
    return re.split(r"[\[=<>~!@ ]", word.text.lower())[0] in _BOOTSTRAP


def _of_uv(command: Command) -> list[Word]:
    operands = command.operands(MANAGERS["pip"].valued | _UV_VALUED)
    words = [word.text for word in operands[:2]]
    if words == ["pip", "install"]:
        return _of_pip(command, operands[1:])
    if words in (["tool", "run"], ["tool", "install"]):
        return _tool_of_uv(command, operands[2:3])
    if words[:1] == ["add"]:
        return [word for word in operands[1:] if _names(word, "= @ < > ~")]
    return []


def _tool_of_uv(command: Command, operands: list[Word]) -> list[Word]:
    """Return the package that uv takes a tool from: what `--from` says, else the tool's own name."""
    sources = _values(command, "--from", "--spec")
    return [
        word
        for word in sources or operands[:1]
        if _names(word, "= @ < > ~") and "/" not in word.text and not _is_bootstrap(word)
    ]


def _values(command: Command, *names: str) -> list[Word]:
    """Return the words behind some options."""
    return [after for before, after in pairwise(command.words) if before.text in names]


def _of_uvx(command: Command) -> list[Word]:
    operands = command.operands(_UV_VALUED | {"--pip-args", "--index-url", "-i"})
    if command.name == "pipx":
        if not _is(operands, "run", "install"):
            return []
        operands = operands[1:]
    attached = any(word.text.startswith(("--from=", "--spec=")) for word in command.words)
    return [] if attached else _tool_of_uv(command, operands)


def _of_windows(command: Command) -> list[Word]:
    """Return the packages that Chocolatey and NuGet take without a version."""
    if command.has_flag("--version", "-v", "-Version", "-version", "--requirechecksums", "--require-checksums"):
        return []
    operands = command.operands(frozenset({"-s", "--source", "-Source", "-OutputDirectory", "--framework", "-f"}))
    words = [word.text.lower() for word in operands]
    first = 2 if words[:2] == ["add", "package"] else 1 if words[:1] in (["install"], ["upgrade"]) else len(words)
    return [
        word for word in operands[first:] if _names(word, "@") and not word.text.lower().endswith((".config", ".nupkg"))
    ]


def _of_composer(command: Command) -> list[Word]:
    operands = command.operands(MANAGERS["composer"].valued)
    operands = operands[1:] if _is(operands, "global") else operands
    wanted = operands[1:] if _is(operands, "require") else []
    if any("/" not in word.text for word in wanted):
        return []  # versions are words of their own
    return [word for word in wanted if _names(word, ": =")]


def _of_npm(command: Command, step: Step) -> list[Word]:
    if command.name not in {"npx", "bunx"} and _NPM_TAKES.isdisjoint(command.args):
        return []
    operands = command.operands(MANAGERS["npm"].valued)
    words = [word.text for word in operands[:2]]
    if command.name in {"npx", "bunx"}:
        return [word for word in operands[:1] if _names(word, "@") and _is_fetched(command, word, step)]
    if words[:1] in (["dlx"], ["exec"], ["x"]):
        certain = words[0] == "dlx"
        return [word for word in operands[1:2] if _names(word, "@") and (certain or _is_fetched(command, word, step))]
    if (
        words == ["global", "add"]
        or words[:1] == ["add"]
        or (words[:1] in (["install"], ["i"]) and command.name != "yarn")
    ):
        first = 2 if words == ["global", "add"] else 1
        is_global = words[0] == "global" or command.has_flag("-g", "--global")
        found = [word for word in operands[first:] if _names(word, "@") and not _is_bootstrap(word)]
        return found if is_global or command.name == "npm" or words[0] == "add" else []
    return []


def _may_install_packages(step: Step) -> bool:
    is_local = step.uses is not None and step.uses.kind == "local"
    return is_local or _installs_packages(step.run or "")


def _installs_packages(text: str) -> bool:
    """Say whether a script calls a package manager, and not only to install something for the whole machine."""
    calls = re.findall(r"\b(?:npm|yarn|pnpm|bun)\b[^\n;&|]*", text)
    return any(not re.search(r"\s(?:-g|--global)\b|\bglobal\b", call) for call in calls)


def _is_fetched(command: Command, word: Word, step: Step) -> bool:
    """Say whether `npx` surely takes a package from the registry: no step before installed the project's own."""
    if word.text.rpartition("@")[2] in _MOVING and "@" in word.text[1:]:
        return True
    if step.is_preceded_by(_may_install_packages):
        return False
    text = command.fragment.text[: command.start]
    return not _installs_packages(text)


def _of_cargo(command: Command) -> list[Word]:
    operands = command.operands(MANAGERS["cargo"].valued)
    if not is_install(command) or are_bound(command):
        return []
    return [word for word in operands[1:] if _names(word, "@")]


def requirements_without_hashes(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find files of requirements that pip installs without being told, or told by the file, to compare hashes."""
    command: Command = subject.context.command
    step = step_of(subject)
    operands = [word.text for word in command.operands(MANAGERS["pip"].valued)[:2]]
    installs = operands[:1] == ["install"] if command.name != "uv" else operands == ["pip", "install"]
    if step is None or not installs or command.has_flag("--require-hashes"):
        return
    attached = [word for word in command.words if re.match(r"--requirement=.|-r[^-]", word.text)]
    for word in [*_values(command, "-r", "--requirement"), *attached]:
        file = word.text.removeprefix("--requirement=").removeprefix("-r")
        if not word.expands and not _has_hashes(file, step):
            yield Problem(Place(command.fragment.source, *word.mark), file=file)


def _has_hashes(file: str, step: Step) -> bool:
    """Say whether a file of requirements has hashes, or may have: pip compares them all as soon as there is one."""
    workspace = step.workflow.workspace
    if "://" in file or file.startswith(("/", "~")):
        return True
    folder, _ = step.run_setting("working-directory")
    if workspace is None:
        return False
    path = posixpath.normpath(posixpath.join(folder if isinstance(folder, str) else ".", file))
    if path.startswith("..") or not workspace.exists(path):
        return "${{" in path or re.search(r"\b(?:cd|pushd)\s", step.run or "") is not None
    source = workspace.source(path)
    return source is None or "--hash=" in source.text


def package_outside_lock_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find packages in a version, or a range of them, that a script installs by name: no lock file has what they bring."""
    command: Command = subject.context.command
    step = step_of(subject)
    if step is None:
        return
    if command.name == "gem":
        yield from _fixed_gem(command)
        return
    if command.name == "cargo":
        yield from _unlocked_crate(command)
        return
    if command.name in {"pip", "pip3"}:
        operands = command.operands(MANAGERS["pip"].valued)
        held = command.has_flag("--require-hashes", "--no-deps", "-c", "--constraint")
        wanted = operands[1:] if _is(operands, "install") and not held else []
    else:
        operands = command.operands(MANAGERS["npm"].valued)
        wanted = operands[1:] if _is(operands, "install", "i", "add") else []
    for word in wanted:
        stated = re.search(
            r"\w\]?\s*[=<>~!]=?=?\s*\d[^;@/]{0,200}$" if command.name != "npm" else r".@[\^~<>=]*\d[\w.-]*$", word.text
        )
        if stated and not word.expands and not _PATH.search(word.text):
            yield Problem(Place(command.fragment.source, *word.mark), package=word.text, tool=command.name)


def _fixed_gem(command: Command) -> Iterator[Problem]:
    operands = command.operands(MANAGERS["gem"].valued)
    for word in operands[1:] if is_install(command) else []:
        fixed = not word.text.startswith("-") and (are_bound(command) or re.search(r".:\d[\w.]*\Z", word.text))
        if fixed and not word.expands and not _PATH.search(word.text):
            yield Problem(Place(command.fragment.source, *word.mark), package=word.text, tool="gem")


def _unlocked_crate(command: Command) -> Iterator[Problem]:
    operands = command.operands(MANAGERS["cargo"].valued)
    if not is_install(command) or command.has_flag("--locked", "--path", "--git"):
        return
    for word in operands[1:]:
        fixed = command.has_flag("--version", "--vers") or re.search(r".@[\d.]+\Z", word.text)
        if fixed and not word.expands and not _PATH.search(word.text):
            yield Problem(Place(command.fragment.source, *word.mark), package=word.text, tool="cargo")


def floating_tool(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find set-up actions that take the latest version of a tool: told to, or because they are not told which."""
    step: Step = subject.context
    if step.uses is None or step.uses.kind != "repository":
        return
    for name, value in step.inputs.items():
        if isinstance(value, str) and value.lower() in _MOVING and _VERSION.search(name):
            yield Problem(("with", name), action=step.uses.name, setting=f"`{name}: {value}`")
    name, files = NEWEST_BY_DEFAULT.get(step.uses.name, ("", ()))
    if name and not any("version" in given.lower() for given in step.inputs) and not _stand(files, step):
        yield Problem("uses", action=step.uses.name, setting=f"the default of `{name}`")


def _stand(files: tuple[str, ...], step: Step) -> bool:
    """Say whether one of some files stands in the root of the repository, or may stand where the action looks."""
    if not files:
        return False
    workspace = step.workflow.workspace
    return workspace is None or "working-directory" in step.inputs or any(map(workspace.exists, files))
