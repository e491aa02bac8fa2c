"""What of an expression counts: the references that become part of its text, the parts of a condition that must hold."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.expressions import Node

_YIELDS_TRUTH = frozenset(
    {"contains", "startswith", "endswith", "always", "success", "failure", "cancelled", "hashfiles"}
)

_NUMBERS = frozenset({"id", "length", "number", "size"})
"""Fields of what a call has made of a text that hold numbers, whatever the text is."""


def flowing(node: Node) -> Iterator[Node]:
    """Yield the references whose text can become part of an expression's text.

    What is compared, negated or asked for on the left of `&&` is not: only the outcome is.
    """
    if node.kind in {"property", "index", "star", "name"} and node.path() is not None:
        yield node
    elif node.kind == "call":
        name = node.value.lower()
        if name == "case":
            values = [*node.items[1::2], *node.items[-1:]] if len(node.items) % 2 else node.items[1::2]
            for item in values:
                yield from flowing(item)
        elif name not in _YIELDS_TRUTH:
            for item in node.items:
                yield from flowing(item)
    elif node.kind == "or":
        for item in node.items:
            yield from flowing(item)
    elif node.kind == "and":
        yield from flowing(node.items[-1])
    elif node.kind == "property" and node.value.lower() in _NUMBERS:
        return
    elif node.kind in {"property", "index", "star"}:
        yield from flowing(node.items[0])


def demanded(condition: Node) -> Iterator[Node]:
    """Yield the parts of a condition all of which must hold."""
    if condition.kind == "and":
        for item in condition.items:
            yield from demanded(item)
    else:
        yield condition
