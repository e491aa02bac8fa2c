"""The processor time that one task may take: what somebody made to take for ever costs that task, and not the run."""

from __future__ import annotations

from devopslint.policy.timers import can_interrupt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SECONDS = 60.0
"""Processor time that any task may take."""
SECONDS_PER_MEBIBYTE = 30.0
"""What it may take besides for what its files hold: several times what they take on a slow machine."""


class TooLongError(BaseException):
    """A task took too long. No `Exception`, so that no check takes it for a fault of its own; `rule` was running."""

    rule = ""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        during = f", at last by the rule `{self.rule}`" if self.rule else ""
        return f"took more than {self.seconds:g} s of processor time{during}: the rest was not judged"


class Limit:
    """Ends what stands in its `with` when it has taken too long: on Unix, in the main thread, where the timer is free.

    `size` says how many bytes the task is about; it is asked only when the first seconds are over.
    """

    __slots__ = ("_spent", "size")

    def __init__(self, size: Callable[[], int]) -> None:
        self.size = size
        self._spent = 0.0

    def __enter__(self) -> None:
        global _running  # noqa: PLW0603 (one timer a process)
        if can_interrupt("SIGPROF", _expired):
            _running = self
            self._wait(SECONDS)

    def __exit__(self, *error: object) -> None:
        global _running  # noqa: PLW0603 (one timer a process)
        if _running is self:
            import signal

            signal.setitimer(signal.ITIMER_PROF, 0)
            _running = None

    def expire(self) -> None:
        """Wait on when the size allows for more. Raises TooLongError."""
        allowed = SECONDS + SECONDS_PER_MEBIBYTE * self.size() / (1 << 20)
        if self._spent >= allowed:
            raise TooLongError(allowed)
        self._wait(allowed - self._spent)

    def _wait(self, seconds: float) -> None:
        import signal

        self._spent += seconds
        signal.setitimer(signal.ITIMER_PROF, seconds)


_running: Limit | None = None


def _expired(_number: int, _frame: Any) -> None:
    if _running is not None:
        _running.expire()
