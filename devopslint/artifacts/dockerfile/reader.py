"""From the text of a Dockerfile to its instructions, as BuildKit reads them.

What the lines mean is that of `frontend/dockerfile/parser` of moby/buildkit: directives only at the top, comments and
blank lines inside continuations, heredocs behind RUN, COPY and ADD. Every instruction keeps a `Fragment`: its text with
the continuations joined, and the way back to the file.
"""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.faults import faults_of
from devopslint.artifacts.dockerfile.instruction import Heredoc, Instruction
from devopslint.artifacts.dockerfile.words import Word
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

_HEREDOC = frozenset(("ADD", "COPY", "RUN"))
_DIRECTIVE = lazily(r"[ \t]*#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.*[^ \t\n]|.)[ \t]*\r?$")
_DIRECTIVES = frozenset(("syntax", "escape", "check"))
_ESCAPES = frozenset(("\\", "`"))
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
            self._windows = self.escape == "`" or bool([word for word in _WINDOWS if word in lower])
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
        escape = self.file.escape
        blanks: list[Mark] = []
        line, goes_on = _without_continuation(line, escape) if escape in line else (line, False)
        pieces = [(0, start)]
        if goes_on:
            parts = [line]
            size = len(line)
            length = len(self.text)
            while goes_on and self.at < length:
                line = self.lines[self.number]
                start = self.at
                self.number += 1
                self.at += len(line) + 1
                line = line.rstrip("\r")
                stripped = line.lstrip()
                if not stripped:
                    blanks.append((start, start + len(line)))
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
        self.file.problems.extend(faults_of(instruction))

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

    def problem(self, message: str, start: int, end: int) -> None:
        self.file.problems.append(SyntaxProblem(message, start, end))


def _without_continuation(line: str, escape: str) -> tuple[str, bool]:
    """Return a line without the escape character at its end, and whether one stands there: the next line belongs to it."""
    end = line.rstrip(" \t")
    if end[-1] == escape and end[-2:] != escape * 2:
        return end[:-1], True
    return line, False
