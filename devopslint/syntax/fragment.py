"""A string that was put together from stretches of a file, and the way back to them."""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark


class Fragment:
    """A text and where its code points stand in a `Source`.

    `pieces` are sorted pairs (offset in the text, offset in the source): from there on the two run side by side until
    the next piece. A block scalar has a piece for each of its lines, a Dockerfile instruction one for each line too.
    """

    __slots__ = ("_shift", "_starts", "pieces", "source", "text")

    def __init__(self, text: str, source: Source, pieces: Iterable[tuple[int, int]] = ((0, 0),)) -> None:
        self.text = text
        self.source = source
        self.pieces = pieces = tuple(pieces)
        self._starts: list[int] | None = None
        self._shift = pieces[0][1] if len(pieces) == 1 and not pieces[0][0] else None
        """How far from an offset in the text that in the source is, where it is equally far everywhere."""

    def offset(self, at: int) -> int:
        """Return the offset in the source of an offset in the text."""
        if self._shift is not None:
            return at + self._shift
        start, where = self.pieces[self._index(at)]
        return where + at - start if at > start else where

    def mark(self, start: int, end: int) -> Mark:
        """Return the offsets in the source of a stretch of the text (end exclusive)."""
        shift = self._shift
        if shift is not None:
            return start + shift, (end if end > start else start) + shift
        if self._starts is None:
            self._starts = [begin for begin, _ in self.pieces]
        begin, where = self.pieces[(bisect_right(self._starts, start) or 1) - 1]
        first = where + start - begin if start > begin else where
        if end <= start:
            return first, first
        end -= 1
        begin, where = self.pieces[(bisect_right(self._starts, end) or 1) - 1]
        return first, (where + end - begin if end > begin else where) + 1

    def slice(self, start: int, end: int) -> Fragment:
        """Return the part of the text from `start` to `end` (exclusive) as a fragment of its own."""
        pieces = [(0, self.offset(start))]
        pieces += [(at - start, where) for at, where in self.pieces_within(start, end)]
        return Fragment(self.text[start:end], self.source, pieces)

    def pieces_within(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return the pieces that begin between two offsets of the text, at neither of them."""
        if len(self.pieces) == 1:
            return self.pieces if start < self.pieces[0][0] < end else ()
        first = self._index(start) + (self.pieces[0][0] <= start)
        last = first
        while last < len(self.pieces) and self.pieces[last][0] < end:
            last += 1
        return self.pieces[first:last]

    def _index(self, at: int) -> int:
        """Return the index of the piece that an offset of the text belongs to."""
        if self._starts is None:
            self._starts = [start for start, _ in self.pieces]
        return (bisect_right(self._starts, at) or 1) - 1
