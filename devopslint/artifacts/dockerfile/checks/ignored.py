"""COPY and `.dockerignore`: what is kept out of the context, and what is not."""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, ships
from devopslint.artifacts.dockerfile.checks.context import named_sources
from devopslint.artifacts.dockerfile.checks.files import REMOTE, sources_and_destination
from devopslint.artifacts.dockerfile.ignore import read_ignore
from devopslint.knowledge.git_ignored import may_be_ignored
from devopslint.policy.subject import Place, Problem, Related

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.ignore import Ignore
    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.artifacts.dockerfile.words import Word
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_FILE_NAME = re.compile(r"[^/]\.[a-z]\w{1,9}$", re.IGNORECASE)
_MOST_LOOKED_AT = 1000
"""Files and folders below a source that are looked at."""


def context_words(step: Step) -> Sequence[Word]:
    """Return the sources of a COPY or ADD that are the whole build context."""
    return step.once(_context_words)


def _context_words(step: Step) -> Sequence[Word]:
    if step.name not in {"COPY", "ADD"} or step.instruction.flag("from") is not None:
        return ()
    return [word for word in sources_and_destination(step)[0] if word.value in {".", "./", "/", "*", "./*"}]


def context_without_ignore(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY .` without a `.dockerignore`."""
    step: Step = subject.context
    words = context_words(step)
    if not words or step.instruction.onbuild:
        return  # the context is that of the image which builds on this one
    if read_ignore(step.model) is None and not step.instruction.flag("exclude"):
        first = next(s for s in step.model.steps if context_words(s) and not s.instruction.onbuild)
        if first is step:
            yield Problem(docker_place(step, words[0]))


def ignore_lets_through(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY .` into the final image with a `.dockerignore` that lets `.git` or `.env` through, where these may be."""
    step: Step = subject.context
    words = context_words(step)
    if not words or not ships(step) or step.instruction.flag("exclude") or step.instruction.onbuild:
        return
    ignore = read_ignore(step.model)
    if ignore is None or not _holds(step, ignore):
        return
    missed = [name for name in options["paths"] if not ignore.excludes(name) and _may_be_in(step, ignore.folder, name)]
    if missed:
        yield Problem(docker_place(step, words[0]), paths=", ".join(f"`{name}`" for name in missed))


def _holds(step: Step, ignore: Ignore) -> bool:
    """Say whether the build heeds an ignore file: one above the Dockerfile's folder is when that can't be the context."""
    own = step.model.source.path.rpartition("/")[0]
    workspace = step.model.workspace
    if ignore.is_certain or ignore.folder == own or workspace is None:
        return True
    if all("ockerfile" in name or "ontainerfile" in name for name in workspace.names(own)):
        return True
    named = (text for other in step.model.steps for text, _ in named_sources(other))
    paths = (posixpath.normpath(text.strip("/")) for text in named if not re.search(r"[*?\[$]|://", text))
    return any(_is_only_there(step, ignore.folder, path) for path in paths if path != "." and ".." not in path)


def _may_be_in(step: Step, folder: str, name: str) -> bool:
    """Say whether a context may hold a path: below the root there is no `.git`, and of others there must be a sign."""
    workspace = step.model.workspace
    if workspace is None or not folder:
        return True
    beside = workspace.names(folder)
    if name == ".git":
        return name in beside
    return any(one.startswith(name) for one in beside) or may_be_ignored(f"{folder}/{name}", workspace)


def ignored_source(subject: Subject, options: Options) -> Iterable[Problem]:
    """A source that the `.dockerignore` keeps out of the context."""
    step: Step = subject.context
    sources = named_sources(step)
    ignore = read_ignore(step.model) if sources else None
    return _ignored(step, sources, ignore) if ignore is not None else ()


def _ignored(step: Step, sources: Sequence[tuple[str, Place]], ignore: Ignore) -> Iterator[Problem]:
    for text, place in sources:
        if REMOTE.match(text) or re.search(r"[*?\[]", text):
            continue
        path = posixpath.normpath(text.strip("/"))
        if path == "." or ".." in path:
            continue
        pattern = ignore.excluding(path)
        if pattern is None or (ignore.lets_in_below(path) and _may_be_let_in(step, ignore, path, text)):
            continue
        if ignore.is_certain or _is_only_there(step, ignore.folder, path):
            related = [Related(Place(ignore.source, pattern.start, pattern.end), "kept out here")]
            yield Problem(place, related=related, source=text)


def _may_be_let_in(step: Step, ignore: Ignore, path: str, text: str) -> bool:
    """Say whether a source may be a folder of which a file gets into the context: one that is not there may be made."""
    workspace = step.model.workspace
    assert workspace is not None
    whole = f"{ignore.folder}/{path}" if ignore.folder else path
    if workspace.exists(whole):
        return False
    if not workspace.names(whole):
        return text.endswith("/") or not _FILE_NAME.search(path)
    below = [path]
    for _ in range(_MOST_LOOKED_AT):
        if not below:
            return False
        inner = below.pop()
        names = workspace.names(f"{ignore.folder}/{inner}" if ignore.folder else inner)
        if not names and not ignore.excludes(inner):
            return True
        below.extend(f"{inner}/{name}" for name in names)
    return True


def _is_only_there(step: Step, folder: str, path: str) -> bool:
    """Say whether a source is a file below a folder above the Dockerfile, and not below its own: that one is the context."""
    workspace = step.model.workspace
    own = step.model.source.path.rpartition("/")[0]
    if workspace is None:
        return False
    there, here = (f"{one}/{path}" if one else path for one in (folder, own))
    return workspace.exists(there) and not workspace.exists(here)
