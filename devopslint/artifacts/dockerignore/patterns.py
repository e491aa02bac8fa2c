"""The patterns of one file, and how they meet: found by the names that they begin with."""

from __future__ import annotations

from fnmatch import fnmatchcase

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devopslint.knowledge.ignore_patterns import Pattern

_WILD = lazily(r"[*?\[\\]")


class Patterns:
    """`all` the patterns, in order. Those that begin with a plain name are found by it."""

    __slots__ = ("_by_name", "_kept_out", "_wild", "all")

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.all = list(patterns)
        self._by_name: dict[str, list[int]] = {}
        self._wild: list[int] = []
        """The patterns whose first name is none, or may be many."""
        for index, one in enumerate(self.all):
            first = one.parts[0]
            (self._wild if is_wild(first) else self._by_name.setdefault(first, [])).append(index)
        self._kept_out: dict[int, bool] = {}

    def is_kept_out_above(self, index: int) -> bool:
        """Say whether a pattern above one, no exception, may match what it matches."""
        if index not in self._kept_out:
            one = self.all[index]
            others = range(index) if is_wild(one.parts[0]) else self._beginning_alike(one.parts[0])
            self._kept_out[index] = any(
                other < index and not self.all[other].keeps and may_meet(self.all[other], one) for other in others
            )
        return self._kept_out[index]

    def last_that_matches(self, path: str) -> int:
        """Return the index of the last pattern that a plain path fits; -1 when it fits none."""
        found = -1
        for indexes in self._lists(path.split("/", 1)[0]):
            for index in reversed(indexes):
                if index <= found:
                    break
                if self.all[index].expression.match(path):
                    found = index
                    break
        return found

    def _beginning_alike(self, name: str) -> Iterable[int]:
        return (index for indexes in self._lists(name) for index in indexes)

    def _lists(self, name: str) -> tuple[Sequence[int], Sequence[int]]:
        return self._by_name.get(name, ()), self._wild


def is_wild(text: str) -> bool:
    """Say whether a text is more than the name that it shows."""
    return _WILD.search(text) is not None


def may_meet(left: Pattern, right: Pattern) -> bool:
    """Say whether a path may match both, be it by a folder that it lies in."""
    for one, other in zip(left.parts, right.parts, strict=False):
        if "**" in one or "**" in other:
            return True
        if not _names_may_meet(one, other):
            return False
    return True


def _names_may_meet(one: str, other: str) -> bool:
    if (is_wild(one) and is_wild(other)) or "\\" in one + other:
        return True
    return fnmatchcase(other, one) if is_wild(one) else fnmatchcase(one, other)
