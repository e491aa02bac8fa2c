"""Where a stretch of HCL is broken, for the faults that the grammar only sees as a stretch of many lines."""

from __future__ import annotations

import re

_HEREDOC = re.compile(r"<<-?([A-Za-z_][\w-]*)[ \t]*$")
_NO_EQUALS = re.compile(r'[ \t]*(?!(?:if|for|in)\b)([A-Za-z_][\w-]*)[ \t]+(?:"[^"\n]*"|[\w.-]+)[ \t]*(?:(?:#|//).*)?$')
_ESCAPES = frozenset('nrt"\\uU')

Fault = tuple[str, int, int]


def likely_fault(text: str, start: int, end: int) -> Fault | None:
    """Return the first fault that can be named in a stretch, as message, start and end; `None` when there is none.

    Known are a quoted string that does not end on its line, an escape that there is not, single quotes, and an
    argument without `=`.
    """
    at = start
    marker = ""
    while at < end:
        stop = text.find("\n", at)
        stop = end if stop < 0 else min(stop, end)
        line = text[at:stop].rstrip("\r")
        if marker:
            marker = "" if line.strip() == marker else marker
        else:
            found = _in_line(text, at, at + len(line))
            if found is not None:
                return found
            heredoc = _HEREDOC.search(line)
            if heredoc is not None:
                marker = heredoc[1]
            bare = _NO_EQUALS.match(line)
            if bare is not None and at > start:
                return f"`=` is missing after `{bare[1]}`", at + bare.start(1), at + bare.end(1)
        at = stop + 1
    return None


def _in_line(text: str, at: int, end: int) -> Fault | None:
    """Look through the strings of a line. `depth` counts the braces of interpolations inside of a string."""
    opened = -1
    depth: list[tuple[int, int]] = []
    braces = 0
    while at < end:
        char = text[at]
        if opened >= 0:
            if char == "\\":
                if text[at + 1 : at + 2] not in _ESCAPES:
                    return f"`{text[at : at + 2]}` is no escape: a backslash is written `\\\\`", at, min(at + 2, end)
                at += 1
            elif text.startswith(("${", "%{"), at) and text[at - 1] != char:
                depth.append((opened, braces))
                opened, braces = -1, 0
                at += 1
            elif char == '"':
                opened = -1
        elif char == '"':
            opened = at
        elif char == "#" or text.startswith(("//", "/*"), at):
            return None
        elif char == "'":
            return "texts stand in double quotes", at, at + 1
        elif char == "{":
            braces += 1
        elif char == "}":
            if depth and not braces:
                opened, braces = depth.pop()
            else:
                braces -= 1
        at += 1
    return ("a quoted string must end on its line", opened, end) if opened >= 0 else None
