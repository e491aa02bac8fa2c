"""Plain YAML: what people write is mappings and lists in blocks, most of their values on one line.

It is read line by line, at a fraction of the cost of a parser. Whatever goes beyond (anchors, tags, brackets on several
lines, anything that may be a fault) is left to the parser: `read_plain` reads all of a text or nothing, and
what it reads is the same as the parser reads.
"""

from __future__ import annotations

import re
from itertools import islice

from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq
from devopslint.syntax.yaml_line import (
    BARE,
    BLOCK,
    PENDING,
    QUOTED,
    SEPARATOR,
    TEXT,
    UNPRINTABLE,
    NotPlainError,
    known_line,
    may_go_on,
    place,
    read_line,
    unquoted,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.syntax.yaml_line import Line

    Key = tuple[str | None, int, int]
    """What waits for its value: a key and its place, or no key and the place behind a dash."""

_MOST_OPEN = 100
_BLOCK = lazily(r"(?=((?: *\n)*)( +)[^ \n\t])(?:(?:\2.*+| *+)\n)*+(?:\2.*+)?")
_QUOTES = lazily(r"""("(?:[^"\\]|\\.|\\\n)*+"|'(?:[^']|'')*+') *(?: #.*)?$""", re.MULTILINE)
_NO_CHARACTER = lazily(UNPRINTABLE + r"\n\t]")


def read_plain(text: str) -> list[Any] | None:
    """Return the roots of the documents of a text, or `None` where it holds something that is not read here."""
    try:
        return _read(text)
    except NotPlainError:
        return None


def _read(text: str) -> list[Any]:  # noqa: C901, PLR0915 (one loop: calls double its time)
    roots: list[Any] = []
    # The block that lines are added to (None: the document), the code of its lines, and what waits for a value.
    node: Any = None
    margin = -1
    key: Key | None = None
    stack: list[tuple[Any, int, Key | None]] = []
    last = position = 0
    separated = False
    lines = iter(text.split("\n"))
    for line in lines:
        said = known_line(line)
        if said is None:
            said = read_line(line)
        if not said:
            position += len(line) + 1
            continue
        at = position
        length, code, opens, how, name, start, end, first, behind, value = said
        position += length
        if code != margin or key is not None:
            if how is BARE:
                last = _put_bare(text, node, margin, key, at, said)
                key = None
                continue
            # Close the blocks that end before this line.
            while node is not None:
                if key is not None:
                    if code > margin:
                        break
                    last = _leave(node, key)
                    key = None
                if code >= margin:
                    if code == margin:
                        break
                    raise NotPlainError
                closed = node
                closed.end = last
                node, margin, key = stack.pop()
                if node is None:
                    roots.append(closed)
                    separated = False
                elif margin & 1:
                    node.append(closed)
                    node.at.append((closed.start, last))
                    key = None
                else:
                    owner, start_of_owner, end_of_owner = key  # type: ignore[misc]  # in a mapping something waits for it
                    node[owner] = closed
                    node.at[owner] = (start_of_owner, end_of_owner, closed.start, last)
                    key = None
            if how is SEPARATOR:
                if separated:
                    roots.append(None)
                separated = True
                continue
            if node is None or key is not None:
                if len(stack) > _MOST_OPEN or (node is None and roots and not separated):
                    raise NotPlainError
                stack.append((node, margin, key))
                node = Seq(at + (code >> 1)) if code & 1 else Map(at + (code >> 1))
                margin, key = code, None
        if opens:
            for inner in opens:
                stack.append((node, margin, None))
                node = Seq(at + (inner >> 1)) if inner & 1 else Map(at + (inner >> 1))
                margin = inner
            if len(stack) > _MOST_OPEN:
                raise NotPlainError
        marks = node.at
        if name is not None and name in marks:
            raise NotPlainError
        if how is not None:
            if how is PENDING:
                key = name, at + start, at + end
                continue
            if how is BLOCK:
                value, last, position = _block(text, position, margin >> 1, value, lines)
            elif how is QUOTED:
                value, last, position = _quoted(text, at + first, margin >> 1, lines)
            elif how is BARE:
                raise NotPlainError
            else:
                value = place(how, at + first)
                last = at + behind
        else:
            last = at + behind
        if name is not None:
            node[name] = value
            marks[name] = (at + start, at + end, at + first, last)
        else:
            node.append(value)
            marks.append((at + first, last))
    if key is not None:
        last = _leave(node, key)
    while node is not None:
        closed = node
        closed.end = last
        node, _, key = stack.pop()
        if node is None:
            return [*roots, closed]
        _put(node, key, closed, closed.start, last)
    return [*roots, None] if separated else roots


def _put(node: Map | Seq, key: Key | None, value: Any, start: int, end: int) -> None:
    """Give what waits in a block its value, or a list one more."""
    if isinstance(node, Seq):
        node.add(value, (start, end))
    else:
        assert key is not None
        assert key[0] is not None
        node.put(key[0], value, (key[1], key[2], start, end))


def _leave(node: Map | Seq, key: Key) -> int:
    """Give a key or a dash without a value the null that stands behind it, and return where that is."""
    at = key[2] if key[0] is None else key[2] + 1
    _put(node, key, None, at, at)
    return at


def _put_bare(text: str, node: Any, margin: int, key: Key | None, at: int, said: Line) -> int:
    """Put the value that is all of a line under the key of a line before it, or make the scalar before it longer."""
    _, code, *_, first, behind, (value, how) = said
    if node is None or code >> 1 <= margin >> 1:
        raise NotPlainError
    first += at
    behind += at
    if key is not None:
        if how is TEXT:
            raise NotPlainError
        _put(node, key, value if how is None else place(how, first), first, behind)
        return behind
    before = next(reversed(node)) if node.__class__ is Map else -1
    *_, start, end = node.at[before]
    gap = text[end:first]
    more = text[first:behind]
    if text[start] in "\"'[{|>" or not may_go_on(more) or gap.strip(" \n") or isinstance(node[before], (Map, Seq)):
        raise NotPlainError
    written = text[start:end]
    breaks = gap.count("\n")
    node[before] = (node[before] if "\n" in written else written) + ("\n" * (breaks - 1) or " ") + more
    node.at[before] = (*node.at[before][:-1], behind)
    return behind


def _block(
    text: str, position: int, margin: int, header: tuple[str, str], lines: Iterator[str]
) -> tuple[str, int, int]:
    """Return the scalar of the lines of a block behind its header, where it ends, and where the next line stands."""
    style, chomping = header
    found = _BLOCK.match(text, position)
    if found is None or len(found[2]) <= margin:
        if chomping == "+":
            raise NotPlainError
        end = min(position - 1, len(text))
        while text[end - 1] == " ":
            end -= 1
        return "", end, position
    before, indentation = found.groups()
    indent = len(indentation)
    if any(len(blank) > indent for blank in before.split("\n")):
        raise NotPlainError
    after = end = found.end()
    closed = text[after - 1] == "\n"
    written = list(islice(lines, text.count("\n", position, after) + (not closed)))
    if not "".join(written).isprintable() and _NO_CHARACTER.search(text, position, after):
        raise NotPlainError
    while text[end - 1] in " \t\n":
        end -= 1
    whole = "\n".join([line[indent:] for line in written]) + "\n" * closed
    value = whole.rstrip("\n")
    breaks = whole[len(value) :]
    if style == ">":
        value = _folded(value.split("\n"))
    return value + (breaks if chomping == "+" else "" if chomping == "-" else breaks[:1]), end, after


def _quoted(text: str, start: int, margin: int, lines: Iterator[str]) -> tuple[str, int, int]:
    """Return a scalar whose quotes end on another line, where it ends, and where the next line stands."""
    found = _QUOTES.match(text, start)
    if found is None:
        raise NotPlainError
    end = found.end(1)
    others = list(islice(lines, text.count("\n", start, end)))
    if any(line and (line[: margin + 1].strip(" ") or not line.isprintable()) for line in others):
        raise NotPlainError
    return unquoted(found[1]), end, found.end() + 1


def _folded(lines: list[str]) -> str:
    """Return a text whose lines run on, but for those that are indented."""
    text = ends = breaks = ""
    indented = False
    for line in lines:
        if not line:
            breaks += "\n"
            continue
        was_indented, indented = indented, line[0] in " \t"
        if ends and not was_indented and not indented:
            text += breaks or " "
        else:
            text += ends + breaks
        text += line
        ends, breaks = "\n", ""
    return text
