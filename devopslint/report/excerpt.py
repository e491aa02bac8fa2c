"""Lines of a file with marks under them."""

from __future__ import annotations

from devopslint.report.text import cells, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from devopslint.policy.finding import Location
    from devopslint.report.style import Style
    from devopslint.report.text import Cell

    Piece = tuple["Mark", int, int, str]
    """The part of a mark on one line: the mark, its first index, its end (exclusive), the words after it."""

_WHOLE = 4
"""A span of at most so many lines is shown whole; of a longer one, the first two and the last."""

_SPARE = 8
"""A line longer than so many times the room for it is cut before it is laid out."""


class Glyphs:
    """The characters that excerpts are drawn with."""

    __slots__ = ("bar", "corner", "dot", "line", "more")

    def __init__(self, *, unicode: bool) -> None:
        drawn = ("┌─", "│", "─", "…", "·") if unicode else ("--", "|", "-", "...", "-")
        self.corner, self.bar, self.line, self.more, self.dot = drawn


class Mark:
    """A location to be marked, and the style of its mark: a level for the primary one, else `related`."""

    __slots__ = ("location", "style")

    def __init__(self, location: Location, style: str) -> None:
        self.location = location
        self.style = style


def last_line(lines: Sequence[str], marks: Iterable[Mark]) -> int:
    """Return the greatest line number that an excerpt can show."""
    return max((min(mark.location.span.end_line + 1, len(lines)) for mark in marks), default=0)


def excerpt(
    lines: Sequence[str], marks: Sequence[Mark], *, gutter: int, width: int, style: Style, glyphs: Glyphs
) -> Iterator[str]:
    """Yield the rows of an excerpt of one file: the marked lines, marks under them, and a line about the primary one.

    `gutter` is the width of the line numbers, `width` that of the whole row; a longer line is clipped around its first
    mark. Columns of marks count code points; carets stand under what is shown for them.
    """
    shown = _shown_lines(lines, marks)
    empty = " " * gutter
    bar = style.paint("dim", glyphs.bar)
    room = max(20, width - gutter - 3)
    previous = 0
    for number in sorted(shown):
        if previous and number > previous + 1:
            yield f"{empty} {style.paint('dim', glyphs.more)}"
        previous = number
        pieces, line = shown[number], lines[number - 1]
        if len(line) > _SPARE * room:  # of a very long line only what may be shown is looked at
            pieces, line = _around(pieces, line, room)
        row = cells(line)
        first, end, lead = _window(row, pieces, room, glyphs.more)
        text = lead + "".join(cell[0] for cell in row[first:end]) + (glyphs.more if end < len(row) else "")
        yield f"{style.paint('dim', str(number).rjust(gutter))} {bar} {text}".rstrip()
        for mark, start, stop, words in pieces:
            before = len(lead) + _columns(row[first : max(first, min(start, end))])
            size = max(1, _columns(row[max(first, min(start, end)) : max(first, min(stop, end))]))
            sign = glyphs.line if mark.style == "related" else "^"
            label = f"{sign * size} {plain(words)}".rstrip()
            yield f"{empty} {bar} {' ' * before}{style.paint(mark.style, label)}"


def _around(pieces: Sequence[Piece], line: str, room: int) -> tuple[list[Piece], str]:
    """Return the part of a line around its first mark, far more than there is room for, and the marks in it."""
    base = max(0, (pieces[0][1] if pieces else 0) - _SPARE // 2 * room)
    part = line[base : base + _SPARE * room]
    return [
        (mark, min(max(start - base, 0), len(part)), min(max(stop - base, 0), len(part)), words)
        for mark, start, stop, words in pieces
    ], part


def _shown_lines(lines: Sequence[str], marks: Sequence[Mark]) -> dict[int, list[Piece]]:
    """The lines to show, by number, each with the parts of marks on it."""
    shown: dict[int, list[Piece]] = {}
    for mark in marks:
        span = mark.location.span
        first = max(1, min(span.line, len(lines)))
        last = max(first, min(span.end_line - (span.end_column == 1 and span.end_line > span.line), len(lines)))
        numbers = list(range(first, last + 1)) if last - first < _WHOLE else [first, first + 1, last]
        for number in numbers:
            line = lines[number - 1]
            start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
            end = span.end_column - 1 if number == span.end_line else len(line)
            words = mark.location.text if number == last else ""
            pieces = shown.setdefault(number, [])
            if line.strip() or number == last:
                pieces.append((mark, min(start, len(line)), min(max(start, end), len(line)), words))
        if mark.style != "related":
            for number in (first - 1, last + 1):
                if 1 <= number <= len(lines) and lines[number - 1].strip():
                    shown.setdefault(number, [])
    for number in list(shown):
        if number + 1 not in shown and number + 2 in shown:
            shown[number + 1] = []
        shown[number].sort(key=lambda piece: (piece[0].style == "related", piece[1], piece[2]))
    return shown


def _window(row: Sequence[Cell], pieces: Sequence[Piece], room: int, more: str) -> tuple[int, int, str]:
    """What of a row to show: the first index, the end, and what stands before it when its start is cut off."""
    if _columns(row) <= room:
        return 0, len(row), ""
    start, stop = (pieces[0][1], pieces[0][2]) if pieces else (0, 0)
    first, lead = 0, ""
    if _columns(row[:stop]) > room - len(more):
        lead = more
        space = room // 3
        first = start
        while first > 0 and space >= row[first - 1][1]:
            first -= 1
            space -= row[first][1]
    left = room - len(lead)
    end = first
    if _columns(row[first:]) > left:
        left -= len(more)
    while end < len(row) and row[end][1] <= left:
        left -= row[end][1]
        end += 1
    return first, end, lead if first else ""


def _columns(row: Sequence[Cell]) -> int:
    return sum(cell[1] for cell in row)
