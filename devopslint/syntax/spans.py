"""Stretches of a text that do not meet each other."""

from __future__ import annotations

from bisect import bisect_left, insort


class Spans:
    """Stretches that were added; whoever adds one has asked whether it meets another."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: dict[int, int] = {}

    def meet(self, start: int, end: int) -> bool:
        """Say whether one of them has a character between `start` and `end`."""
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and self._ends[self._starts[before]] > start

    def add(self, start: int, end: int) -> None:
        """Add a stretch; an empty one meets nothing."""
        if start < end:
            insort(self._starts, start)
            self._ends[start] = end
