"""The patterns of a `.dockerignore`.

The rules are those of Docker's documentation (".dockerignore files"): Go's `filepath.Match` and `**`, `!` for
exceptions, the last pattern that matches decides, a leading slash means nothing.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Pattern:
    """A line that is no comment: its `pattern` without `!` and slashes at the ends, `keeps` for an exception, its offsets."""

    __slots__ = ("end", "expression", "keeps", "pattern", "start", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.keeps = text.startswith("!")
        pattern = text.lstrip("!").strip().strip("/")
        self.pattern = pattern.removeprefix("./")
        self.expression = _compile(self.pattern)

    @property
    def parts(self) -> list[str]:
        """What stands between the slashes."""
        return self.pattern.split("/")


def read_patterns(text: str) -> Iterator[Pattern]:
    """Yield the patterns of an ignore file, in their order."""
    start = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield Pattern(stripped, start + line.index(stripped))
        start += len(line)


def _compile(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**/", at):
            parts.append("(?:.*/)?")
            at += 3
            continue
        if pattern.startswith("**", at):
            parts.append(".*")
            at += 2
            continue
        if char == "*":
            parts.append("[^/]*")
        elif char == "?":
            parts.append("[^/]")
        elif char == "[" and "]" in pattern[at:]:
            close = pattern.index("]", at)
            parts.append(pattern[at : close + 1])
            at = close
        elif char == "\\" and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            parts.append(re.escape(char))
        at += 1
    try:
        return re.compile("".join(parts) + "(?:/.*)?$")
    except re.error:
        return re.compile(r"(?!)")
