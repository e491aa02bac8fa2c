"""Where the comments of a file stand that may silence findings: those with a word that we or a peer understand.

A comment may hold other text, and several such words: a word counts when it stands first in its comment, or right behind
a comment mark of its own (`# zizmor: ignore[a] # devopslint: ignore[b]`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice

from devopslint.policy.held_texts import held_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.extents import Extents
    from devopslint.policy.held_texts import HeldText
    from devopslint.policy.ignores import ReadDocuments
    from devopslint.syntax.source import Source

WORDS = (
    "devopslint:", "Devopslint:", "DevOpsLint:", "hadolint", "zizmor:", "checkov:skip", "bridgecrew:skip", "cortex:skip",
    "trivy:ignore", "tfsec:ignore", "tflint-ignore", "kics-scan", "shellcheck", "check=skip",
    "check=error", "check=experimental",
)  # fmt: skip
"""Without one of these there is no such comment: cheaper to look for than to read one."""

_WORD = re.compile("|".join(WORDS))
_MARKS = re.compile(r"(?:(?<!#)#+|(?<!/)/{2,}|/\*+|(?<=\{)#|^[ \t]*\*)[ \t]*$")
_OURS_AMID = re.compile(r"devopslint:[ \t]*(?:ignore|ignore-file|disable|enable)[ \t]*\[", re.IGNORECASE)
"""Ours, so that it is no mere mention of the program, behind other words of a comment."""
MOST_WORDS = 100
"""Words of a line that are looked at."""
MOST_BLANKS = 100
"""Characters between a comment mark and its word, at most."""
_OPENED = re.compile(r"\{\{?-?[ \t]*$")
_SEVERAL_IN_ONE = frozenset(("trivy:ignore", "tfsec:ignore"))
_QUOTES_AFTER = frozenset(" \t([{=,:-!")
_BEFORE_MARK = frozenset(" \t}]),;{")


class Comment:
    """One comment, from the word in it that counts.

    `text` is all from there to the end of the comment or the next such word; `column` is where the comment itself begins,
    `text_column` where the text does. `alone`: nothing but the comment stands on its line. `held` is the text of the file
    that it stands in, when that is only held by it.
    """

    __slots__ = ("alone", "column", "held", "line", "text", "text_column")

    def __init__(self, line: int, column: int, text: str, text_column: int, *, alone: bool) -> None:
        self.line = line
        self.column = column
        self.text = text
        self.text_column = text_column
        self.alone = alone
        self.held: HeldText | None = None


def comments_of(source: Source, extents: Extents, documents: ReadDocuments | None) -> Iterator[Comment]:
    """Yield the comments of a file that may silence findings, in their order; of JSON there are none."""
    texts: list[HeldText] | None = None
    last = 0
    for found in _WORD.finditer(source.text):
        line, _ = source.position(found.start())
        if line == last:
            continue
        last = line
        for comment in _on_line(extents, line, source.line_starts[line - 1]):
            if texts is None:
                texts = held_texts(source, extents, documents)
            offset = source.offset(line, comment.column)
            at = bisect_right(texts, offset, key=lambda text: text[0]) - 1
            if (
                at >= 0
                and offset < texts[at][1]
                and (texts[at][0] == source.line_starts[line - 1] or source.position(texts[at][0])[0] < line)
            ):
                comment.held = texts[at]  # what stands behind its `|` is a comment of the file
            if comment.held is None or comment.held[2]:
                yield comment


def _on_line(extents: Extents, line: int, start: int) -> Iterator[Comment]:
    text = extents.line(line)
    in_block = extents.comment_at(start)
    opening = _blanks(text) if in_block else _opening(text, extents.form)
    if opening < 0:
        return
    alone = in_block or _OPENED.sub("", text[:opening]).strip() in {"", "---"}
    end = _end_of_comment(text, opening, in_block=in_block)
    starts = list(_counting(text, opening, end))
    for at, (column, word) in enumerate(starts):
        behind = starts[at + 1][0] if at + 1 < len(starts) else end
        said = text[word:behind].rstrip()
        yield Comment(line, column + 1, said, word + 1, alone=alone)


def _counting(text: str, opening: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the comment, and in it the word, of each word that counts begins."""
    counted = ""
    for found in islice(_WORD.finditer(text, opening, end), MOST_WORDS):
        word, name = found.start(), found.group().lower()
        near = max(opening, word - MOST_BLANKS)
        before = text[near:word]
        marks = _MARKS.search(before)
        mark = opening
        if marks is not None:
            mark = near + marks.start()
            if mark > opening and text[mark - 1] not in _BEFORE_MARK:
                continue  # `… # devopslint: …` in backticks or quotes speaks about it
        elif near > opening or before.strip():
            if before[-1] not in " \t" or (name == "devopslint:" and not _OURS_AMID.match(text, word)):
                continue
            if counted:
                if not {counted, name} <= _SEVERAL_IN_ONE:
                    continue
                mark = word
        counted = name
        yield mark, word


def _opening(text: str, form: str) -> int:
    """Return where the comment of a line begins, -1 when there is none: a quote that is open hides it.

    In a list a `#` behind a pattern is a part of the pattern.
    """
    if form == "list":
        blanks = _blanks(text)
        return blanks if text.startswith("#", blanks) else -1
    quote = ""
    previous = " "
    escaped = False
    for at, char in enumerate(text):
        if quote:
            if escaped:
                escaped = False
            elif char == "\\" and quote == '"':
                escaped = True
            elif char == quote:
                quote = ""
        elif char in "\"'" and previous in _QUOTES_AFTER:
            quote = char
        elif previous in _BEFORE_MARK and (
            char == "#"
            or (char == "/" and form == "hcl" and text[at + 1 : at + 2] in {"/", "*"})
            or (char == "/" and text[at + 1 : at + 2] == "*" and text[:at].rstrip(" \t-").endswith("{{"))
        ):
            return at
        previous = char
    return -1


def _blanks(text: str) -> int:
    return len(text) - len(text.lstrip())


def _end_of_comment(text: str, opening: int, *, in_block: bool) -> int:
    """Return where a comment ends on its line: before what closes it, if anything must."""
    if in_block or text.startswith("/*", opening):
        closing = text.find("*/", opening)
        if closing >= 0:
            return closing
    if text[:opening].endswith("{") and text.startswith("#", opening):
        closing = text.find("#}", opening)
        if closing >= 0:
            return closing
    return len(text)
