"""The files and folders that commands and actions name, and fail without."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import names_of
from devopslint.artifacts.workflow.words import words
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.model import Step
    from devopslint.syntax.shell import Command, Word

_PLAIN = lazily(r"[\w.][\w./+-]*")
_SCRIPT = lazily(r"\.(?:sh|bash|py|[cm]?js|[cm]?ts|rb|pl|ps1|php|go|lua|r)$", re.IGNORECASE)
_INTERPRETERS: dict[str, frozenset[str]] = {
    "bash": words("-c -s"), "sh": words("-c -s"), "zsh": words("-c -s"), "dash": words("-c -s"), "source": words(""),
    ".": words(""),
    "python": words("-c -m -"), "python3": words("-c -m -"), "ruby": words("-e -S"), "perl": words("-e -E -pe -ne"),
    "php": words("-r"), "pwsh": words("-Command -c"), "tsx": words("-e"), "ts-node": words("-e"),
    "node": words("-e -p --eval --print -r --require --import --loader --test --run -"),
}  # fmt: skip
"""Program that runs a script → the options with which it runs something else, or that take a value."""
_VALUED: dict[str, frozenset[str]] = {
    "bash": words("-o +o -O"), "sh": words("-o"), "python": words("-W -X"), "python3": words("-W -X"),
    "pwsh": words("-ExecutionPolicy"),
}  # fmt: skip
_FILE_OPTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("pip", "install"): ("-r", "--requirement", "-c", "--constraint"),
    ("pip3", "install"): ("-r", "--requirement", "-c", "--constraint"),
    ("docker", "build"): ("-f", "--file"), ("docker", "buildx"): ("-f", "--file"),
    ("docker", "compose"): ("-f", "--file"), ("docker-compose", ""): ("-f", "--file"),
    ("kubectl", "apply"): ("-f", "--filename", "-k", "--kustomize"), ("kubectl", "create"): ("-f", "--filename"),
    ("kubectl", "delete"): ("-f", "--filename"), ("kubectl", "replace"): ("-f", "--filename"),
    ("helm", "upgrade"): ("-f", "--values"), ("helm", "install"): ("-f", "--values"),
    ("helm", "template"): ("-f", "--values"),
    ("make", ""): ("-C", "--directory", "-f", "--file", "--makefile"), ("terraform", ""): ("-chdir",),
    ("tofu", ""): ("-chdir",),
}  # fmt: skip
"""Command and first word ("": any) → the options that name a file or folder which must be there."""
_WITH_OPTIONS = frozenset(name for name, _ in _FILE_OPTIONS)
_OPTIONS_WITH_FILES = frozenset(option for options in _FILE_OPTIONS.values() for option in options)
_VALUED_BESIDE_FILES = words("-n --namespace --context")
_ALL_OPERANDS = {"chmod": 1, "cd": 0, "pushd": 0, "ansible-playbook": 0, "shellcheck": 0}
"""Command whose operands are all files or folders → how many of them are something else."""
_WITH_FOLDER = words("helm go pytest ruff black mypy flake8 terraform kubectl kustomize pip pip3 npm hadolint")
"""Commands whose operands are files or folders where they begin with `./`, or are the folder `tests` and its like."""
_TESTS = lazily(r"tests?(?:/[\w.-]+)*/?")
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_PACKAGE = ("package.json",)
_MANIFESTS: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "npm": (words("ci install i test t run run-script start"), _PACKAGE), "yarn": (words("install run test build"), _PACKAGE),
    "pnpm": (words("install i run test build"), _PACKAGE), "bun": (words("install run test"), _PACKAGE),
    "bundle": (words("install exec"), ("Gemfile", "gems.rb")), "composer": (words("install test"), ("composer.json",)),
    "cargo": (words("build test check clippy fmt run publish"), ("Cargo.toml",)), "go": (words("mod"), ("go.mod", "go.work")),
    "mvn": (words("package verify test install deploy compile"), ("pom.xml",)),
    "poetry": (words("install build"), ("pyproject.toml",)),
    "docker-compose": (words("up build run pull config"), _COMPOSE), "mix": (words("deps.get test compile"), ("mix.exs",)),
}  # fmt: skip
"""Command → the first words with which it works on a manifest, and what that is called."""
_NOT_HERE = """-f --file -g --global --prefix -C --cwd --dir --manifest-path -p --project-directory --working-dir --path -w
    --workspace --filter --version --help --project --directory"""
_ELSEWHERE = words(_NOT_HERE)
COMMANDS_ON_FILES = frozenset({"npx", "bunx"}).union(
    _INTERPRETERS, _ALL_OPERANDS, _WITH_OPTIONS, _WITH_FOLDER, _MANIFESTS
)
"""Commands of which `named_by_command`, `manifests_of` or `is_docker_build` may have something to say."""
_INPUTS: dict[str, tuple[str, ...]] = {
    "actions/setup-node": ("node-version-file",), "actions/setup-go": ("go-version-file",),
    "actions/setup-python": ("python-version-file",), "actions/setup-java": ("java-version-file",),
    "actions/setup-dotnet": ("global-json-file",), "docker/build-push-action": ("file", "context"),
    "hadolint/hadolint-action": ("dockerfile",), "golangci/golangci-lint-action": ("working-directory",),
    "pnpm/action-setup": ("package_json_file",), "ruby/setup-ruby": ("working-directory",),
}  # fmt: skip
"""Action → the inputs that name a file or folder which must be there."""
_BUILD_VALUED = words("""-t --tag -f --file --build-arg --target --platform --label --secret --cache-from --cache-to --output -o
    --network --progress --ssh --build-context --builder --iidfile --metadata-file --shm-size -m --memory --ulimit
    --add-host --provenance --sbom --annotation --cpu-quota --isolation --attest --allow --policy""")


def is_plain_path(text: str) -> bool:
    """Say whether a text is a path in the working folder, without wildcards."""
    return _PLAIN.fullmatch(text) is not None and text.strip("./") != ""


def named_by_command(command: Command) -> Iterator[Word]:
    """Yield the words of a command that name a file or folder which must be there."""
    for word in _of(command):
        if not word.expands and is_plain_path(word.text):
            yield word


def _of(command: Command) -> Iterator[Word]:
    name, word = command.name, command.name_word
    if word is not None and "/" in word.text:
        yield word
    elif name in _INTERPRETERS:
        script = _script_of(command)
        if script is not None and ("/" in script.text or _SCRIPT.search(script.text)):
            yield script
    elif name in {"npx", "bunx"}:
        operands = command.operands()
        if len(operands) > 1 and operands[0].text in _INTERPRETERS and _SCRIPT.search(operands[1].text):
            yield operands[1]
    elif name in _ALL_OPERANDS:
        operands = command.operands(
            frozenset({"-i", "-e", "--extra-vars", "-l", "--limit", "-t", "--tags", "-u", "-s", "-S"})
        )
        skipped = _ALL_OPERANDS[name]
        for one in operands[skipped:]:
            if name != "ansible-playbook" or one.text.endswith((".yml", ".yaml")):
                yield one
    else:
        if name in _WITH_OPTIONS:
            yield from _of_options(command)
        if name in _WITH_FOLDER:
            found = [one for one in command.words if _is_folder(one.text, name)]
            yield from (one for one in command.operands() if one in found) if found else ()


def _is_folder(text: str, name: str) -> bool:
    """Say whether an operand of one of the commands `_WITH_FOLDER` names a file or folder."""
    if text[:2] == "./":
        return "..." not in text
    return name == "pytest" and _TESTS.fullmatch(text) is not None


def _script_of(command: Command) -> Word | None:
    """Return the script that an interpreter is given."""
    refused, valued = _INTERPRETERS[command.name], _VALUED.get(command.name, frozenset())
    rest = iter(command.words)
    for word in rest:
        text = word.text
        if text in refused or (text[:1] == "-" and text[:2] != "--" and "-c" in refused and text.endswith("c")):
            return None
        if text in valued or (text[:1] == "-" and text.endswith("o") and "-o" in valued):
            next(rest, None)
        elif not text.startswith(("-", "+")):
            return word
    return None


def _of_options(command: Command) -> Iterator[Word]:
    name = command.name
    if not [word for word in command.words if word.text.partition("=")[0] in _OPTIONS_WITH_FILES]:
        return
    first = command.operands(_BUILD_VALUED if name == "docker" else _VALUED_BESIDE_FILES)[:1]
    options = _FILE_OPTIONS.get((name, first[0].text if first else "")) or _FILE_OPTIONS.get((name, ""), ())
    for index, word in enumerate(command.words):
        option, equals, _ = word.text.partition("=")
        if option not in options:
            continue
        if not equals and index + 1 < len(command.words):
            yield command.words[index + 1]
        elif equals and not word.expands:
            yield _tail(word, len(option) + 1)


def _tail(word: Word, length: int) -> Word:
    """Return what stands behind the `=` of an option as a word of its own."""
    from devopslint.syntax.shell import Word as NewWord

    quoted = word.end - word.start != len(word.text)
    start = word.start if quoted else word.start + length
    return NewWord(word.fragment, start, word.end, word.text[length:], expands=False)


def manifests_of(command: Command) -> tuple[str, ...]:
    """Return what the manifest may be called that a command works on in its folder or above; empty when it needs none."""
    name = command.name
    if name not in _MANIFESTS and name != "docker":
        return ()
    given = command.args
    if name == "docker":
        if given[:1] != ["compose"]:
            return ()
        name, given = "docker-compose", given[1:]
    firsts, names = _MANIFESTS[name]
    if given[:2] == ["mod", "init"]:
        return ()  # it makes one
    alone = command.name in {"npm", "yarn", "pnpm", "bun"} and given[:1] and given[0] in {"install", "i"}
    if not given or given[0] not in firsts or command.expands or command.assignments or command.has_flag(*_ELSEWHERE):
        return ()
    return () if alone and len([one for one in given if not one.startswith("-")]) > 1 else names


def is_docker_build(command: Command) -> Word | None:
    """Return the context of a `docker build` that names no file; `None` when it is none, or names one."""
    if command.name != "docker":
        return None
    operands = command.operands(_BUILD_VALUED)
    verbs = [word.text for word in operands[:2]]
    count = 2 if verbs in (["buildx", "build"], ["image", "build"]) else 1 if verbs[:1] == ["build"] else 0
    if not count or command.has_flag("-f", "--file") or len(operands) != count + 1:
        return None
    context = operands[count]
    return None if context.expands or (context.text != "." and not is_plain_path(context.text)) else context


def named_by_action(step: Step) -> Iterator[tuple[str, str]]:
    """Yield the inputs of an action that name a file or folder which must be there, and the path."""
    assert step.uses is not None
    for name in _INPUTS.get(step.uses.name, ()):
        value = step.inputs.get(name)
        if isinstance(value, str) and is_plain_path(value):
            yield name, value


def lines_of(value: object) -> list[str]:
    """Return the lines of a text that are not empty."""
    return [line.strip() for text in names_of(value) for line in text.split("\n") if line.strip()]
