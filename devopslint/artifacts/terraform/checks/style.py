"""Checks of style: comments, comparisons with empty lists, versions in `provider` blocks, the JSON syntax."""

from __future__ import annotations

from devopslint.artifacts.terraform.indexes import operations_of
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import plain, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from tree_sitter import Node

    from devopslint.policy.subject import Subject
    from devopslint.syntax.hcl_nodes import Expression

    Options = Mapping[str, Any]


def slash_comment(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each comment that begins with `//`."""
    source = subject.document.source
    if "//" not in source.text or source.path.endswith(".json"):
        return
    from devopslint.syntax.hcl_grammar import letters, parse

    root = parse(letters(source.text))
    for node in walk(root) if root is not None else ():
        if node.type == "comment" and source.text.startswith("//", node.start_byte):
            end = node.start_byte + len(source.text[node.start_byte : node.end_byte].rstrip())
            yield Problem(Place(source, node.start_byte, end))


def empty_list_equality(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each comparison of something with `[]`."""
    for expression in operations_of(subject.context, subject.value):
        if "[" not in expression.text or "=" not in expression.text:
            continue
        for node in expression.nodes("binary_operation"):
            if _compares_with_empty(expression, node):
                start, end = node.start_byte + expression.shift, node.end_byte + expression.shift
                yield Problem(Place(expression.source, start, end))


def _compares_with_empty(expression: Expression, node: Node) -> bool:
    parts = node.children
    if not any(expression.text_of(part) in {"==", "!="} for part in parts if not part.is_named):
        return False
    return any(
        plain(part).type == "tuple" and not any(item.type == "expression" for item in plain(part).children)
        for part in (parts[0], parts[-1])
    )


def json_list(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a JSON file whose root is a list."""
    source = subject.document.source
    if source.path.endswith(".json") and source.text.lstrip().startswith("["):
        start = source.text.index("[")
        yield Problem(Place(source, start, start + 1))
