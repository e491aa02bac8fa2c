"""Scalars of YAML: what a plain one means, and where each character of one stands in its file."""

from __future__ import annotations

import re

from devopslint.syntax.fragment import Fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

CORE_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
"""The plain scalars that are words and yet no text."""
NUMBER_START = frozenset("0123456789+-.")
"""With what a plain scalar begins that may be a number."""
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_MOST_DIGITS = 4000

_HEADER = re.compile(r"[|>][-+0-9]*[^\r\n]*(?:\r\n?|\n)?")
_LINE = re.compile(r"([^\r\n]*)(\r\n?|\n|\Z)")
PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s++(?:#[^\r\n]*)?)+)+")
"""The anchor and the tag of a node, and what stands between them and what it holds."""
_MOST_ANCHORS = 100
"""Anchors that begin with the name of another, among which that one is looked for."""
_NAME = re.compile(r"[^\s,\[\]{}]+")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|.)", re.DOTALL)
ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029", "\t": "\t",
}  # fmt: skip


def core_scalar(text: str) -> Any:
    """Return what a plain scalar means: a number, a truth value, None, or text (YAML 1.2.2, 10.3.2 "core schema")."""
    if text in CORE_WORDS:
        return CORE_WORDS[text]
    if text[0] not in NUMBER_START:
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < _MOST_DIGITS else text
    if _FLOAT.fullmatch(text):
        return float(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8) if len(text) < _MOST_DIGITS else text
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", "").lower())
    return text


def scalar_fragment(source: Source, mark: Mark, value: str) -> Fragment:
    """Return the text of a scalar with the place of each of its characters.

    `mark` bounds the scalar in the file, whatever its style; `value` is what the reader made of it. What stands behind
    an alias is placed where its anchor is, if that is before it.
    """
    text = source.text
    start, end = mark
    if text[start:end] == value:
        return Fragment(value, source, ((0, start),))
    if text[start : start + 1] == "*":
        start = _anchored(text, start)
    properties = PROPERTIES.match(text, start)
    if properties:
        start = properties.end()
    first = text[start : start + 1]
    if first == "|":
        return Fragment(value, source, _literal_pieces(text, start, value))
    if first == ">":
        atoms = _folded_atoms(text, start, value)
    elif first == "'":
        atoms = _single_quoted_atoms(text, start + 1)
    elif first == '"':
        atoms = _double_quoted_atoms(text, start + 1)
    else:
        atoms = _plain_atoms(text, start)
    return Fragment(value, source, _aligned(value, atoms) or ((0, start),))


def _anchored(text: str, start: int) -> int:
    """Return where the last anchor before an alias stands that it names; where it stands itself, when there is none."""
    found = _NAME.match(text, start + 1)
    name = found[0] if found else ""
    anchor = start
    for _ in range(_MOST_ANCHORS if name else 0):
        anchor = text.rfind(f"&{name}", 0, anchor)
        if anchor < 0:
            break
        end = anchor + 1 + len(name)
        if not _NAME.match(text, end, end + 1):
            return anchor
    return start


def _aligned(value: str, atoms: Iterator[tuple[str, int]]) -> list[tuple[int, int]]:
    """Return pieces for atoms (text, offset) that follow each other in `value` with nothing but white space between."""
    pieces: list[tuple[int, int]] = []
    at = 0
    for text, offset in atoms:
        found = value.find(text, at)
        if found < 0 or value[at:found].strip():
            # The last word of a plain scalar in a flow collection: `b]`.
            rest = value[at:].lstrip()
            if rest and text.startswith(rest):
                pieces.append((len(value) - len(rest), offset))
            break
        if not pieces or offset - pieces[-1][1] != found - pieces[-1][0]:
            pieces.append((found, offset))
        at = found + len(text)
        if at >= len(value):
            break
    if pieces and pieces[0][0]:
        pieces.insert(0, (0, pieces[0][1]))
    return pieces


def _block_lines(text: str, start: int, value: str) -> Iterator[tuple[str, int]]:
    """Yield the content of each line of a block scalar, and where it starts."""
    header = _HEADER.match(text, start)
    at = header.end() if header else start
    indent: int | None = None
    body = value.lstrip("\n")
    while at < len(text):
        match = _LINE.match(text, at)
        assert match is not None
        line = match[1]
        if indent is None and line.strip(" "):
            indent = _indent(line, body)
        cut = min(indent or 0, len(line)) if line.strip(" ") or indent is not None else len(line)
        yield line[cut:], at + cut
        at = match.end()


def _literal_pieces(text: str, start: int, value: str) -> list[tuple[int, int]]:
    pieces = []
    at = 0
    lines = value.split("\n")
    for line, (_, offset) in zip(lines, _block_lines(text, start, value), strict=False):
        pieces.append((at, offset))
        at += len(line) + 1
    return pieces or [(0, start)]


def _folded_atoms(text: str, start: int, value: str) -> Iterator[tuple[str, int]]:
    for line, offset in _block_lines(text, start, value):
        if line:
            yield line, offset


def _indent(line: str, body: str) -> int:
    for indent in range(len(line) - len(line.lstrip(" ")) + 1):
        if body.startswith(line[indent:]):
            return indent
    return 0


def _plain_atoms(text: str, start: int) -> Iterator[tuple[str, int]]:
    # A comment can't stand within a scalar, so what follows the scalar is never asked for.
    at = start
    while at < len(text):
        match = _LINE.match(text, at)
        assert match is not None
        line = match[1].strip(" \t")
        offset = at + len(match[1]) - len(match[1].lstrip(" \t"))
        for word in re.finditer(r"\S+", line):
            yield word[0], offset + word.start()
        at = match.end()


def _single_quoted_atoms(text: str, start: int) -> Iterator[tuple[str, int]]:
    for match in re.compile(r"''|[^'\s]+|'").finditer(text, start):
        if match[0] == "'":
            return
        if match[0] == "''":
            yield "'", match.start()
        else:
            yield match[0], match.start()


def _double_quoted_atoms(text: str, start: int) -> Iterator[tuple[str, int]]:
    for match in re.compile(_ESCAPE.pattern + r'|[^"\\\s]+|"', re.DOTALL).finditer(text, start):
        atom = match[0]
        if atom == '"':
            return
        if atom[0] != "\\":
            yield atom, match.start()
        elif atom[1] in "xuU":
            code = int(atom[2:], 16)
            if code <= 0x10FFFF:
                yield chr(code), match.start()
        elif atom[1] not in "\r\n":
            yield ESCAPES.get(atom[1], atom[1]), match.start()
