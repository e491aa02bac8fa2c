"""A bar on standard error for people who wait."""

from __future__ import annotations

import sys
import time

SHOWN_AFTER = 1.0
"""Seconds that a run takes before there is a bar."""
_REDRAWN_AFTER = 0.1
_WIDTH = 30

_silent = False


def silence() -> None:
    """Draw no bar from now on in this process."""
    global _silent  # noqa: PLW0603 (one terminal, one bar)
    _silent = True


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # it is none, or closed
        return False


class Progress:
    """How much of `total` is done; drawn only on a terminal, and only when it takes a while.

    Whoever judges says `step`; whoever waits says it with 0, so that the bar comes in time.
    """

    __slots__ = ("_done", "_drawn", "_next", "_shown", "_total")

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self._done = 0
        self._drawn = False
        self._shown = not _silent and total > 1 and _is_terminal()
        self._next = time.monotonic() + SHOWN_AFTER if self._shown else 0.0

    @property
    def shown(self) -> bool:
        """Whether somebody may see it."""
        return self._shown

    def step(self, count: int = 1) -> None:
        """Say that some more are done."""
        if not self._shown:
            return
        self._done = min(self._done + count, self._total)
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _REDRAWN_AFTER
            self._drawn = True
            filled = _WIDTH * self._done // self._total
            bar = "#" * filled + " " * (_WIDTH - filled)
            sys.stderr.write(f"\rchecking [{bar}] {100 * self._done // self._total} %")
            sys.stderr.flush()

    def close(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._drawn = False
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
