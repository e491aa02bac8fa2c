"""What silences findings, as records: one comment, and how a run takes comments."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from devopslint.syntax.tree import Document

    ReadDocuments = Callable[[str], Sequence[Document]]


WHOLE_FILE = (1, 1 << 30)
"""First and last line of what covers a file however long it is."""


class Ignore:
    """One comment, annotation or `"//"` key that silences something, or (`fault`) that was meant to.

    `words` are `(text, line, column)` of what is named in it; those of a peer begin with its name (`hadolint:DL3008`).
    `first` and `last` are the lines that it covers, `owner` the line of the header whose subject it covers (0: none).
    `column` and `end_column` bound the comment itself on `line`. `until` is the last day (ISO) on which it holds.
    `held`: it stands in a text that the file only holds, a script or another file's.
    """

    __slots__ = (
        "column", "end_column", "fault", "first", "held", "kind", "last", "line", "owner", "peer", "reason", "until", "words",
    )  # fmt: skip

    def __init__(self, kind: str, line: int, column: int, end_column: int) -> None:
        self.kind = kind
        self.line = line
        self.column = column
        self.end_column = end_column
        self.words: list[tuple[str, int, int]] = []
        self.reason = ""
        self.until = ""
        self.peer = ""
        self.fault = ""
        self.first = line
        self.last = line
        self.owner = 0
        self.held = False

    def to_plain(self) -> list[Any]:
        """Return the comment as lists, strings and numbers."""
        return [getattr(self, name) for name in self.__slots__]

    @staticmethod
    def from_plain(plain: Sequence[Any]) -> Ignore:
        """Return the comment that `to_plain` was made from."""
        made = Ignore("", 0, 0, 0)
        for name, value in zip(Ignore.__slots__, plain, strict=True):
            setattr(made, name, value)
        made.words = [(text, line, column) for text, line, column in made.words]
        return made

    def __repr__(self) -> str:
        return f"<{self.kind} {[word for word, _, _ in self.words]} at {self.line} for {self.first}-{self.last}>"


class Ignoring:
    """How a run takes comments that silence findings: at all, those of peers (by file), and which day it is (ISO)."""

    __slots__ = ("heeded", "heeds_peers", "today")

    def __init__(
        self, *, heeded: bool = True, heeds_peers: Callable[[str], bool] | None = None, today: str = ""
    ) -> None:
        self.heeded = heeded
        self.heeds_peers: Callable[[str], bool] = heeds_peers or (lambda path: True)
        self.today = today

    def is_over(self, until: str) -> bool:
        """Say whether the last day of a comment is in the past."""
        return bool(until) and until < self.day()

    def day(self) -> str:
        """Return which day it is; `today` stays empty until somebody asks."""
        if not self.today:
            import time

            self.today = time.strftime("%Y-%m-%d")
        return self.today


def is_date(text: str) -> bool:
    """Say whether a text is a day that there is, written as `2027-01-31`."""
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
