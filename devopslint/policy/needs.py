"""What must be there for a condition to hold: rules are spared the subjects that do not have it."""

from __future__ import annotations

from devopslint.policy.functions import FUNCTIONS
from devopslint.policy.subject import parse_path
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject

_FALSE_OF_NOTHING = frozenset({"equals", "in", "matches", "min", "max", "contains", "type", "any_item", "where"})
"""Operators that do not hold of what is not there, whatever they are given."""


def lacking(raws: Iterable[Mapping[str, Any] | None]) -> Callable[[Subject], bool] | None:
    """Return what says that a subject surely lacks what one of some conditions needs; `None` when they need nothing."""
    keys = tuple(sorted({key for raw in raws if raw is not None for key in needed(raw)}))
    if not keys:
        return None

    def lacks(subject: Subject) -> bool:
        value = subject.value
        if not isinstance(value, Map) or value.open:
            return False
        for key in keys:  # noqa: SIM110 (a generator would cost more than it answers)
            if key not in value and key not in subject.parents:
                return True
        return False

    return lacks


def needed(raw: Any) -> set[str]:
    """Return keys of a subject without any of which a condition is false."""
    found: set[str] = set()
    for word, value in raw.items() if isinstance(raw, dict) else ():
        if word == "all":
            found.update(key for one in value for key in needed(one))
        elif word not in {"any", "not", "related", "."} and _needs_a_value(value):
            first = parse_path(str(word))[0]
            if isinstance(first, str):
                found.add(first)
    return found


def _needs_a_value(constraint: Any) -> bool:
    """Say whether a constraint is false of what is not there."""
    if not isinstance(constraint, dict) or "option" in constraint:
        return True
    if "default" in constraint:
        return False
    return any(
        word in _FALSE_OF_NOTHING
        or (word == "exists" and operand is True)
        or (word in FUNCTIONS and _needs_a_value(operand))
        for word, operand in constraint.items()
    )
