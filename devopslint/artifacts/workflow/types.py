"""The types of expressions, as far as the file tells: text, number, boolean, list, object.

Source: GitHub Docs, "Contexts reference" and "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

from devopslint.artifacts.workflow.matrix import is_expression
from devopslint.artifacts.workflow.model import map_at
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.artifacts.workflow.usage import Usage

_MOST_ITEMS = 300


class Type:
    """A type: `kind` is `any`, `null`, `string`, `number`, `boolean`, `array` or `object`.

    An object has `properties` (lower-case names) and, for names that are not among them, `rest`. An array has `item`;
    `filtered` says that it came from a `*`, so that a property of it is a property of each of its items.
    """

    __slots__ = ("filtered", "item", "kind", "properties", "rest")

    def __init__(
        self,
        kind: str,
        properties: dict[str, Type] | None = None,
        rest: Type | None = None,
        item: Type | None = None,
        filtered: bool = False,
    ) -> None:
        self.kind = kind
        self.properties = properties or {}
        self.rest = rest
        self.item = item
        self.filtered = filtered

    @property
    def is_scalar(self) -> bool:
        """Whether it surely has nothing below it."""
        return self.kind in {"string", "number", "boolean", "null"}

    @property
    def is_composite(self) -> bool:
        """Whether it surely is an object or a list."""
        return self.kind in {"object", "array"}

    @property
    def words(self) -> str:
        """What to call it in a message."""
        return {"string": "a text", "array": "a list", "null": "nothing", "any": "a value"}.get(
            self.kind, f"{'an' if self.kind == 'object' else 'a'} {self.kind}"
        )

    def __repr__(self) -> str:
        return f"Type({self.kind})"


ANY, NULL, STRING, NUMBER, BOOLEAN = (Type(kind) for kind in ("any", "null", "string", "number", "boolean"))
_TEXTS = Type("object", rest=STRING)
_ANYTHING = Type("object", rest=ANY)
_JOB = Type(
    "object",
    {
        "container": Type("object", {"id": STRING, "network": STRING}),
        "services": Type("object", rest=Type("object", {"id": STRING, "network": STRING, "ports": _TEXTS})),
        "check_run_id": NUMBER,
    },
    STRING,
)
_CONTEXTS = {
    "github": Type("object", {"event": _ANYTHING, "ref_protected": BOOLEAN}, STRING),
    "env": _TEXTS,
    "vars": _TEXTS,
    "secrets": _TEXTS,
    "runner": Type("object", rest=STRING),
    "job": _JOB,
    "strategy": Type(
        "object", {"fail-fast": BOOLEAN, "job-index": NUMBER, "job-total": NUMBER, "max-parallel": NUMBER}, ANY
    ),
    "needs": Type("object", rest=Type("object", {"outputs": _TEXTS, "result": STRING}, ANY)),
    "jobs": Type("object", rest=Type("object", {"outputs": _TEXTS, "result": STRING}, ANY)),
    "steps": Type("object", rest=Type("object", {"outputs": _TEXTS, "outcome": STRING, "conclusion": STRING}, ANY)),
}
_RETURNS = {
    "contains": BOOLEAN, "startswith": BOOLEAN, "endswith": BOOLEAN, "always": BOOLEAN, "success": BOOLEAN,
    "failure": BOOLEAN, "cancelled": BOOLEAN, "format": STRING, "join": STRING, "tojson": STRING, "hashfiles": STRING,
}  # fmt: skip
_DECLARED = {"boolean": BOOLEAN, "number": NUMBER, "string": STRING, "choice": STRING, "environment": STRING}


def type_of(node: Node, usage: Usage) -> Type:
    """Return the type of an expression, `ANY` where the file does not tell."""
    return Typing(usage).of(node)


class Typing:
    """Works out types in the scope of one expression; `fault` is told where something can't work, of what, and why."""

    __slots__ = ("fault", "usage")

    def __init__(self, usage: Usage, fault: Callable[[Node, Node, str], None] | None = None) -> None:
        self.usage = usage
        self.fault = fault

    def of(self, node: Node) -> Type:
        """Return the type of a part of the expression."""
        if node.kind == "literal":
            return _type_of_value(node.value)
        if node.kind == "name":
            return self._context(node.value.lower())
        if node.kind == "property":
            return self._property(node, node.value)
        if node.kind == "index":
            return self._index(node)
        if node.kind == "star":
            return self._star(node)
        if node.kind == "call":
            return self._call(node)
        types = [self.of(item) for item in node.items]
        if node.kind in {"not", "compare"}:
            return BOOLEAN
        return merged(types)

    def _context(self, name: str) -> Type:
        if name == "inputs":
            return self._cached("inputs", _inputs_type)
        if name == "matrix":
            return _matrix_type(self.usage)
        return _CONTEXTS.get(name, ANY)

    def _cached(self, key: str, make: Callable[[Workflow], Type]) -> Type:
        cache = self.usage.workflow.cache
        found: Type | None = cache.get(f"type:{key}")
        if found is None:
            found = cache[f"type:{key}"] = make(self.usage.workflow)
        return found

    def _tell(self, node: Node, about: Node, message: str) -> None:
        if self.fault is not None:
            self.fault(node, about, message)

    def _property(self, node: Node, name: str) -> Type:
        return self._below(self.of(node.items[0]), name, node)

    def _below(self, owner: Type, name: str, node: Node) -> Type:
        if owner.kind == "object":
            found = owner.properties.get(name.lower(), owner.rest)
            if found is None and owner.properties:
                known = ", ".join(f"`{one}`" for one in list(owner.properties)[:8])
                self._tell(node, node.items[0], f"has no `{name}`, only {known}")
            if name.lower() == "inputs" and node.items[0].path() == ("github", "event"):
                return _TEXTS
            return found or ANY
        if owner.kind == "array":
            if owner.filtered and owner.item is not None:
                below = ANY if owner.item.kind == "any" else self._below(owner.item, name, node)
                return Type("array", item=below, filtered=True)
            self._tell(node, node.items[0], f"is a list, which has no `{name}`: take one of its items, or `.*.{name}`")
            return ANY
        if owner.is_scalar and owner.kind != "null":
            self._tell(node, node.items[0], f"is {owner.words}, which has no `{name}`")
        return ANY

    def _index(self, node: Node) -> Type:
        owner, index = self.of(node.items[0]), node.items[1]
        index_type = self.of(index)
        if index.kind == "literal" and isinstance(index.value, str) and owner.kind != "array":
            return self._below(owner, index.value, node)
        if owner.kind == "array":
            if index_type.kind == "string" and not (index.kind == "literal" and index.value.isdigit()):
                self._tell(node, node.items[0], "is a list, whose items are counted: the index must be a number")
            return owner.item or ANY
        if owner.is_scalar and owner.kind != "null":
            self._tell(node, node.items[0], f"is {owner.words}, which has no parts")
        if index_type.kind == "number" and owner.kind == "object" and _names_its_parts(node.items[0]):
            self._tell(node, node.items[0], "is an object, whose parts have names: a number is none")
        return owner.rest or ANY if owner.kind == "object" and not owner.properties else ANY

    def _star(self, node: Node) -> Type:
        owner = self.of(node.items[0])
        if owner.kind == "object":
            item = merged([*owner.properties.values(), *([owner.rest] if owner.rest else [])])
            return Type("array", item=item, filtered=True)
        if owner.kind == "array":
            return Type("array", item=owner.item or ANY, filtered=True)
        if owner.is_scalar and owner.kind != "null":
            self._tell(node, node.items[0], f"is {owner.words}, which has no parts")
        return Type("array", item=ANY, filtered=True)

    def _call(self, node: Node) -> Type:
        name = node.value.lower()
        types = [self.of(item) for item in node.items]
        for position, (item, found) in enumerate(zip(node.items, types, strict=True)):
            wanted = _wanted(name, position)
            if wanted and found.is_composite and (found.kind not in wanted):
                self._tell(item, item, f"is {found.words}, and `{node.value}` takes {_CALLED[wanted[0]]} here")
        if name == "fromjson" and node.items and node.items[0].kind == "literal":
            return _type_of_json(node.items[0].value)
        if name == "case":
            for item, found in zip(node.items[:-1:2], types[:-1:2], strict=True):
                if found.kind not in {"any", "boolean"}:
                    self._tell(
                        item,
                        item,
                        f"is {found.words}, and `{node.value}` takes a boolean here: compare it with something",
                    )
            return merged([*types[1::2], *(types[-1:] if len(types) % 2 else [])])
        return _RETURNS.get(name, ANY)


def _names_its_parts(node: Node) -> bool:
    """Say whether it is a context all of whose parts have names that begin with a letter."""
    return node.kind == "name" and node.value.lower() in {*_CONTEXTS, "inputs"}


_CALLED = {"string": "a text", "array": "a list or a text"}


def _wanted(function: str, position: int) -> tuple[str, ...]:
    """Return the kinds that an argument may have, empty when any."""
    if function in {"startswith", "endswith", "fromjson", "hashfiles"} or (function == "format" and position == 0):
        return ("string",)
    if function in {"contains", "join"}:
        return ("array",) if position == 0 else ("string",)
    return ()


def merged(types: Iterable[Type]) -> Type:
    """Return the one type of all, `ANY` when they differ."""
    found: Type | None = None
    for one in types:
        if found is None:
            found = one
        elif found.kind == one.kind == "object":
            found = _merged_objects(found, one)
        elif found.kind != one.kind:
            return ANY
    return found or ANY


def _merged_objects(one: Type, other: Type) -> Type:
    properties = dict(one.properties)
    for name, below in other.properties.items():
        properties[name] = merged([properties[name], below]) if name in properties else below
    rest = one.rest if other.rest is None else other.rest if one.rest is None else merged([one.rest, other.rest])
    return Type("object", properties, rest)


def _type_of_value(value: Any, rest: Type | None = ANY) -> Type:
    """Return the type of a value, whose objects may have more properties of the type `rest`, `None` for no more."""
    if is_expression(value):
        return ANY
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, str):
        return STRING
    if isinstance(value, dict):
        if getattr(value, "open", False):
            return ANY
        below = {str(key).lower(): _type_of_value(one, rest) for key, one in value.items()}
        return Type("object", below, rest)
    if isinstance(value, list):
        return Type("array", item=merged([_type_of_value(one, rest) for one in value[:_MOST_ITEMS]]))
    return ANY


def _type_of_json(text: Any) -> Type:
    import json

    try:
        return _type_of_value(json.loads(text), None)
    except (TypeError, ValueError, RecursionError):
        return ANY


def _inputs_type(workflow: Workflow) -> Type:
    if workflow.is_action:
        return _TEXTS
    properties: dict[str, Type] = {}
    for event in ("workflow_call", "workflow_dispatch"):
        for name, config in map_at(workflow.triggers.get(event), "inputs").items():
            kind = config.get("type", "string") if isinstance(config, Map) else "string"
            found = _DECLARED.get(kind, ANY) if isinstance(kind, str) else ANY
            key = name.lower()
            properties[key] = merged([properties[key], found]) if key in properties else found
    return Type("object", properties, ANY)


def _matrix_type(usage: Usage) -> Type:
    job = usage.job
    matrix = job.matrix if job is not None else None
    if matrix is None or not isinstance(matrix.value, Map) or matrix.keys is None:
        return _ANYTHING
    key = f"type:matrix:{job.key if job else ''}"
    found: Type | None = usage.workflow.cache.get(key)
    if found is None:
        types: dict[str, list[Type]] = {}
        for name, items in matrix.value.items():
            if name not in {"include", "exclude"}:
                whole = _type_of_value(items) if isinstance(items, Seq) else ANY
                types.setdefault(name.lower(), []).append(whole.item or ANY)
        for row in matrix.include:
            for name, value in row.items() if isinstance(row, Map) else ():
                types.setdefault(name.lower(), []).append(_type_of_value(value))
        found = Type("object", {name: merged(each) for name, each in types.items()}, ANY)
        usage.workflow.cache[key] = found
    return found
