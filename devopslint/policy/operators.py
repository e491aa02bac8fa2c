"""The operators of conditions that look at one value and nothing else, three-valued: `None` is unknown."""

from __future__ import annotations

import re

from devopslint.policy.patterns import compile_pattern, found_in, quick_length
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Truth = bool | None
    Test = Callable[[Any], Truth]
    Lift = Callable[[Any], Any]


class OperandError(ValueError):
    """An operator was given something that it can't work with."""


def same(value: Any, wanted: Any) -> bool:
    """Say whether two plain values are equal, with `true`/`"true"` and `3`/`"3"` the same (as HCL converts them)."""
    if value.__class__ is wanted.__class__:
        return bool(value == wanted)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return bool(_text(value) == _text(wanted))
    if isinstance(value, (int, float)) and isinstance(wanted, (int, float)):
        return value == wanted
    if isinstance(value, str) or isinstance(wanted, str):
        return bool(_text(value) == _text(wanted))
    return bool(value == wanted)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return str(value) if isinstance(value, str) else value


def _exists(operand: Any) -> Test:
    if not isinstance(operand, bool):
        raise OperandError("`exists` takes true or false")
    return lambda value: None if value is UNKNOWN else (value is not MISSING and value is not None) is operand


def _equals(operand: Any) -> Test:
    def test(value: Any) -> Truth:
        if value is UNKNOWN:
            return None
        return value is not MISSING and same(value, operand)

    return test


def _in(operand: Any) -> Test:
    choices = _list("in", operand)
    texts = _texts(choices)

    def test(value: Any) -> Truth:
        if value.__class__ is str:
            return value in texts
        if value is UNKNOWN:
            return None
        return value is not MISSING and any(same(value, choice) for choice in choices)

    return test


def _not_in(operand: Any) -> Test:
    choices = _list("not_in", operand)
    texts = _texts(choices)

    def test(value: Any) -> Truth:
        if value.__class__ is str:
            return value not in texts
        if value is UNKNOWN:
            return None
        return value is MISSING or not any(same(value, choice) for choice in choices)

    return test


def _texts(choices: list[Any]) -> frozenset[str]:
    """Return the texts that are the same as one of some values."""
    return frozenset(text for text in map(_text, choices) if isinstance(text, str))


def _matches(operand: Any) -> Test:
    pattern = _pattern("matches", operand)
    search, quick = pattern.search, quick_length(operand)

    def test(value: Any) -> Truth:
        if value.__class__ is str and len(value) <= quick:
            return search(value) is not None
        if value is UNKNOWN:
            return None
        return _is_scalar(value) and found_in(pattern, _text(value))

    return test


def _not_matches(operand: Any) -> Test:
    pattern = _pattern("not_matches", operand)
    search, quick = pattern.search, quick_length(operand)

    def test(value: Any) -> Truth:
        if value.__class__ is str and len(value) <= quick:
            return search(value) is None
        if value is UNKNOWN:
            return None
        found = _is_scalar(value) and found_in(pattern, _text(value))
        return None if found is None else not found

    return test


def _min(operand: Any) -> Test:
    return _compare("min", operand, lambda value: value >= operand)


def _max(operand: Any) -> Test:
    return _compare("max", operand, lambda value: value <= operand)


def _compare(name: str, operand: Any, holds: Callable[[Any], bool]) -> Test:
    if isinstance(operand, (bool, str, dict, list)) or operand is None:
        raise OperandError(f"`{name}` takes a number")

    def test(value: Any) -> Truth:
        if value is UNKNOWN:
            return None
        if isinstance(value, str) and isinstance(operand, (int, float)):
            value = _number(value)
        if value is MISSING or value is None or isinstance(value, (bool, str, dict, list)):
            return False
        try:
            return bool(holds(value))
        except TypeError:
            return None

    return test


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _contains(operand: Any) -> Test:
    def test(value: Any) -> Truth:
        if value is UNKNOWN:
            return None
        if isinstance(value, str):
            return isinstance(operand, str) and operand in value
        if isinstance(value, dict):
            return operand in value or (None if getattr(value, "open", False) else False)
        if isinstance(value, list):
            if any(item is not UNKNOWN and same(item, operand) for item in value):
                return True
            unsure = getattr(value, "open", False) or any(not _is_plain(item) for item in value)
            return None if unsure else False
        return False

    return test


def _type(operand: Any) -> Test:
    classes: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "number": (int, float),
        "boolean": (bool,),
        "list": (list,),
        "mapping": (dict,),
    }
    if operand not in classes:
        raise OperandError(f"`type` is one of {', '.join(classes)}")
    wanted = classes[operand]

    def test(value: Any) -> Truth:
        if value is UNKNOWN:
            return None
        return isinstance(value, wanted) and (isinstance(value, bool) is (wanted == (bool,)))

    return test


def _list(name: str, operand: Any) -> list[Any]:
    if not isinstance(operand, list):
        raise OperandError(f"`{name}` takes a list")
    return operand


def _pattern(name: str, operand: Any) -> re.Pattern[str]:
    if not isinstance(operand, str):
        raise OperandError(f"`{name}` takes a regular expression")
    try:
        return compile_pattern(operand)
    except (re.error, ValueError) as error:
        raise OperandError(f"`{name}`: {error}") from None


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool, dict, list))


OPERATORS: dict[str, Callable[[Any], Test]] = {
    "exists": _exists,
    "equals": _equals,
    "in": _in,
    "not_in": _not_in,
    "matches": _matches,
    "not_matches": _not_matches,
    "min": _min,
    "max": _max,
    "contains": _contains,
    "type": _type,
}
LIFTED = frozenset({"equals", "in", "not_in", "min", "max"})
"""Operators whose operand goes through the measure around them (`bytes: {max: 1Gi}`)."""
