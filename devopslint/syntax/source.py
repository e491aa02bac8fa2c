"""The text of one file, and the way from an offset in it to a line and a column."""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self


class Span:
    """A stretch of a file: 1-based lines and columns, columns in Unicode code points, the end exclusive.

    The five code points of `nginx` at the start of a file are `Span(1, 1, 1, 6)`.
    """

    __slots__ = ("column", "end_column", "end_line", "line")

    def __init__(self, line: int, column: int, end_line: int, end_column: int) -> None:
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    def as_tuple(self) -> tuple[int, int, int, int]:
        """Return `(line, column, end_line, end_column)`."""
        return self.line, self.column, self.end_line, self.end_column

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self.as_tuple() == other.as_tuple()

    def __lt__(self, other: Self) -> bool:
        return self.as_tuple() < other.as_tuple()

    def __hash__(self) -> int:
        return hash(self.as_tuple())

    def __repr__(self) -> str:
        return f"Span{self.as_tuple()}"


class Source:
    """One file: its path (relative to the root, `/` between parts) and its text, decoded and without a byte order mark.

    Offsets are indexes into `text`, so they count code points. Lines end with `\\n`, `\\r\\n` or a lone `\\r`.
    """

    __slots__ = ("_line_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._line_starts: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line starts; made when first asked for."""
        if self._line_starts is None:
            self._line_starts = _line_starts(self.text)
        return self._line_starts

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of an offset, clamped to the text."""
        offset = max(0, min(offset, len(self.text)))
        starts = self._line_starts or self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a 1-based line and column, clamped to the text."""
        starts = self.line_starts
        line = max(1, min(line, len(starts)))
        return max(0, min(starts[line - 1] + column - 1, len(self.text)))

    def span(self, start: int, end: int) -> Span:
        """Return the span from `start` to `end` (offsets, end exclusive), without trailing line ends."""
        text = self.text
        end = min(end, len(text))
        while end > start and text[end - 1] in "\r\n":
            end -= 1
        starts = self._line_starts or self.line_starts
        if 0 <= start <= end:
            line = bisect_right(starts, start)
            if line == len(starts) or end < starts[line]:
                column = start - starts[line - 1] + 1
                return Span(line, column, line, column + end - start)
        line, column = self.position(start)
        return Span(line, column, *self.position(max(start, end)))

    def line(self, number: int) -> str:
        """Return a 1-based line without its line end; an empty string past the last."""
        starts = self._line_starts or self.line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def lines(self) -> list[str]:
        """Return all lines without their line ends; a text that ends with a line end has an empty last one."""
        return [self.line(number) for number in range(1, len(self.line_starts) + 1)]


def _line_starts(text: str) -> list[int]:
    starts = [0]
    find = text.find
    if "\r" not in text:
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts
    length = len(text)
    for at, char in enumerate(text):
        if char == "\n" or (char == "\r" and not (at + 1 < length and text[at + 1] == "\n")):
            starts.append(at + 1)
    return starts
