"""Where the parts of a value stand inside the expression that makes it: `merge(…)`, `concat(…)`, `yamldecode(<<EOT …)`."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.syntax.hcl_nodes import Expression, called, is_spread, plain, walk
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tree_sitter import Node

_MOST_DEPTH = 40
_SAME = frozenset({"tomap", "tolist", "sensitive", "nonsensitive"})
"""Functions that give back what they are given, part by part."""
_INDENTATION = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)


def layout_of(value: Any) -> Map | Seq | None:
    """Return the maps and lists that an expression writes itself, for their marks: their values say nothing."""
    if not isinstance(value, Expression) or value.is_plain:
        return None
    return _whole(value)


@lru_cache(maxsize=16)
def _whole(expression: Expression) -> Map | Seq | None:
    """Return the layout of an expression, kept while one problem after another is placed in it."""
    return _layout(expression, expression.node, 0)


def _layout(expression: Expression, node: Node, depth: int) -> Map | Seq | None:
    node = plain(node)
    if depth > _MOST_DEPTH:
        return None
    if node.type == "object":
        return _object(expression, node, depth)
    if node.type == "tuple":
        return _tuple(expression, node, depth)
    if node.type == "function_call":
        name, given = called(node, expression.text_of)
        return _call(expression, name, given, depth) if given and not is_spread(node) else None
    return None


def _object(expression: Expression, node: Node, depth: int) -> Map:
    made = Map(node.start_byte + expression.shift, node.end_byte + expression.shift)
    for child in node.children:
        if child.type == "object_elem" and child.child_count >= 3:
            key, value = child.children[0], child.children[-1]
            marks = (key.start_byte, key.end_byte, value.start_byte, value.end_byte)
            first, second, third, fourth = (mark + expression.shift for mark in marks)
            below = _layout(expression, value, depth + 1)
            made.put(
                expression.text_of(key).strip('"'), UNKNOWN if below is None else below, (first, second, third, fourth)
            )
    return made


def _tuple(expression: Expression, node: Node, depth: int) -> Seq:
    made = Seq(node.start_byte + expression.shift, node.end_byte + expression.shift)
    for child in node.children:
        if child.type == "expression":
            below = _layout(expression, child, depth + 1)
            mark = (child.start_byte + expression.shift, child.end_byte + expression.shift)
            made.add(UNKNOWN if below is None else below, mark)
    return made


def _call(expression: Expression, name: str, given: list[Node], depth: int) -> Map | Seq | None:
    if name == "yamldecode" and len(given) == 1:
        return _yaml(expression, plain(given[0]))
    if name in _SAME and len(given) == 1:
        return _layout(expression, given[0], depth + 1)
    if name not in {"merge", "concat"}:
        return None
    parts = [_layout(expression, one, depth + 1) for one in given]
    if name == "merge":
        merged = Map()
        for part in parts:
            if isinstance(part, Map):
                for key, mark in part.at.items():
                    merged.put(key, part[key], mark)
            else:
                merged = Map()  # what is not written here may stand in the place of all before it
        return merged
    joined = Seq()
    for part in parts:
        if not isinstance(part, Seq):
            break
        for item, place in zip(part, part.at, strict=True):
            joined.add(item, place)
    return joined


def _yaml(expression: Expression, node: Node) -> Map | Seq | None:
    """Return what the YAML of a heredoc holds, at the offsets of the file; what is put into it counts as a word."""
    from devopslint.syntax.source import Source
    from devopslint.syntax.yaml import read_yaml

    if node.type != "heredoc_template":
        return None
    start, end = node.start_byte + expression.shift, node.end_byte + expression.shift
    text = expression.source.text
    first, last = text.find("\n", start, end) + 1, text.rfind("\n", start, end)
    if not first or last < first:
        return None
    pieces, at = [], first
    for part in walk(node, lambda one: not one.type.startswith("template_interpolation")):
        if part.type == "template_directive":
            return None
        if part.type == "template_interpolation":
            begin, behind = part.start_byte + expression.shift, part.end_byte + expression.shift
            pieces += [text[at:begin], "x" * (behind - begin)]
            at = behind
    pieces.append(text[at:last])
    # YAML takes no tabs there, and HCL takes them away.
    yaml = _INDENTATION.sub(lambda found: " " * len(found[0]), "".join(pieces))
    documents, problems = read_yaml(Source(expression.source.path, yaml), templated=False)
    root = documents[0].root if len(documents) == 1 and not problems else None
    if not isinstance(root, (Map, Seq)):
        return None
    _move(root, first)
    return root


def _move(root: Map | Seq, by: int) -> None:
    """Add a number to every offset in a tree, of which a part may stand in several places."""
    stack: list[Any] = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if not isinstance(node, (Map, Seq)) or id(node) in seen:
            continue
        seen.add(id(node))
        node.start, node.end = node.start + by, node.end + by
        if isinstance(node, Seq):
            node.at = [(start + by, end + by) for start, end in node.at]
            stack.extend(node)
            continue
        node.at = {key: (one + by, two + by, three + by, four + by) for key, (one, two, three, four) in node.at.items()}
        if node.header is not None:
            node.header = node.header[0] + by, node.header[1] + by
        stack.extend(node.values())
