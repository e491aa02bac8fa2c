"""What an HCL expression refers to."""

from __future__ import annotations

from devopslint.syntax.hcl_nodes import Expression, Reference, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_TAILS = frozenset({"get_attr", "index", "splat", "new_index", "legacy_index", "attr_splat", "full_splat"})


def references(expression: Expression) -> list[Reference]:
    """Return the traversals in an expression in the order of the text, without those of loop variables."""
    found: list[Reference] = []
    stack: list[tuple[Node, frozenset[str]]] = [(expression.node, frozenset())]
    while stack:
        node, bound = stack.pop()
        children = node.children
        if node.type in {"for_tuple_expr", "for_object_expr", "template_for"}:
            bound |= _loop_names(expression, children)
        below: list[tuple[Node, frozenset[str]]] = []
        for index, child in enumerate(children):
            if child.type == "variable_expr":
                reference = _traversal(expression, children, index)
                if reference.steps[0] not in bound:
                    found.append(reference)
            elif child.child_count and not (node.type == "object_elem" and index == 0 and _bare_key(child)):
                below.append((child, bound))
        stack.extend(reversed(below))
    found.sort(key=lambda reference: reference.start)
    return found


def _bare_key(node: Node) -> bool:
    return node.child_count == 1 and node.children[0].type == "variable_expr"


def _loop_names(expression: Expression, children: list[Node]) -> frozenset[str]:
    names: set[str] = set()
    for child in children:
        if child.type in {"for_intro", "template_for_start"}:
            names.update(expression.text_of(part) for part in child.children if part.type == "identifier")
    return frozenset(names)


def _traversal(expression: Expression, siblings: list[Node], index: int) -> Reference:
    head = siblings[index]
    steps: list[str | int | None] = [expression.text_of(head)]
    end = head.end_byte
    legacy = False
    tail = _following(siblings, index)[::-1]
    while tail:
        node = tail.pop()
        kind = node.type
        if kind in {"index", "splat"}:
            tail.extend(reversed(node.children))
            continue
        end = max(end, node.end_byte)
        if kind == "get_attr":
            steps.append(expression.text_of(node.children[-1]))
        elif kind == "new_index":
            steps.append(_literal_index(expression, node))
        elif kind == "legacy_index":
            legacy = True
            digits = expression.text_of(node).strip(".")
            steps.append(int(digits) if digits.isdigit() else None)
        elif kind in {"attr_splat", "full_splat"}:
            steps.append(None)
            tail.extend(reversed([child for child in node.children if child.type in _TAILS]))
    return Reference(tuple(steps), head.start_byte + expression.shift, end + expression.shift, legacy)


def _following(siblings: list[Node], index: int) -> list[Node]:
    following: list[Node] = []
    for node in siblings[index + 1 :]:
        if node.type not in _TAILS:
            break
        following.append(node)
    return following


def _literal_index(expression: Expression, node: Node) -> str | int | None:
    for child in node.children:
        if child.type == "expression":
            inner = plain(child)
            text = expression.text_of(inner)
            if inner.type == "numeric_lit" and text.isdigit():
                return int(text)
            if inner.type == "string_lit":
                return text[1:-1]
    return None
