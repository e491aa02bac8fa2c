"""COPY and ADD: what is copied, in which form, to where, and what is removed again."""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, name_place, related_step, ships
from devopslint.artifacts.dockerfile.lookback import next_behind, steps_by
from devopslint.knowledge.image_contents import contents
from devopslint.knowledge.words import VERIFIES
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.artifacts.dockerfile.words import Word
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_ARCHIVE = lazily(r"\.(?:tar(?:\.\w+)?|t[bgx]z2?|tzst|txz)$", re.IGNORECASE)
REMOTE = lazily(r"^(?:https?://|git://|git@|ssh://|ftp://)")
_SMALL = lazily(r"\.(?:bash|cfg|conf|env|gpg|ini|js|json|key|list|lock|md|pem|pl|py|rb|sh|toml|txt|xml|ya?ml)$")
_CHECKSUM = lazily(r"[?&]checksum=|/[0-9a-f]{40}/")
"""How an address names the commit that a file is of; see also Docker's reference, "ADD", git repositories."""
_GIT = lazily(r"^(?:git://|git@|ssh://)|\.git(?:#.*)?$")


def sources_and_destination(step: Step) -> tuple[Sequence[Word], Word | None]:
    """Return the words that COPY or ADD takes files from, heredocs left out, and the one it puts them at."""
    return step.once(_sources_and_destination)


def _sources_and_destination(step: Step) -> tuple[Sequence[Word], Word | None]:
    words = step.instruction.words
    if len(words) < 2 or any(flag.value is None and flag.name in {"chmod", "chown"} for flag in step.instruction.flags):
        return (), None  # without its `=`, the value of the flag is taken for a source
    if not step.instruction.heredocs:
        return words[:-1], words[-1]
    heredocs = {heredoc.word.start for heredoc in step.instruction.heredocs}
    return [word for word in words[:-1] if word.start not in heredocs], words[-1]


def is_taken_along(step: Step, path: str) -> bool:
    """Say whether a COPY of the image that ships takes a path of another stage along, alone or with a folder that it lies in.

    A relative path is one below the WORKDIR of a step.
    """
    final, stage = step.model.final, step.stage
    copies = [] if final is None else [one for one in final.lineage() if one.name == "COPY" and one.instruction.flags]
    if stage is None or not copies:
        return False
    held = step.settings.get("WORKDIR")
    folder = held.value if held is not None and isinstance(held.value, str) else "/"
    path = posixpath.normpath(posixpath.join(folder, path))
    for later in copies:
        flag = later.instruction.flag("from")
        if flag is None or flag.value is None or later.stage is None:
            continue
        source = step.model.stage_named(str(later.text_of(flag.value)), later.stage.index)
        if source is None or stage not in source.chain():
            continue
        for text in (later.text_of(one) for one in sources_and_destination(later)[0]):
            if isinstance(text, str) and (text.rstrip("/") == path or path.startswith(text.rstrip("/.") + "/")):
                return True
    return False


def add_of_plain_files(subject: Subject, options: Options) -> Iterator[Problem]:
    """ADD where COPY does."""
    step: Step = subject.context
    sources, destination = sources_and_destination(step)
    if destination is None or not sources:
        return
    for word in sources:
        text = step.text_of(word)
        if text is UNKNOWN or REMOTE.match(text) or _ARCHIVE.search(text) or _may_match_archive(text):
            return
    yield Problem(name_place(step), source=sources[0].value)


def _may_match_archive(text: str) -> bool:
    last = text.rsplit("/", 1)[-1]
    return "*" in last and (not re.search(r"\.\w+$", last) or last.endswith((".*", ".gz", ".xz", ".bz2")))


def add_remote_without_checksum(subject: Subject, options: Options) -> Iterator[Problem]:
    """ADD of a URL without --checksum."""
    step: Step = subject.context
    if step.instruction.flag("checksum") is not None:
        return
    for word in sources_and_destination(step)[0]:
        text = step.text_of(word)
        if text is UNKNOWN:
            text = word.value
        if REMOTE.match(text) and not _GIT.search(text) and not _CHECKSUM.search(text) and not _is_verified(step, word):
            yield Problem(docker_place(step, word), url=text)


def _is_verified(step: Step, word: Word) -> bool:
    """Say whether a later RUN of the stage names a file that ADD brings, and a program that compares sums or signatures."""
    paths = (word.value, step.instruction.words[-1].value)
    names = {re.escape(name) for path in paths if (name := posixpath.basename(path))}
    if not names:
        return False
    named = re.compile(rf"(?<![\w.-])(?:{'|'.join(names)})(?![\w-])")
    return any(index > step.index and named.search(text) for index, text in _verifying(step.stage))


def _verifying(stage: Stage | None) -> list[tuple[int, str]]:
    """Return the number and the text of every RUN of a stage that verifies something."""
    if stage is None:
        return []
    key = "verifying", stage.index
    if key not in stage.model.cache:
        runs = [(step.index, step.instruction.whole_text) for step in stage.steps if step.name == "RUN"]
        stage.model.cache[key] = [(index, text) for index, text in runs if VERIFIES.search(text)]
    found: list[tuple[int, str]] = stage.model.cache[key]
    return found


def archive_copied_then_unpacked(subject: Subject, options: Options) -> Iterator[Problem]:
    """COPY of a local archive that a later RUN unpacks."""
    step: Step = subject.context
    sources, destination = sources_and_destination(step)
    if step.stage is None or destination is None or step.instruction.flag("from") is not None:
        return
    for word in sources:
        text = step.text_of(word)
        if text is UNKNOWN or not _ARCHIVE.search(text) or "*" in text:
            continue
        names = {text.rsplit("/", 1)[-1]}
        if len(sources) == 1 and _ARCHIVE.search(destination.value):
            names = {destination.value.rsplit("/", 1)[-1]}
        for later in step.stage.steps:
            if later.index > step.index and later.name == "RUN":
                for command in later.read_script().named("tar", "bsdtar"):
                    if _unpacks(command) and any(name in w.text for w in command.words for name in names):
                        related = [related_step(later, "unpacked here")]
                        yield Problem(docker_place(step, word), related=related, archive=text.rsplit("/", 1)[-1])
                        return


def _unpacks(command: Command) -> bool:
    """Say whether `tar` is called with `x`, in whichever of its forms."""
    first = command.args[0] if command.args else ""
    return command.has_flag("-x", "--extract", "--get") or re.match(r"[a-zA-Z]*x", first) is not None


def destination_is_no_folder(subject: Subject, options: Options) -> Iterator[Problem]:
    """Several sources and a destination that does not end with a slash."""
    step: Step = subject.context
    words = step.instruction.words
    if len(words) < 3 or not sources_and_destination(step)[0]:
        return
    text = step.text_of(words[-1])
    if text is UNKNOWN or text.endswith(("/", "\\", "/.", "/..")) or text in {".", ".."}:
        return
    yield Problem(docker_place(step, words[-1]), destination=text)


def relative_destination(subject: Subject, options: Options) -> Iterator[Problem]:
    """A relative destination in a stage that has set no WORKDIR, on an image whose own is `/`."""
    step: Step = subject.context
    stage = step.stage
    _, destination = sources_and_destination(step)
    if stage is None or destination is None or step.settings.get("WORKDIR") is not None or step.instruction.onbuild:
        return
    text = step.text_of(destination)
    if text is UNKNOWN:
        text = destination.value  # `app/$NAME` is relative whatever the name is
    if text.startswith(("/", "$", "%", "\\")) or re.match(r"[A-Za-z]:", text):
        return
    found = contents(stage.root_image)
    folder = (found.get("workdir") or "/") if found is not None and found.get("workdir", "") is not None else None
    # Modules of Go can't lie in `/go`, which is GOPATH; elsewhere the folder of the image is there to be used.
    if folder in {"/", "/go"}:
        yield Problem(docker_place(step, destination), destination=text, folder=folder)


def removed_later(subject: Subject, options: Options) -> Iterator[Problem]:
    """A file that COPY or ADD put into a layer and a later RUN of the same stage removes."""
    step: Step = subject.context
    stage = step.stage
    sources, destination = sources_and_destination(step)
    if stage is None or destination is None or not ships(step) or not sources:
        return
    target = step.text_of(destination)
    if target is UNKNOWN or not target.startswith("/"):
        return
    name = step.text_of(sources[0]) if len(sources) == 1 else UNKNOWN
    if isinstance(name, str) and _SMALL.search(name):
        return  # a script or a list weighs nothing
    path = target.rstrip("/")
    if isinstance(name, str) and target.endswith("/"):
        path = target + name.rstrip("/").rsplit("/", 1)[-1]
    removing = steps_by(stage.model, ("removing", stage.index), stage.steps, _removed)
    later = next_behind(step, removing.get(path, ()))
    if later is not None:
        related = [related_step(later, "removed here, in another layer")]
        yield Problem(docker_place(step, destination), related=related, path=path)


def _removed(step: Step) -> Iterator[str]:
    """Yield the paths that a RUN removes."""
    for command in step.read_script().named("rm") if step.name == "RUN" else ():
        yield from (word.text.rstrip("/") for word in command.words if not word.expands)
