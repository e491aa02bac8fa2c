"""What the functions of Terraform give back: texts, lists and maps within bounds."""

from __future__ import annotations

from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_ITEMS = 10_000
MOST_TEXT = 200_000


class EvaluationError(Exception):
    """What Terraform itself would refuse: a key that is not there, an argument of the wrong kind. `try` catches it."""


def text_of(value: Any) -> Any:
    """Return a value as Terraform writes it into a string; UNKNOWN stays. Raises EvaluationError for what has no text."""
    if value is UNKNOWN or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    raise EvaluationError("no text")


def sequence(items: Any, open_ended: bool = False) -> Any:
    """Return the items as a list of known length, UNKNOWN when there are too many."""
    result = Seq()
    for item in items:
        result.add(item, (0, 0))
        if len(result) > MOST_ITEMS:
            return UNKNOWN
    result.open = open_ended
    return result


def mapping(pairs: Any, open_ended: bool = False) -> Map:
    """Return pairs of keys and values as a map."""
    result = Map()
    for key, value in pairs:
        result.put(key, value, (0, 0, 0, 0))
    result.open = open_ended
    return result
