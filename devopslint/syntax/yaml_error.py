"""What libyaml could not read, in words that say what to look for."""

from __future__ import annotations

import re

from devopslint.syntax.tree import SyntaxProblem

_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB = "a tab stands where YAML wants spaces"
_MESSAGES = (
    ("tab character", _TAB),
    ("mapping values are not allowed", "a key can't stand here: wrong indentation, or a value with `: ` needs quotes"),
    ("block sequence entries are not allowed", "a list item can't stand here"),
    ("block mapping keys are not allowed", "a key can't stand here"),
    ("could not find expected ':'", "no `:` follows this key"),
    ("did not find expected key", "a key is missing here: the indentation fits no line above, or a quote is wrong"),
    ("did not find expected '-'", "a list item is missing here: the indentation fits no line above"),
    ("did not find expected ',' or ']'", "a `,` or `]` is missing"),
    ("did not find expected ',' or '}'", "a `,` or `}` is missing"),
    ("did not find expected <document start>", "this does not belong to what stands above: wrong indentation?"),
    ("did not find expected node content", "no value stands where one is expected"),
    ("unexpected ':'", "a value with a `:` in it needs quotes here"),
    ("did not find expected <stream-end>", "something stands behind the end of the document"),
    ("unknown escape character", "unknown escape: write `\\\\`, or use single quotes"),
    ("did not find expected hexdecimal number", "an escape with too few hexadecimal digits"),
    ("did not find expected alphabetic or numeric", "no name behind `*` or `&`: put the value in quotes"),
    ("undefined tag handle", "tag with a handle that no `%TAG` declares"),
    ("did not find expected comment or line break", "something stands behind the `|` or `>` of a block scalar"),
    ("indentation indicator equal to 0", "the indentation of a block scalar can't be 0"),
    ("maximum nesting", "containers are nested too deep"),
    ("unexpected document indicator", "a quote is not closed before `---`"),
)  # fmt: skip


def explain(error: Exception, text: str, base: int, original: str) -> SyntaxProblem:
    """Return an error of the YAML parser as a problem; `text` stands at `base` in the file `original`."""
    offset = getattr(error, "offset", None)
    if offset is not None:
        return SyntaxProblem("containers are nested too deep", base + offset)
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _unreadable(error, text, base)
    problem = str(getattr(error, "problem", None) or "not valid YAML")
    context = str(getattr(error, "context", None) or "")
    context_mark = getattr(error, "context_mark", None)
    at = min(mark.index, len(text))
    if "quoted scalar" in context and ("end of stream" in problem or "document indicator" in problem) and context_mark:
        at = min(context_mark.index, len(text))
        return SyntaxProblem(f"the quote `{original[base + at : base + at + 1]}` is never closed", base + at)
    if "simple key" in context and context_mark:
        at = min(context_mark.index, len(text))
    return SyntaxProblem(_message(problem, text, at), *_visible(text, at, base))


def _message(problem: str, text: str, at: int) -> str:
    if "cannot start any token" in problem:
        char = text[at : at + 1]
        if char == "\t":
            return _TAB
        return (
            f"a value can't start with `{char}`: put it in quotes" if char in "@`%" and char else "unexpected character"
        )
    for part, message in _MESSAGES:
        if part in problem:
            return message
    return problem


def _visible(text: str, at: int, base: int) -> tuple[int, int]:
    """Return the offsets of one visible character: at the end of the text, of the last one."""
    if at >= len(text):
        at = len(text.rstrip()) - 1
    at = max(at, 0)
    return base + at, base + min(at + 1, max(len(text), 1))


def _unreadable(error: Exception, text: str, base: int) -> SyntaxProblem:
    match = _NOT_PRINTABLE.search(text)
    if match is not None:
        return SyntaxProblem(f"the control character U+{ord(match[0]):04X} can't stand in YAML", base + match.start())
    return SyntaxProblem(f"not valid YAML: {error}".splitlines()[0], base)
