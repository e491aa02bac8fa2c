"""How many ways a search may try at most, told from a regular expression and the length of a text."""

from __future__ import annotations

from math import log2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def most_ways(pattern: str, length: int) -> float:
    """Return, as a power of two, how many ways a search for a pattern may try on a text of some length."""
    from re import _parser  # type: ignore[attr-defined]

    return _ways(_parser.parse(pattern), length) + 2 * log2(length + 1)


def _ways(items: Iterable[Any], length: int) -> float:
    return sum(_ways_of(str(operator), argument, length) for operator, argument in items)


def _ways_of(operator: str, argument: Any, length: int) -> float:
    if operator in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, most, body = argument
        most = min(int(most), max(length, int(least)))
        return log2(most - int(least) + 1) + most * _ways(body, length)
    if operator == "BRANCH":
        return log2(sum(2 ** min(_ways(branch, length), 1000) for branch in argument[1]))
    if operator == "SUBPATTERN":
        return _ways(argument[3], length)
    if operator in {"ASSERT", "ASSERT_NOT"}:
        return _ways(argument[1], length)
    if operator == "ATOMIC_GROUP":
        return _ways(argument, length)
    if operator == "GROUPREF_EXISTS":
        return _ways(argument[1], length) + _ways(argument[2] or (), length)
    return 0.0
