"""What one step does that the next undoes, repeats or never sees."""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.dockerfile.checks.common import (
    bound_sources,
    command_of,
    docker_place,
    expansions,
    related_step,
    ships,
)
from devopslint.artifacts.dockerfile.checks.files import sources_and_destination
from devopslint.artifacts.dockerfile.lookback import first_before
from devopslint.artifacts.dockerfile.resolve import PREDEFINED_ARGS
from devopslint.knowledge.package_managers import LOCKS
from devopslint.knowledge.packages import is_install, subcommand
from devopslint.knowledge.project_files import locks_beside
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script

    Options = Mapping[str, Any]

_TOOLS = {
    "package.json": re.compile(r"\b(?:npm|npx|yarn|pnpm|bun|corepack)\b"),
    "Pipfile": re.compile(r"\bpipenv\b"),
    "pyproject.toml": re.compile(r"\b(?:poetry|uv|pdm|pip3?)\b"),
    "Gemfile": re.compile(r"\bbundle\b"),
    "composer.json": re.compile(r"\bcomposer\b"),
    "go.mod": re.compile(r"\bgo\b"),
    "Cargo.toml": re.compile(r"\bcargo\b"),
}
_ONLY_SHOW = frozenset({":", "cat", "chmod", "echo", "printf", "tee", "true"})
_REPLACED = frozenset(("/etc/hosts", "/etc/resolv.conf", "/etc/hostname"))


def owner_changed_later(subject: Subject, options: Options) -> Iterator[Problem]:
    """`chown -R` or `chmod -R` over what an earlier COPY or ADD has put there: the layer holds it all again."""
    command, step = command_of(subject)
    stage = step.stage
    if stage is None or not ships(step) or not command.has_flag("-R", "--recursive"):
        return
    for word in command.operands()[1:]:
        if word.expands or not word.text.startswith("/"):
            continue
        folder = word.text.rstrip("/")
        for earlier in stage.steps:
            if earlier.index < step.index and earlier.name in {"COPY", "ADD"} and folder and _lies_in(earlier, folder):
                related = [related_step(earlier, "copied here")]
                yield Problem(place_of(word), related=related, path=word.text, command=command.name)
                return


def owned_by_the_user(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY --chown` of a program to the account that runs it, in the stage that ships."""
    step: Step = subject.context
    flag = step.instruction.flag("chown")
    if flag is None or flag.value is None or not ships(step):
        return
    text = step.text_of(flag.value)
    if text is UNKNOWN or re.match(r"(?:root|0)(?::|$)", text):
        return
    place = Place(step.instruction.source, *step.instruction.fragment.mark(flag.start, flag.end))
    yield Problem(place, owner=text)


def _lies_in(step: Step, folder: str) -> bool:
    """Say whether a COPY or ADD puts many files (a folder, or what another stage built) into a folder, or below it."""
    sources, destination = sources_and_destination(step)
    if destination is None:
        return False
    if step.instruction.flag("from") is None and not any(_is_folder(step, word.value) for word in sources):
        return False
    text = step.text_of(destination)
    if text is UNKNOWN:
        return False
    if not text.startswith("/"):
        held = step.settings.get("WORKDIR")
        if held is None or not isinstance(held.value, str) or not held.value.startswith("/"):
            return False
        text = posixpath.join(held.value, text)
    path = posixpath.normpath(text)
    return bool(path == folder or path.startswith(folder + "/"))


def _is_folder(step: Step, path: str) -> bool:
    """Say whether a source is a folder: by its form, or because one of that name lies beside the Dockerfile."""
    workspace = step.model.workspace
    folder = step.model.source.path.rpartition("/")[0]
    return path.endswith(("/", ".", "*")) or (
        workspace is not None and bool(workspace.names(posixpath.normpath(posixpath.join(folder, path.lstrip("/")))))
    )


def lock_file_ignored(subject: Subject, options: Options) -> Iterator[Problem]:
    """An install beside a lock file that was copied, and that it may go past or write anew."""
    command, step = command_of(subject)
    lock = LOCKS[command.name]
    operands = command.operands(_WITH_VALUES)
    verb = operands[0].text if operands else ""
    if step.stage is None or len(operands) > 1 or command.expands:
        return
    if verb not in lock.verbs or command.has_flag(*lock.frozen):
        return
    if lock.settings is not None and lock.settings.search(step.model.source.text):
        return

    def copies(other: Step) -> bool:
        return other.name == "COPY" and any(lock.files.match(word.value) for word in sources_and_destination(other)[0])

    assert command.name_word is not None
    place = place_of(operands[0] if operands else command.name_word)
    earlier = first_before(step, ("copies a lock file of", command.name), copies)
    if earlier is not None:
        yield Problem(place, instead=lock.instead, related=[related_step(earlier, "the lock file")])
        return
    for path, named in bound_sources(step):
        if lock.files.match(path):
            yield Problem(place, instead=lock.instead, related=[Related(named, "the lock file")])
            return


_WITH_VALUES = frozenset(
    [
        "--prefix",
        "--cwd",
        "--registry",
        "--loglevel",
        "--omit",
        "--include",
        "--jobs",
        "-j",
        "--retry",
        "--path",
        "--without",
        "--with",
        "--group",
        "--extra",
        "--dir",
        "-C",
        "--filter",
        "--working-dir",
        "-d",
        "--directory",
        "--project",
        "--python",
        "-p",
        "--only",
        "--index",
        "--package",
    ]
)


def lock_file_left_behind(subject: Subject, options: Options) -> Iterator[Problem]:
    """A manifest that is copied for an install, without the lock file that lies beside it."""
    step: Step = subject.context
    workspace = step.model.workspace
    if workspace is None or step.stage is None or step.instruction.flag("from") is not None:
        return
    if not any(word.value.removeprefix("./") in _TOOLS for word in sources_and_destination(step)[0]):
        return
    folder = step.model.source.path.rpartition("/")[0]
    next_run = _next_run(step)
    copied = [
        word.value.removeprefix("./")
        for other in step.stage.lineage()
        if other.name in {"COPY", "ADD"} and other.index <= next_run
        for word in sources_and_destination(other)[0]
    ]
    if any(re.search(r"[*?\[$]|^\.?/?$", source) for source in copied):
        return
    for word in sources_and_destination(step)[0]:
        if not _is_installed_from(step, word.value.removeprefix("./")):
            continue
        locks = locks_beside(word.value.removeprefix("./"))
        if not {*locks}.isdisjoint(copied):
            continue  # that of another package manager
        for lock in locks:
            path = f"{folder}/{lock}" if folder else lock
            if workspace.exists(path):
                yield Problem(docker_place(step, word), manifest=word.value, lock=lock)
                return


def _is_installed_from(step: Step, manifest: str) -> bool:
    """Say whether a RUN behind a step calls a package manager that reads the manifest."""
    tools = _TOOLS.get(manifest)
    return tools is not None and any(
        other.index > step.index and other.name == "RUN" and tools.search(other.instruction.whole_text)
        for other in step.model.steps
    )


def _next_run(step: Step) -> int:
    assert step.stage is not None
    return next(
        (other.index for other in step.stage.steps if other.index > step.index and other.name == "RUN"), step.index
    )


def install_without_rights(subject: Subject, options: Options) -> Iterator[Problem]:
    """An install of system packages as a user that is not root."""
    command, step = command_of(subject)
    held = step.settings.get("USER")
    word = subcommand(command)
    if held is None or not isinstance(held.value, str) or command.wrapper is not None or word is None:
        return
    user = held.value.partition(":")[0].strip()
    if user in {"root", "0", ""} or not (is_install(command) or word.text == "update") or command.failure_ignored:
        return
    if command.name == "npm" and not _needs_rights(command, step):
        return
    yield Problem(
        place_of(word), command=f"{command.name} {word.text}", user=user, related=[related_step(held.step, "set here")]
    )


def _needs_rights(command: Command, step: Step) -> bool:
    """Say whether an install of npm goes to the folder of root of the image `node`."""
    stage = step.stage
    return (
        command.has_flag("-g", "--global")
        and not command.has_flag("--prefix")
        and stage is not None
        and stage.root_image.name == "node"
        and not any(
            re.search(r"(?i)prefix|/usr/local|chown|chmod|\.npmrc|nvm", other.instruction.whole_text)
            for other in stage.lineage()
        )
    )


def declared_later(subject: Subject, options: Options) -> Iterator[Problem]:
    """A variable that is used above the ARG that declares it."""
    stage: Stage = subject.context
    declared: dict[str, Step] = {}
    for step in stage.steps:
        if step.name == "ARG":
            for word in step.instruction.words:
                declared.setdefault(word.raw.partition("=")[0], step)
    for step in stage.steps[1:]:
        if step.name not in {"ENV", "COPY", "ADD", "WORKDIR", "USER", "LABEL", "EXPOSE", "ARG"}:
            continue
        for word, value in expansions(step):
            for use in value.used:
                later = declared.get(use.name)
                if (
                    later is None
                    or later.index <= step.index
                    or use.known
                    or use.defaulted
                    or use.name in PREDEFINED_ARGS
                ):
                    continue
                mark = step.instruction.fragment.mark(word.start + use.at, word.start + use.end)
                place = Place(step.instruction.source, *mark)
                yield Problem(place, name=use.name, related=[related_step(later, "declared here")])
                return


def lost_setting(subject: Subject, options: Options) -> Iterator[Problem]:
    """A RUN that ends with `export`, `source` or `.`: the next one is another shell."""
    if subject.kind == "shell.script":
        script_context: ScriptContext = subject.context
        last = script_context.script.commands[-1:]
        if last and last[0].name == ".":
            yield from _lost(last[0], script_context.owner)
        return
    yield from _lost(*command_of(subject))


def _lost(command: Command, step: Step) -> Iterator[Problem]:
    script = step.read_script()
    if script.has_errors or command.subshell or command.function or command.condition or command.wrapper is not None:
        return
    if script.commands[-1] is not command or command.after or not (command.words or command.assignments):
        return
    if command.has_flag("-p", "-n", "-f") or command.within is not None:
        return
    yield Problem(place_of(command), name=command.name)


def replaced_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """A line for `/etc/hosts`, which the container gets anew; the rest of the same RUN goes by it."""
    command, _ = command_of(subject)
    for word in _written(command):
        if word.text in _REPLACED and command.index >= command.script.once("does more", _last_that_does_more):
            yield Problem(place_of(word), path=word.text)


def _last_that_does_more(script: Script) -> int:
    return next((one.index for one in reversed(script.commands) if one.name not in _ONLY_SHOW), -1)


def _written(command: Command) -> Iterator[Any]:
    for redirect in command.redirects:
        if redirect.operator.endswith(">") and redirect.target is not None:
            yield redirect.target
    if command.name == "tee":
        yield from command.operands()
