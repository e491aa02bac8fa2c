"""Terraform's JSON syntax to the same tree of blocks that the native syntax gives.

Source: the Terraform language documentation, "JSON Configuration Syntax". Strings are templates there.
"""

from __future__ import annotations

import re

from devopslint.syntax.hcl_nodes import Block, File, parse_expression
from devopslint.syntax.tree import UNKNOWN, Document, Map, MaybeBlock, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import PairMark

_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1}
_UNLABELLED = frozenset({"terraform", "locals"})
_NESTED_LABELS = {"backend": 1, "provisioner": 1}


def block_tree(document: Document) -> Document:
    """Return a `.tf.json` or `.tfvars.json` document as a tree of blocks. Templates become expressions."""
    source = document.source
    root = File(len(source.text))
    if not isinstance(document.root, Map):
        return Document(source, root)
    values_only = source.path.endswith(".tfvars.json")
    for key, value in document.root.items():
        at = document.root.at[key]
        if values_only:
            root.put(key, value, at)
        elif key in _LABELS or key in _UNLABELLED:
            blocks = root.setdefault(key, Seq(at[2], at[3]))
            root.at.setdefault(key, at)
            _labelled(source, key, value, at, [], _LABELS.get(key, 0), blocks)
    return Document(source, root)


def _labelled(
    source: Source, kind: str, value: Any, at: PairMark, labels: list[tuple[str, tuple[int, int]]], left: int, into: Seq
) -> None:
    """Walk down the objects whose keys are labels, at most two, and make a block of each body."""
    if isinstance(value, Seq):
        for index, item in enumerate(value):
            _labelled(source, kind, item, (at[0], at[1], *value.at[index]), labels, left, into)
    elif not isinstance(value, Map):
        return
    elif left:
        for key, below in value.items():
            if key != "//":
                place = value.at[key]
                _labelled(source, kind, below, place, [*labels, (key, (place[0], place[1]))], left - 1, into)
    else:
        block = Block(kind, value.start, value.end)
        for label, mark in labels:
            block.labels.add(label, mark)
        block.header = (at[0], at[1])
        for key, below in value.items():
            place = value.at[key]
            if key == "//":
                continue
            if kind == "terraform" and key in {"backend", "cloud", "required_providers"}:
                inner = Seq(place[2], place[3])
                _labelled(source, key, below, place, [], _NESTED_LABELS.get(key, 0), inner)
                block.put(key, inner, place)
            else:
                block.put(key, _value(source, below, (place[2], place[3]), 0), place)
        into.add(block, (value.start, value.end))


def _value(source: Source, value: Any, mark: tuple[int, int], depth: int) -> Any:
    """Return a value with its templates as expressions. The reader of JSON bounds the depth."""
    if isinstance(value, str):
        if "${" not in value and "%{" not in value:
            return value
        raw = source.text[mark[0] : mark[1]]
        if "\\" in raw or "\n" in raw:
            return UNKNOWN
        found = parse_expression(source, *mark)
        single = re.fullmatch(r'"\$\{(.*)\}"', raw)
        if found is None or (single and "${" not in single[1] and "}" not in single[1]):
            inner = parse_expression(source, mark[0] + 3, mark[1] - 2) if single else None
            return inner or found or UNKNOWN
        return found
    if isinstance(value, Map):
        # Of blocks and maps that are written alike, a map of maps has no plain values.
        has_plain = any(isinstance(one, (str, int, float)) for one in value.values())
        result = (MaybeBlock if has_plain else Map)(value.start, value.end)
        for key, below in value.items():
            at = value.at[key]
            result.put(key, _value(source, below, (at[2], at[3]), depth + 1), at)
        return result
    if isinstance(value, Seq):
        items = Seq(value.start, value.end)
        for index, below in enumerate(value):
            items.add(_value(source, below, value.at[index], depth + 1), value.at[index])
        return items
    return value
