"""Trees of the events of libyaml: what `syntax/yaml.py` reads where a text is more than plain.

libyaml's events (through PyYAML) are put together by a composer of our own, which keeps the place of every key and
value, reads scalars as YAML 1.2's core schema does (`on` is a string, and so is `NO`), keeps duplicate keys and
application tags, and never recurses.
"""

from __future__ import annotations

import re

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from devopslint.syntax.template import FILL, has_template, must_be_rendered
from devopslint.syntax.tree import UNKNOWN, Document, Map, Seq, SyntaxProblem, Tagged
from devopslint.syntax.yaml_scalar import CORE_WORDS, NUMBER_START, PROPERTIES, core_scalar

try:
    from yaml import _yaml
except ImportError:  # pragma: no cover  (wheels hold the extension)
    _yaml = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from devopslint.syntax.source import Source

MAX_DEPTH = 256
_SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_ONLY_DIRECTIVES = re.compile(r"(?:[ \t]*(?:[#%][^\r\n]*)?(?:\r\n?+|\n|\Z))*\Z")
_CORE_TAG = "tag:yaml.org,2002:"


def compose(source: Source, text: str, *, templated: bool) -> tuple[list[Document], list[SyntaxProblem]]:
    """Return the documents of a text, and what in it could not be read. Raises TemplateError."""
    composer = _Composer(source.text, templated)
    try:
        composer.compose(text, 0)
    except (YAMLError, _TooDeepError, UnicodeEncodeError, ValueError) as error:
        starts = [match.start() for match in _SEPARATOR.finditer(text)]
        if not starts:
            if templated and must_be_rendered(source.text):
                return [], []
            return [], [*composer.problems, _explain(error, text, 0, source.text)]
    else:
        return composer.documents(source), composer.problems
    composer = _Composer(source.text, templated)
    for start, end in _chunks(text, starts):
        known = len(composer.roots)
        chunk = text[start:end]
        try:
            composer.compose(chunk, start)
        except (YAMLError, _TooDeepError, UnicodeEncodeError, ValueError) as error:
            del composer.roots[known:]
            if templated and must_be_rendered(source.text[start:end]):
                continue
            composer.problems.append(_explain(error, chunk, start, source.text))
    return composer.documents(source), composer.problems


def _explain(error: Exception, text: str, base: int, original: str) -> SyntaxProblem:
    from devopslint.syntax.yaml_error import explain

    return explain(error, text, base, original)


def _chunks(text: str, starts: list[int]) -> list[tuple[int, int]]:
    """Return the stretches between document separators; directives and comments before one belong to the next."""
    chunks = []
    begin = 0
    for start in [*starts, len(text)]:
        if start == len(text) or not _ONLY_DIRECTIVES.match(text[begin:start]):
            chunks.append((begin, start))
            begin = start
    return chunks


def _events(text: str) -> Callable[[], Any]:
    if _yaml is not None:
        return _yaml.CParser(text).get_event
    import yaml

    events = yaml.parse(text, Loader=yaml.SafeLoader)
    return lambda: next(events, None)


def _merge(into: Map, given: list[Any]) -> bool:
    """Take over the pairs of what stands behind `<<`: own keys win, then the earlier mapping. False if one is none."""
    maps = [item for value in given for item in (value if isinstance(value, Seq) else [value])]
    if not all(isinstance(item, Map) for item in maps):
        return False
    merged = set()
    for item in maps:
        into.open = into.open or item.open
        for key in list(item):
            if key not in into:
                into.put(key, item[key], item.at[key])
                merged.add(key)
    into.merged = into.merged | merged
    return True


class _TooDeepError(Exception):
    """More containers within each other than anyone writes by hand."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


class TemplateError(Exception):
    """The text is YAML by chance: `{{ x }}` was read as a mapping that is a key."""


class _Composer:
    """Makes trees of events, one stretch of text after the other."""

    __slots__ = ("duplicates", "open", "original", "problems", "roots")

    def __init__(self, original: str, templated: bool) -> None:
        self.original = original
        self.open = templated
        self.roots: list[Any] = []
        self.problems: list[SyntaxProblem] = []
        self.duplicates = False

    def documents(self, source: Source) -> list[Document]:
        """Return what has been read."""
        found = [Document(source, root, index) for index, root in enumerate(self.roots)]
        for document in found:
            document.may_hold_duplicates = self.duplicates
        return found

    def compose(self, text: str, base: int) -> None:  # noqa: C901, PLR0915 (one loop: calls double its time)
        """Add the documents of `text`, which starts at `base` of the file.

        Raises what libyaml raises, or _TooDeepError.
        """
        get = _events(text)
        limit = base + len(text)
        opened = self.open
        anchors: dict[str, Any] = {}
        stack: list[tuple[Any, ...]] = []
        # The container that is being filled (None: the document), and for a mapping the key that waits for its value.
        node: Any = None
        is_map = False
        key: str | None = None
        key_start = key_end = last = 0
        plain_merge = False
        merges: list[Any] = []
        while (event := get()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                start = event.start_mark.index + base
                end = event.end_mark.index + base
                if end > limit:  # noqa: PLR1730 (twice as fast)
                    end = limit
                value = event.value
                if event.anchor or event.tag:
                    start = self._content_start(start, end)
                if is_map and key is None:
                    key = value if not opened or FILL not in value else self.original[start:end]
                    key_start, key_end = start, end
                    plain_merge = value == "<<" and event.implicit[0]
                    if event.anchor:
                        anchors[event.anchor] = value
                    continue
                if event.style in {"|", ">"}:
                    end = self._trimmed(start, end)
                if opened or event.tag:
                    value = self._scalar(event, start, end)
                elif event.implicit[0] and (value in CORE_WORDS or value[0] in NUMBER_START):
                    value = core_scalar(value)
                if event.anchor:
                    anchors[event.anchor] = value
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                start = event.start_mark.index + base
                if len(stack) >= MAX_DEPTH:
                    raise _TooDeepError(start - base)
                if event.anchor or event.tag:
                    start = self._content_start(start, limit)
                stack.append((node, is_map, key, key_start, key_end, plain_merge, merges, event, start))
                if (
                    is_map
                    and key is None
                    and not opened
                    and event.flow_style
                    and text[start - base - 1 : start - base + 1] == "{{"
                ):
                    raise TemplateError
                is_map = kind is MappingStartEvent
                node = Map(start) if is_map else Seq(start)
                node.open = opened
                last = start
                key = None
                merges = []
                if event.anchor:
                    anchors[event.anchor] = node
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = node
                if merges and not _merge(node, merges):
                    value["<<"] = merges[-1]
                node, is_map, key, key_start, key_end, plain_merge, merges, opening, start = stack.pop()
                end = min(event.end_mark.index + base, limit) if opening.flow_style else last
                value.end = end
                if opening.tag and opening.tag != "!" and not opening.tag.startswith(_CORE_TAG):
                    value = self._tagged_container(opening, value, base)
                if is_map and key is None:
                    key = self.original[start:end]
                    key_start, key_end = start, end
                    plain_merge = False
                    continue
            elif kind is AliasEvent:
                start = event.start_mark.index + base
                end = event.end_mark.index + base
                value = anchors.get(event.anchor, self)
                if value is self:
                    self.problems.append(SyntaxProblem(f"alias `*{event.anchor}` has no anchor before it", start, end))
                    value = UNKNOWN
                if is_map and key is None:
                    key = value if isinstance(value, str) else self.original[start:end]
                    key_start, key_end = start, end
                    plain_merge = False
                    continue
            else:
                if kind is DocumentStartEvent:
                    anchors = {}
                continue
            last = end
            if is_map:
                assert key is not None
                at = (key_start, key_end, start, end)
                if plain_merge:
                    merges.append(value)
                    node.at.setdefault(key, at)
                elif key in node:
                    self._duplicate(node, key, value, at)
                else:
                    node[key] = value
                    node.at[key] = at
                key = None
            elif node is None:
                self.roots.append(value)
            else:
                node.append(value)
                node.at.append((start, end))

    def _duplicate(self, node: Map, key: str, value: Any, at: tuple[int, int, int, int]) -> None:
        if self.open:
            # The branches of a template's `if`: one of the two.
            if node[key] != value:
                node[key] = UNKNOWN
            return
        self.duplicates = True
        node.duplicates = [*node.duplicates, (key, at)]
        node[key] = value
        node.at[key] = at

    def _scalar(self, event: ScalarEvent, start: int, end: int) -> Any:
        value = event.value
        if self.open and (
            FILL in value or (start == end and event.implicit[0]) or has_template(self.original[start:end])
        ):
            return UNKNOWN
        tag = event.tag
        if event.implicit[0] and not tag:
            return core_scalar(value)
        if not tag or tag == "!":
            return value
        if tag.startswith(_CORE_TAG):
            return core_scalar(value) if tag[len(_CORE_TAG) :] in {"int", "float", "bool", "null"} else value
        tagged = Tagged(value)
        tagged.tag = tag
        return tagged

    def _tagged_container(self, opening: Any, value: Map | Seq, base: int) -> Map:
        """Return `!Join [a, b]` as `{"!Join": [a, b]}`."""
        start = opening.start_mark.index + base
        at = self.original.find("!", start, value.start)
        if at < 0:
            at = start
        holder = Map(at, value.end)
        holder.open = self.open
        holder.put(opening.tag, value, (at, min(at + len(opening.tag), value.start), value.start, value.end))
        return holder

    def _content_start(self, start: int, end: int) -> int:
        """Return where a node starts behind its anchor and tag."""
        match = PROPERTIES.match(self.original, start, end)
        return match.end() if match else start

    def _trimmed(self, start: int, end: int) -> int:
        text = self.original
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        return end
