"""Comments that silence findings: `# devopslint: ignore[rule, rule] -- reason`, on the line or on the line above.

On the line it covers the findings that start there. On a line of its own it covers the next line that is not a comment,
and everything that is said of the subject whose header stands there.
"""

from __future__ import annotations

import re

from devopslint.policy.finding import Suppression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.policy.finding import Finding
    from devopslint.policy.rule import Rule
    from devopslint.syntax.source import Source

_MARKER = "devopslint:"
_COMMENT = re.compile(r"(?:#|//)\s*devopslint:\s*ignore\[([^\]\n]*)\]([^\n]*)")
_REASON = re.compile(r"--\s*(.*\S)")
_COMMENT_LINE = re.compile(r"\s*(?:#|//|$)")


class IgnoreComment:
    """One comment: the words in its brackets, its reason, its own line, and the line that it covers (1-based)."""

    __slots__ = ("covers", "line", "reason", "used", "words")

    def __init__(self, words: list[str], reason: str, line: int, covers: int) -> None:
        self.words = words
        self.reason = reason
        self.line = line
        self.covers = covers
        self.used = False


def ignore_comments(source: Source) -> list[IgnoreComment]:
    """Return the comments of a file, in their order; cheap for a file that has none."""
    if _MARKER not in source.text:
        return []
    comments = []
    for found in _COMMENT.finditer(source.text):
        line, _ = source.position(found.start())
        words = [word.strip() for word in found.group(1).split(",") if word.strip()]
        reason = _REASON.search(found.group(2))
        alone = not source.line(line)[: found.start() - source.offset(line, 1)].strip()
        covers = _next_code_line(source, line) if alone else line
        comments.append(IgnoreComment(words, reason.group(1) if reason else "", line, covers))
    return comments


def _next_code_line(source: Source, line: int) -> int:
    last = len(source.line_starts)
    line += 1
    while line <= last and _COMMENT_LINE.match(source.line(line)):
        line += 1
    return line


def suppression_for(finding: Finding, owner_line: int, rule: Rule, comments: list[IgnoreComment]) -> Suppression | None:
    """Return why a finding is silenced, or `None`. `owner_line` is the line of the header of the finding's subject."""
    from devopslint.policy.selection import selects

    for comment in comments:
        on_node = comment.covers == owner_line and comment.covers != comment.line
        if (comment.covers == finding.span.line or on_node) and any(selects(word, rule) for word in comment.words):
            comment.used = True
            return Suppression(comment.reason, "inline")
    return None
