"""Keys that stand twice in a mapping: readers of YAML and JSON keep the last and lose the first, or refuse the file."""

from __future__ import annotations

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]


def duplicate_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield every key that is given again in a mapping of the subject; `<<` may stand more than once."""
    for node in mappings(subject.value):
        for key, at in node.duplicates:
            if key != "<<":
                yield Problem(Place(subject.document.source, at[0], at[1]), key=key)


def mappings(node: Any) -> Iterator[Map]:
    """Yield every mapping of a tree once, however many aliases lead to it."""
    stack, seen = [node], set()
    while stack:
        node = stack.pop()
        if id(node) in seen or not isinstance(node, (Map, Seq)):
            continue
        seen.add(id(node))
        if isinstance(node, Map):
            yield node
            stack.extend(node.values())
        else:
            stack.extend(node)
