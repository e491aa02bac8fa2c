"""What the checks share: places, the steps that reach the final image, mounts, and what a script removes."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.resolve import Expanded
from devopslint.knowledge.words import VARIABLE
from devopslint.policy.subject import Place, Related
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Stage, Step
    from devopslint.artifacts.dockerfile.words import Word as DockerWord
    from devopslint.knowledge.commands import CommandContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script, Word

_CLEANER = lazily(r"clean|purge|prune|(?:^|/)rm$", re.IGNORECASE)
_MOUNT_SOURCE = lazily(r"(?:^|,)(?:source|src)=([^,]+)")
_OTHER_MOUNT = lazily(r"(?:^|,)(?:from=|type=(?!bind(?:,|$)))|[$\"'\\]")
"""What a mount that is none of the context has, or one that is not written out."""
_NO_CLEANERS = frozenset({"apt-get", "apt", "npm", "yarn", "pip", "pip2", "pip3", "yum", "dnf"})


def docker_place(step: Step, word: DockerWord) -> Place:
    """Return where a word of an instruction stands."""
    fragment = step.instruction.fragment
    return Place(fragment.source, *fragment.mark(word.start, word.end))


def name_place(step: Step) -> Place:
    """Return where the name of an instruction stands."""
    return Place(step.instruction.source, *step.instruction.name_mark)


def related_step(step: Step, text: str) -> Related:
    """Return an instruction as a second place of a finding."""
    return Related(Place(step.instruction.source, *step.instruction.mark), text)


def in_words(words: Sequence[Word]) -> str:
    """Return the first of some words, and how many there are besides: "`git` and 2 more"."""
    return f"`{words[0].text}`" + (f" and {len(words) - 1} more" if len(words) > 1 else "")


def command_of(subject: Subject) -> tuple[Command, Step]:
    """Return the command of a subject `shell.command` of a Dockerfile, and the RUN that it stands in."""
    context: CommandContext = subject.context
    return context.command, context.owner


def text_of(word: Word, step: Step) -> Any:
    """Return the text of a word of a RUN, or of the ARG or ENV that it is; UNKNOWN when the script itself may set it."""
    if not word.expands:
        return word.text
    variable = VARIABLE.fullmatch(word.text)
    if variable is None:
        return UNKNOWN
    name = variable[1] or variable[2]
    held = step.scope.get(name)
    if held is None or any(one.name == name for command in step.read_script() for one in command.assignments):
        return UNKNOWN
    return held.value


def expansions(step: Step) -> Sequence[tuple[DockerWord, Expanded]]:
    """Return the words of an instruction in which variables stand, and what becomes of them."""
    return step.once(_expansions)


def _expansions(step: Step) -> Sequence[tuple[DockerWord, Expanded]]:
    if "$" not in step.instruction.text:
        return ()
    words = [(word, step.expand(word)) for word in step.instruction.words]
    return [(word, value) for word, value in words if isinstance(value, Expanded)]


def ships(step: Step) -> bool:
    """Say whether the layer of a step is part of the final image: it is in the final stage, or one that it builds on."""
    return step.stage is not None and step.stage.ships


def readers(*, of_image: bool) -> str:
    """Return who can read what stands in a layer: of the image, or of a stage that stays behind."""
    return "can pull the image" if of_image else "gets at the cache of the build"


def has_mount(step: Step, *types: str) -> bool:
    """Say whether a RUN has a mount of one of these types."""
    return bool(step.instruction.flags) and any(mount.get("type") in types for mount in mounts(step))


def mounts(step: Step) -> list[dict[str, str]]:
    """Return the options of every `--mount` of a RUN."""
    found: list[dict[str, str]] = []
    for flag in step.instruction.flags:
        if flag.name == "mount" and flag.value is not None:
            pairs = (option.partition("=") for option in flag.value.value.split(","))
            found.append({name.strip(): value for name, _, value in pairs})
    return found


def bound_sources(step: Step) -> Iterator[tuple[str, Place]]:
    """Yield the files of the context that a RUN mounts (`--mount=type=bind,source=go.mod,…`), and where they are named."""
    for flag in step.instruction.flags:
        raw = flag.value.raw if flag.name == "mount" and flag.value is not None else ""
        found = _MOUNT_SOURCE.search(raw)
        if not found or flag.value is None or _OTHER_MOUNT.search(raw):
            continue
        start = flag.value.start
        mark = step.instruction.fragment.mark(start + found.start(1), start + found.end(1))
        yield found[1], Place(step.instruction.source, *mark)


def has_mount_over(step: Step, folders: Iterable[str]) -> bool:
    """Say whether a cache or tmpfs mount lies over one of the folders, above or below it: the layer does not keep it."""
    if not step.instruction.flags:
        return False
    targets = [
        (options.get("target") or options.get("dst") or options.get("destination") or "").rstrip("/")
        for options in mounts(step)
        if options.get("type") in {"cache", "tmpfs"}
    ]
    return any(
        target
        and (target == folder or folder.startswith(target + "/") or target.startswith(folder + "/") or "$" in target)
        for folder in folders
        for target in targets
    )


def removes(script: Script, folders: Iterable[str], by: tuple[str, ...] = ("rm",)) -> bool:
    """Say whether a script names one of the folders, or what is in it, to a command that removes files."""
    commands = [command for command in script.commands if command.name in by]
    wanted = [folder.strip("/").split("/") for folder in folders] if commands else ()
    for command in commands:
        for word in command.words:
            parts = [part for part in word.text.split("/") if part and not part.startswith("*")]
            if parts and any(folder[: len(parts)] == parts or parts[: len(folder)] == folder for folder in wanted):
                return True
    return False


def may_remove(script: Script, folders: Iterable[str]) -> bool:
    """Say whether a script removes one of the folders or what is in it, or runs something that may do so."""
    if removes(script, folders, ("rm", "find")):
        return True
    for command in script.commands:
        if command.name in {"rm", "find"}:
            if any(word.expands or "{" in word.text for word in command.words):
                return True
        elif command.name not in _NO_CLEANERS and _CLEANER.search(command.name):
            return True
    return False


def mentions_any(model: Model, words: frozenset[str]) -> bool:
    """Say whether one of some words stands in an instruction; looked for once."""
    if words not in model.cache:
        text = model.text
        model.cache[words] = any(word in text for word in words)
    return bool(model.cache[words])


def is_containerfile(model: Model) -> bool:
    """Say whether a file has the name that Podman and Buildah look for, which take more than BuildKit does."""
    return "containerfile" in model.source.path.rpartition("/")[2].lower()


def runs(stage: Stage) -> Iterator[Step]:
    """Yield the RUN steps of a stage."""
    return (step for step in stage.steps if step.name == "RUN")


def words_of(text: str) -> list[str]:
    """Return the words of a text: all that may be names of variables."""
    return re.findall(r"\w+", text)


def runs_mention(model: Model, pattern: re.Pattern[str], besides: re.Pattern[str] | None = None) -> bool:
    """Say whether a pattern is found in the text of a RUN, where another one is not; looked for once."""
    key = "runs mention", pattern
    if key not in model.cache:
        text = text_of_runs(model)
        model.cache[key] = pattern.search(besides.sub("", text) if besides is not None else text) is not None
    return bool(model.cache[key])


def text_of_runs(model: Model) -> str:
    """Return the text of every RUN, for searches that only need to know whether something is mentioned."""
    if model.runs_text is None:
        model.runs_text = "\n".join(
            step.instruction.whole_text for step in model.steps if step.name in {"RUN", "COPY", "ENV"}
        )
    return model.runs_text
