"""Keys that stand twice in a mapping: readers of YAML and JSON keep the last and lose the first, or refuse the file."""

from __future__ import annotations

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source

    Options = Mapping[str, Any]


def duplicate_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield every key that is given again in a mapping of the subject; `<<` may stand more than once."""
    for node in mappings(subject.value) if subject.document.may_hold_duplicates else ():
        if node.duplicates:
            yield from duplicates(node, subject.document.source)


def duplicates(node: Map, source: Source) -> Iterator[Problem]:
    """Yield every key that is given again in one mapping."""
    for key, at in node.duplicates:
        if key != "<<":
            yield Problem(Place(source, at[0], at[1]), key=key)


def mappings(node: Any) -> Iterator[Map]:
    """Yield every mapping of a tree once, however many aliases lead to it."""
    stack: list[Any] = [node] if isinstance(node, (Map, Seq)) else []
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Map):
            yield node
            stack += [below for below in node.values() if isinstance(below, (Map, Seq))]
        else:
            stack += [below for below in node if isinstance(below, (Map, Seq))]
