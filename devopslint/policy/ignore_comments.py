"""The reading of comments, `"//"` keys and annotations that silence findings. Imported only for files that may have some."""

from __future__ import annotations

import re

from devopslint.policy.extents import document_lines, form_of, last_line, next_code_line
from devopslint.policy.ignores import Ignore
from devopslint.policy.suggestion import suggestion
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from devopslint.policy.ignores import ReadDocuments
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

VERBS = ("ignore", "ignore-file", "disable", "enable")
_PEERS = "devopslint|hadolint|zizmor|checkov|bridgecrew|trivy|tfsec|tflint-ignore|kics-scan"
_COMMENT = re.compile(rf"(?:#+|//+|/\*+)[ \t]*(?=(?:{_PEERS})\b)")
_OURS = re.compile(r"devopslint:[ \t]*([A-Za-z][\w-]*)[ \t]*(?:\[([^\]\n]*)\])?([^\n]*)")
_REASON = re.compile(r"(?:^|\s)--\s*(.*\S)")
_UNTIL = re.compile(r"\buntil\s*=\s*([^\s,;]+)")
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$")
_ANNOTATION = "devopslint.io/ignore"
_IN_COMMENTS = (
    "devopslint:", "hadolint", "zizmor:", "checkov:skip", "bridgecrew:skip", "trivy:ignore", "tfsec:ignore",
    "tflint-ignore", "kics-scan",
)  # fmt: skip
_IN_ANNOTATIONS = (_ANNOTATION, "kube-linter.io/", "kube-score/ignore", "polaris.fairwinds.com/", "checkov.io/skip")
_IN_JSON = (*_IN_ANNOTATIONS, '"//"')
"""Words without one of which nothing of the sort is there: cheaper to look for than to walk a tree."""
_QUOTES_AFTER = frozenset(" \t([{=,:-!")


def read_ignores(source: Source, documents: ReadDocuments | None) -> list[Ignore]:
    """Return what silences findings in a file: comments, and what stands in its trees."""
    form = form_of(source.path)
    text = source.text
    found: list[Ignore] = []
    if form != "json" and any(marker in text for marker in _IN_COMMENTS):
        found = list(_comments(source, form, documents))
    markers = _IN_JSON if form == "json" else _IN_ANNOTATIONS
    if documents is not None and form in {"json", "yaml"} and any(marker in text for marker in markers):
        found.extend(_in_trees(source, documents))
    return _ranges(found, len(source.line_starts))


def _comments(source: Source, form: str, documents: ReadDocuments | None) -> Iterator[Ignore]:
    text = source.text
    quoted: Sequence[Mark] | None = None
    for found in _COMMENT.finditer(text):
        start = found.start()
        if text.startswith("/", start) and form != "hcl":
            continue
        line, column = source.position(start)
        before = source.line(line)[: column - 1]
        if _in_quotes(before) or (before and before[-1] not in " \t}]),"):
            continue
        if form == "yaml" and documents is not None:
            if quoted is None:
                quoted = _long_quotes(source, documents)
            if any(first < start < end for first, end in quoted):
                continue
        words = source.line(line)[found.end() - start + column - 1 :]
        yield from read_comment(source, words, line, column, found.end() - start + column, not before.strip(), form)


def read_comment(
    source: Source, text: str, line: int, column: int, text_column: int, alone: bool, form: str
) -> Iterator[Ignore]:
    """Yield what one comment says; `text` is all after its marks, and stands in `text_column`."""
    text = text.rstrip().removesuffix("*/").rstrip()
    ours = _OURS.match(text)
    if ours is None:
        from devopslint.policy.peer_comments import peer_ignores

        yield from peer_ignores(source, text, line, column, alone, form)
        return
    ignore = _ours(ours, line, column, text_column)
    if ignore.kind == "ignore" and alone:
        ignore.owner = ignore.first = next_code_line(source, line, form)
        ignore.last = last_line(source, ignore.owner, form)
    yield ignore


def _ours(found: re.Match[str], line: int, column: int, text_column: int) -> Ignore:
    verb, words, rest = found.groups()
    ignore = Ignore(verb, line, column, text_column + found.end() - found.start())
    reason = _REASON.search(rest)
    ignore.reason = reason.group(1) if reason else ""
    before_reason = rest[: reason.start()] if reason else rest
    until = _UNTIL.search(before_reason)
    if until is not None:
        ignore.until = until.group(1)
        before_reason = before_reason[: until.start()] + before_reason[until.end() :]
    ignore.fault = _fault(verb, words, ignore.until, before_reason.strip())
    if ignore.fault or words is None:
        ignore.words = [("*", line, column)] if verb == "enable" and not ignore.fault else []
        return ignore
    at = text_column + found.start(2) - found.start()
    for word in words.split(","):
        blanks = len(word) - len(word.lstrip())
        if word.strip():
            ignore.words.append((word.strip(), line, at + blanks))
        at += len(word) + 1
    if verb == "ignore-file":
        ignore.first, ignore.last = 1, 1 << 30
    return ignore


def _fault(verb: str, words: str | None, until: str, rest: str) -> str:
    if verb not in VERBS:
        return f"`devopslint: {verb}` is not understood{suggestion(verb, VERBS)}"
    if (words is None and verb != "enable") or (words is not None and not words.strip(" ,")):
        return f"`devopslint: {verb}` names no rule: write `{verb}[rule]`"
    if until and not _DATE.match(until):
        return f"`{until}` is no date: write `until=2027-01-31`"
    if rest:
        return f"`{rest}` is not understood: put a reason behind `--`"
    return ""


def _in_quotes(before: str) -> bool:
    """Say whether a quote is open at the end of the part of a line; an apostrophe within a word opens none."""
    quote = ""
    previous = " "
    escaped = False
    for char in before:
        if quote:
            if escaped:
                escaped = False
            elif char == "\\" and quote == '"':
                escaped = True
            elif char == quote:
                quote = ""
        elif char in "\"'" and previous in _QUOTES_AFTER:
            quote = char
        previous = char
    return bool(quote)


def _long_quotes(source: Source, documents: ReadDocuments) -> list[Mark]:
    """Return the offsets of quoted scalars of more than one line."""
    text = source.text
    return [
        (start, end)
        for document in documents(source.path)
        for node in _containers(document.root)
        for start, end in _value_marks(node)
        if text[start : start + 1] in {'"', "'"} and "\n" in text[start:end]
    ]


def _value_marks(node: Map | Seq) -> list[Mark]:
    return [(mark[2], mark[3]) for mark in node.at.values()] if isinstance(node, Map) else node.at


def _containers(root: Any) -> Iterator[Any]:
    """Yield every mapping and sequence of a tree, each once: aliases make one of a tree what would be a circle."""
    stack = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, (Map, Seq)) and id(node) not in seen:
            seen.add(id(node))
            yield node
            stack.extend(node.values() if isinstance(node, Map) else node)


def _in_trees(source: Source, documents: ReadDocuments) -> Iterator[Ignore]:
    """Yield what `"//"` keys and annotations say."""
    from devopslint.policy.peer_comments import annotation_ignores

    for document in documents(source.path):
        for node in _containers(document.root):
            if not isinstance(node, Map):
                continue
            if "//" in node.at:
                yield from _slashes(source, node)
            metadata = node.get("metadata")
            annotations = metadata.get("annotations") if isinstance(metadata, Map) else None
            if isinstance(annotations, Map):
                lines = _lines_of(source, node, whole=node is document.root)
                for ignore in (*_annotation(source, annotations), *annotation_ignores(source, annotations)):
                    ignore.first, ignore.last = lines
                    yield ignore


def _lines_of(source: Source, node: Map, *, whole: bool) -> tuple[int, int]:
    first = source.position(node.start)[0]
    if whole and form_of(source.path) == "yaml":
        return document_lines(source, first)
    return first, source.position(max(node.start, node.end - 1))[0]


def _slashes(source: Source, node: Map) -> Iterator[Ignore]:
    """Yield what the `"//"` of an object says: a text or a list of texts, which covers the object that it stands in."""
    value = node["//"]
    marks = [(value, node.at["//"][2])] if isinstance(value, str) else []
    if isinstance(value, Seq):
        marks = [(item, mark[0]) for item, mark in zip(value, value.at, strict=False) if isinstance(item, str)]
    for text, start in marks:
        found = _OURS.match(text)
        line, column = source.position(start)
        if found is not None:
            ignore = _ours(found, line, column, column + 1)
            if ignore.kind == "ignore":
                ignore.first, ignore.last = _lines_of(source, node, whole=False)
            yield ignore
            continue
        from devopslint.policy.peer_comments import peer_ignores

        for ignore in peer_ignores(source, text, line, column, False, "json"):
            if ignore.last < 1 << 30:
                ignore.first, ignore.last = _lines_of(source, node, whole=False)
            yield ignore


def _annotation(source: Source, annotations: Map) -> Iterator[Ignore]:
    """Yield what `devopslint.io/ignore: "rule, rule until=2027-01-31: reason"` says."""
    value = annotations.get(_ANNOTATION)
    if not isinstance(value, str) or _ANNOTATION not in annotations.at:
        return
    start = annotations.at[_ANNOTATION][2]
    line, column = source.position(start)
    column += source.text[start : start + 1] in {'"', "'"}
    ignore = Ignore("annotation", line, column, column + len(value))
    words, _, ignore.reason = value.partition(":")
    ignore.reason = ignore.reason.strip()
    until = _UNTIL.search(words)
    if until is not None:
        ignore.until = until.group(1)
        words = words[: until.start()]
        if not _DATE.match(ignore.until):
            ignore.fault = f"`{ignore.until}` is no date: write `until=2027-01-31`"
    at = 0
    for word in words.split(","):
        if word.strip() and not ignore.fault:
            ignore.words.append((word.strip(), line, column + at + len(word) - len(word.lstrip())))
        at += len(word) + 1
    yield ignore


def _ranges(found: list[Ignore], last: int) -> list[Ignore]:
    """Let each `disable` reach to the `enable` that names the same, and drop the `enable`s."""
    found.sort(key=lambda ignore: (ignore.line, ignore.column))
    kept = []
    for index, ignore in enumerate(found):
        if ignore.kind == "enable" and not ignore.fault:
            continue
        kept.append(ignore)
        if ignore.kind != "disable" or len(ignore.words) == 0:
            continue
        ignore.last = last
        for word in list(ignore.words):
            end = next((other for other in found[index + 1 :] if _ends(other, word[0])), None)
            if end is None:
                continue
            if len(ignore.words) == 1:
                ignore.last = end.line
            else:
                ignore.words.remove(word)
                kept.append(_part(ignore, word, end.line))
    return kept


def _ends(ignore: Ignore, word: str) -> bool:
    return ignore.kind == "enable" and any(other in {word, "*", "all"} for other, _, _ in ignore.words)


def _part(ignore: Ignore, word: tuple[str, int, int], last: int) -> Ignore:
    part = Ignore.from_plain(ignore.to_plain())
    part.words = [word]
    part.first, part.last = ignore.line, last
    part.column = word[2]
    return part
