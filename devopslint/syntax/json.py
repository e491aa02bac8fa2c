"""JSON text to positioned trees: a scanner of our own, which keeps places and duplicate keys and never recurses."""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in the module, not in its stub

from devopslint.syntax.tree import Document, Map, Seq, SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.source import Source

MAX_DEPTH = 256
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        ([{}\[\],:])
        | "([^"\\\x00-\x1f]*)"
        | (")
        | (-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z.+-]))
        | (true|false|null)\b
        | (\S+?(?=[\s,\]}:\["]|\Z)|\S)
        | \Z)""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "null": None}
_MOST_DIGITS = 4000
# What may come next.
_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _COLON, _COMMA, _NOTHING = range(7)
_EXPECTED = {
    _VALUE: "a value",
    _VALUE_OR_END: "a value or `]`",
    _KEY: "a key in double quotes",
    _KEY_OR_END: "a key in double quotes or `}`",
    _COLON: "`:`",
    _COMMA: "`,` or the closing bracket",
    _NOTHING: "the end of the file",
}


class _JsonError(Exception):
    def __init__(self, message: str, start: int, end: int | None = None) -> None:
        self.message = message
        self.start = start
        self.end = end


def read_json(source: Source) -> tuple[list[Document], list[SyntaxProblem]]:
    """Return the one document of a JSON file (RFC 8259), or what in it could not be read. Nothing is raised."""
    try:
        root = _read(source.text)
    except _JsonError as error:
        return [], [SyntaxProblem(error.message, error.start, error.end)]
    return [Document(source, root)], []


def _read(text: str) -> Any:  # noqa: C901, PLR0915 (one loop)
    match_token = _TOKEN.match
    stack: list[tuple[Any, str | None, int, int]] = []
    node: Any = None
    key: str | None = None
    key_start = key_end = 0
    root: Any = None
    state = _VALUE
    at = 0
    while True:
        match = match_token(text, at)
        if match is None:
            raise _JsonError("this is no JSON", min(at, max(len(text) - 1, 0)))
        group = match.lastindex
        if group is None:
            if state == _NOTHING:
                return root
            raise _JsonError(_end_message(node, state), max(len(text.rstrip()) - 1, 0))
        start, at = match.span(group)
        value: Any
        if group == 1:
            char = match[1]
            if char == "," and state == _COMMA:
                state = _KEY if isinstance(node, Map) else _VALUE
                continue
            if char == ":" and state == _COLON:
                state = _VALUE
                continue
            if char in "{[" and state in {_VALUE, _VALUE_OR_END}:
                if len(stack) >= MAX_DEPTH:
                    raise _JsonError("containers are nested too deep", start)
                stack.append((node, key, key_start, key_end))
                node = Map(start) if char == "{" else Seq(start)
                state = _KEY_OR_END if char == "{" else _VALUE_OR_END
                continue
            closes = (char == "}" and isinstance(node, Map)) or (char == "]" and isinstance(node, Seq))
            if not closes or state not in {_COMMA, _KEY_OR_END, _VALUE_OR_END}:
                raise _JsonError(_unexpected(char, state), start)
            value = node
            value.end = at
            start = value.start
            node, key, key_start, key_end = stack.pop()
        else:
            if group == 2:
                value = match[2]
                start, at = start - 1, at + 1
            elif group == 3:
                try:
                    value, at = scanstring(text, start + 1, True)
                except ValueError as error:
                    raise _string_error(error, start) from None
            elif group == 4:
                value = _number(match[4])
            elif group == 5:
                value = _WORDS[match[5]]
            else:
                raise _JsonError(_unexpected(match[6], state), start, at)
            if group in {2, 3} and state in {_KEY, _KEY_OR_END}:
                key, key_start, key_end = value, start, at
                state = _COLON
                continue
            if state not in {_VALUE, _VALUE_OR_END}:
                raise _JsonError(_unexpected(text[start:at], state), start, at)
        state = _COMMA
        if isinstance(node, Map):
            assert key is not None
            place = (key_start, key_end, start, at)
            if key in node:
                node.duplicates = [*node.duplicates, (key, place)]
            node.put(key, value, place)
        elif node is None:
            root = value
            state = _NOTHING
        else:
            node.add(value, (start, at))


def _number(text: str) -> int | float | str:
    if text.lstrip("-").isdigit():
        return int(text) if len(text) < _MOST_DIGITS else text
    return float(text)


def _string_error(error: ValueError, start: int) -> _JsonError:
    message = str(getattr(error, "msg", error))
    at = int(getattr(error, "pos", start))
    if "Unterminated" in message:
        return _JsonError("the quote is never closed", start)
    if "control character" in message:
        return _JsonError("a line break or control character can't stand in a string: escape it", at)
    return _JsonError("unknown escape in a string", at)


def _unexpected(found: str, state: int) -> str:
    shown = found if len(found) <= 20 else found[:19] + "…"
    if found in {"}", "]"} and state in {_KEY, _VALUE}:
        return (
            "a value is missing" if state == _VALUE and found == "}" else f"a comma stands before the closing `{found}`"
        )
    if found.startswith(("//", "/*", "#")):
        return "JSON has no comments"
    if found.startswith("'"):
        return "strings stand in double quotes"
    return f"`{shown}` stands where {_EXPECTED[state]} is expected"


def _end_message(node: Any, state: int) -> str:
    if isinstance(node, Map):
        return "a `{` is never closed"
    if isinstance(node, Seq):
        return "a `[` is never closed"
    return f"the file ends where {_EXPECTED[state]} is expected"
