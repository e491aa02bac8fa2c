"""One instruction of a Dockerfile: its name, flags and words, as BuildKit's parser parts them."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.words import Word, json_words, read_flags, read_pairs, split_words
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.artifacts.dockerfile.words import Flag, Pair
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

_JSON_FORM = frozenset(("ADD", "COPY", "CMD", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"))
_HEALTHCHECK = lazily(r"(CMD|NONE)\s*", re.IGNORECASE)


class Heredoc:
    """The lines between `<<NAME` and `NAME`; `expands` is false when a part of the name is quoted."""

    __slots__ = ("body", "expands", "name", "word")

    def __init__(self, name: str, word: Word, body: Fragment, *, expands: bool) -> None:
        self.name = name
        self.word = word
        self.body = body
        self.expands = expands


class Instruction:
    """One instruction.

    `name` is in upper case, `written` as it stands. `rest` is the offset in the fragment's text behind the name and the
    flags. `words` are what BuildKit's parser makes of the rest: the items of the JSON form (`json`), else the words.
    `trigger` is the instruction behind ONBUILD, which has the same fragment; `onbuild` is true on that.
    """

    __slots__ = (
        "_pairs", "_start", "_words", "blank_continuations", "end", "escape", "flags", "fragment", "heredocs", "json",
        "name", "name_mark", "onbuild", "rest", "text", "trigger", "written"
    )  # fmt: skip

    def __init__(self, fragment: Fragment, start: int, escape: str, *, onbuild: bool = False) -> None:
        whole = fragment.text
        parts = (whole[start:] if start else whole).split(None, 1)
        written = parts[0]
        text = parts[1] if len(parts) > 1 else ""
        if whole[start].isspace():
            start = whole.index(written, start)
        rest = len(whole) - len(text)
        self.fragment = fragment
        self.escape = escape
        self.onbuild = onbuild
        self.written = written
        name = self.name = written.upper()
        self.flags: Sequence[Flag] = ()
        if text and text[0] == "-" and text.startswith("--"):
            self.flags, rest = read_flags(whole, rest, escape)
            text = whole[rest:]
        self.rest = rest
        self.text = text
        """What stands behind the name and the flags."""
        self.end = len(whole.rstrip())
        """Where it ends in the text of the fragment, without the blanks behind it."""
        self.name_mark = fragment.mark(start, start + len(written))
        """The offsets of the name in the source."""
        self._start = start
        self.heredocs: Sequence[Heredoc] = ()
        self.blank_continuations: Sequence[Mark] = ()
        self.trigger: Instruction | None = None
        items = json_words(whole, rest) if text and text[0] == "[" and name in _JSON_FORM else None
        if name == "HEALTHCHECK" and (check := _HEALTHCHECK.match(whole, rest)):
            items = json_words(whole, check.end())
            if items is not None:
                items.insert(0, Word(check[1], *check.span(1)))
        self.json = items is not None
        self._words: Sequence[Word] | None = items
        self._pairs: tuple[Sequence[Pair], bool] | None = None
        if name == "ONBUILD" and not onbuild and text:
            self.trigger = Instruction(fragment, rest, escape, onbuild=True)
            self._words = ()

    @property
    def words(self) -> Sequence[Word]:
        """The items of the JSON form, else the words behind the flags."""
        if self._words is None:
            self._words = split_words(self.fragment.text, self.rest, self.escape)
        return self._words

    @property
    def pairs(self) -> tuple[Sequence[Pair], bool]:
        """The pairs of ENV or LABEL, and whether they are in the old form, see `read_pairs`."""
        if self._pairs is None:
            self._pairs = read_pairs(self.fragment.text, self.rest, self.words)
        return self._pairs

    @property
    def mark(self) -> Mark:
        """The offsets of the whole instruction in the source, without heredocs."""
        return self.fragment.mark(self._start, self.end)

    @property
    def rest_mark(self) -> Mark:
        """The offsets of what stands behind the name and the flags in the source."""
        return self.fragment.mark(self.rest, self.end)

    @property
    def whole_text(self) -> str:
        """What stands behind the name and the flags, with the heredocs."""
        if not self.heredocs:
            return self.text
        return "\n".join([self.text, *(heredoc.body.text for heredoc in self.heredocs)])

    @property
    def whole_word(self) -> Word:
        """All that stands behind the name and the flags as one word."""
        return Word(self.fragment.text[self.rest : self.end], self.rest, self.end, self.escape)

    @property
    def source(self) -> Source:
        """The file."""
        return self.fragment.source

    @property
    def line(self) -> int:
        """The 1-based line on which it starts."""
        return self.source.position(self.name_mark[0])[0]

    def flag(self, name: str) -> Flag | None:
        """Return the first flag of a name, without its dashes."""
        for flag in self.flags:
            if flag.name == name:
                return flag
        return None

    def __repr__(self) -> str:
        return f"<{self.name} {self.text!r}>"
