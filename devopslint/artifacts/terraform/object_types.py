"""What the type of a variable makes of a value that is given to it: attributes that are left out get their default."""

from __future__ import annotations

from devopslint.syntax.hcl_nodes import Expression, called, plain
from devopslint.syntax.tree import MISSING, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tree_sitter import Node

_MOST_DEPTH = 30


def completed(value: Any, kind: Any, value_of: Callable[[Expression], Any]) -> Any:
    """Return a value with the attributes that it leaves out and its type says to be `optional`: their default, or null."""
    if isinstance(kind, Expression) and isinstance(value, (Map, Seq)) and "optional(" in kind.text:
        return _Completing(kind, value_of).value(value, kind.node, 0)
    return value


class _Completing:
    def __init__(self, kind: Expression, value_of: Callable[[Expression], Any]) -> None:
        self.kind = kind
        self.value_of = value_of

    def value(self, value: Any, node: Node, depth: int) -> Any:
        """Return a value as one of the type that a node names."""
        node = plain(node)
        if depth > _MOST_DEPTH or node.type != "function_call" or not isinstance(value, (Map, Seq)):
            return value
        name, parts = called(node, self.kind.text_of)
        if not parts:
            return value
        inner = plain(parts[0])
        if name == "optional":
            return self.value(value, inner, depth + 1)
        if isinstance(value, Map):
            if name == "object" and inner.type == "object":
                return self.attributes(value, inner, depth)
            return self.items(value, inner, depth) if name == "map" else value
        if name == "tuple":
            kinds = [child for child in inner.children if child.type == "expression"]
            return value if len(kinds) != len(value) else self.listed(value, kinds, depth)
        return self.listed(value, [inner] * len(value), depth) if name in {"list", "set"} else value

    def items(self, value: Map, kind: Node, depth: int) -> Map:
        copy = _copied(value)
        for key, item in value.items():
            copy[key] = self.value(item, kind, depth + 1)
        return copy

    def listed(self, value: Seq, kinds: list[Node], depth: int) -> Seq:
        copy = Seq(value.start, value.end)
        copy.at, copy.open = value.at, value.open
        copy.extend(self.value(item, kind, depth + 1) for item, kind in zip(value, kinds, strict=True))
        return copy

    def attributes(self, value: Map, node: Node, depth: int) -> Map:
        copy = _copied(value)
        for child in node.children:
            if child.type != "object_elem" or child.child_count < 3:
                continue
            key = self.kind.text_of(child.children[0]).strip('"')
            given = value.get(key, MISSING)
            if given is MISSING and value.open:
                continue
            kind = plain(child.children[-1])
            if (given is MISSING or given is None) and kind.type == "function_call":
                name, parts = called(kind, self.kind.text_of)
                if name == "optional":
                    given = self.default(parts[1]) if len(parts) > 1 else None
            if given is not MISSING:
                at = value.at.get(key, (value.start, value.start, value.start, value.start))
                copy.put(key, self.value(given, kind, depth + 1), at)
        return copy

    def default(self, node: Node) -> Any:
        shift = self.kind.shift
        written = Expression(self.kind.source, node, node.start_byte + shift, node.end_byte + shift, shift)
        return self.value_of(written)


def _copied(value: Map) -> Map:
    copy = Map(value.start, value.end)
    copy.update(value)
    copy.at, copy.open = dict(value.at), value.open
    return copy
