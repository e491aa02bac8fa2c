"""What silences findings: our comments, the comments and annotations that peers understand, `"//"` in JSON.

    # devopslint: ignore[rule, rule] until=2027-01-31 -- reason

On the line it covers the findings that start or end there; on a line of its own it covers the node that begins on the
next line of code, and everything that is said of the subject whose header stands there. `ignore-file[…]` covers the file,
`disable[…]` all from there to `enable[…]` or the end. A file without such words costs five searches for a word.
"""

from __future__ import annotations

from devopslint.policy.finding import Suppression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from devopslint.policy.finding import Finding
    from devopslint.policy.rule import Rule
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document

    ReadDocuments = Callable[[str], Sequence[Document]]

_HINTS = ("devopslint", "kics-scan", "checkov", "exempt")


class Ignore:
    """One comment, annotation or `"//"` key that silences something, or (`fault`) that was meant to.

    `words` are `(text, line, column)` of what is named in it; those of a peer begin with its name (`hadolint:DL3008`).
    `first` and `last` are the lines that it covers, `owner` the line of the header whose subject it covers (0: none).
    `column` and `end_column` bound the comment itself on `line`. `until` is the last day (ISO) on which it holds.
    """

    __slots__ = (
        "column", "end_column", "fault", "first", "kind", "last", "line", "owner", "peer", "reason", "until", "words",
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

    def covers(self, line: int, end_line: int, owner_line: int) -> bool:
        """Say whether a finding from one line to another, about the subject whose header is on `owner_line`, is meant."""
        if self.first <= line <= self.last or (self.owner and self.owner == owner_line):
            return True
        return self.first == self.last == end_line

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
    """How a run takes comments that silence findings: at all, those of peers, and which day it is (ISO)."""

    __slots__ = ("heeded", "peers", "today")

    def __init__(self, *, heeded: bool = True, peers: bool = True, today: str = "") -> None:
        self.heeded = heeded
        self.peers = peers
        self.today = today

    def is_over(self, until: str) -> bool:
        """Say whether the last day of a comment is in the past."""
        if until and not self.today:
            import time

            self.today = time.strftime("%Y-%m-%d")
        return bool(until) and until < self.today


def ignores_of(source: Source, documents: ReadDocuments | None = None) -> list[Ignore]:
    """Return what silences findings in a file, in the order of its lines; cheap for a file that has nothing of the sort.

    `documents(path)` gives the trees of a YAML or JSON file, without which annotations and `"//"` are not seen.
    """
    text = source.text
    if "ignore" not in text and not any(hint in text for hint in _HINTS):
        return []
    from devopslint.policy.ignore_comments import read_ignores

    return read_ignores(source, documents)


def suppression_for(finding: Finding, owner_line: int, rule: Rule, ignores: Sequence[Ignore]) -> Suppression | None:
    """Return why a finding is silenced, or `None`; of several reasons the one that holds the longest.

    `owner_line` is the line of the header of the finding's subject, 0 when it stands in another file.
    """
    best: Suppression | None = None
    span = finding.span
    for ignore in ignores:
        if not ignore.covers(span.line, span.end_line, owner_line):
            continue
        for index, (word, _, _) in enumerate(ignore.words):
            if _names(ignore, word, rule):
                if best is None or (best.until and (not ignore.until or ignore.until > best.until)):
                    comment = (finding.path, ignore.line, ignore.column, index)
                    best = Suppression(ignore.reason, "inline", comment, ignore.until, ignore.peer)
                break
    return best


def _names(ignore: Ignore, word: str, rule: Rule) -> bool:
    if ignore.peer:
        from devopslint.policy.peers import names_for_peer

        return names_for_peer(word, rule.raw.get("equivalents", ()))
    from devopslint.policy.selection import selects

    return word == "*" or selects(word, rule)
