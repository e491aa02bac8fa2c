"""Texts that a file only holds: block scalars and quoted scalars of several lines in YAML, heredocs elsewhere.

A `#` in a quoted one is no comment at all. In the others it may be one of the script that they are, or of a file that is
carried along: what it says is about that text alone.
"""

from __future__ import annotations

import re

from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.extents import Extents
    from devopslint.policy.ignores import ReadDocuments
    from devopslint.syntax.source import Source

    HeldText = tuple[int, int, bool, bool]
    """Start, end (offsets), whether it may have comments of its own, and whether it is a script that this file runs."""

SCRIPT_KEYS = frozenset({"run", "script", "before_script", "after_script", "command", "inlineScript"})
"""Keys of YAML whose block scalars are scripts."""
_OPENINGS = frozenset("\"'|>")
_RUN = re.compile(r"\s*(?:ONBUILD\s+)?RUN\s", re.IGNORECASE)


def held_texts(source: Source, extents: Extents, documents: ReadDocuments | None) -> list[HeldText]:
    """Return the texts that a file holds, in their order."""
    starts = [*source.line_starts, len(source.text)]
    found = [
        (starts[first], starts[last - 1], True, _RUN.match(extents.line(extents.first_of(first))) is not None)
        for first, last in extents.heredocs().items()
    ]
    if extents.form == "yaml" and documents is not None:
        found += _scalars(source, documents)
    return sorted(found)


def _scalars(source: Source, documents: ReadDocuments) -> Iterator[HeldText]:
    """Yield the scalars of several lines, each once; the items of a list go by the key of the list."""
    text = source.text
    by_mark: dict[tuple[int, int], bool] = {}
    for document in documents(source.path):
        for node in containers(document.root):
            for key, value, start, end in _values(node):
                if isinstance(value, Seq) and key in SCRIPT_KEYS:
                    by_mark.update(dict.fromkeys(value.at, True))
                elif text[start : start + 1] in _OPENINGS:
                    by_mark.setdefault((start, end), key in SCRIPT_KEYS)
    for (start, end), is_script in by_mark.items():
        opening = text[start : start + 1]
        if opening in _OPENINGS and ("\n" in text[start:end] or "\r" in text[start:end]):
            is_block = opening in {"|", ">"}
            yield start, end, is_block, is_block and is_script


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


def _values(node: Map | Seq) -> Iterator[tuple[str, Any, int, int]]:
    """Yield the keys of a mapping, empty texts for a sequence, with each value and where it stands."""
    if isinstance(node, Map):
        for key, mark in node.at.items():
            yield str(key), node.get(key), mark[2], mark[3]
    else:
        for value, item in zip(node, node.at, strict=False):
            yield "", value, item[0], item[1]
