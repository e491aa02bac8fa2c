"""Timers that interrupt this process: on Unix, in its main thread, where nobody else uses them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ours: dict[str, bool] = {}
"""For each signal that was asked for: whether it was free, and is ours from then on."""


def can_interrupt(name: str, handler: Callable[[int, Any], None]) -> bool:
    """Say whether the timer that sends a signal (`SIGPROF`) can be used; the first to ask for it sets what it calls."""
    if name not in _ours:
        _ours[name] = _take(name, handler)
    if not _ours[name]:
        return False
    from threading import current_thread, main_thread

    return current_thread() is main_thread()


def _take(name: str, handler: Callable[[int, Any], None]) -> bool:
    try:
        import signal

        number = getattr(signal, name)
        free = bool(signal.getsignal(number) == signal.SIG_DFL)
        if free:
            signal.signal(number, handler)
        return free
    except (ImportError, AttributeError, ValueError):
        return False
