"""The reading of comments, `"//"` keys and annotations that silence findings. Imported only for files that may have some."""

from __future__ import annotations

import re
from bisect import bisect_right

from devopslint.policy.extents import Extents, form_of
from devopslint.policy.held_texts import containers, held_texts
from devopslint.policy.ignores import Ignore
from devopslint.policy.suggestion import suggestion
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.held_texts import HeldText
    from devopslint.policy.ignores import ReadDocuments
    from devopslint.syntax.source import Source

VERBS = ("ignore", "ignore-file", "disable", "enable")
_PEERS = "devopslint|hadolint|shellcheck|zizmor|checkov|bridgecrew|trivy|tfsec|tflint-ignore|kics-scan"
_COMMENT = re.compile(rf"(?:#+|//+|/\*+)[ \t]*(?=(?:{_PEERS})\b)")
_OURS = re.compile(r"devopslint:[ \t]*([A-Za-z][\w-]*)[ \t]*(?:\[([^\]\n]*)\])?([^\n]*)")
_REASON = re.compile(r"(?:^|\s)--\s*(.*\S)")
_UNTIL = re.compile(r"\buntil\s*=\s*([^\s,;]+)")
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$")
_ANNOTATION = "devopslint.io/ignore"
_IN_COMMENTS = (
    "devopslint:", "hadolint", "shellcheck ", "zizmor:", "checkov:skip", "bridgecrew:skip", "trivy:ignore",
    "tfsec:ignore", "tflint-ignore", "kics-scan",
)  # fmt: skip
_IN_ANNOTATIONS = (_ANNOTATION, "kube-linter.io/", "kube-score/ignore", "polaris.fairwinds.com/", "checkov.io/skip")
_IN_JSON = (*_IN_ANNOTATIONS, '"//"')
"""Words without one of which nothing of the sort is there: cheaper to look for than to walk a tree."""
_OPENING = re.compile(r"(?:[|>][\d+-]*[ \t]*)?(?:\s|#[^\n]*\n)*")
"""What may stand in front of the first command of a script, its indicator in YAML among it."""
_QUOTES_AFTER = frozenset(" \t([{=,:-!")


def read_ignores(source: Source, documents: ReadDocuments | None) -> list[Ignore]:
    """Return what silences findings in a file: comments, and what stands in its trees."""
    form = form_of(source.path)
    text = source.text
    found: list[Ignore] = []
    extents = Extents(source)
    if form != "json" and any(marker in text for marker in _IN_COMMENTS):
        found = list(_comments(source, extents, documents))
    markers = _IN_JSON if form == "json" else _IN_ANNOTATIONS
    if documents is not None and form in {"json", "yaml"} and any(marker in text for marker in markers):
        found.extend(_in_trees(source, extents, documents))
    return _ranges(found, extents.total)


def _comments(source: Source, extents: Extents, documents: ReadDocuments | None) -> Iterator[Ignore]:
    text = source.text
    texts: list[HeldText] | None = None
    for found in _COMMENT.finditer(text):
        start = found.start()
        if text.startswith("/", start) and extents.form != "hcl":
            continue
        line, column = source.position(start)
        before = extents.line(line)[: column - 1]
        if _in_quotes(before) or (before and before[-1] not in " \t}]),"):
            continue
        if texts is None:
            texts = held_texts(source, extents, documents)
        at = bisect_right(texts, start, key=lambda text: text[0]) - 1
        held = texts[at] if at >= 0 and start < texts[at][1] else None
        if held is not None and not held[2]:
            continue
        words = extents.line(line)[found.end() - start + column - 1 :]
        for ignore in read_comment(words, line, column, found.end() - start + column, not before.strip(), extents):
            if held is None:
                yield ignore
            elif ignore.kind == "ignore":
                first, last = source.position(held[0])[0], source.position(held[1] - 1)[0]
                if ignore.peer == "shellcheck" and _OPENING.fullmatch(text, held[0], start):
                    ignore.last = last  # in front of the first command it is about the whole script
                yield _within(ignore, first, last)


def _within(ignore: Ignore, first: int, last: int) -> Ignore:
    """Return what a comment in a text says of that text: of nothing outside, and nobody blames it for what it says."""
    ignore.held = True
    ignore.first, ignore.last = max(ignore.first, first), min(ignore.last, last)
    ignore.owner = ignore.owner if first < ignore.owner <= last else 0
    return ignore


def read_comment(
    text: str, line: int, column: int, text_column: int, alone: bool, extents: Extents
) -> Iterator[Ignore]:
    """Yield what one comment says; `text` is all after its marks, and stands in `text_column`."""
    text = text.rstrip().removesuffix("*/").rstrip()
    ours = _OURS.match(text)
    if ours is None:
        from devopslint.policy.peer_comments import peer_ignores

        yield from peer_ignores(text, line, column, alone, extents)
        return
    ignore = _ours(ours, line, column, text_column)
    if ignore.kind == "ignore" and alone:
        ignore.owner = ignore.first = extents.next_code_line(line)
        ignore.last = extents.last_line(ignore.owner)
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


def _in_trees(source: Source, extents: Extents, documents: ReadDocuments) -> Iterator[Ignore]:
    """Yield what `"//"` keys and annotations say."""
    from devopslint.policy.peer_comments import annotation_ignores

    for document in documents(source.path):
        for node in containers(document.root):
            if not isinstance(node, Map):
                continue
            if "//" in node.at:
                yield from _slashes(source, node, extents)
            metadata = node.get("metadata")
            annotations = metadata.get("annotations") if isinstance(metadata, Map) else None
            if isinstance(annotations, Map):
                first, last = _lines_of(source, node)
                if node is document.root and extents.form == "yaml":
                    first, last = extents.document_lines(first)
                for ignore in (*_annotation(source, annotations), *annotation_ignores(source, annotations)):
                    ignore.first, ignore.last = first, last
                    yield ignore


def _lines_of(source: Source, node: Map) -> tuple[int, int]:
    return source.position(node.start)[0], source.position(max(node.start, node.end - 1))[0]


def _slashes(source: Source, node: Map, extents: Extents) -> Iterator[Ignore]:
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
                ignore.first, ignore.last = _lines_of(source, node)
            yield ignore
            continue
        from devopslint.policy.peer_comments import peer_ignores

        for ignore in peer_ignores(text, line, column, False, extents):
            if ignore.last < 1 << 30:
                ignore.first, ignore.last = _lines_of(source, node)
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
    """Let each `disable` reach to the `enable` that names the same, and drop the `enable`s.

    What is disabled already is not disabled once more: the second comment silences nothing.
    """
    found.sort(key=lambda ignore: (ignore.line, ignore.column))
    kept: list[Ignore] = []
    under_way: dict[str, Ignore] = {}
    for ignore in found:
        if ignore.kind == "enable" and not ignore.fault:
            for word in under_way if any(word in {"*", "all"} for word, _, _ in ignore.words) else ignore.words:
                name = word if isinstance(word, str) else word[0]
                if name in under_way:
                    under_way[name].last = ignore.line
            named = {word for word, _, _ in ignore.words}
            under_way = (
                {} if named & {"*", "all"} else {word: one for word, one in under_way.items() if word not in named}
            )
        elif ignore.kind == "disable" and ignore.words:
            for word in ignore.words:
                part = ignore if len(ignore.words) == 1 else _part(ignore, word)
                kept.append(part)
                if word[0] not in under_way:
                    part.last = last
                    under_way[word[0]] = part
        else:
            kept.append(ignore)
    return kept


def _part(ignore: Ignore, word: tuple[str, int, int]) -> Ignore:
    part = Ignore.from_plain(ignore.to_plain())
    part.words = [word]
    part.column = word[2]
    return part
