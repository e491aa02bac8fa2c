"""How far a node reaches that begins on a line: by indentation in YAML, by brackets in HCL, by line ends in Dockerfiles.

In a list, such as a `.dockerignore`, each line is a node.

Whatever is asked, and however often, costs about one look at each line of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from devopslint.syntax.template import actions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devopslint.syntax.source import Source

_HCL_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|#.*|//.*|/\*(?:.*?\*/|.*)|<<-?\s*(\w+)\s*$|[{}\[\]()]')
_HEREDOC = re.compile(r"(?<!<)<<-?(?!<)\s*[\"']?([A-Za-z_]\w*)[\"']?")
_OBJECT = re.compile(r"(?:kind|apiVersion)\s*:")
_DIRECTIVE = re.compile(r"\s*#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.*\S|.)\s*$")
_HCL_COMMENT = re.compile(
    r'(?:(?<!\\)"(?:[^"\\\n]|\\.)*|(?<=\\)"(?:[^"\\\n]|\\.){0,1000})"|#[^\n]*|//[^\n]*|(/\*[\s\S]*?(?:\*/|\Z))'
)
_TEMPLATE_COMMENT = re.compile(r"\{\{-?\s*/\*|\{#")
_CONTROL = re.compile(r"\{\{-?\s*(?:if|else|end|with|range|define|block|template|\$\w+\s*:?=)\b[^}]*\}\}$|\{%[^%]*%\}$")
_SKIPPED = {"hcl": ("#", "//", "/*"), "yaml": ("#", "---")}
"""How lines begin that are no code."""


def form_of(path: str) -> str:
    """Return how the nodes of a file are told apart: `json`, `hcl`, `dockerfile` (by instructions), `list` or `yaml`."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".json", ".tfstate")):
        return "json"
    if name.endswith((".tf", ".tofu", ".tfvars", ".hcl")):
        return "hcl"
    if name.endswith((".dockerignore", ".containerignore")):
        return "list"
    if "dockerfile" in name or "containerfile" in name:
        return "dockerfile"
    return "yaml"


class Extents:
    """The lines of one file. Lines are numbered from 1."""

    def __init__(self, source: Source) -> None:
        self.form = form_of(source.path)
        self.source = source
        self.lines = source.lines()
        self.total = len(self.lines)
        self._next: list[int] = []
        self._last: dict[int, int] = {}
        self._brackets: list[int] = []
        self._heredocs: dict[int, int] | None = None
        self._heredoc_starts: list[int] = []
        self._continued: list[bool] = []
        self._firsts: list[int] = []
        self._separators: list[int] | None = None
        self._objects: dict[int, bool] = {}
        self._blocks: dict[int, tuple[int, int]] = {}
        self._comments: list[tuple[int, int]] | None = None
        self._commented: frozenset[int] = frozenset()
        self._escape = ""

    def line(self, number: int) -> str:
        """Return the text of a line."""
        return self.lines[number - 1]

    def next_code_line(self, line: int) -> int:
        """Return the first line after `line` that is neither empty nor a comment; one past the last when there is none."""
        if not self._next:
            skipped = _SKIPPED.get(self.form, ("#",))
            self._next = [0] * (self.total + 1)
            following = self.total + 1
            for number in range(self.total, -1, -1):
                self._next[number] = following
                text = self.lines[number - 1].strip() if number else ""
                if text and not text.startswith(skipped) and not self._is_template(number, text):
                    following = number
        return self._next[min(line, self.total)]

    def last_line(self, line: int) -> int:
        """Return the last line of the node that begins on `line`."""
        if line > self.total:
            return self.total
        if line not in self._last:
            self._last[line] = self._find_last(line)
        return self._last[line]

    def block_of(self, line: int) -> tuple[int, int]:
        """Return the lines of the innermost block that `line` stands in; of none, the document, the Dockerfile, or the line."""
        if line not in self._blocks:
            self._blocks[line] = self._find_block(line)
        return self._blocks[line]

    def document_lines(self, line: int) -> tuple[int, int]:
        """Return the first and last line of the YAML document that a line stands in, its separators left out."""
        if self._separators is None:
            self._separators = [number for number, text in enumerate(self.lines, 1) if text.startswith("---")]
        above = bisect_left(self._separators, line)
        below = bisect_right(self._separators, line)
        first = self._separators[above - 1] + 1 if above else 1
        return first, self._separators[below] - 1 if below < len(self._separators) else self.total

    def comment_at(self, offset: int) -> bool:
        """Say whether an offset stands in a comment that was opened before it and may have several lines."""
        comments = self._block_comments()
        at = bisect_right(comments, (offset, 0)) - 1
        return at >= 0 and comments[at][0] < offset < comments[at][1]

    def directives(self) -> dict[str, str]:
        """Return the directives at the top of a Dockerfile, the last of which stands in the line of their number."""
        found: dict[str, str] = {}
        for text in self.lines if self.form == "dockerfile" else ():
            match = _DIRECTIVE.match(text)
            if match is None or match.group(1).lower() not in {"syntax", "escape", "check"}:
                break
            found[match.group(1).lower()] = match.group(2)
        return found

    def first_of(self, line: int) -> int:
        """Return the first line of the instruction of a Dockerfile that a line belongs to; elsewhere the line."""
        if self.form != "dockerfile":
            return line
        heredocs = self.heredocs()
        at = bisect_left(self._heredoc_starts, line) - 1
        if at >= 0 and line <= heredocs[self._heredoc_starts[at]]:
            line = self._heredoc_starts[at]
        self.is_continued(line)
        return self._firsts[line - 1]

    def is_commented(self, line: int) -> bool:
        """Say whether nothing but a comment of several lines, or a part of it, stands on a line."""
        self._block_comments()
        return line in self._commented

    def _block_comments(self) -> list[tuple[int, int]]:
        if self._comments is None:
            text = self.source.text
            found: list[tuple[int, int]] = []
            if self.form == "hcl" and "/*" in text:
                heredocs = self._heredoc_offsets()
                found = [one.span(1) for one in _HCL_COMMENT.finditer(text) if one.group(1)]
                found = [one for one in found if not _is_inside(one[0], heredocs)]
            elif self.form == "yaml" and ("{{" in text or "{#" in text):
                found = [one for one in actions(text) if _TEMPLATE_COMMENT.match(text, one[0])]
            self._comments = found
            self._commented = frozenset(self._wholly(found))
        return self._comments

    def _heredoc_offsets(self) -> list[tuple[int, int]]:
        starts = [*self.source.line_starts, len(self.source.text)]
        return [(starts[first], starts[last]) for first, last in self.heredocs().items()]

    def _wholly(self, comments: list[tuple[int, int]]) -> Iterator[int]:
        for start, end in comments:
            first, column = self.source.position(start)
            last, end_column = self.source.position(end)
            for number in range(first, last + 1):
                before = self.line(number)[: column - 1] if number == first else ""
                behind = self.line(number)[end_column - 1 :] if number == last else ""
                if not before.strip() and not behind.strip():
                    yield number

    def _is_template(self, number: int, text: str) -> bool:
        """Say whether a line (`text` is its stripped text) is a comment of several lines, or steers a template."""
        if self.is_commented(number):
            return True
        return self.form == "yaml" and text.startswith(("{{", "{%")) and _CONTROL.match(text) is not None

    def is_continued(self, line: int) -> bool:
        """Say whether a line goes on from the one above, comments between them left out."""
        if not self._continued:
            joined = False
            for number, text in enumerate(self.lines, 1):
                self._continued.append(joined)
                self._firsts.append(self._firsts[-1] if joined else number)
                if text.strip() and not text.lstrip().startswith("#"):
                    joined = self._goes_on(text)
        return self._continued[line - 1]

    def _goes_on(self, text: str) -> bool:
        """Say whether a line of a Dockerfile ends with the character that joins the next one to it."""
        if not self._escape:
            self._escape = self.directives().get("escape", "\\")
        text = text.rstrip(" \t")
        return text.endswith(self._escape) and not text.endswith(self._escape * 2)

    def heredocs(self) -> dict[int, int]:
        """Return the line on which each heredoc of a Dockerfile or an HCL file is opened, and the last that belongs to it."""
        if self._heredocs is None:
            self._heredocs = dict(self._find_heredocs()) if self.form in {"hcl", "dockerfile"} else {}
            self._heredoc_starts = list(self._heredocs)
        return self._heredocs

    def _find_heredocs(self) -> Iterator[tuple[int, int]]:
        if not any("<<" in text for text in self.lines):
            return
        ends: dict[str, list[int]] = {}
        for number, text in enumerate(self.lines, 1):
            ends.setdefault(text.strip(), []).append(number)
        end = 0
        for number, text in enumerate(self.lines, 1):
            if number <= end or "<<" not in text or text.lstrip().startswith("#"):
                continue
            last = number
            for word in self._heredoc_words(text):
                numbers = ends.get(word, ())
                at = bisect_right(numbers, last)
                if at == len(numbers):  # it never ends, so it is none
                    last = number
                    break
                last = numbers[at]
            if last > number:
                end = last
                yield number, last

    def _heredoc_words(self, text: str) -> Sequence[str]:
        if self.form == "dockerfile":
            return _HEREDOC.findall(text)
        return [found.group(1) for found in _HCL_TOKEN.finditer(text) if found.group(1)]

    def _find_last(self, line: int) -> int:
        if self.form == "hcl":
            return self._bracketed(line)
        if self.form == "dockerfile":
            return self._instruction(line)
        if self.form == "list":
            return line
        return self.document_lines(line)[1] if self._begins_object(line) else self._indented(line)

    def _find_block(self, line: int) -> tuple[int, int]:
        if self.form in {"dockerfile", "list"}:
            return 1, self.total
        if self.form == "hcl":
            return self._find_hcl_block(line)
        indent = _indent(self.line(line))
        for above in range(line - 1, 0, -1):
            text = self.line(above)
            if above in self._blocks and _indent(text) == indent:
                return self._blocks[above]
            if text.strip() and not text.lstrip().startswith("#") and _key_indent(text) <= indent:
                if _indent(text) < indent:
                    return above, self._indented(above)
                if text.startswith("---"):
                    break
        return self.document_lines(line)

    def _find_hcl_block(self, line: int) -> tuple[int, int]:
        for above in range(line - 1, 0, -1):
            text = self.line(above)
            if above in self._blocks and self._blocks[above][0] <= line <= self._blocks[above][1]:
                return self._blocks[above]
            if text[:1].strip() and not text.startswith(("#", "//", "}", "]", ")")):
                end = self._bracketed(above)
                return (above, end) if end >= line else (line, line)
        return line, line

    def _begins_object(self, line: int) -> bool:
        """Say whether a line is the first of a YAML document that is an object of Kubernetes."""
        if self.line(line)[:1] in {" ", "-", ""}:
            return False
        first, last = self.document_lines(line)
        if self.next_code_line(first - 1) < line:
            return False
        if first not in self._objects:
            keys = {found.group()[:4] for text in self.lines[first - 1 : last] if (found := _OBJECT.match(text))}
            self._objects[first] = len(keys) == 2
        return self._objects[first]

    def _indented(self, line: int, *, joined: bool = True) -> int:
        """Return the last line that is indented further; `joined`: or that a backslash joins to the one before."""
        text = self.line(line)
        indent = _indent(text)
        may_own_items = not text.lstrip().startswith("-") and ":" in text
        continued = joined and text.rstrip().endswith("\\")
        last = line
        for number in range(line + 1, self.total + 1):
            text = self.line(number)
            stripped = text.strip()
            if not stripped or stripped.startswith(("{{", "{%")) or self.is_commented(number):
                continue
            own = _indent(text)
            if own > indent or continued:
                last = number
            elif stripped.startswith("#"):
                continue
            elif own == indent and (
                stripped[0] in "]})" or (may_own_items and (stripped.startswith("- ") or stripped == "-"))
            ):
                last = number
            else:
                break
            continued = joined and stripped.endswith("\\")
        return last

    def _bracketed(self, line: int) -> int:
        """Return the line on which as many brackets are open as before `line`."""
        if not self._brackets:
            self._brackets = self._find_brackets()
        return self._brackets[line - 1]

    def _find_brackets(self) -> list[int]:
        ends = [self.total] * self.total
        waiting: list[tuple[int, int]] = []
        heredocs = self.heredocs()
        depth = end = 0
        for number, text in enumerate(self.lines, 1):
            waiting.append((number, depth))
            if number <= end:
                pass
            elif number in heredocs:
                end = heredocs[number]
            if self._block_comments():
                text = self._without_comments(number, text)  # noqa: PLW2901 (what is code of it)
            for token in _HCL_TOKEN.finditer(text) if number > end or number in heredocs else ():
                char = token.group()
                depth += (char in "{[(") - (char in "}])") if len(char) == 1 else 0
            while waiting and waiting[-1][1] >= depth and number >= end:
                ends[waiting.pop()[0] - 1] = number
        return ends

    def _without_comments(self, number: int, text: str) -> str:
        start = self.source.line_starts[number - 1]
        if self.is_commented(number):
            return ""
        if self.comment_at(start):
            text = text[text.find("*/") + 2 :]
        return text.partition("/*")[0] if self.comment_at(start + len(text)) else text

    def _instruction(self, line: int) -> int:
        if self.is_continued(line):
            return self._indented(line, joined=False)
        number = last = line
        while number <= self.total:
            if number in self.heredocs():
                return self.heredocs()[number]
            text = self.line(number).lstrip()
            if text and not text.startswith("#"):
                last = number
                if not self._goes_on(text):
                    break
            number += 1
        return last


def _is_inside(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether an offset is in one of some spans, which are in order."""
    at = bisect_right(spans, (offset, 1 << 62)) - 1
    return at >= 0 and offset < spans[at][1]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _key_indent(text: str) -> int:
    """Return the column in which the words of a line begin, the dashes of list items left out."""
    return len(text) - len(text.lstrip(" -"))
