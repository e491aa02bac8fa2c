"""Plain YAML: most of what people write is mappings and lists in blocks, of scalars on one line.

It is read line by line, at a fraction of the cost of a parser. Whatever goes beyond (anchors, tags, keys in quotes,
scalars on several lines, anything that may be a fault) is left to the parser: `read_plain` reads
all of a text or nothing, and what it reads is the same as the parser reads.
"""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq
from devopslint.syntax.yaml_scalar import CORE_WORDS, NUMBER_START, core_scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_OPEN = 100
_LONGEST_KEY = 200
_KEY = r"[A-Za-z0-9_][\w./-]*+"
_ITEM = r"""(?:[A-Za-z0-9_/.][\w/.@+-]*+|"[^"\\\n]*"|'[^'\n]*')"""
_LINE = re.compile(rf"( *)(- +)?(?:({_KEY}):(?: +|$))?(.*)$", re.MULTILINE)
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_QUOTED = lazily(r""""[^"\\\n]*"|'[^'\n]*'""")
_LIST = lazily(rf"\[(?: *{_ITEM}(?: *, *{_ITEM})*)? *\]")
_MAPPING = lazily(rf"\{{(?: *{_KEY}: +{_ITEM}(?: *, *{_KEY}: +{_ITEM})*)? *\}}")
_ONE_ITEM = lazily(_ITEM)
_ONE_PAIR = lazily(rf"({_KEY}): +({_ITEM})")
_NOTHING_MORE = lazily(r" *(?: #.*)?$", re.MULTILINE)


def read_plain(text: str) -> list[Any] | None:
    """Return the roots of the documents of a text, or `None` where it holds something that is not read here."""
    if not text.isascii() or not text.replace("\n", "").isprintable():
        return None
    try:
        return _read(text)
    except _NotPlainError:
        return None


def _read(text: str) -> list[Any]:  # noqa: C901, PLR0915 (one loop: calls double its time)
    roots: list[Any] = []
    # The block that lines are added to (None: the document), how far it is indented, and the key that waits for a block.
    node: Any = None
    margin = -1
    key: tuple[str, int, int] | None = None
    stack: list[tuple[Any, int, tuple[str, int, int] | None]] = []
    last = position = 0
    separated = False
    match = _LINE.match
    while position < len(text):
        line = match(text, position)
        assert line is not None
        spaces, dash, name, rest = line.groups()
        at = position
        position = line.end() + 1
        if name is None and dash is None:
            if not rest or rest[0] == "#":
                continue
            if spaces or rest != "---" or (node is None and (separated or roots)):
                raise _NotPlainError
            indent = -1
        else:
            indent = len(spaces)
            at += indent
        # Close the blocks that end before this line.
        while node is not None:
            if key is not None:
                if indent > margin or (dash is not None and indent == margin):
                    break
                last = _leave(node, key)
                key = None
            if indent >= margin:
                if indent == margin and (dash is not None) is (node.__class__ is Seq):
                    break
                if indent > margin or node.__class__ is Map:
                    raise _NotPlainError
            closed = node
            closed.end = last
            node, margin, key = stack.pop()
            if node is None:
                roots.append(closed)
                separated = False
            elif key is not None:
                node[key[0]] = closed
                node.at[key[0]] = (key[1], key[2], closed.start, last)
                key = None
            else:
                node.append(closed)
                node.at.append((closed.start, last))
        if indent < 0:
            separated = True
            continue
        if node is None and roots and not separated:
            raise _NotPlainError
        if dash is not None:
            if node is None or key is not None:
                stack.append((node, margin, key))
                node, margin, key = Seq(at), indent, None
            at += len(dash)
            indent += len(dash)
            if name is not None:
                stack.append((node, margin, None))
                node, margin = Map(at), indent
        elif node is None or key is not None:
            stack.append((node, margin, key))
            node, margin, key = Map(at), indent, None
        if len(stack) > _MOST_OPEN:
            raise _NotPlainError
        if name is not None:
            end = at + len(name)
            if name in node or len(name) > _LONGEST_KEY:
                raise _NotPlainError
            if not rest or rest[0] == "#":
                key = name, at, end
                continue
            start = line.start(4)
        elif not rest:
            raise _NotPlainError
        else:
            start = at
        first = rest[0]
        if first not in _INDICATORS or (first == "-" and rest[1:2].isdigit()):
            comment = rest.find(" #")
            word = (rest if comment < 0 else rest[:comment]).rstrip(" ")
            if ": " in word or word[-1] == ":":
                raise _NotPlainError
            last = start + len(word)
            value: Any = core_scalar(word) if word in CORE_WORDS or word[0] in NUMBER_START else word
        elif first == "|":
            value, last, position = _literal(text, rest, position, margin)
        else:
            value, last = _enclosed(text, start)
        if name is not None:
            node[name] = value
            node.at[name] = (at, end, start, last)
        else:
            node.append(value)
            node.at.append((start, last))
    if node is None:
        raise _NotPlainError
    if key is not None:
        last = _leave(node, key)
    while True:
        closed = node
        closed.end = last
        node, _, key = stack.pop()
        if node is None:
            roots.append(closed)
            return roots
        if key is not None:
            node[key[0]] = closed
            node.at[key[0]] = (key[1], key[2], closed.start, last)
        else:
            node.append(closed)
            node.at.append((closed.start, last))


def _leave(node: Map, key: tuple[str, int, int]) -> int:
    """Give a key without a value the null that stands behind its colon, and return where that is."""
    name, start, end = key
    node.put(name, None, (start, end, end + 1, end + 1))
    return end + 1


def _literal(text: str, header: str, position: int, margin: int) -> tuple[str, int, int]:
    """Return a block of literal lines behind its header, where it ends, and where the next line stands."""
    if header not in {"|", "|-"}:
        raise _NotPlainError
    indent = -1
    end = count = 0
    lines: list[str] = []
    while position < len(text):
        line_end = text.find("\n", position)
        if line_end < 0:
            raise _NotPlainError
        line = text[position:line_end]
        content = line.lstrip(" ")
        if content:
            here = len(line) - len(content)
            if indent < 0:
                if here <= margin:
                    break
                indent = here
            elif here < indent:
                break
            lines.append(line[indent:])
            end, count = line_end, len(lines)
        elif len(line) > max(indent, 0):
            raise _NotPlainError
        else:
            lines.append(line[indent:] if indent >= 0 else "")
        position = line_end + 1
    if indent < 0:
        raise _NotPlainError
    while text[end - 1] == " ":
        end -= 1
    return "\n".join(lines[:count]) + ("\n" if header == "|" else ""), end, position


def _enclosed(text: str, start: int) -> tuple[Any, int]:
    """Return a scalar in quotes, or a list or mapping in brackets that holds only scalars, and where it ends."""
    first = text[start]
    pattern = _LIST if first == "[" else _MAPPING if first == "{" else _QUOTED
    found = pattern.match(text, start)
    if found is None or not _NOTHING_MORE.match(text, found.end()):
        raise _NotPlainError
    end = found.end()
    if pattern is _QUOTED:
        return text[start + 1 : end - 1], end
    if pattern is _LIST:
        items = Seq(start, end)
        for item in _ONE_ITEM.finditer(text, start + 1, end - 1):
            items.add(_scalar(item[0]), item.span())
        return items, end
    pairs = Map(start, end)
    for pair in _ONE_PAIR.finditer(text, start + 1, end - 1):
        if pair[1] in pairs:
            raise _NotPlainError
        pairs.put(pair[1], _scalar(pair[2]), (*pair.span(1), *pair.span(2)))
    return pairs, end


def _scalar(word: str) -> Any:
    if word[0] in "\"'":
        return word[1:-1]
    return core_scalar(word) if word in CORE_WORDS or word[0] in NUMBER_START else word


class _NotPlainError(Exception):
    """Something that is left to the parser."""
