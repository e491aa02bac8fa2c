"""Plain HCL: most of what people write is blocks of attributes, whose values are literals, references and lists of them.

It is read attribute by attribute, at a fraction of the cost of a parser. A value that is more (an operation, a call, a
heredoc) is left to the parser, and the rest of the file is not. A text that is more in another way, or that may have a
fault, is left to the parser as a whole. What is read is the same as the parser reads.
"""

from __future__ import annotations

import re

from devopslint.syntax.hcl_nodes import NAME, REFERENCE, Block, Expression, File
from devopslint.syntax.hcl_text import unescape
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

    Left = tuple[Block, list[Mark]]
    """The block of an attribute that is left to the parser, and where its pieces stand, without the blanks between."""

_MOST_OPEN = 50
_WORDS = {"true": True, "false": False, "null": None}
_BLANK = r"(?:[ \t\n]++|(?:#|//)[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/)*+"
_TEXT = r"""(?:[^"\\$%\x00-\x1f\x7f]++|[$%](?![{$%])|\\[nrt"\\])*+"""
_LITERAL = r"(?:-?\d++(?:\.\d++)?+|true|false|null)(?![\w.-])"
_REFERENCE = rf"(?!(?:true|false|null|for|if|in)\b){REFERENCE}"
_TEMPLATE = rf'"(?:[^"\\$%\x00-\x1f\x7f]++|[$%](?![{{$%])|\$\{{{_REFERENCE}\}})*+"'
_VALUE = rf'(?:"({_TEXT})"|({_LITERAL})|({_REFERENCE})|({_TEMPLATE}))'
_LINE_END = r"(?=[ \t]*+(?:[\n#}]|//|\Z))"
_LABEL = rf'(?:[ \t]++("[^"\\$%\x00-\x1f\x7f]*+"|{NAME}))?+'

_ITEM = re.compile(
    rf"{_BLANK}(?:({NAME})(?:[ \t]*+=[ \t]*+(?:{_VALUE}{_LINE_END})?|{_LABEL}{_LABEL}[ \t]*+(\{{))"
    rf"|(\}}){_LINE_END}|\Z)"
)
"""An attribute, with its value where that is plain; the header of a block; the end of one, or of the file."""
_ATTRIBUTE, _STRING, _FIRST_LABEL, _SECOND_LABEL, _OPEN, _CLOSE = 1, 2, 6, 7, 8, 9

_ELEMENT = lazily(rf"{_BLANK}(?:(){_VALUE}{_BLANK}(?:,|(?=\]))|([\[{{])|(\]))")
_PAIR = lazily(
    rf"{_BLANK}(?:((?!(?:true|false|null|for|if|in)\b){NAME}|\"{_TEXT}\")[ \t]*+[=:][ \t]*+"
    rf"(?:{_VALUE}[ \t]*+(?:,|(?=[\n#}}]|//))|([\[{{]))|(\}}))"
)
_INNER_OPEN, _INNER_CLOSE = 6, 7
_AFTER_ELEMENT = lazily(rf"{_BLANK}(?:,|(?=\]))")
_AFTER_PAIR = lazily(r"[ \t]*+(?:,|(?=[\n#}]|//))")
_AFTER_ATTRIBUTE = lazily(_LINE_END)

_HOLE = r'\$\{[^"{}\n]*+(?:"[^"\n]*+"[^"{}\n]*+)*+\}'
_PIECE = lazily(
    rf'(?:[^"(){{}}\[\]\n#/<]++|"(?:[^"\\$%\n]++|\\.|{_HOLE}|[$%])*+"|(?:#|//)[^\n]*+|/(?!\*)|<(?!<)'
    rf"|<<-?({NAME})\n(?:[^\n]*+\n)*?[ \t]*+\1(?![\w-]))*+(?:([(\[{{])|([)\]}}])|(\n|\Z))"
)
"""What a value that is more is made of up to a bracket or a line end, as far as needed to see where it ends."""
_OPENING, _CLOSING = 2, 3
_INDENT = lazily("[ \t]*")


def read_plain(source: Source) -> tuple[File, list[Left]] | None:
    """Return the root of a file, where the attributes that are left to the parser are UNKNOWN, and these attributes.

    Returns `None` where the whole text is to be left to the parser.
    """
    text = source.text
    if "\r" in text or "\0" in text:
        return None
    root = File(len(text))
    block: Block = root
    left: list[Left] = []
    stack: list[Block] = []
    position = 0
    match = _ITEM.match
    while (found := match(text, position)) is not None:
        kind = found.lastindex
        position = found.end()
        if kind is None:
            return None if stack else (root, left)
        if kind == _CLOSE:
            if not stack:
                return None
            block.end = position
            owner = stack.pop()
            owner.add(block)
            block = owner
            continue
        start, end = found.span(_ATTRIBUTE)
        name = text[start:end]
        if kind == _OPEN:
            stack.append(block)
            if len(stack) > _MOST_OPEN:
                return None
            block = _header(found, name, start, end)
            continue
        if name in block:
            return None
        if kind == _STRING:
            value, value_start, value_end = found[kind], found.start(kind) - 1, position
            if "\\" in value:
                value = unescape(value)
        elif kind != _ATTRIBUTE:
            value, value_start, value_end = _value(source, found, kind - _STRING)
        else:
            value_start = position
            read = _container(source, position, 0) if text.startswith(("[", "{"), position) else None
            if read is not None and _AFTER_ATTRIBUTE.match(text, read[1]):
                value, position = read
                value_end = position
            else:
                value, value_end = UNKNOWN, position
                pieces = _pieces(text, start, position)
                if pieces is None:
                    return None
                left.append((block, pieces))
                position = pieces[-1][1]
        block[name] = value
        block.at[name] = start, end, value_start, value_end
    return None


def _header(found: re.Match[str], name: str, start: int, end: int) -> Block:
    """Return the block that a header begins."""
    block = Block(name, start, end)
    for label in (_FIRST_LABEL, _SECOND_LABEL):
        word = found[label]
        if word is not None:
            mark = found.span(label)
            block.labels.add(word[1:-1] if word[0] == '"' else word, mark)
            end = mark[1]
    block.header = start, end
    return block


def _value(source: Source, found: re.Match[str], kind: int) -> tuple[Any, int, int]:
    """Return a string (kind 0), a number or word (1), a reference (2) or template (3), and where it starts and ends."""
    group = _STRING + kind
    start, end = found.span(group)
    if kind > 1:
        return Expression(source, None, start, end, start - 2), start, end
    word = found[group]
    if kind == 0:
        return (unescape(word) if "\\" in word else word), start - 1, end + 1
    if word in _WORDS:
        return _WORDS[word], start, end
    return (float(word) if "." in word else int(word)), start, end


def _container(source: Source, start: int, depth: int) -> tuple[Any, int] | None:
    """Return the list or map in brackets that starts at an offset, and where it ends; `None` where it is not plain."""
    text = source.text
    if depth > _MOST_OPEN:
        return None
    is_list = text[start] == "["
    container: Any = Seq(start) if is_list else Map(start)
    pattern, after = (_ELEMENT, _AFTER_ELEMENT) if is_list else (_PAIR, _AFTER_PAIR)
    position = start + 1
    while (found := pattern.match(text, position)) is not None:
        kind = found.lastindex
        position = found.end()
        assert kind is not None
        if kind == _INNER_CLOSE:
            container.end = position
            return container, position
        if kind == _INNER_OPEN:
            value_start = position - 1
            inner = _container(source, value_start, depth + 1)
            separator = after.match(text, inner[1]) if inner is not None else None
            if inner is None or separator is None:
                return None
            value, value_end = inner
            position = separator.end()
        else:
            value, value_start, value_end = _value(source, found, kind - _STRING)
        if is_list:
            container.add(value, (value_start, value_end))
            continue
        key = found[1]
        if key[0] == '"':
            key = unescape(key[1:-1])
        if key in container:
            return None
        container.put(key, value, (*found.span(1), value_start, value_end))
    return None


def _pieces(text: str, start: int, position: int) -> list[Mark] | None:
    """Return the pieces of an attribute up to the end of its last line; `None` where that can't be seen.

    To the grammar each blank is a token of its own, and costs as much as any other.
    """
    pieces: list[Mark] = []
    depth = 0
    while (found := _PIECE.match(text, position)) is not None:
        kind = found.lastindex
        position = found.end()
        if kind == _OPENING:
            depth += 1
        elif kind == _CLOSING:
            depth -= 1
            if depth < 0:
                return None
        elif depth == 0:
            pieces.append((start, position))
            return pieces
        else:
            indent = _INDENT.match(text, position)
            assert indent is not None
            if indent.end() == len(text):
                return None
            if indent.end() > position:
                pieces.append((start, position))
                start = position = indent.end()
    return None
