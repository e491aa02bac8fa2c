"""The text of HCL strings: escapes, and heredocs with their indentation taken off."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|\$\$\{|%%\{')
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def unescape(raw: str) -> str:
    """Return what stands between the quotes of a string as the value that it has.

    Source: the HCL native syntax specification, "Template Expressions". An escape that it does not know stays.
    """
    if "\\" not in raw and "$${" not in raw and "%%{" not in raw:
        return raw
    return _ESCAPE.sub(_character, raw)


def _character(found: re.Match[str]) -> str:
    letter, short, long = found.groups()
    if letter:
        return _PLAIN[letter]
    if short or long:
        code = int(short or long, 16)
        return chr(code) if code < 0x110000 else found.group()
    return found.group()[1:]


def heredoc_parts(raw: str) -> tuple[bool, str, int]:
    """Return whether a heredoc is of the `<<-` form, its content with the last line end, and where that starts."""
    start = raw.find("\n") + 1
    end = raw.rfind("\n") + 1
    return raw.startswith("<<-"), raw[start:end] if start else "", start


def heredoc_text(raw: str) -> str:
    """Return the value of a heredoc without interpolation, `raw` being all of it from `<<` to the end marker."""
    flush, content, _ = heredoc_parts(raw)
    content = content.replace("\r\n", "\n")
    if flush:
        content = dedent(content)
    return content.replace("$${", "${").replace("%%{", "%{")


def dedent(text: str) -> str:
    """Return text without the blanks that all its lines (but empty ones) start with."""
    lines = text.split("\n")
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip(" \t")]
    cut = min(indents, default=0)
    return "\n".join(line[cut:] if line.strip(" \t") else line.lstrip(" \t")[:0] for line in lines) if cut else text
