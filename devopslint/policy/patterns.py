"""Regular expressions of rules, kept from taking for ever on a text that somebody made for it."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.policy.timers import can_interrupt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

LONGEST_TEXT = 1 << 20
"""Characters; whether a pattern fits a longer text is not known."""
LONGEST_SEARCH = 2.0
"""Seconds of processor time for one search."""
_SURELY_QUICK = 24
_FEW_STEPS = 500_000
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_REPEATED = re.compile(r"[*+{]|(?<!\()\?")


class SlowPatternError(Exception):
    """A search that took too long."""


def compile_pattern(text: str) -> re.Pattern[str]:
    """Return a compiled pattern. Raises re.error, and ValueError for repetitions that multiply (`(a+)*`)."""
    pattern = re.compile(text)
    if _REPEATED_GROUP.search(text):
        from re import _parser  # type: ignore[attr-defined]

        if _multiplies(_parser.parse(text)):
            raise ValueError("a repetition that holds nothing but a repetition takes for ever, such as `(a+)*`")
    return pattern


def found_in(pattern: re.Pattern[str], text: str) -> bool | None:
    """Say whether a pattern is found in a text; `None` when the text is too long. Raises SlowPatternError."""
    if len(text) <= quick_length(pattern.pattern):
        return pattern.search(text) is not None
    if len(text) > LONGEST_TEXT:
        return None
    if not can_interrupt("SIGVTALRM", _too_slow):
        return pattern.search(text) is not None
    import signal

    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_SEARCH)
    try:
        return pattern.search(text) is not None
    except SlowPatternError:
        shown = pattern.pattern if len(pattern.pattern) <= 80 else pattern.pattern[:79] + "…"
        raise SlowPatternError(
            f"the pattern `{shown}` took more than {LONGEST_SEARCH:g} s on a text of {len(text)} characters"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@lru_cache(maxsize=1024)
def quick_length(pattern: str) -> int:
    """Return the length up to which no text can take a pattern long: the steps are its power by the repetitions."""
    if _REPEATED_GROUP.search(pattern):
        return _SURELY_QUICK
    return max(_SURELY_QUICK, int(_FEW_STEPS ** (1 / (len(_REPEATED.findall(pattern)) + 1))))


def _too_slow(_number: int, _frame: Any) -> NoReturn:
    raise SlowPatternError


def _multiplies(parsed: Any) -> bool:
    """Say whether an unbounded repetition holds a branch that is nothing but an unbounded repetition."""
    for operator, argument in parsed:
        name = str(operator)
        for body in _bodies(name, argument):
            if _multiplies(body):
                return True
        if _is_unbounded(name, argument) and any(_is_only_repetition(branch) for branch in _branches(argument[2])):
            return True
    return False


def _is_unbounded(name: str, argument: Any) -> bool:
    return name in {"MAX_REPEAT", "MIN_REPEAT"} and int(argument[1]) > 100


def _bodies(name: str, argument: Any) -> list[Any]:
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return [argument[2]]
    if name == "SUBPATTERN":
        return [argument[3]]
    if name == "BRANCH":
        return list(argument[1])
    if name in {"ASSERT", "ASSERT_NOT"}:
        return [argument[1]]
    return []


def _branches(body: Any) -> list[list[Any]]:
    """Return the alternatives of a body as lists of items, groups that stand alone opened."""
    items = list(body)
    if len(items) == 1:
        name = str(items[0][0])
        if name == "SUBPATTERN":
            return _branches(items[0][1][3])
        if name == "BRANCH":
            return [branch for one in items[0][1][1] for branch in _branches(one)]
    return [items]


def _is_only_repetition(items: list[Any]) -> bool:
    """Say whether a branch is one unbounded repetition besides what may be absent."""
    needed = [(str(name), argument) for name, argument in items if not _is_optional(str(name), argument)]
    repeated = [one for one in items if _is_unbounded(str(one[0]), one[1])]
    return bool(repeated) and all(_is_unbounded(name, argument) for name, argument in needed) and len(needed) <= 1


def _is_optional(name: str, argument: Any) -> bool:
    return name in {"MAX_REPEAT", "MIN_REPEAT"} and int(argument[0]) == 0
