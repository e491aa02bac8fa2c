"""Stretches of a text: whether a place lies in one of many, without asking each."""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
