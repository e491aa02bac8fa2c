"""From the text of a Dockerfile to its instructions, as BuildKit reads them.

What the lines mean is that of `frontend/dockerfile/parser` of moby/buildkit: directives only at the top, comments and
blank lines inside continuations, heredocs behind RUN, COPY and ADD. Every instruction keeps a `Fragment`: its text with
the continuations joined, and the way back to the file.
"""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.words import Word, json_words, read_flags, read_pairs, split_words
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.artifacts.dockerfile.words import Flag, Pair
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

INSTRUCTIONS = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER")
) | frozenset(("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
"""Every instruction of the Dockerfile reference."""

_JSON_FORM = frozenset(("ADD", "COPY", "CMD", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"))
_HEREDOC = frozenset(("ADD", "COPY", "RUN"))
_DIRECTIVE = lazily(r"[ \t]*#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.*[^ \t\n]|.)[ \t]*\r?$")
_DIRECTIVES = frozenset(("syntax", "escape", "check"))
_ESCAPES = frozenset(("\\", "`"))
_HEALTHCHECK = lazily(r"(CMD|NONE)\s*", re.IGNORECASE)
_STAGE_NAME = lazily(r"[a-z][a-z0-9._-]*$|.*\{[{%]", re.IGNORECASE)
"""What BuildKit takes; a template is none of its business."""
_WINDOWS = ("windows", "nanoserver", "servercore")
_HEREDOC_WORD = lazily(r"\d*<<(-?)([^<]+)$")


def read_dockerfile(source: Source) -> Dockerfile:
    """Return the instructions, directives and comments of a Dockerfile; what can't be read is in its `problems`."""
    return _Reader(source).read()


class Directive:
    """`# escape=`` ` at the top of the file; the offsets are those of the value."""

    __slots__ = ("end", "name", "start", "value")

    def __init__(self, name: str, value: str, start: int, end: int) -> None:
        self.name = name
        self.value = value
        self.start = start
        self.end = end


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


class Dockerfile:
    """What a Dockerfile says, line by line."""

    __slots__ = ("_windows", "directives", "escape", "instructions", "problems", "source")

    def __init__(self, source: Source) -> None:
        self._windows: bool | None = None
        self.source = source
        self.escape = "\\"
        self.directives: list[Directive] = []
        self.instructions: list[Instruction] = []
        self.problems: list[SyntaxProblem] = []

    def is_for_windows(self) -> bool:
        """Say whether an image, the name of the file or the escape character, which people set for paths, tells of Windows."""
        if self._windows is None:
            texts = [self.source.path.rpartition("/")[2]]
            for one in self.instructions:
                if one.name == "FROM":
                    texts.extend(word.raw for word in one.words[:1])
                elif one.name == "ARG":
                    value = one.text.partition("=")[2]
                    texts.extend([value] if re.search(r"[/:-]", value) else ())
            lower = "\n".join(texts).lower()
            self._windows = self.escape == "`" or any(word in lower for word in _WINDOWS)
        return self._windows


class _Reader:
    __slots__ = ("at", "file", "lines", "number", "text")

    def __init__(self, source: Source) -> None:
        self.file = Dockerfile(source)
        self.text = source.text
        self.lines = source.text.split("\n")
        self.number = 0
        """Which line comes next, and (`at`) where it begins."""
        self.at = 0

    def read(self) -> Dockerfile:
        self.directives()
        lines = self.lines
        length = len(self.text)
        while self.at < length:
            line = lines[self.number]
            self.number += 1
            self.at += len(line) + 1
            line = line.lstrip()
            if line and line[0] != "#":
                self.instruction(line.rstrip("\r"), self.at - 1 - len(line))
        return self.file

    def line(self) -> tuple[int, int]:
        """Return where the next line starts and ends, without its line end, and step behind it."""
        start = self.at
        line = self.lines[self.number]
        self.number += 1
        self.at = start + len(line) + 1
        return start, start + len(line.rstrip("\r"))

    def directives(self) -> None:
        file = self.file
        program = self.text.startswith("#!")
        if program:  # BuildKit looks for `syntax` and `check` below it, and for no other
            self.line()
        while self.at < len(self.text):
            before = self.at
            start, end = self.line()
            match = _DIRECTIVE.match(self.text[start:end])
            if not match:
                self.at = before
                self.number -= 1
                return
            name = match[1].lower()
            if name not in _DIRECTIVES or (program and name == "escape"):
                continue
            value_start, value_end = start + match.start(2), start + match.end(2)
            directive = Directive(name, match[2], value_start, value_end)
            if any(other.name == name for other in file.directives):
                self.problem(f"only one `{name}` directive can be used", start + match.start(1), start + match.end(1))
            elif name == "escape":
                if match[2] in _ESCAPES:
                    file.escape = match[2]
                else:
                    self.problem(
                        f"escape character `{match[2]}` is neither a backslash nor a backtick", value_start, value_end
                    )
            file.directives.append(directive)

    def instruction(self, line: str, start: int) -> None:
        """Read an instruction whose first line is given, and where that starts, with its continuations and heredocs."""
        text = self.text
        escape = self.file.escape
        blanks: list[Mark] = []
        line, goes_on = _without_continuation(line, escape) if escape in line else (line, False)
        pieces = [(0, start)]
        if goes_on:
            parts = [line]
            size = len(line)
            while goes_on and self.at < len(text):
                start, end = self.line()
                line = text[start:end]
                stripped = line.lstrip()
                if not stripped:
                    blanks.append((start, end))
                    continue
                if stripped[0] == "#":
                    continue
                line, goes_on = _without_continuation(line, escape)
                pieces.append((size, start))
                parts.append(line)
                size += len(line)
            line = "".join(parts)
            if not line.strip():
                return
        instruction = Instruction(Fragment(line, self.file.source, pieces), 0, escape)
        if blanks:
            instruction.blank_continuations = blanks
        self.file.instructions.append(instruction)
        if "<<" in line:
            self.heredocs(instruction)
        if instruction.name not in _TAKE_ANYTHING or instruction.flags or not instruction.text:
            self.check(instruction)

    def heredocs(self, instruction: Instruction) -> None:
        inner = instruction.trigger or instruction
        if inner.name not in _HEREDOC or inner.json:
            return
        heredocs: list[Heredoc] = []
        for word in inner.words:
            match = _HEREDOC_WORD.match(word.raw)
            if not match:
                continue
            raw_name = match[2]
            name = Word(raw_name, 0, len(raw_name)).value
            body_start = self.at
            pieces: list[tuple[int, int]] = []
            lines: list[str] = []
            size = 0
            closed = False
            while self.at < len(self.text):
                start, end = self.line()
                if match[1]:
                    while start < end and self.text[start] == "\t":
                        start += 1
                if self.text[start:end] == name:
                    closed = True
                    break
                pieces.append((size, start))
                lines.append(self.text[start : self.at] if self.at > end else self.text[start:end])
                size += len(lines[-1])
            body = Fragment("".join(lines), self.file.source, pieces or [(0, body_start)])
            heredocs.append(Heredoc(name, word, body, expands=name == raw_name))
            instruction.heredocs = inner.heredocs = heredocs
            if not closed:
                self.problem(f"heredoc `{name}` is not ended", *instruction.fragment.mark(word.start, word.end))

    def check(self, instruction: Instruction) -> None:
        """Tell of an instruction that BuildKit would not read."""
        inner = instruction.trigger or instruction
        if inner.name not in INSTRUCTIONS:
            self.problem(f"unknown instruction `{inner.written}`", *inner.name_mark)
            return
        message = None
        if inner.name == "ONBUILD":
            message = "ONBUILD needs an instruction" if inner is instruction else None
        elif inner.rest >= inner.end and not inner.flags:
            message = f"{inner.name} needs at least one argument" if inner.name not in _EMPTY else None
        elif inner.name == "FROM" and not _is_from(inner):
            message = "FROM takes one image, or an image, AS and a name"
        elif inner.name in {"COPY", "ADD"} and len(inner.words) < 2:
            message = f"{inner.name} needs a source and a destination"
        if message:
            self.problem(message, *inner.name_mark)
        if inner.flags:
            self.check_flags(inner)
        if inner.name == "FROM" and len(inner.words) == 3 and not _STAGE_NAME.match(inner.words[2].value):
            word = inner.words[2]
            self.problem(f"`{word.raw}` is no name for a stage", *inner.fragment.mark(word.start, word.end))
        if inner.name in {"ENV", "LABEL"} and inner.words:
            self.check_pairs(inner)

    def check_flags(self, instruction: Instruction) -> None:
        seen: set[str] = set()
        for flag in instruction.flags:
            message = ""
            if flag.name in _VALUED and flag.value is None:
                message = f"`--{flag.name}` needs a value: `--{flag.name}=…`"
            elif flag.name in seen and flag.name not in _SEVERAL:
                message = f"`--{flag.name}` is given twice"
            if message:
                self.problem(message, *instruction.fragment.mark(flag.start, flag.end))
            seen.add(flag.name)

    def check_pairs(self, instruction: Instruction) -> None:
        words = instruction.words
        if "=" not in words[0].raw:
            if len(words) < 2:
                self.problem(f"{instruction.name} needs a name and a value", *instruction.name_mark)
            return
        wrong = next((word for word in words if "=" not in word.raw), None)
        if wrong is not None:  # BuildKit looks no further, and what follows has most often the same cause
            self.problem(f"no `=` in `{wrong.raw}`", *instruction.fragment.mark(wrong.start, wrong.end))

    def problem(self, message: str, start: int, end: int) -> None:
        self.file.problems.append(SyntaxProblem(message, start, end))


_VALUED = frozenset(
    ("checksum", "chmod", "chown", "from", "interval", "mount", "network", "platform", "retries", "security", "timeout")
)
"""Flags that BuildKit refuses without a value."""
_SEVERAL = frozenset(("device", "exclude", "mount"))
_TAKE_ANYTHING = INSTRUCTIONS - {"ADD", "COPY", "ENV", "FROM", "LABEL", "ONBUILD"}
"""Instructions in whose arguments, when there are any, nothing is wrong for a reader."""
_EMPTY = frozenset(("CMD", "ENTRYPOINT", "RUN"))
"""Instructions that BuildKit's parser takes without arguments; whether they make sense is a rule's business."""


def _without_continuation(line: str, escape: str) -> tuple[str, bool]:
    """Return a line without the escape character at its end, and whether one stands there: the next line belongs to it."""
    end = line.rstrip(" \t")
    if end.endswith(escape) and not end.endswith(escape * 2):
        return end[:-1], True
    return line, False


def _is_from(instruction: Instruction) -> bool:
    words = instruction.words
    return len(words) == 1 or (len(words) == 3 and words[1].raw.lower() == "as")
