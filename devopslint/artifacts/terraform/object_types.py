"""What the type of a variable makes of a value that is given to it: attributes that are left out get their default."""

from __future__ import annotations

from itertools import repeat

from devopslint.artifacts.terraform.values import rebuilt
from devopslint.syntax.hcl_nodes import Expression, called, plain
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from tree_sitter import Node

_MOST_DEPTH = 30


def completed(value: Any, kind: Any, value_of: Callable[[Expression], Any]) -> Any:
    """Return a value with the attributes that it leaves out and its type says to be `optional`: their default, or null.

    Where the type can't be followed (an override file replaces it, or it is a text in JSON) they are unknown.
    """
    if not isinstance(value, (Map, Seq)):
        return value
    if isinstance(kind, Expression):
        return _Completing(kind, value_of).value(value, kind.node, 0) if "optional(" in kind.text else value
    return _opened(value) if kind is UNKNOWN or "optional(" in str(kind) else value


def _opened(value: Any) -> Any:
    if not isinstance(value, (Map, Seq)):
        return value
    made = rebuilt(value, _opened)
    made.open = made.open or isinstance(made, Map)
    return made


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
            return self.items(value, repeat(inner), depth) if name == "map" else value
        if name == "tuple":
            kinds = [child for child in inner.children if child.type == "expression"]
            return value if len(kinds) != len(value) else self.items(value, iter(kinds), depth)
        return self.items(value, repeat(inner), depth) if name in {"list", "set"} else value

    def items(self, value: Map | Seq, kinds: Iterator[Node], depth: int) -> Any:
        """Return a container whose values are each of the next of the types."""
        return rebuilt(value, lambda item: self.value(item, next(kinds), depth + 1))

    def attributes(self, value: Map, node: Node, depth: int) -> Map:
        """Return an object with the attributes that its type gives it."""
        copy: Map = rebuilt(value, lambda item: item)
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
        """Return what the default of an attribute is worth."""
        shift = self.kind.shift
        written = Expression(self.kind.source, node, node.start_byte + shift, node.end_byte + shift, shift)
        return self.value_of(written)
