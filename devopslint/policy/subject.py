"""What a rule is about, the way from a path to the values that stand there, and what a rule says of them."""

from __future__ import annotations

from functools import lru_cache

from devopslint.syntax.tree import MISSING, UNKNOWN, Candidate, Elsewhere, Map, Seq, header_of, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document, Mark, Path

    Origins = tuple[Any, ...]


class Place:
    """A stretch of a file by offsets (code points, end exclusive)."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end


class Related:
    """A second place that explains a finding: what it clashes with, or (`origin`) where the offending value came from."""

    __slots__ = ("origin", "place", "text")

    def __init__(self, place: Place, text: str, *, origin: bool = False) -> None:
        self.place = place
        self.text = text
        self.origin = origin


def came_from(origins: Iterable[tuple[Source, int, int, str]]) -> list[Related]:
    """Return the places where a value came from: the origins of a candidate."""
    return [Related(Place(source, start, end), text, origin=True) for source, start, end, text in origins]


def place_in(fragment: Fragment, start: int, end: int) -> Place:
    """Return where a stretch of a fragment's text stands in its file."""
    return Place(fragment.source, *fragment.mark(start, end))


class Problem:
    """One fault that a check has found.

    `at` is a path below the subject (`("steps", 0, "uses")`, or `"steps.0.uses"`), or a `Place`; the empty path is the
    subject's header. `part` is `value`, `key` or `pair`. `values` fill the `{names}` of the rule's message.
    """

    __slots__ = ("at", "part", "related", "values")

    def __init__(
        self, at: Path | str | Place = (), *, part: str = "value", related: Sequence[Related] = (), **values: Any
    ) -> None:
        self.at = parse_path(at) if isinstance(at, str) else at
        self.part = part
        self.related = related
        self.values: Mapping[str, Any] = values


class Subject:
    """Something that a rule can be about: a step, a stage, a resource, a container, a shell command.

    `kind` is the name that rules put under `on` (`terraform.resource`); `type` narrows it (`aws_s3_bucket`), so that
    `on: terraform.resource.aws_s3_bucket` meets only those. `value` is its positioned tree, `address` what people call
    it, `parents` its owners by name. `header` is what is pointed at when something is absent. `context` is the
    artifact's own model of the whole (a module, a workflow, a Dockerfile), for checks that are functions.
    `related(type)` returns the subjects of that type that refer to this one.

    Where many are made they are given by their places: Python makes an object five times as fast without names.
    """

    __slots__ = (
        "address", "context", "document", "header", "kind", "parents", "related", "signs", "told", "type", "value"
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        value: Any,
        document: Document,
        type: str = "",  # noqa: A002 (the field's word)
        address: str = "",
        header: Mark | None = None,
        parents: Mapping[str, Subject] | None = None,
        context: Any = None,
        related: Callable[[str], Iterable[Subject]] | None = None,
    ) -> None:
        self.kind = kind
        self.type = type
        self.value = value
        self.document = document
        self.address = address
        self.header = header
        self.parents: Mapping[str, Subject] = parents or {}
        self.context = context
        self.related = related
        self.told: dict[Any, tuple[bool | None, list[Any]]] = {}
        """What conditions have found of it for what it owns."""
        self.signs: frozenset[str] | None = None
        """What is seen of it at a glance, by the names that rules have for it; `None` when nobody has looked."""

    def get(self, path: Path | str, default: Any = MISSING) -> Any:
        """Return the value at a path below the subject, resolved; `default` when it is absent or null.

        An expression with several possible values, or with none that can be known, gives `UNKNOWN`: ask `candidates`.
        """
        value = lone(self, parse_path(path) if path.__class__ is str else path)  # type: ignore[arg-type]
        if value is SEVERAL:
            found = self.candidates(path)
            if len(found) != 1:
                return UNKNOWN
            value = found[0].value
        return default if value is MISSING or value is None else value

    def candidates(self, path: Path | str) -> Sequence[Candidate]:
        """Return every value that the path can have, each with its origins; a lone `MISSING` when it is absent."""
        return candidates(self, parse_path(path) if isinstance(path, str) else path)

    def is_set(self, path: Path | str) -> bool:
        """Say whether there certainly is a value at a path, be it one that can't be known."""
        value = self.get(path)
        return self.certainly_has(path) if value is UNKNOWN else value is not MISSING

    def certainly_has(self, path: Path | str) -> bool:
        """Say whether what stands at a path, and can't be known, certainly has a value."""
        owner, path = owner_of(self, parse_path(path) if isinstance(path, str) else path)
        is_set = owner.document.is_set
        return is_set is not None and is_set(owner.raw(path))

    def raw(self, path: Path | str, default: Any = MISSING) -> Any:
        """Return the value at a path as the reader left it, expressions unresolved."""
        node = self.value
        for step in parse_path(path) if path.__class__ is str else path:
            if isinstance(node, Map):
                node = node.get(step, MISSING)  # type: ignore[arg-type]  # a Map only has names
            elif not isinstance(node, Seq):
                return default
            elif isinstance(step, int):
                node = node[step] if step < len(node) else MISSING
            else:  # a name below a list of blocks goes into the first
                node = node[0].get(step, MISSING) if node and isinstance(node[0], Map) else MISSING
            if node is MISSING:
                return default
        return node

    def place(self, path: Path | str = (), part: str = "value") -> Place:
        """Return where a path below the subject stands; what is absent stands at its owner's header."""
        if isinstance(path, str):
            path = parse_path(path)
        mark: Mark | None = None
        if path:
            value = self.value
            for length in range(1, len(path) + 1):
                found = self.raw(path[:length])
                if isinstance(found, Elsewhere):
                    inside = locate(found, path[length:], part, self.document.layout)
                    return Place(found.source, *(inside or (found.start, found.end)))
            if not isinstance(value, Map) or path[0] in value.at:
                mark = locate(value, path, part, self.document.layout)
        if mark is None:
            mark = self.header
            if mark is None:
                mark = self.header = header_of(self.value) or (0, 0)
        return Place(self.document.source, *mark)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.address or self.type}>"


class Later(Subject):
    """A subject whose value is made when it is first asked for: most rules on it are functions, which ask its context.

    It is given what makes the value in the place of the value.
    """

    __slots__ = ("_make", "_value")
    _make: Callable[[], Any] | None

    @property
    def value(self) -> Any:
        """The positioned tree."""
        if self._make is not None:
            self._value = self._make()
            self._make = None
        return self._value

    @value.setter
    def value(self, make: Callable[[], Any]) -> None:
        self._make = make


def path_in_rule(path: str) -> Path:
    """Return what `parse_path` does of a path that somebody wrote; raises ValueError also where a name is missing in it."""
    unquoted = not {'"', "'"} & set(path)
    if unquoted and (".." in path or (path.endswith(".") and path != ".")):
        raise ValueError(f"a name is missing at a dot of path `{path}`")
    return parse_path(path)


@lru_cache(maxsize=4096)
def parse_path(path: str) -> Path:
    """Return `spec.containers[0].image` or `metadata.annotations["a.b/c"]` as a tuple of names and numbers.

    Raises ValueError when a bracket or a quote is left open.
    """
    steps: list[str | int] = []
    at = 0
    length = len(path)
    while at < length:
        char = path[at]
        if char == ".":
            at += 1
        elif char == "[":
            close = path.find("]", at)
            quoted = path[at + 1 : at + 2] in {'"', "'"}
            if quoted:
                closing_quote = path.find(path[at + 1], at + 2)
                close = (
                    closing_quote + 1
                    if closing_quote > 0 and path[closing_quote + 1 : closing_quote + 2] == "]"
                    else -1
                )
            if close < 0:
                raise ValueError(f"bracket not closed in path `{path}`")
            inner = path[at + 1 : close]
            if not quoted and not inner.isdecimal():
                raise ValueError(f"`[{inner}]` in path `{path}` is neither a number nor a name in quotes")
            steps.append(inner[1:-1] if quoted else int(inner))
            at = close + 1
        else:
            end = at
            while end < length and path[end] not in ".[":
                end += 1
            step = path[at:end]
            steps.append(int(step) if step.isdigit() else step)
            at = end
    return tuple(steps)


_NO_EXPRESSIONS = frozenset((Map, Seq, bool, int))
"""What needs no resolving."""
_ABSENT: Sequence[Candidate] = (Candidate(MISSING),)
_UNKNOWN: Sequence[Candidate] = (Candidate(UNKNOWN),)


class Several:
    """What `lone` returns where there is more to be said than one value."""

    __slots__ = ()


SEVERAL = Several()


def owner_of(subject: Subject, path: Path) -> tuple[Subject, Path]:
    """Return the subject that a path speaks of (itself, or a parent named by the first steps) and the rest of the path."""
    while path and path[0] in subject.parents:
        subject = subject.parents[path[0]]  # type: ignore[index]  # what is in parents is a name
        path = path[1:]
    return subject, path


def candidates(subject: Subject, path: Path) -> Sequence[Candidate]:
    """Return every value that `path` can have below the subject; a lone MISSING or UNKNOWN when there is none."""
    if path and path[0] in subject.parents:
        subject, path = owner_of(subject, path)
    return walk(subject, subject.value, path, 0, ())


def lone(subject: Subject, path: Path) -> Any:
    """Return the value at a path of a subject or its owner: what `candidates` has to say in nearly all cases.

    `SEVERAL` where that is more than a value: several, one with origins, or one behind an expression on the way.
    """
    if path and path[0] in subject.parents:
        subject, path = owner_of(subject, path)
    node = subject.value
    for step in path:
        if isinstance(node, Map):
            # Once, for of what is made after a dict all but its methods is slow.
            below = node.get(step, MISSING)  # type: ignore[arg-type]  # a Map only has names
            if below is MISSING:
                if step.__class__ is str:
                    return UNKNOWN if node.open else MISSING
                return SEVERAL
            node = below
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return SEVERAL
    resolve = subject.document.resolve
    if resolve is None or node.__class__ in _NO_EXPRESSIONS:
        return node
    resolved = resolve(node, subject)
    if resolved is None:
        return node
    return resolved[0].value if len(resolved) == 1 and not resolved[0].origins else SEVERAL


def walk(subject: Subject, node: Any, path: Path, index: int, origins: Origins) -> Sequence[Candidate]:
    """Return every value that can stand `path[index:]` below a node of a subject."""
    resolve = subject.document.resolve
    length = len(path)
    while True:
        if resolve is not None and node.__class__ not in _NO_EXPRESSIONS:
            resolved = resolve(node, subject)
            if resolved is not None:
                if len(resolved) == 1:
                    node = resolved[0].value
                    origins = origins + resolved[0].origins
                else:
                    return [
                        found
                        for one in resolved
                        for found in walk(subject, one.value, path, index, origins + one.origins)
                    ] or _UNKNOWN
        if node is UNKNOWN:
            return _UNKNOWN
        if index == length:
            return (Candidate(node, origins),)
        step = path[index]
        if node.__class__ is Map:
            below = node.get(step, MISSING)  # type: ignore[arg-type]  # a Map only has names
            if below is not MISSING:
                node = below
            elif step.__class__ is str:
                return _UNKNOWN if node.open else _ABSENT
            else:
                node = _step(node, step)
                if node is MISSING:
                    return _ABSENT
        else:
            node = _step(node, step)
            if node is MISSING:
                return _ABSENT
        index += 1


def _step(node: Any, step: str | int) -> Any:
    """Take one step down. A name below a list of blocks goes into the first block (`versioning.enabled`)."""
    if isinstance(node, dict):
        key = step if isinstance(step, str) else str(step)
        if key in node:
            return node[key]
        return UNKNOWN if getattr(node, "open", False) else MISSING
    if isinstance(node, list):
        if isinstance(step, int):
            if step < len(node):
                return node[step]
            return UNKNOWN if getattr(node, "open", False) else MISSING
        if node and isinstance(node[0], dict):
            return _step(node[0], step)
    return MISSING
