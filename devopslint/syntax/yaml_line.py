"""One line of plain YAML: what it says wherever it stands, so that a line that comes again is not read again.

A line is `(length, code, opens, how, name, start, end, first, behind, value)`, all places counted from its beginning, and
the length with the line's end. `code` is twice the column of what it begins with, and one more for a dash: a block lies
deeper than another when its code is greater. `opens` has the codes of the blocks behind the first dash (`- a: b`, `- - a`).
`name` is the key between `start` and `end`; `value` stands between `first` and `behind`, when `how` is `None` or what a
collection in brackets is made by.
"""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq
from devopslint.syntax.yaml_scalar import CORE_WORDS, ESCAPES, NUMBER_START, core_scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Said = TypeVar("Said")
    Collection = tuple[bool, int, int, list[tuple[Any, ...]]]
    """What makes a mapping (if true) or list: where it starts and ends, and its items."""
    Line = tuple[int, int, tuple[int, ...], Any, str | None, int, int, int, int, Any]
    Value = tuple[Any, int, Any]
    """How a value is had, how long it is, and what it is."""

PENDING, BARE, BLOCK, QUOTED, TEXT, SEPARATOR = "pending", "bare", "block", "quoted", "text", "separator"
"""How the value of a line is had when not from the line alone: it stands on the next ones; it is that of a key on a line
before; it is made of the lines that follow; its quotes end on another line; it is nothing, or more of a plain scalar; the
line is no more than `---`."""
UNPRINTABLE = r"[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
"""What libyaml takes for no character, or for the end of a line; not closed, for in blocks a tab is one more character."""

_LONGEST_KEY = 200
_MOST_BRACKETS = 20
_LONGEST_KEPT = 200
_MOST_KEPT = 8192
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_KEY = r"[A-Za-z0-9_][\w./-]*+"
_QUOTED = r""""(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'(?!')"""
_LINE = re.compile(rf"( *)((?:-(?: +|$))*)(?:({_KEY}|{_QUOTED}):(?: +|$))?(.*)")
_PLAIN_ITEM = (
    r"(?:[^ \-?:,\[\]{}#&*!|>'\"%@`]|-(?=[^ ,\[\]{}#?:]))(?:[^ ,\[\]{}:]|:(?=[^ ,?\[\]{}])|\ +(?=[^ ,\[\]{}:#]))*+"
)
_ITEM = lazily(rf" *(?P<item>{_PLAIN_ITEM}|{_QUOTED})? *(?P<behind>[,\]\[{{])")
_PAIR = lazily(rf" *(?:({_PLAIN_ITEM}): +|({_QUOTED}): *)(?P<item>{_PLAIN_ITEM}|{_QUOTED})? *(?P<behind>[,}}\[{{])")
_BEHIND = lazily(r" *([,\]}])")
_QUOTED_VALUE = lazily(_QUOTED)
_HEADER = lazily(r"([|>])([-+]?)(?: +#.*)? *$")
_NOTHING_MORE = lazily(r" *(?: #.*)?$")
_SEPARATOR = lazily(r"---(?: +#.*)? *$")
_ODD = lazily(UNPRINTABLE + "]")
_FOLDED = r" *((?:\n *)+)"
_FOLD = lazily(_FOLDED)
_ESCAPE = lazily(_FOLDED + r"|\\(?:((?:\n *)+)|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_MANY_BLANKS = " " * 200
"""More than are looked through for the end of a line between quotes."""

_lines: dict[str, Line | tuple[()]] = {}
_values: dict[str, Value] = {}
known_line = _lines.get
"""Returns what a line says that has been read before and is kept."""


class NotPlainError(Exception):
    """Something that is left to the parser."""


def read_line(line: str) -> Line | tuple[()]:
    """Return what a line says, nothing when it is empty or a comment, and keep it. Raises NotPlainError."""
    return _keep(_lines, line, _read(line))


def _keep(held: dict[str, Said], text: str, said: Said) -> Said:
    """Return what a text says, and keep it among what is held unless the text is long."""
    if len(text) <= _LONGEST_KEPT:
        if len(held) >= _MOST_KEPT:
            held.clear()
        held[text] = said
    return said


def place(made_by: Collection, at: int) -> Map | Seq:
    """Return a collection in brackets that stands at `at`."""
    keyed, start, end, items = made_by
    if keyed:
        pairs = Map(at + start, at + end)
        for key, key_start, key_end, first, behind, value, inner in items:
            pairs[key] = value if inner is None else place(inner, at)
            pairs.at[key] = (at + key_start, at + key_end, at + first, at + behind)
        return pairs
    found = Seq(at + start, at + end)
    for first, behind, value, inner in items:
        found.append(value if inner is None else place(inner, at))
        found.at.append((at + first, at + behind))
    return found


def _read(line: str) -> Line | tuple[()]:
    if not line.isprintable() and _ODD.search(line):
        raise NotPlainError
    match = _LINE.match(line)
    assert match is not None
    spaces, dashes, key, rest = match.groups()
    if len(dashes) > _LONGEST_KEPT:
        raise NotPlainError
    column = len(spaces)
    if key is None and rest and rest[0] != "#":
        if not column and not dashes and rest.startswith(("---", "...")):
            if not _SEPARATOR.match(rest):
                raise NotPlainError
            return len(line) + 1, -2, (), SEPARATOR, None, 0, 0, 0, 0, None
        key = _odd_key(rest)
        if key is not None:
            rest = rest[len(key) + 1 :].lstrip(" ")
    elif key is None and not dashes:
        return ()
    how, behind, value = _values.get(rest) or _value(rest) if dashes or key is not None else _bare(rest)
    first = len(line) - len(rest)
    start = column + len(dashes)
    if key is None:
        if dashes:
            return _item(line, column, dashes, how, first, first + behind, value)
        return len(line) + 1, 2 * column, (), BARE, None, 0, 0, first, first + behind, (value, how)
    if len(key) > _LONGEST_KEY:
        raise NotPlainError
    name = unquoted(key) if key[0] in "\"'" else key
    where = start, start + len(key), first, first + behind
    if dashes:
        return len(line) + 1, 2 * column + 1, (*_behind_first(column, dashes), 2 * start), how, name, *where, value
    return len(line) + 1, 2 * column, (), how, name, *where, value


def _item(line: str, column: int, dashes: str, how: Any, first: int, behind: int, value: Any) -> Line:
    """Return what a line says that has dashes and no key."""
    at = column + dashes.rindex("-") + 1
    return len(line) + 1, 2 * column + 1, _behind_first(column, dashes), how, None, at, at, first, behind, value


def _behind_first(column: int, dashes: str) -> tuple[int, ...]:
    """Return the codes of the lists that begin at the second dash and those behind it."""
    return tuple(2 * (column + index) + 1 for index, char in enumerate(dashes) if index and char == "-")


def _odd_key(text: str) -> str | None:
    """Return the key that a text begins with, without quotes but of more than letters; `None` when it has no key."""
    if text[0] in "\"'[{|>":
        return None
    comment = text.find(" #")
    plain = text if comment < 0 else text[:comment].rstrip(" ")
    colon = plain.find(": ")
    if colon < 0:
        if plain[-1] != ":":
            return None
        colon = len(plain) - 1
    key = plain[:colon]
    if not key or key[-1] == " " or not _begins_plainly(key) or key == "<<":
        raise NotPlainError
    return key


def _begins_plainly(text: str) -> bool:
    return text[0] not in _INDICATORS or (text[0] == "-" and text[1:2] not in {"", " "})


def _bare(text: str) -> Value:
    """Return what the text of a line says that has neither a key nor a dash."""
    try:
        found = _values.get(text) or _value(text)
    except NotPlainError:
        found = TEXT, 0, None
    if found[0] is BLOCK or found[0] is QUOTED or found[0] is TEXT:
        word, _, _ = text.partition(" #")
        word = word.rstrip(" ")
        if not may_go_on(word):
            raise NotPlainError
        return TEXT, len(word), None
    return found


def may_go_on(text: str) -> bool:
    """Say whether a plain scalar that began on a line before goes on with a text, whatever that begins with."""
    return ": " not in text and text[-1] != ":" and " #" not in text


def _value(text: str) -> Value:
    """Return what a value and all that follows it on its line says, and keep it."""
    return _keep(_values, text, _read_value(text))


def _read_value(text: str) -> Value:
    if not text or text[0] == "#":
        return PENDING, 0, None
    char = text[0]
    if char not in _INDICATORS or char == "-":
        comment = text.find(" #")
        word = (text if comment < 0 else text[:comment]).rstrip(" ")
        if ": " in word or word[-1] == ":" or not _begins_plainly(word):
            raise NotPlainError
        return None, len(word), _plain(word)
    if char in "|>":
        header = _HEADER.match(text)
        if header is None:
            raise NotPlainError
        return BLOCK, 0, header.groups()
    if char in "[{":
        made_by = _collection(text, 0, _MOST_BRACKETS)
        found: Value = made_by, made_by[2], None
    else:
        quoted = _QUOTED_VALUE.match(text)
        if quoted is None:
            if char in "\"'":
                return QUOTED, 0, None
            raise NotPlainError
        found = None, quoted.end(), unquoted(quoted[0])
    if not _NOTHING_MORE.match(text, found[1]):
        raise NotPlainError
    return found


def _plain(word: str) -> Any:
    return core_scalar(word) if word in CORE_WORDS or word[0] in NUMBER_START else word


def _scalar(word: str) -> Any:
    return unquoted(word) if word[0] in "\"'" else _plain(word)


def unquoted(word: str) -> str:
    """Return what stands in quotes. Raises NotPlainError."""
    text = word[1:-1]
    if _MANY_BLANKS in text:
        raise NotPlainError
    if word[0] == "'":
        if "\n" in text:
            text = _FOLD.sub(_folded, text)
        return text.replace("''", "'")
    return _ESCAPE.sub(_escaped, text) if "\\" in text or "\n" in text else text


def _folded(fold: re.Match[str]) -> str:
    return "\n" * (fold[1].count("\n") - 1) or " "


def _escaped(escape: re.Match[str]) -> str:
    if escape[1]:
        return _folded(escape)
    if escape[2]:
        return "\n" * (escape[2].count("\n") - 1)
    number = escape[3] or escape[4] or escape[5]
    if number is None:
        char = ESCAPES.get(escape[6], escape[6] if escape[6] in '"\\/ ' else None)
        if char is None:
            raise NotPlainError
        return char
    code = int(number, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise NotPlainError
    return chr(code)


def _collection(line: str, start: int, most: int) -> Collection:
    """Return what makes the collection in brackets that starts somewhere in a line."""
    if not most:
        raise NotPlainError
    keyed = line[start] == "{"
    closing = "}" if keyed else "]"
    at = start + 1
    items: list[tuple[Any, ...]] = []
    names = set()
    while True:
        found = (_PAIR if keyed else _ITEM).match(line, at)
        if found is None:
            # Nothing, or nothing behind the last comma.
            found = _BEHIND.match(line, at)
            if found is None or found[1] != closing:
                raise NotPlainError
            return keyed, start, found.end(), items
        word, behind = found.group("item", "behind")
        at = found.end()
        key: tuple[Any, ...] = ()
        if keyed:
            number = 1 if found[1] is not None else 2
            name = unquoted(found[2]) if number == 2 else found[1]
            if name in names or len(found[number]) > _LONGEST_KEY or found[1] == "<<":
                raise NotPlainError
            names.add(name)
            key = name, *found.span(number)
        if word is not None:
            if behind in "[{":
                raise NotPlainError
            items.append((*key, *found.span("item"), _scalar(word), None))
        elif behind in "[{":
            inner = _collection(line, at - 1, most - 1)
            items.append((*key, at - 1, inner[2], None, inner))
            found = _BEHIND.match(line, inner[2])
            if found is None:
                raise NotPlainError
            at, behind = found.end(), found[1]
        elif keyed or behind != closing:
            raise NotPlainError
        if behind == closing:
            return keyed, start, at, items
        if behind != ",":
            raise NotPlainError
