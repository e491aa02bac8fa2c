"""Globs over paths, as `.gitignore` and configuration files write them."""

from __future__ import annotations

import re


def glob_pattern(glob: str) -> re.Pattern[str]:
    """Return the pattern of a glob over root-relative paths with `/`.

    `*` and `?` stay within a name, `**` crosses folders; a glob without a `/` (but at its end) fits at any depth; one that
    names a folder fits all below it. Source: gitignore(5), "PATTERN FORMAT".
    """
    text = glob.removeprefix("./").rstrip("/")
    anchored = "/" in text
    text = text.removeprefix("/")
    parts = []
    at = 0
    while at < len(text):
        if text.startswith("**/", at):
            parts.append("(?:.*/)?")
            at += 3
        elif text.startswith("**", at):
            parts.append(".*")
            at += 2
        elif text[at] == "*":
            parts.append("[^/]*")
            at += 1
        elif text[at] == "?":
            parts.append("[^/]")
            at += 1
        elif text[at] == "[" and "]" in text[at + 2 :]:
            close = text.index("]", at + 2)
            inner = text[at + 1 : close].replace("\\", "\\\\")
            parts.append("[" + ("^" + inner[1:] if inner[0] == "!" else inner) + "]")
            at = close + 1
        else:
            parts.append(re.escape(text[at]))
            at += 1
    return re.compile(("" if anchored else "(?:.*/)?") + "".join(parts) + "(?:/.*)?$")


class GlobSet:
    """Several globs: a path fits when one of them does."""

    def __init__(self, globs: list[str]) -> None:
        self.globs = globs
        self._patterns = [glob_pattern(glob) for glob in globs]

    def fits(self, path: str) -> bool:
        """Say whether a root-relative path fits one of the globs."""
        return any(pattern.match(path) for pattern in self._patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)
