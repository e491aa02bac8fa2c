"""What the trees of a file say of what is to be silenced: `"//"` keys in JSON, and annotations of Kubernetes."""

from __future__ import annotations

import re

from devopslint.policy.comments import Comment
from devopslint.policy.held_texts import containers
from devopslint.policy.ignore_words import OURS, UNTIL, read_ours
from devopslint.policy.ignores import WHOLE_FILE, Ignore, is_date
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devopslint.policy.extents import Extents
    from devopslint.policy.ignores import ReadDocuments
    from devopslint.syntax.source import Source

_ANNOTATION = "devopslint.io/ignore"
_IN_ANNOTATIONS = (
    _ANNOTATION,
    "kube-linter.io/",
    "kube-score/",
    "polaris.fairwinds.com/",
    "checkov.io/skip",
    "bridgecrew.io/skip",
)
_IN_JSON = (*_IN_ANNOTATIONS, '"//"')
_MARKS = re.compile(r"[ \t]*(?:#+|//+)?[ \t]*")
_WHY = re.compile(r":(?:\s+|$)|\s(?:--|[\u2013\u2014])\s*")
_NO_PEER = re.compile(
    r"(?<![\w./*-])(?!(?:hadolint|actionlint|zizmor|checkov|trivy|tfsec|tflint|kics|shellcheck):)[\w./*-]+(:)"
)


def may_have_some(text: str, form: str) -> bool:
    """Say whether a text has one of the words without which nothing of the sort is there: cheaper than to walk a tree."""
    return any(marker in text for marker in (_IN_JSON if form == "json" else _IN_ANNOTATIONS))


def in_trees(source: Source, extents: Extents, documents: ReadDocuments) -> Iterator[Ignore]:
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
        mark = _MARKS.match(text)
        said = text[mark.end() if mark else 0 :]
        line, column = source.position(start)
        found = OURS.match(said)
        if found is not None:
            read: Iterable[Ignore] = (read_ours(found, line, column, column + 1 + len(text) - len(said)),)
        else:
            from devopslint.policy.peer_comments import peer_ignores

            read = peer_ignores(Comment(line, column, said, column, alone=False), extents)
        for ignore in read:
            if ignore.kind == "ignore" and ignore.last < WHOLE_FILE[1]:
                ignore.first, ignore.last = _lines_of(source, node)
            yield ignore


def _annotation(source: Source, annotations: Map) -> Iterator[Ignore]:
    """Yield what `devopslint.io/ignore: "rule, rule until=2027-01-31: reason"` says, each line of it."""
    value = annotations.get(_ANNOTATION)
    if not isinstance(value, str) or _ANNOTATION not in annotations.at:
        return
    start = annotations.at[_ANNOTATION][2]
    line, column = source.position(start)
    opening = source.text[start : start + 1]
    if opening not in {"|", ">"}:
        yield _annotation_line(value, line, column + (opening in {'"', "'"}))
        return
    said = value.split("\n") if opening == "|" else [value]
    for number, text in enumerate(said, line + 1):
        if text.strip():
            written = source.line(number)
            yield _annotation_line(text, number, len(written) - len(written.lstrip()) + 1)


def _annotation_line(value: str, line: int, column: int) -> Ignore:
    ignore = Ignore("annotation", line, column, column + len(value.rstrip()))
    why = _WHY.search(value)
    plain = None if why else _NO_PEER.search(value)
    begin, end = why.span() if why else plain.span(1) if plain else (len(value), len(value))
    words, ignore.reason = value[:begin], value[end:].strip()
    until = UNTIL.search(words)
    if until is not None:
        ignore.until = until.group(1)
        words = words[: until.start()]
        if not is_date(ignore.until):
            ignore.fault = f"`{ignore.until}` is no date: write `until=2027-01-31`"
    at = 0
    for word in words.split(","):
        if word.strip() and not ignore.fault:
            ignore.words.append((word.strip(), line, column + at + len(word) - len(word.lstrip())))
        at += len(word) + 1
    if not ignore.words and not ignore.fault:
        ignore.fault = f"`{_ANNOTATION}` names no rule: write `rule: reason`"
    return ignore
