"""Terraform's operators and steps into values, over what may be UNKNOWN."""

from __future__ import annotations

import re

from devopslint.artifacts.terraform.values import EvaluationError, text_of
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def member(value: Any, key: Any) -> Any:
    """Return `value[key]`; UNKNOWN when it can't be known. Raises EvaluationError when there is no such key."""
    if key is UNKNOWN:
        return UNKNOWN
    found: Any = MISSING
    if isinstance(value, dict):
        found = value.get(text_of(key), MISSING)
    elif isinstance(value, list) and isinstance(key, str) and not re.fullmatch(r"-?\d+", key):
        raise EvaluationError("name of a list")
    elif isinstance(value, list):
        index = int(key)
        found = value[index] if 0 <= index < len(value) else MISSING
    if found is MISSING:
        if getattr(value, "open", False):
            return UNKNOWN
        raise EvaluationError(f"no {key}")
    return found


def _equal(left: Any, right: Any) -> Any:
    if isinstance(left, (dict, list)) or isinstance(right, (dict, list)):
        if (left is None) != (right is None):
            return False
        empty = [not value and not getattr(value, "open", False) for value in (left, right)]
        return empty[0] and empty[1] if any(empty) and left.__class__ is right.__class__ else UNKNOWN
    if isinstance(left, bool) is not isinstance(right, bool) or isinstance(left, str) is not isinstance(right, str):
        return False
    return bool(left == right)


def _unequal(left: Any, right: Any) -> Any:
    equal = _equal(left, right)
    return UNKNOWN if equal is UNKNOWN else not equal


def _arithmetic(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        try:
            numbers = [float(value) if isinstance(value, str) else value for value in (left, right)]
            if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in numbers):
                return UNKNOWN
            return function(*numbers)
        except (ValueError, ZeroDivisionError, OverflowError):
            return UNKNOWN

    return apply


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": _equal,
    "!=": _unequal,
    "<": _arithmetic(lambda left, right: left < right),
    "<=": _arithmetic(lambda left, right: left <= right),
    ">": _arithmetic(lambda left, right: left > right),
    ">=": _arithmetic(lambda left, right: left >= right),
    "+": _arithmetic(lambda left, right: left + right),
    "-": _arithmetic(lambda left, right: left - right),
    "*": _arithmetic(lambda left, right: left * right),
    "/": _arithmetic(lambda left, right: left / right),
    "%": _arithmetic(lambda left, right: left % right),
    "&&": lambda left, right: UNKNOWN,
    "||": lambda left, right: UNKNOWN,
}
