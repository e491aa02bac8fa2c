"""Terraform's string templates: interpolations, directives (`%{ if }`, `%{ for }`), strip markers, heredocs.

Source: the HCL native syntax specification, "Template Expressions".
"""

from __future__ import annotations

from devopslint.artifacts.terraform.values import MOST_ITEMS, MOST_TEXT, text_of
from devopslint.syntax.hcl_text import dedent, unescape
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from tree_sitter import Node

    class Evaluator(Protocol):
        """What works out the expressions inside of a template."""

        def text(self, node: Node) -> str:
            """Return the text of a node."""

        def value(self, node: Node, bound: Mapping[str, Any]) -> Any:
            """Return the value of a node."""


_HOLE = "template_interpolation"
_MARKERS = frozenset(
    {_HOLE, "template_if_intro", "template_else_intro", "template_if_end", "template_for_start", "template_for_end"}
)
_FIRST_LINE = lazily(r"[^\n]*\n?")


class _NotKnown(Exception):  # noqa: N818 (it is no error)
    """A condition or a collection of a directive can't be known."""


def render(evaluator: Evaluator, node: Node, bound: Mapping[str, Any]) -> Any:
    """Return a template's text. One that is nothing but `${x}` is the value of x itself.

    A part that can't be known makes the whole UNKNOWN.
    """
    heredoc = node.type == "heredoc_template"
    whole = evaluator.text(node)
    start = whole.find("\n") + 1 if heredoc else 1
    end = whole.rfind("\n") + 1 if heredoc else len(whole) - 1
    markers = _markers(node)
    first = markers[0] if markers else None
    if (
        not heredoc
        and len(markers) == 1
        and first is not None
        and first.type == _HOLE
        and (first.start_byte - node.start_byte, first.end_byte - node.start_byte) == (start, end)
    ):
        return _value(evaluator, first, bound)
    texts: list[str] = []
    at = start
    for marker in markers:
        texts.append(whole[at : marker.start_byte - node.start_byte])
        at = marker.end_byte - node.start_byte
    texts.append(whole[at:end])
    on_line = [not text.endswith("\n") and text != "" for text in texts]
    if heredoc:
        text = "\0".join(texts).replace("\r\n", "\n")
        texts = (dedent(text) if whole.startswith("<<-") else text).split("\0")
    _strip(texts, markers, on_line)
    texts = [text.replace("$${", "${").replace("%%{", "%{") if heredoc else unescape(text) for text in texts]
    out: list[str] = []
    try:
        _Run(evaluator, markers, texts, out).run(0, bound)
    except _NotKnown:
        return UNKNOWN
    joined = "".join(out)
    return joined if len(joined) <= MOST_TEXT else UNKNOWN


def _markers(node: Node) -> list[Node]:
    """Return the interpolations and the parts of directives of a template, in the order of the text."""
    found: list[Node] = []
    stack = list(reversed(node.children))
    while stack:
        child = stack.pop()
        if child.type in _MARKERS:
            found.append(child)
        elif child.type in {"template_directive", "template_if", "template_for"}:
            stack.extend(reversed(child.children))
    return found


def _strip(texts: list[str], markers: list[Node], on_line: list[bool]) -> None:
    """Take off the blanks beside strip markers: to the left and right on the line, with its end.

    `on_line` says whether something, if only blanks, stood between the start of the line and the marker.
    """
    for index, marker in enumerate(markers):
        children = marker.children
        if len(children) > 1 and children[1].type == "strip_marker":
            head, newline, tail = texts[index].rpartition("\n")
            if tail or on_line[index]:
                texts[index] = head + newline + tail.rstrip()
            else:
                before, last_newline, line = head.rpartition("\n")
                texts[index] = before + last_newline + line.rstrip()
        if len(children) > 2 and children[-2].type == "strip_marker":
            found = _FIRST_LINE.match(texts[index + 1])
            assert found is not None
            texts[index + 1] = found.group().lstrip() + texts[index + 1][found.end() :]


def _value(evaluator: Evaluator, node: Node, bound: Mapping[str, Any]) -> Any:
    inner = next((part for part in node.children if part.type == "expression"), None)
    return UNKNOWN if inner is None else evaluator.value(inner, bound)


class _Run:
    """One pass over a template: `texts[i]` stands before `markers[i]`."""

    def __init__(self, evaluator: Evaluator, markers: list[Node], texts: list[str], out: list[str]) -> None:
        self.evaluator = evaluator
        self.markers = markers
        self.texts = texts
        self.out = out
        self.written = 0

    def run(self, at: int, bound: Mapping[str, Any], write: bool = True) -> int:
        """Render from a text up to the end, or to the marker that ends the directive; return where that is."""
        while True:
            if write:
                self.written += 1
                if self.written > MOST_ITEMS:
                    raise _NotKnown
                self.out.append(self.texts[at])
            if at >= len(self.markers):
                return at
            kind = self.markers[at].type
            if kind == _HOLE:
                if write:
                    self._hole(self.markers[at], bound)
            elif kind == "template_if_intro":
                at = self._choice(at, bound, write)
            elif kind == "template_for_start":
                at = self._loop(at, bound, write)
            else:
                return at
            at += 1

    def _hole(self, marker: Node, bound: Mapping[str, Any]) -> None:
        value = _value(self.evaluator, marker, bound)
        if value is UNKNOWN:
            raise _NotKnown
        self.out.append(text_of(value))

    def _choice(self, at: int, bound: Mapping[str, Any], write: bool) -> int:
        truth = _value(self.evaluator, self.markers[at], bound) if write else False
        truth = {"true": True, "false": False}.get(truth, truth) if isinstance(truth, str) else truth
        if not isinstance(truth, bool):
            raise _NotKnown
        at = self.run(at + 1, bound, write and truth)
        if at < len(self.markers) and self.markers[at].type == "template_else_intro":
            at = self.run(at + 1, bound, write and not truth)
        return at

    def _loop(self, at: int, bound: Mapping[str, Any], write: bool) -> int:
        marker = self.markers[at]
        names = [self.evaluator.text(child) for child in marker.children if child.type == "identifier"]
        collection = _value(self.evaluator, marker, bound) if write else ()
        if not isinstance(collection, (dict, list, tuple)) or getattr(collection, "open", False):
            raise _NotKnown
        pairs = list(collection.items() if isinstance(collection, dict) else enumerate(collection))
        for key, value in pairs:
            inner = {**bound, **dict(zip(names, (key, value) if len(names) == 2 else (value,), strict=False))}
            self.run(at + 1, inner)
        return self.run(at + 1, bound, write=False)
