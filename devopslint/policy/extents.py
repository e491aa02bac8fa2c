"""How far a node reaches that begins on a line: by indentation in YAML, by brackets in HCL, by line ends in Dockerfiles."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.source import Source

_HCL_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|#.*|//.*|/\*.*?\*/|<<-?\s*(\w+)|[{}\[\]()]')
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")
_OBJECT = re.compile(r"(?:kind|apiVersion)\s*:")


def form_of(path: str) -> str:
    """Return how the nodes of a file are told apart: `json`, `hcl`, `dockerfile` or `yaml`."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".json", ".tfstate")):
        return "json"
    if name.endswith((".tf", ".tofu", ".tfvars", ".hcl")):
        return "hcl"
    return "dockerfile" if "dockerfile" in name or "containerfile" in name else "yaml"


def next_code_line(source: Source, line: int, form: str) -> int:
    """Return the first line after `line` that is neither empty nor a comment; one past the last when there is none."""
    skipped = ("#", "//", "/*") if form == "hcl" else ("#", "---") if form == "yaml" else ("#",)
    total = len(source.line_starts)
    line += 1
    while line <= total:
        text = source.line(line).strip()
        if text and not text.startswith(skipped):
            break
        line += 1
    return line


def last_line(source: Source, line: int, form: str) -> int:
    """Return the last line of the node that begins on `line`."""
    if form == "hcl":
        return _bracketed(source, line)
    if form == "dockerfile":
        return _instruction(source, line)
    return document_lines(source, line)[1] if _begins_object(source, line) else _indented(source, line)


def block_of(source: Source, line: int, form: str) -> tuple[int, int]:
    """Return the lines of the innermost block that `line` stands in: the whole file where there is none."""
    total = len(source.line_starts)
    if form == "dockerfile":
        return 1, total
    if form == "hcl":
        for above in range(line - 1, 0, -1):
            if source.line(above)[:1].strip() and not source.line(above).startswith(("#", "//", "}", "]", ")")):
                end = _bracketed(source, above)
                return (above, end) if end >= line else (line, line)
        return 1, total
    indent = _indent(source.line(line))
    for above in range(line - 1, 0, -1):
        text = source.line(above)
        if text.strip() and not text.lstrip().startswith("#") and _key_indent(text) <= indent:
            if _indent(text) < indent:
                return above, _indented(source, above)
            if text.startswith("---"):
                break
    return document_lines(source, line)


def document_lines(source: Source, line: int) -> tuple[int, int]:
    """Return the first and last line of the YAML document that a line stands in, its separators left out."""
    total = len(source.line_starts)
    first = last = line
    while first > 1 and not source.line(first - 1).startswith("---"):
        first -= 1
    while last < total and not source.line(last + 1).startswith("---"):
        last += 1
    return first, last


def is_continued(source: Source, line: int) -> bool:
    """Say whether a line goes on from the one above, comments between them left out."""
    while line > 1:
        line -= 1
        text = source.line(line).strip()
        if not text.startswith("#"):
            return text.endswith(("\\", "`"))
    return False


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _key_indent(text: str) -> int:
    """Return the column in which the words of a line begin, the dashes of list items left out."""
    return len(text) - len(text.lstrip(" -"))


def _begins_object(source: Source, line: int) -> bool:
    """Say whether a line is the first of a YAML document that is an object of Kubernetes."""
    if source.line(line)[:1] in {" ", "-", ""}:
        return False
    first, last = document_lines(source, line)
    if any(source.line(above).split("#")[0].strip() for above in range(first, line)):
        return False
    keys = {found.group() for number in range(line, last + 1) if (found := _OBJECT.match(source.line(number)))}
    return len(keys) == 2


def _indented(source: Source, line: int, *, joined: bool = True) -> int:
    """Return the last line that is indented further; `joined`: or that a backslash joins to the one before."""
    text = source.line(line)
    indent = _indent(text)
    may_own_items = not text.lstrip().startswith("-") and ":" in text
    continued = joined and text.rstrip().endswith("\\")
    last = line
    for number in range(line + 1, len(source.line_starts) + 1):
        text = source.line(number)
        stripped = text.strip()
        if not stripped:
            continue
        own = _indent(text)
        if own > indent or continued:
            last = number
        elif stripped.startswith("#"):
            continue
        elif own == indent and (
            stripped[0] in "]})" or (may_own_items and (stripped.startswith("- ") or stripped == "-"))
        ):
            last = number
        else:
            break
        continued = joined and stripped.endswith("\\")
    return last


def _bracketed(source: Source, line: int) -> int:
    depth = 0
    heredoc = ""
    total = len(source.line_starts)
    for number in range(line, total + 1):
        text = source.line(number)
        if heredoc:
            heredoc = "" if text.strip() == heredoc else heredoc
        else:
            for token in _HCL_TOKEN.finditer(text):
                char = token.group()
                heredoc = token.group(1) or heredoc
                depth += (char in "{[(") - (char in "}])") if len(char) == 1 else 0
        if depth <= 0 and not heredoc:
            return number
    return total


def _instruction(source: Source, line: int) -> int:
    if is_continued(source, line):
        return _indented(source, line, joined=False)
    total = len(source.line_starts)
    number = line
    waiting = _HEREDOC.findall(source.line(line))
    while number <= total:
        text = source.line(number).strip()
        if waiting and number > line:
            if text == waiting[0]:
                waiting.pop(0)
                if not waiting:
                    return number
        elif not waiting and not text.endswith(("\\", "`")) and not (number > line and text.startswith("#")):
            return number
        number += 1
    return total
