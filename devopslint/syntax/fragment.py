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

    __slots__ = ("pieces", "source", "text")

    def __init__(self, text: str, source: Source, pieces: Iterable[tuple[int, int]] = ((0, 0),)) -> None:
        self.text = text
        self.source = source
        self.pieces = tuple(pieces)

    def offset(self, at: int) -> int:
        """Return the offset in the source of an offset in the text."""
        pieces = self.pieces
        index = bisect_right(pieces, at, key=_start) - 1 if len(pieces) > 1 else 0
        start, where = pieces[max(index, 0)]
        return where + max(at - start, 0)

    def mark(self, start: int, end: int) -> Mark:
        """Return the offsets in the source of a stretch of the text (end exclusive)."""
        first = self.offset(start)
        return first, (self.offset(end - 1) + 1 if end > start else first)

    def slice(self, start: int, end: int) -> Fragment:
        """Return the part of the text from `start` to `end` (exclusive) as a fragment of its own."""
        pieces = [(0, self.offset(start))]
        pieces += [(at - start, where) for at, where in self.pieces if start < at < end]
        return Fragment(self.text[start:end], self.source, pieces)


def _start(piece: tuple[int, int]) -> int:
    return piece[0]
