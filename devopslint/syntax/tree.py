"""The positioned tree: plain values, with marks beside them from which the place of any path is found.

A rule sees an ordinary `dict`, `list`, `str`, `int`, `float`, `bool`, `None`, or `UNKNOWN`. Where a value stands in
its file is kept in the container that holds it, as offsets (code points, end exclusive), and turned into lines and
columns only for what is reported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.syntax.source import Source

    Mark = tuple[int, int]
    """Start and end offset."""
    PairMark = tuple[int, int, int, int]
    """Start and end of a key, start and end of its value."""
    Path = tuple[str | int, ...]


class Unknown:
    """What can't be known from the files: `var.x` without a default, `${{ inputs.x }}`, `{{ .Values.x }}`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false: compare with `is UNKNOWN`")


class Missing:
    """What is not there: the value of a path that does not exist."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


UNKNOWN = Unknown()
MISSING = Missing()


_NO_KEYS: frozenset[str] = frozenset()


class Map(dict[str, "Any"]):
    """A mapping with the offsets of its keys and values.

    `at[key]` is `(key start, key end, value start, value end)`. `start` and `end` bound the whole mapping.
    `header` is what names it when something in it is absent (a block's first line); by default its first line.
    `duplicates` holds the keys that were given again, each with the marks of the later pair. `merged` holds the keys
    that came through a YAML merge key. `open` is true when there may be more keys than can be seen (a template or a
    spread of something unknown), so that an absent key is unknown.
    """

    __slots__ = ("at", "duplicates", "end", "header", "merged", "open", "start")

    def __init__(self, start: int = 0, end: int = 0) -> None:
        self.start = start
        self.end = end
        self.at: dict[str, PairMark] = {}
        self.header: Mark | None = None
        self.duplicates: Sequence[tuple[str, PairMark]] = ()
        self.merged = _NO_KEYS
        self.open = False

    def put(self, key: str, value: Any, at: PairMark) -> None:
        """Set a key together with its marks."""
        self[key] = value
        self.at[key] = at


class MaybeBlock(Map):
    """A mapping that may be the only block of its type, where a format writes such a block without a list around it."""

    __slots__ = ()


class Seq(list["Any"]):
    """A sequence with the offsets of its items: `at[i]` is `(start, end)`."""

    __slots__ = ("at", "end", "open", "start")

    def __init__(self, start: int = 0, end: int = 0) -> None:
        self.start = start
        self.end = end
        self.at: list[Mark] = []
        self.open = False

    def add(self, value: Any, at: Mark) -> None:
        """Append an item together with its mark."""
        self.append(value)
        self.at.append(at)


class Tagged(str):
    """A scalar with an application's tag, such as `!Ref Bucket`: the text, and the tag in `tag`."""

    __slots__ = ("tag",)
    tag: str


class Elsewhere:
    """A value that stands in another file than what holds it: it has a `source`, and its `start` and `end` there."""

    __slots__ = ()
    source: Source
    start: int
    end: int


class SyntaxProblem:
    """Something a reader could not read: a message (lower case, no final stop), and where (offsets)."""

    __slots__ = ("end", "message", "start")

    def __init__(self, message: str, start: int, end: int | None = None) -> None:
        self.message = message
        self.start = start
        self.end = start + 1 if end is None else end

    def __repr__(self) -> str:
        return f"SyntaxProblem({self.message!r}, {self.start}, {self.end})"


class Candidate:
    """One value that an expression can have, and where it came from.

    `origins` are `(source, start, end, text)`: the default of a variable, the row of a matrix. They become related
    locations of the finding.
    """

    __slots__ = ("origins", "value")

    def __init__(self, value: Any, origins: Iterable[tuple[Source, int, int, str]] = ()) -> None:
        self.value = value
        self.origins = tuple(origins)


class Document:
    """One document of a file: a positioned tree, and what turns its expressions into values.

    `resolve(value, subject)` returns the candidates of a value that is an expression of this kind of document, or
    `None` when the value is plain; `layout(value)` a tree with the places of what an expression writes itself;
    `is_set(value)` says whether an expression whose value can't be known certainly has one. A document without
    expressions leaves them `None`.
    """

    __slots__ = ("index", "is_set", "layout", "may_hold_duplicates", "resolve", "root", "source")

    def __init__(self, source: Source, root: Any, index: int = 0) -> None:
        self.may_hold_duplicates = True
        """Whether some mapping may have a key twice: readers that have seen every key know."""
        self.source = source
        self.root = root
        self.index = index
        self.resolve: Callable[[Any, Any], Sequence[Candidate] | None] | None = None
        self.layout: Callable[[Any], Any] | None = None
        self.is_set: Callable[[Any], bool] | None = None


def locate(node: Any, path: Path, part: str = "value", layout: Callable[[Any], Any] | None = None) -> Mark | None:
    """Return the offsets of `path` below `node`, or of the deepest part of it that exists.

    `part` is `value`, `key` or `pair` (key and value together). An absent path gives the key of its deepest existing
    ancestor; with no such ancestor, the header of `node`. An item that is itself a mapping gives its header. What lies
    inside an expression stands where the expression stands, or where `layout` of it says.
    """
    found: Mark | None = None
    last = len(path) - 1
    for index, step in enumerate(path):
        if isinstance(node, Seq) and isinstance(step, str) and node and isinstance(node[0], Map):
            node = node[0]  # a name below a list of blocks goes into the first
        if isinstance(node, Map) and isinstance(step, str) and step in node.at:
            key_start, key_end, start, end = node.at[step]
            node = node.get(step)
            inside = index < last and isinstance(node, (Map, Seq))
            if inside or part == "key" or start >= end:
                found = (key_start, key_end)
            elif part == "pair":
                found = (key_start, end)
            else:
                found = (start, end)
        elif isinstance(node, Seq) and isinstance(step, int) and 0 <= step < len(node.at):
            found = node.at[step]
            node = node[step]
            if index < last and isinstance(node, Map):
                found = header_of(node)
        else:
            shape = layout(node) if layout is not None else None
            if isinstance(shape, Map):
                is_there = step in shape.at
            else:
                is_there = isinstance(shape, Seq) and isinstance(step, int) and step < len(shape)
            if is_there:
                return locate(shape, path[index:], part)
            break
    return found if found is not None else header_of(node)


def header_of(node: Any) -> Mark | None:
    """Return the offsets of what names a container when something in it is absent."""
    if isinstance(node, Map):
        if node.header is not None:
            return node.header
        if node.at:
            key_start, _, _, _ = first = next(iter(node.at.values()))
            return key_start, first[3] if not isinstance(next(iter(node.values())), (Map, Seq)) else first[1]
        return node.start, node.end
    if isinstance(node, Seq):
        return node.at[0] if node.at else (node.start, node.end)
    return None
