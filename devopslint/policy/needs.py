"""What must be there for a rule to find anything: rules are spared the subjects, and the files, that do not have it.

The keys that a rule needs follow from its conditions. The words that it needs are declared: its `needs`.
"""

from __future__ import annotations

import re

from devopslint.policy.functions import FUNCTIONS
from devopslint.policy.logic import opposite
from devopslint.policy.subject import parse_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

_OF_NOTHING = {
    **dict.fromkeys(("equals", "in", "matches", "min", "max", "contains", "type", "any_item", "where"), False),
    **dict.fromkeys(("not_in", "not_matches", "each"), True),
}
"""Operators that hold, or do not, of what is not there, whatever they are given."""
_MOST_KEPT = 1 << 21
"""Characters of text that are kept with what has been found in it."""
_HIDDEN = re.compile(r"\\[xuU]")
_BROKEN_LINE = re.compile(r"[\\`][ \t]*\r?\n[ \t]*")


def keys_of(raw: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of a subject without any of which a rule finds nothing, and leaves nothing undecided.

    Those of a key's value stand behind a dot: `spec.type`.
    """
    found = settling(raw["when"], False) if "when" in raw else set()
    sound = [settling(raw[part], part == "require") for part in ("require", "forbid") if part in raw]
    return frozenset(found.union(set.intersection(*sound)) if sound else found)


def asked_of(raw: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the keys that the conditions of a rule ask for, as `keys_of` has them; `None` when it asks for more."""
    found: set[str] = set()
    for part in ("when", "require", "forbid"):
        for keys in _asked(raw.get(part)) if "check" not in raw and "analyser" not in raw else (None,):
            if keys is None:
                return None
            found.add(keys)
    return frozenset(found)


def _asked(raw: Any) -> Iterator[str | None]:
    """Yield the key of each path of a condition; `None` for what is no key of the subject."""
    for word, value in raw.items() if isinstance(raw, dict) else ():
        if word in {"all", "any"}:
            for one in value:
                yield from _asked(one)
        elif word == "not":
            yield from _asked(value)
        else:
            yield None if word in {"related", "."} else _key_of(word)


def _key_of(path: Any) -> str | None:
    """Return the key that a path begins with, and the one below it."""
    first, second, *_ = (*parse_path(str(path)), None, None)
    if not isinstance(first, str) or "." in first:
        return None  # such a name can't be told from two, which are written with a dot between them
    return f"{first}.{second}" if isinstance(second, str) else first


def standing(words: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """Return which of some words stand in one of some texts, as `Sought` does."""
    return Sought(words).standing(texts)


def settling(raw: Any, truth: bool) -> set[str]:
    """Return keys of a subject without any of which a condition is true, or false."""
    found: set[str] = set()
    parts = [_settling(word, value, truth) for word, value in raw.items()] if isinstance(raw, dict) else []
    return _joined(parts, every=truth) if parts else found


def _settling(word: str, value: Any, truth: bool) -> set[str]:
    if word in {"all", "any"}:
        return _joined([settling(one, truth) for one in value], every=truth is (word == "all"))
    if word == "not":
        return settling(value, not truth)
    if word in {"related", "."} or _of_nothing(value) is not truth:
        return set()
    key = _key_of(word)
    return {key, key.partition(".")[0]} if key is not None else set()


def _joined(parts: list[set[str]], *, every: bool) -> set[str]:
    """Return the keys that settle a group: those that settle every part of it, or one that is enough."""
    return set.intersection(*parts) if every else set.union(*parts)


def _of_nothing(constraint: Any) -> bool | None:
    """Say whether a constraint holds of what is not there; `None` when that is not seen."""
    if not isinstance(constraint, dict):
        return False
    if "option" in constraint:
        return False
    if "default" in constraint:
        return None
    return _together([_operator_of_nothing(word, operand) for word, operand in constraint.items()], conjunction=True)


def _operator_of_nothing(word: str, operand: Any) -> bool | None:
    if word == "exists":
        return not operand if isinstance(operand, bool) else None
    if word in FUNCTIONS or word in {"length", "keys"}:
        return _of_nothing(operand)
    if word == "not":
        return opposite(_of_nothing(operand))
    if word in {"all", "any"}:
        return _together([_of_nothing(one) for one in operand], conjunction=word == "all")
    return _OF_NOTHING.get(word)


def _together(truths: list[bool | None], *, conjunction: bool) -> bool | None:
    if (not conjunction) in truths:
        return not conjunction
    return None if None in truths else conjunction


class Sought:
    """Words, none with a blank in it, that are looked for in one text after the other.

    Texts of a kind have much in common: what stands between blanks is not searched any more when it comes again.
    """

    __slots__ = ("_barren", "_kept", "_known", "_met", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._met: set[str] = set()
        """Runs of text that have been met."""
        self._barren: set[str] = set()
        """Those that have been met again and hold no word."""
        self._known: dict[str, Sequence[str]] = {}
        """The words in the others that have been met again."""
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
        runs = set(text.lower().split()) - self._barren
        known = self._known
        new = runs.difference(known)
        found = {word for run in runs - new for word in known[run]}
        if new:
            text = "\n".join(new)
            standing = [word for word in self._words if word in text]
            again = new & self._met
            for run in again if standing else ():
                words = [word for word in standing if word in run]
                if words:
                    known[run] = words
            self._barren |= again.difference(known)
            self._remember(new, len(text))
            found.update(standing)
        return frozenset(found)

    def _remember(self, runs: set[str], length: int) -> None:
        self._met |= runs
        self._kept += length
        if self._kept > _MOST_KEPT:
            self._met, self._barren, self._known, self._kept = set(), set(), {}, 0
