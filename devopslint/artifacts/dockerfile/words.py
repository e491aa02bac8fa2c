"""Words of an instruction: flags, quotes, the JSON form and `name=value` pairs, each with its offsets."""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANKS = r"[ \t\r\n]*+"
_PLAIN_STRING = rf'"[^"\\\x00-\x1f]*+"{_BLANKS}'
_JSON_STRING = lazily(r'"(?:[^"\\]|\\.)*"')
_PLAIN_LIST = lazily(rf"\[{_BLANKS}{_PLAIN_STRING}(?:,{_BLANKS}{_PLAIN_STRING})*+\]{_BLANKS}")
"""A list of strings without escapes, which needs no parser."""
_SPACE = lazily(r"\s+")
PLAIN = {"\\": lazily(r"""[^$"'\\]+"""), "`": lazily(r"""[^$"'`]+""")}
"""What stands for itself, in quotes or not, by the escape character."""
_WORDS = {
    escape: lazily(
        rf"""(?:[^\s"'{one}]++|"(?:[^"{one}]|{one}.)*+(?:"|{one}?\Z)|'[^']*+(?:'|\Z)|{one}.?)++""", re.DOTALL
    )
    for escape, one in (("\\", r"\\"), ("`", "`"))
}
"""A word, by the escape character: a quote that is not closed goes on to the end."""


def split_words(text: str, start: int, escape: str = "\\") -> list[Word]:
    """Return the words from `start` on, quotes kept in `raw`; blanks in quotes or behind an escape part none."""
    tail = text[start:]
    if '"' in tail or "'" in tail or escape in tail:
        return [Word(found.group(), *found.span(), escape) for found in _WORDS[escape].finditer(text, start)]
    words: list[Word] = []
    for raw in tail.split():
        start = text.index(raw, start)
        end = start + len(raw)
        words.append(Word(raw, start, end, escape, None, raw))
        start = end
    return words


def read_flags(text: str, start: int, escape: str = "\\") -> tuple[list[Flag], int]:
    """Return the `--name=value` words from `start` on, where no blank stands, and the offset of what follows them."""
    flags: list[Flag] = []
    at = start
    while text.startswith("--", at):
        word = _WORDS[escape].match(text, at)
        assert word is not None
        end = word.end()
        if end > at + 2:
            flags.append(Flag(word.group(), at, end, escape))
        blanks = _SPACE.match(text, end)
        at = blanks.end() if blanks else end
        if word.group() == "--":
            break
    return flags, at


def json_words(text: str, start: int) -> list[Word] | None:
    """Return the items of a JSON list of strings from `start` to the end of the text; `None` when it is none."""
    if not text.startswith("[", start):
        return None
    if _PLAIN_LIST.fullmatch(text, start):
        return _plain_items(text, start)
    matches = _JSON_STRING.finditer(text, start)
    import json

    try:
        items = json.loads(text[start:])
    except ValueError:
        return None
    except RecursionError:
        return None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return None
    return [Word(match.group(), *match.span(), plain=item) for item, match in zip(items, matches, strict=False)]


def _plain_items(text: str, start: int) -> list[Word]:
    """Return the items of a list of strings in which every quote begins or ends one."""
    words: list[Word] = []
    pieces = text[start:].split('"')
    for before, item in zip(pieces[::2], pieces[1::2], strict=False):
        start += len(before)
        end = start + len(item) + 2
        words.append(Word(f'"{item}"', start, end, "\\", item))
        start = end
    return words


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
    start, end, escape = word.start, word.end, word.escape
    name, equals, value = word.raw.partition("=")
    is_bare = word.value is word.raw  # there is nothing to be taken off
    left = Word(name, start, start + len(name), escape, None, name if is_bare else None)
    if not equals:
        return Pair(left, None)
    return Pair(left, Word(value, end - len(value), end, escape, None, value if is_bare else None))


class Word:
    """A word as it stands (`raw`), and its offsets in the text of its fragment.

    `value` is the word without quotes and escapes, its variables left as they are. The items of the JSON form know
    their value (`plain`); they stand between quotes in the file.
    """

    __slots__ = ("end", "escape", "plain", "raw", "start", "value")

    def __init__(
        self,
        raw: str,
        start: int,
        end: int,
        escape: str = "\\",
        plain: str | None = None,
        value: str | None = None,
    ) -> None:
        self.raw = raw
        self.start = start
        self.end = end
        self.escape = escape
        self.plain = plain
        if value is None:
            value = unquote(raw, escape) if plain is None else plain
        self.value = value

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


def unquote(raw: str, escape: str) -> str:
    """Return a word without its quotes and escapes; the `$` behind an escape keeps it."""
    if '"' not in raw and "'" not in raw and escape not in raw:
        return raw
    found: list[str] = []
    quote = ""
    at = 0
    length = len(raw)
    plain = PLAIN[escape]
    while at < length:
        run = plain.match(raw, at)
        if run is not None:
            found.append(run.group())
            at = run.end()
            continue
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
