"""Anchors can make a small document endless: whether they do, and where."""

from __future__ import annotations

from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.tree import Mark

_MOST_NODES = 200_000
_DEEPEST = 100
_CONTAINERS = frozenset({Map, Seq})


def is_bounded(root: Any) -> bool:
    """Say whether a tree, with every alias spelled out, is one that people write: anchors can make it endless."""
    return containers(root) is not None


def containers(root: Any) -> list[Any] | None:
    """Return the mappings and lists of a tree, the outer before the inner; `None` when it is not bounded.

    What an alias leads to stands there as often as it can be reached.
    """
    left = _MOST_NODES
    found: list[Any] = []
    level: list[Any] = [root]
    for _ in range(_DEEPEST + 1):
        left -= len(level) + sum(map(len, level))
        if left < 0:
            return None
        found += level
        level = [
            below
            for node in level
            for below in (node.values() if node.__class__ is Map else node)
            if below.__class__ in _CONTAINERS
        ]
        if not level:
            return found
    return None


def place_of_circle(root: Map) -> Mark:
    """Return where an alias stands that leads back to what it is in; where the document begins when there is none."""
    above: list[int] = []
    stack: list[tuple[Any, int, Mark]] = [(root, 0, (root.start, root.start + 1))]
    seen: set[int] = set()
    while stack:
        node, depth, mark = stack.pop()
        del above[depth:]
        if id(node) in above:
            return mark
        above.append(id(node))
        if id(node) in seen or depth > _DEEPEST:
            continue
        seen.add(id(node))
        stack.extend((value, depth + 1, at) for value, at in reversed(marked(node)) if isinstance(value, (Map, Seq)))
    return root.start, root.start + 1


def marked(node: Map | Seq) -> list[tuple[Any, Mark]]:
    """Return what stands directly in a node, each with its mark."""
    if isinstance(node, Map):
        return [(value, node.at[key][2:]) for key, value in node.items() if key in node.at]
    return list(zip(node, node.at, strict=False))
