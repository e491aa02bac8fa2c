"""Words of an instruction: flags, quotes, the JSON form and `name=value` pairs, each with its offsets."""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_JSON_STRING = lazily(r'"(?:[^"\\]|\\.)*"')
_SPACE = lazily(r"\s+")


def split_words(text: str, start: int, escape: str = "\\") -> list[Word]:
    """Return the words from `start` on, quotes kept in `raw`; blanks in quotes or behind an escape part none."""
    if not any(char in text for char in ('"', "'", escape)):
        return [
            Word(match.group(), match.start(), match.end(), escape)
            for match in re.compile(r"\S+").finditer(text, start)
        ]
    words: list[Word] = []
    length = len(text)
    at = start
    while at < length:
        if text[at].isspace():
            at += 1
            continue
        end = _word_end(text, at, escape)
        words.append(Word(text[at:end], at, end, escape))
        at = end
    return words


def _word_end(text: str, at: int, escape: str) -> int:
    quote = ""
    length = len(text)
    while at < length:
        char = text[at]
        if char == escape and quote != "'":
            at += 1
        elif quote:
            if char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char.isspace():
            break
        at += 1
    return min(at, length)


def read_flags(text: str, start: int, escape: str = "\\") -> tuple[list[Flag], int]:
    """Return the `--name=value` words from `start` on, and the offset of what follows them."""
    flags: list[Flag] = []
    length = len(text)
    at = start
    while True:
        while at < length and text[at].isspace():
            at += 1
        if not text.startswith("--", at):
            return flags, at
        end = _word_end(text, at, escape)
        if end == at + 2:
            while end < length and text[end].isspace():
                end += 1
            return flags, end
        flags.append(Flag(text[at:end], at, end, escape))
        at = end


def json_words(text: str, start: int) -> list[Word] | None:
    """Return the items of a JSON list of strings from `start` to the end of the text; `None` when it is none."""
    if not text.startswith("[", start):
        return None
    import json

    try:
        items = json.loads(text[start:])
    except ValueError:
        return None
    except RecursionError:
        return None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return None
    matches = _JSON_STRING.finditer(text, start)
    return [Word(match.group(), *match.span(), plain=item) for item, match in zip(items, matches, strict=False)]


def read_pairs(text: str, start: int, words: Sequence[Word]) -> tuple[list[Pair], bool]:
    """Return the pairs of ENV or LABEL, and whether they are in the old form `NAME the rest is the value`.

    Source: `parseNameVal` of BuildKit's parser.
    """
    if not words:
        return [], False
    if "=" not in words[0].raw:
        match = _SPACE.search(text, start)
        if not match:
            return [], True
        value_end = len(text.rstrip())
        value = Word(text[match.end() : value_end], match.end(), value_end, words[0].escape)
        return [Pair(Word(text[start : match.start()], start, match.start(), value.escape), value)], True
    return [pair for word in words if (pair := split_pair(word)).value is not None], False


def split_pair(word: Word) -> Pair:
    """Return `name=value` as its two halves; the value is `None` without a `=`."""
    name, equals, value = word.raw.partition("=")
    left = Word(name, word.start, word.start + len(name), word.escape)
    if not equals:
        return Pair(left, None)
    return Pair(left, Word(value, word.end - len(value), word.end, word.escape))


class Word:
    """A word as it stands (`raw`), and its offsets in the text of its fragment.

    `value` is the word without quotes and escapes, its variables left as they are. The items of the JSON form know
    their value; they stand between quotes in the file.
    """

    __slots__ = ("end", "escape", "plain", "raw", "start")

    def __init__(self, raw: str, start: int, end: int, escape: str = "\\", *, plain: str | None = None) -> None:
        self.raw = raw
        self.start = start
        self.end = end
        self.escape = escape
        self.plain = plain

    @property
    def value(self) -> str:
        """The word without quotes and escapes."""
        if self.plain is not None:
            return self.plain
        raw = self.raw
        if '"' in raw or "'" in raw or self.escape in raw:
            return _unquote(raw, self.escape)
        return raw

    def __repr__(self) -> str:
        return f"Word({self.raw!r})"


class Flag:
    """`--name=value`; the value is `None` without a `=`. The offsets are those of the whole flag and of its value."""

    __slots__ = ("end", "name", "start", "value", "value_start")

    def __init__(self, raw: str, start: int, end: int, escape: str) -> None:
        name, equals, value = raw.partition("=")
        self.name = name[2:]
        self.start = start
        self.end = end
        self.value_start = end - len(value) if equals else start
        self.value: Word | None = Word(value, self.value_start, end, escape) if equals else None


class Pair:
    """A name and its value."""

    __slots__ = ("name", "value")

    def __init__(self, name: Word, value: Word | None) -> None:
        self.name = name
        self.value = value


def _unquote(raw: str, escape: str) -> str:
    found: list[str] = []
    quote = ""
    at = 0
    length = len(raw)
    while at < length:
        char = raw[at]
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                found.append(char)
        elif char == escape and at + 1 < length:
            following = raw[at + 1]
            if quote and following not in ('"', "$", escape):
                found.append(char)
            elif following == "$":
                found.append("\\$")
                at += 2
                continue
            found.append(following)
            at += 1
        elif char == quote:
            quote = ""
        elif not quote and char in "\"'":
            quote = char
        else:
            found.append(char)
        at += 1
    return "".join(found)
