"""Texts that a file only holds: block scalars and quoted scalars of several lines in YAML, heredocs elsewhere.

A `#` in a quoted one is no comment at all. In the others it may be one of the script that they are, or of a file that is
carried along: what it says is about that text alone.
"""

from __future__ import annotations

from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.extents import Extents
    from devopslint.policy.ignores import ReadDocuments
    from devopslint.syntax.source import Source

    HeldText = tuple[int, int, bool]
    """Start, end (offsets), and whether it may have comments of its own."""


def held_texts(source: Source, extents: Extents, documents: ReadDocuments | None) -> list[HeldText]:
    """Return the texts that a file holds, in their order."""
    starts = [*source.line_starts, len(source.text)]
    found = [(starts[first], starts[last - 1], True) for first, last in extents.heredocs().items()]
    if extents.form == "yaml" and documents is not None:
        text = source.text
        for document in documents(source.path):
            for node in containers(document.root):
                for start, end in value_marks(node):
                    opening = text[start : start + 1]
                    if opening and opening in "\"'|>" and ("\n" in text[start:end] or "\r" in text[start:end]):
                        found.append((start, end, opening in "|>"))
    return sorted(found)


def containers(root: Any) -> Iterator[Any]:
    """Yield every mapping and sequence of a tree, each once: aliases make one of a tree what would be a circle."""
    stack = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, (Map, Seq)) and id(node) not in seen:
            seen.add(id(node))
            yield node
            stack.extend(node.values() if isinstance(node, Map) else node)


def value_marks(node: Map | Seq) -> list[tuple[int, int]]:
    """Return where the values of a mapping or the items of a sequence stand."""
    return [(mark[2], mark[3]) for mark in node.at.values()] if isinstance(node, Map) else node.at
