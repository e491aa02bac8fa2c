"""Blocks of a shell script that are opened and not closed.

A scanner of its own, for scripts that the grammar could not read: it knows quotes, comments, heredocs and the reserved
words (POSIX, "Shell Grammar"), and nothing else, so that what it says is certain.
"""

from __future__ import annotations

import re

_HEREDOC = re.compile(r"<<(-?)[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([\w.+-]+))")
_WORD = re.compile(r"[^\s;&|()<>\"'`$\\{}]+|[{}]")
_BEGINNINGS = {
    "fi": "if", "then": "if", "else": "if", "elif": "if", "done": "do", "do": "for` or `while", "}": "{", "esac": "case"
}  # fmt: skip
_ENDINGS = {
    "if": "fi", "then": "fi", "for": "do", "while": "do", "until": "do", "do": "done", "case": "esac",
    "{": "}", "(": ")", "$(": ")", "${": "}", "`": "`", '"': '"', "'": "'",
}  # fmt: skip
_OPENERS = {"fi": {"then", "if"}, "done": {"do", "for", "while", "until"}, "}": {"{"}, "esac": {"case"}}
_COMMAND_FOLLOWS = frozenset(
    {"then", "elif", "else", "do", "if", "while", "until", "!", "{", "time"} | {"done", "fi", "esac", "}"}
)
"""Words behind which a reserved word is one, as behind a command's beginning: `done else` needs no `;`."""


def open_blocks(text: str) -> tuple[int, int, str] | None:
    """Return the first block, quote or bracket that has no end (or no beginning), and what is wrong with it."""
    return _Scanner(text).scan()


class _Scanner:
    """`stack` holds what is open: a reserved word or bracket, and where it stands; `command` is true where one may begin."""

    __slots__ = ("at", "command", "heredocs", "stack", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.command = True
        self.stack: list[tuple[str, int]] = []
        self.heredocs: list[tuple[str, bool]] = []

    def scan(self) -> tuple[int, int, str] | None:
        text = self.text
        length = len(text)
        while self.at < length:
            fault = self.step(text[self.at])
            if fault is not None:
                return fault if fault[2] else None
        if not self.stack:
            return None
        word, at = self.stack[-1]
        return self.unclosed(word, at)

    def unclosed(self, word: str, at: int) -> tuple[int, int, str]:
        match = re.compile(r"[a-z]+").match(self.text, at) if word.isalpha() else None
        shown = match.group() if match else word
        return at, at + len(shown), f"`{shown}` has no `{_ENDINGS[word]}`"

    def step(self, char: str) -> tuple[int, int, str] | None:
        """Read one token; returns a fault, one without words when the scanner gives up."""
        text, at = self.text, self.at
        if char == "\\":
            self.at += 2
            self.command = False
        elif char == "\n":
            self.at += 1
            self.command = True
            if self.heredocs:
                return self.skip_heredocs()
        elif char.isspace():
            self.at += 1
        elif char == "#" and (at == 0 or text[at - 1] in " \t\n;&|("):
            end = text.find("\n", at)
            self.at = len(text) if end < 0 else end
        elif char in "\"'`" or text.startswith(("$(", "${"), at):
            self.command = False
            return self.quoted(char)
        elif char == "<" and (match := _HEREDOC.match(text, at)) and not text.startswith("<<<", at):
            self.heredocs.append((match[2] or match[3] or match[4], bool(match[1])))
            self.at = match.end()
        elif char == "(":
            if text.startswith("((", at):
                return 0, 0, ""
            self.stack.append(("(", at))
            self.at += 1
            self.command = True
        elif char == ")":
            return self.closing_bracket()
        elif char in ";&|":
            self.at += 1
            self.command = True
        elif match := _WORD.match(text, at):
            return self.word(match.group(), match.end())
        else:
            self.at += 1
            self.command = False
        return None

    def word(self, word: str, end: int) -> tuple[int, int, str] | None:
        start, self.at = self.at, end
        alone = end >= len(self.text) or self.text[end] in " \t\n;&|()<>"
        if not self.command or not alone:
            self.command = False
            return None
        self.command = word in _COMMAND_FOLLOWS
        top = self.stack[-1][0] if self.stack else ""
        if word in {"if", "while", "until", "for", "case", "select", "{"}:
            self.stack.append(("for" if word == "select" else word, start))
            if word in {"for", "select", "case"}:
                self.command = False
        elif word == "function":
            return 0, 0, ""
        elif word == "then":
            if top != "if":
                return self.stray(word, start)
            self.stack[-1] = ("then", self.stack[-1][1])
        elif word == "elif":
            if top != "then":
                return self.stray(word, start)
            self.stack[-1] = ("if", self.stack[-1][1])
        elif word == "else":
            if top != "then":
                return self.stray(word, start)
        elif word == "do":
            if top not in {"for", "while", "until"}:
                return self.stray(word, start)
            self.stack[-1] = ("do", self.stack[-1][1])
        elif word in _OPENERS:
            return self.end_of(word, start, top)
        return None

    def end_of(self, word: str, start: int, top: str) -> tuple[int, int, str] | None:
        wanted = {"fi": "then", "done": "do", "}": "{", "esac": "case"}.get(word)
        if wanted is None or top != wanted:
            return self.stray(word, start)
        self.stack.pop()
        return None

    def stray(self, word: str, start: int) -> tuple[int, int, str]:
        """Return the fault of a reserved word that does not fit: what is open lacks a part, or nothing is open."""
        if self.stack:
            top, at = self.stack[-1]
            if top == "if" and word in {"fi", "else", "elif"}:
                return at, at + 2, "`if` has no `then`"
            if top in {"for", "while", "until"} and word == "done":
                return at, at + len(top), f"`{top}` has no `do`"
            if any(name in _OPENERS.get(word, ()) for name, _ in self.stack):
                return self.unclosed(top, at)
        return self.unopened(word, start)

    def unopened(self, word: str, start: int) -> tuple[int, int, str]:
        return start, start + len(word), f"`{word}` has no `{_BEGINNINGS[word]}`"

    def closing_bracket(self) -> tuple[int, int, str] | None:
        top = self.stack[-1][0] if self.stack else ""
        start = self.at
        if top == "case":
            self.at += 1
            self.command = True
            return None
        if top != "(":
            if not self.stack:
                return start, start + 1, "`)` has no `(`"
            return self.unclosed(*self.stack[-1])
        self.stack.pop()
        self.at += 1
        self.command = True
        return None

    def quoted(self, char: str) -> tuple[int, int, str] | None:
        """Skip quotes and substitutions, nested ones too."""
        start = self.at
        end = _skip(self.text, start)
        if end < 0:
            opening = self.text[start : start + 2] if char == "$" else char
            return self.unclosed(opening, start)
        self.at = end
        return None

    def skip_heredocs(self) -> tuple[int, int, str] | None:
        for name, dashed in self.heredocs:
            while True:
                if self.at >= len(self.text):
                    return 0, 0, ""
                end = self.text.find("\n", self.at)
                line = self.text[self.at : end if end >= 0 else len(self.text)]
                self.at = end + 1 if end >= 0 else len(self.text)
                if (line.lstrip("\t") if dashed else line) == name:
                    break
        self.heredocs = []
        return None


def _skip(text: str, at: int) -> int:
    """Return the offset behind a quote or substitution that begins at `at`, -1 when it has no end."""
    closers = [_closer(text, at)]
    at += 2 if text[at] == "$" else 1
    while at < len(text):
        char = text[at]
        closer = closers[-1]
        if closer == "'":
            end = text.find("'", at)
            if end < 0:
                return -1
            at = end
            char = "'"
        if char == "\\":
            at += 2
            continue
        if char == closer:
            closers.pop()
            at += 1
            if not closers:
                return at
            continue
        if text.startswith(("$(", "${"), at):
            closers.append(_closer(text, at))
            at += 2
            continue
        if (closer != '"' and char in "\"'`" and not (closer == "}" and char == "'")) or (
            closer == '"' and char == "`"
        ):
            closers.append(char)
        elif closer == ")" and char == "(":
            closers.append(")")
        elif closer == ")" and char == "#" and text[at - 1] in " \t\n":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        at += 1
    return -1


def _closer(text: str, at: int) -> str:
    if text[at] == "$":
        return ")" if text[at + 1] == "(" else "}"
    return text[at]
