"""From a subject and a path to the values that stand there."""

from __future__ import annotations

from devopslint.syntax.tree import MISSING, UNKNOWN, Candidate, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Origins = tuple[Any, ...]

_ABSENT: Sequence[Candidate] = (Candidate(MISSING),)
_UNKNOWN: Sequence[Candidate] = (Candidate(UNKNOWN),)


def owner_of(subject: Subject, path: Path) -> tuple[Subject, Path]:
    """Return the subject that a path speaks of (itself, or a parent named by the first steps) and the rest of the path."""
    while path and path[0] in subject.parents:
        subject = subject.parents[path[0]]  # type: ignore[index]  # what is in parents is a name
        path = path[1:]
    return subject, path


def candidates(subject: Subject, path: Path) -> Sequence[Candidate]:
    """Return every value that `path` can have below the subject; a lone MISSING or UNKNOWN when there is none."""
    subject, path = owner_of(subject, path)
    return _walk(subject, subject.value, path, 0, ())


def _walk(subject: Subject, node: Any, path: Path, index: int, origins: Origins) -> Sequence[Candidate]:
    resolve = subject.document.resolve
    length = len(path)
    while True:
        if resolve is not None and node.__class__ not in (Map, Seq, bool, int):
            resolved = resolve(node, subject)
            if resolved is not None:
                if len(resolved) == 1:
                    node = resolved[0].value
                    origins = origins + resolved[0].origins
                else:
                    return [
                        found
                        for one in resolved
                        for found in _walk(subject, one.value, path, index, origins + one.origins)
                    ] or _UNKNOWN
        if node is UNKNOWN:
            return _UNKNOWN
        if index == length:
            return (Candidate(node, origins),)
        below = _step(node, path[index])
        if below is MISSING:
            return _ABSENT
        node = below
        index += 1


def _step(node: Any, step: str | int) -> Any:
    """Take one step down. A name below a list of blocks goes into the first block (`versioning.enabled`)."""
    if isinstance(node, dict):
        key = step if isinstance(step, str) else str(step)
        if key in node:
            return node[key]
        return UNKNOWN if getattr(node, "open", False) else MISSING
    if isinstance(node, list):
        if isinstance(step, int):
            if step < len(node):
                return node[step]
            return UNKNOWN if getattr(node, "open", False) else MISSING
        if node and isinstance(node[0], dict):
            return _step(node[0], step)
    return MISSING
