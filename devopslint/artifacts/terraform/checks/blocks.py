"""What checks of resources ask of them: nested blocks, which a condition does not reach but for the first, and switches."""

from __future__ import annotations

from devopslint.policy.subject import Problem, came_from
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path


def nested(subject: Subject, names: str) -> Iterator[Path]:
    """Yield the path of every block at `a.b.c` below a subject; none of what is dynamic or can't be known."""
    yield from nested_below(subject, (), [name for name in names.split(".") if name])


def nested_below(subject: Subject, base: Path, names: Sequence[str]) -> Iterator[Path]:
    """Yield the path of every block that the names lead to from a block."""
    if not names:
        yield base
        return
    here: Path = (*base, names[0])
    found = subject.get(here)
    if isinstance(found, Seq):
        for index in range(len(found)):
            if isinstance(subject.get((*here, index)), Map):
                yield from nested_below(subject, (*here, index), names[1:])
    elif isinstance(found, Map):
        yield from nested_below(subject, here, names[1:])


def is_absent(subject: Subject, names: str) -> bool:
    """Say whether there is certainly no value and no block at `a.b.c`, not even a dynamic one."""
    return subject.get(names) is MISSING


def is_off(subject: Subject, path: Path) -> bool:
    """Say whether a switch is certainly off: absent or false."""
    value = subject.get(path)
    return value is not UNKNOWN and str(value).lower() != "true"


def is_false(subject: Subject, path: Path) -> bool:
    """Say whether a value is `false`, written as a boolean or as a text."""
    value = subject.get(path)
    return value is False or value == "false"


def problem_at(subject: Subject, path: Path, **values: Any) -> Problem:
    """Return the problem of a value, with the places where it came from."""
    origins = [one for found in subject.candidates(path) for one in found.origins]
    return Problem(path, related=came_from(origins), **values)
