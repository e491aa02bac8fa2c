"""Stretches of a text: whether a place lies in one of many, without asking each; heredocs are such."""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator

    Stretch = tuple[int, int]


def within(stretches: Iterable[Stretch]) -> Callable[[int], bool]:
    """Return what says whether an offset lies in one of some stretches (end exclusive)."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(stretches):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)

    def lies_in_one(at: int) -> bool:
        index = bisect_right(starts, at) - 1
        return index >= 0 and at < ends[index]

    return lies_in_one


_FARTHEST = 2000
"""Letters of a line that are looked at for the beginning of a heredoc."""


def heredocs(script: str, begins: re.Pattern[str]) -> Iterator[Stretch]:
    """Yield where heredocs stand: from the line that begins one to the end of the one that ends it.

    `begins` finds what such a line says; one of its groups is the word that ends the heredoc. A line is looked at once,
    whatever is open: the repository chooses how many heredocs nothing ends.
    """
    ends: dict[str, list[Stretch]] = {}
    begun: list[tuple[int, str]] = []
    at = 0
    for line in script.split("\n"):
        ends.setdefault(line.strip(" \t"), []).append((at, at + len(line)))
        found = begins.search(line[:_FARTHEST]) if "<<" in line else None
        if found is not None:
            begun.append((at, found[found.lastindex or 0]))
        at += len(line) + 1
    last = 0
    for start, word in begun:
        lines = ends.get(word, ())
        index = bisect_right(lines, (start, len(script)))
        if start >= last and index < len(lines):
            last = lines[index][1]
            yield start, last


def without(text: str, stretches: Iterable[Stretch]) -> str:
    """Return a text without some stretches of it, in their order."""
    kept = []
    at = 0
    for start, end in stretches:
        kept.append(text[at:start])
        at = end
    return "".join((*kept, text[at:]))
