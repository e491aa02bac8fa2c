"""What must be there for a rule to find anything: rules are spared the subjects, and the files, that do not have it.

The keys that a rule needs follow from its conditions. The words that it needs are declared: its `needs`.
"""

from __future__ import annotations

import re

from devopslint.policy.functions import FUNCTIONS
from devopslint.policy.subject import parse_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

_FALSE_OF_NOTHING = frozenset({"equals", "in", "matches", "min", "max", "contains", "type", "any_item", "where"})
"""Operators that do not hold of what is not there, whatever they are given."""


_MOST_KEPT = 1 << 21
"""Characters of text that are kept with what has been found in it."""
_HIDDEN = re.compile(r"\\[xuU]")
_BROKEN_LINE = re.compile(r"[\\`][ \t]*\r?\n[ \t]*")


def keys_of(raw: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of a subject without any of which a rule finds nothing, and leaves nothing undecided."""
    found = needed(raw.get("when"))
    if "when" not in raw and "require" not in raw:
        found |= needed(raw.get("forbid"))
    return frozenset(found)


def standing(words: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """Return which of some words stand in one of some texts, as `Sought` does."""
    return Sought(words).standing(texts)


def needed(raw: Any) -> set[str]:
    """Return keys of a subject without any of which a condition is false."""
    found: set[str] = set()
    for word, value in raw.items() if isinstance(raw, dict) else ():
        if word == "all":
            found.update(key for one in value for key in needed(one))
        elif word == "any":
            found.update(set.intersection(*map(needed, value)))
        elif word not in {"not", "related", "."} and _needs_a_value(value):
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


class Sought:
    """Words, none with a blank in it, that are looked for in one text after the other.

    Texts of a kind have lines in common: those that come again are not searched any more.
    """

    __slots__ = ("_kept", "_known", "_met", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._met: set[str] = set()
        """Lines that have been met."""
        self._known: dict[str, Sequence[str]] = {}
        """The words in those that have been met again."""
        self._kept = 0

    def standing(self, texts: Iterable[str]) -> frozenset[str]:
        """Return which of the words stand in one of some texts, or may: letters may be written as their numbers.

        Case is ignored, and so is where a line is broken.
        """
        text = "\n".join(texts)
        if "\\" in text or "`" in text:
            if _HIDDEN.search(text):
                return self._words
            text = _BROKEN_LINE.sub("", text).replace("\\/", "/")
        lines = set(text.lower().split("\n"))
        known = self._known
        new = lines.difference(known)
        found = {word for line in lines - new for word in known[line]}
        if new:
            text = "\n".join(new)
            standing = [word for word in self._words if word in text]
            for line in new & self._met:
                known[line] = [word for word in standing if word in line]
            self._remember(new, len(text))
            found.update(standing)
        return frozenset(found)

    def _remember(self, lines: set[str], length: int) -> None:
        self._met |= lines
        self._kept += length
        if self._kept > _MOST_KEPT:
            self._met, self._known, self._kept = set(), {}, 0
