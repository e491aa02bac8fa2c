"""Did you mean."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


MOST_CHOICES = 256
"""Known words among which the nearest is looked for; of more than these it takes a while for each unknown one."""


_LONG_ENOUGH = 4
"""Letters of a word that may be the beginning of the one that is meant: `timeout` of `timeout-minutes`."""
_DIGITS = frozenset("0123456789.")


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def has_one_of(text: str, parts: Iterable[str]) -> bool:
    """Say whether one of some texts stands in another: much sooner answered than whether a pattern is found in it."""
    return any(map(text.__contains__, parts))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean `x`?` for the known word that is most like `word`; empty when none is like it."""
    return _nearest(word, tuple(islice(known, MOST_CHOICES + 1)))


@lru_cache(maxsize=512)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    choices = {choice.lower(): choice for choice in known}
    if len(choices) > MOST_CHOICES:
        return ""
    plain = word.lower()
    swapped = {plain.replace("_", "-"), plain.replace("-", "_"), plain.replace("-", ""), plain + "s", plain.rstrip("s")}
    parts = sorted(re.split("[-_]", plain))
    for choice, written in choices.items():
        is_meant = choice in swapped or choice.replace("-", "") == plain or sorted(re.split("[-_]", choice)) == parts
        if choice != word and is_meant:
            return f", did you mean `{written}`?"
    close = get_close_matches(plain, choices, 1, 0.72)
    if not close and len(plain) >= _LONG_ENOUGH:
        longer = [choice for choice in choices if choice.startswith((plain + "-", plain + "_"))]
        close = longer if len(longer) == 1 else []
    return f", did you mean `{choices[close[0]]}`?" if close else ""


def one_slip_away(word: str, known: Iterable[str]) -> str:
    """Return the known word that one wrong, missing, doubled or swapped letter makes of `word`; empty when there is none.

    Digits are not counted, nor letters between two signs: an organisation may well call its own runner `ubuntu-24.04-8`,
    and have `shop-a` beside `shop-b`.
    """
    for one in known:
        if abs(len(one) - len(word)) > 1 or one == word:
            continue
        start = _same(word, one)
        end = _same(word[start:][::-1], one[start:][::-1])
        ours, theirs = word[start : len(word) - end], one[start : len(one) - end]
        swapped = len(ours) == 2 and ours == theirs[::-1]
        if (max(len(ours), len(theirs)) == 1 or swapped) and _DIGITS.isdisjoint(ours + theirs):
            if _is_a_part(word, start, len(word) - end) or _is_a_part(one, start, len(one) - end):
                continue
            return one
    return ""


def _is_a_part(word: str, start: int, end: int) -> bool:
    """Say whether a stretch is a part of a name on its own, by which names differ on purpose: `shop-a`, `shop-b`."""
    return not word[start - 1 : start].isalnum() and not word[end : end + 1].isalnum() and end - start < len(word)


def _same(one: str, other: str) -> int:
    """Return how many letters two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((index for index, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(one), len(other)))
