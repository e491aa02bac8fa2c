"""Words of a shell script: parsing, quotes, and what a quoted word is made of."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left

from devopslint.syntax.bounded_parse import parse_within
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.shell import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from tree_sitter import Node, Parser

    Part = tuple[Node, list[Node]]

_QUOTE_OR_END = re.compile(r"'|\}(?=\})")
"""What opens or closes a string of an expression, and what may end the expression."""
_PREFIX = re.compile(r"(?<![\w./$-])(?:time(?:[ \t]+-p)?|coproc(?:[ \t]+[A-Za-z_]\w*)?)(?=[ \t]*(?:\(|\{\s))")
_BACKSLASH = re.compile(r"\\(\n|.)", re.DOTALL)
_QUOTED_BACKSLASH = re.compile(r'\\([\n"\\$`])')
_ANSI_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "0": "\0", "e": "\x1b"}
_EXPANSIONS = frozenset(
    {
        "arithmetic_expansion",
        "brace_expression",
        "command_substitution",
        "expansion",
        "process_substitution",
        "simple_expansion",
    }
)
REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
WORDS = _EXPANSIONS | {
    "ansi_c_string",
    "concatenation",
    "extglob_pattern",
    "number",
    "raw_string",
    "regex",
    "special_variable_name",
    "string",
    "test_operator",
    "translated_string",
    "variable_name",
    "word",
}
"""The node types of tree-sitter-bash that are one word."""

_parser: Parser | None = None


def parse(text: str) -> Node | None:
    """Return the tree of a script whose GitHub expressions are masked; its byte offsets are offsets in the text.

    `None` for a text that the grammar would look at again and again: where it can't go on, it may look at all that
    follows, at each of many places.
    """
    global _parser  # noqa: PLW0603 (made once, when the first script is met)
    if _parser is None:
        import tree_sitter

        codecs.register_error("devopslint-one-byte", _one_byte_each)
        _parser = tree_sitter.Parser(tree_sitter.Language(_grammar()))
    return parse_within(_parser, text.encode("ascii", "devopslint-one-byte"))


def _grammar() -> Any:
    """Return the grammar of bash.

    Its extension module is loaded without its package, which imports `importlib.resources` (20 ms) for queries that
    nobody here asks for.
    """
    from importlib.machinery import PathFinder

    package = PathFinder.find_spec("tree_sitter_bash")
    places = package.submodule_search_locations if package is not None else None
    binding = PathFinder.find_spec("tree_sitter_bash._binding", places)
    if binding is not None and binding.loader is not None:
        module: Any = binding.loader.create_module(binding)
        if module is not None:
            binding.loader.exec_module(module)
            return module.language()
    import tree_sitter_bash

    return tree_sitter_bash.language()


def is_and_or(node: Node) -> bool:
    """Say whether a node is a list or a pipeline, be it below redirections of its last command."""
    while node.type == "redirected_statement":
        body = node.child_by_field_name("body")
        if body is None:
            return False
        node = body
    return node.type in {"list", "pipeline"}


def and_or_parts(node: Node) -> list[list[Part] | str]:
    """Return the pipelines of `a | b && c > x || d`, each as its commands, with the operators between them.

    The grammar nests to the left, and hangs `b && c` below the pipe of `a | b | x && c`, and all of `a && b` below the
    redirection of `a && b > x`: no shell does.
    A redirection stands beside its command.
    """
    found: list[list[Part] | str] = []
    joined = False
    stack = [node]
    while stack:
        child = stack.pop()
        if child.type in {"list", "pipeline"} or (child.type == "redirected_statement" and is_and_or(child)):
            stack.extend(reversed(child.children))
        elif child.type in REDIRECTS:
            if found and isinstance(found[-1], list):
                found[-1][-1][1].append(child)
        elif child.type in {"|", "|&"}:
            joined = True
        elif not child.is_named:
            found.append(child.type)
        elif child.type != "comment":
            last = found[-1] if joined and found else ""
            if isinstance(last, list):
                last.append((child, []))
            else:
                found.append([(child, [])])
            joined = False
    return found


def mask(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Overwrite every `${{ … }}` with letters; returns the text and where the expressions stood."""
    if "${{" not in text:
        return text, []
    spans = list(_expressions(text))
    return fill(text, spans), spans


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each expression begins and ends: at the first `}}` outside of its strings, else at the first.

    Each `}}` is looked at once, whatever is opened before it: it is outside of strings for all expressions that begin
    an even number of quotes before it.
    """
    quotes: list[int] = []
    ends: tuple[list[int], list[int]] = [], []
    for found in _QUOTE_OR_END.finditer(text):
        if text[found.start()] == "'":
            quotes.append(found.start())
        else:
            ends[len(quotes) % 2].append(found.start())
    start = text.find("${{")
    while start >= 0:
        even = bisect_left(quotes, start) % 2
        end = _next(ends[even], start) or _next(ends[1 - even], start)
        if not end:
            return
        yield start, end + 2
        start = text.find("${{", end + 2)


def _next(places: Sequence[int], start: int) -> int:
    """Return the first of some places behind another; 0 when there is none."""
    at = bisect_left(places, start)
    return places[at] if at < len(places) else 0


def fill(text: str, holes: Iterable[tuple[int, int]]) -> str:
    """Overwrite stretches of a text with letters."""
    letters = list(text)
    for start, end in holes:
        letters[start:end] = "x" * (end - start)
    return "".join(letters)


def mask_prefixes(text: str) -> str:
    """Overwrite `time` and `coproc` in front of a block by blanks: the grammar takes the block for words behind them."""
    if "time" not in text and "coproc" not in text:
        return text
    return _PREFIX.sub(lambda match: " " * (match.end() - match.start()), text)


def holes_in(holes: Iterable[tuple[int, int]], segments: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where stretches of a fragment stand in its `segments` put one behind the other."""
    found = []
    for first, last in holes:
        at = 0
        places = []
        for start, end in segments:
            if start < last and first < end:
                places += [at + max(first - start, 0), at + min(last, end) - start]
            at += end - start
        if places:
            found.append((places[0], places[-1]))
    return found


def subfragment(fragment: Fragment, segments: Iterable[tuple[int, int]]) -> Fragment:
    """Return the stretches `(start, end)` of a fragment put one behind the other, as a fragment of the same source."""
    text: list[str] = []
    pieces: list[tuple[int, int]] = []
    at = 0
    for start, end in segments:
        pieces.append((at, fragment.offset(start)))
        pieces.extend((at + inner - start, where) for inner, where in fragment.pieces_within(start, end))
        text.append(fragment.text[start:end])
        at += end - start
    return Fragment("".join(text), fragment.source, pieces or ((0, 0),))


def word_of(fragment: Fragment, expressions: Sequence[tuple[int, int]], node: Node) -> Word:
    """Return the word of a node; one that overlaps a GitHub expression expands."""
    start, end, kind = node.start_byte, node.end_byte, node.type
    if kind == "word" and not node.child_count:
        text, expands = _unescape(fragment.text[start:end]), False
    else:
        text, expands = _unquoted(fragment.text, node)
    if expressions and not expands:
        expands = _meets(expressions, start, end)
    return Word(fragment, start, end, text, expands, kind)


def disjoint(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _meets(stretches: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Say whether one of some stretches, which are in order, has a character between `start` and `end`."""
    before = bisect_left(stretches, (end,)) - 1
    return before >= 0 and start < stretches[before][1]


def quoted_segments(word: Word) -> list[tuple[int, int]]:
    """Return the stretches of its fragment that make the text of a quoted word; none when that is not certain."""
    start, end = word.start, word.end
    raw = word.fragment.text[start:end]
    if word.node_type == "raw_string":
        return [(start + 1, end - 1)]
    if word.node_type == "word" and not word.expands and "\\" not in raw:
        return [(start, end)]
    if word.node_type != "string" or len(raw) < 2:
        return []
    segments: list[tuple[int, int]] = []
    first = start + 1
    for match in _QUOTED_BACKSLASH.finditer(raw, 1, len(raw) - 1):
        segments.append((first, start + match.start()))
        first = start + match.start() + 1 if match[1] != "\n" else start + match.end()
    segments.append((first, end - 1))
    return [segment for segment in segments if segment[0] < segment[1]]


def _unquoted(text: str, node: Node) -> tuple[str, bool]:
    """Return the text of a word without its quotes, and whether it expands."""
    kind = node.type
    raw = text[node.start_byte : node.end_byte]
    if kind == "concatenation":
        parts = [_unquoted(text, child) for child in node.children]
        return "".join(part for part, _ in parts), any(expands for _, expands in parts)
    if kind == "string":
        inner = raw[1:-1] if raw.endswith('"') and len(raw) > 1 else raw[1:]
        if "\\" in inner:
            inner = _QUOTED_BACKSLASH.sub(lambda match: "" if match[1] == "\n" else match[1], inner)
        return inner, any(child.type in _EXPANSIONS for child in node.children)
    if kind == "translated_string":
        return _unquoted(text, node.children[-1])
    if kind == "raw_string":
        return raw[1:-1], False
    if kind == "ansi_c_string":
        return _BACKSLASH.sub(lambda match: _ANSI_ESCAPES.get(match[1], match[1]), raw[2:-1]), False
    if kind in _EXPANSIONS:
        return raw, True
    return _unescape(raw), node.child_count > 0 and any(child.type in _EXPANSIONS for child in node.children)


def _unescape(text: str) -> str:
    return _BACKSLASH.sub(lambda match: "" if match[1] == "\n" else match[1], text) if "\\" in text else text


def _one_byte_each(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "x" * (error.end - error.start), error.end
