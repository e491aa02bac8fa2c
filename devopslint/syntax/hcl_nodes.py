"""What an HCL file is made of besides plain values: expressions, references, blocks."""

from __future__ import annotations

from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Elsewhere, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from tree_sitter import Node

    from devopslint.syntax.source import Source

NAME = "[A-Za-z_][A-Za-z0-9_-]*+"
REFERENCE = rf"{NAME}(?:\.{NAME}|\[\d++\]|\[\*\])*+"
"""A name, or a traversal whose indexes are numbers and stars."""

HOLE = lazily(rf"\$\{{({REFERENCE})\}}")
"""A reference in a template of references."""

_STEP = lazily(rf"({NAME})|\[(\d*)\*?\]")


def parse_expression(source: Source, start: int, end: int) -> Expression | None:
    """Return the expression that stands between two offsets of a text; `None` when it is broken.

    Meant for texts that are no HCL file, such as the templates in `.tf.json`.
    """
    node = _node_of(source.text[start:end])
    return None if node is None else Expression(source, node, start, end, start - 2)


def _node_of(text: str) -> Node | None:
    """Return the node of an expression, which stands two letters further in its tree."""
    from devopslint.syntax.hcl_grammar import letters, parse

    root = parse(letters("x=" + text))
    if root is None or root.has_error:
        return None
    return next((node for node in walk(root) if node.type == "expression"), None)


def walk(node: Node, into: Callable[[Node], bool] | None = None) -> Iterator[Node]:
    """Yield a node and all below it, parents first, without recursion; `into(node)` says whether to look below."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if node.child_count and (into is None or into(node)):
            stack.extend(reversed(node.children))


_WRAPPERS = frozenset({"expression", "literal_value", "collection_value", "template_expr", "operation"})


def plain(node: Node) -> Node:
    """Return what a node comes down to without the `expression` wrappers and parentheses around it."""
    while (kind := node.type) in _WRAPPERS:
        children = node.children
        if len(children) == 1:
            node = children[0]
        elif kind == "expression" and len(children) == 3 and children[0].type == "(":
            node = children[1]
        else:
            break
    return node


def called(node: Node, text_of: Callable[[Node], str]) -> tuple[str, list[Node]]:
    """Return the name and the arguments of a call."""
    holder = [child for child in node.children if child.type == "function_arguments"]
    parts = [part for part in (holder[0].children if holder else ()) if part.type == "expression"]
    return text_of(node.children[0]), parts


def is_spread(node: Node) -> bool:
    """Say whether the items of the last argument of a call are arguments, too: `merge(all...)`."""
    holder = [child for child in node.children if child.type == "function_arguments"]
    return bool(holder) and any(part.type == "ellipsis" for part in holder[0].children)


KINDS = frozenset({"function_call", "object", "binary_operation", "legacy_index"})


class Expression:
    """A value that is no literal: its node, and the offsets of its text. `shift` is added to the node's offsets.

    One that `is_plain`, a reference or a template of references, is read without the grammar, and has no node until
    somebody asks for it. `bound` holds what names in it are worth where it is written out, such as the iterator of a
    `dynamic` block.
    """

    __slots__ = ("_kinds", "_node", "_references", "bound", "end", "is_plain", "shift", "source", "start")

    def __init__(
        self,
        source: Source,
        node: Node | None,
        start: int,
        end: int,
        shift: int = 0,
        bound: Mapping[str, Any] | None = None,
    ) -> None:
        self.source = source
        self._node = node
        self.start = start
        self.end = end
        self.shift = shift
        self.bound = bound
        self.is_plain = node is None
        self._references: list[Reference] | None = None
        self._kinds: dict[str, list[Node]] | None = None

    @property
    def node(self) -> Node:
        """The node of the grammar."""
        if self._node is None:
            self._node = _node_of(self.text)
            assert self._node is not None
        return self._node

    def with_names(self, bound: Mapping[str, Any]) -> Expression:
        """Return the same expression where names in it are worth something."""
        copy = Expression(self.source, self._node, self.start, self.end, self.shift, bound)
        copy.is_plain = self.is_plain
        return copy

    @property
    def text(self) -> str:
        """The expression as it is written."""
        return self.source.text[self.start : self.end]

    def text_of(self, node: Node) -> str:
        """Return the text of a node of this expression."""
        return self.source.text[node.start_byte + self.shift : node.end_byte + self.shift]

    def references(self) -> list[Reference]:
        """Return the traversals (`var.x`, `aws_s3_bucket.logs[0].id`) in this expression, without loop variables."""
        if self._references is None:
            self._references = _plain_references(self) if self.is_plain else references(self)
        return self._references

    def nodes(self, kind: str) -> Sequence[Node]:
        """Return the nodes of one of `KINDS`, parents first: many rules look for some, and the tree is gone through once."""
        if self._kinds is None:
            self._kinds = {}
            for node in () if self.is_plain else walk(self.node):
                if node.type in KINDS:
                    self._kinds.setdefault(node.type, []).append(node)
        return self._kinds.get(kind, ())

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __str__(self) -> str:
        return self.text


class Overriding(Expression, Elsewhere):
    """What an override file gives an argument of a block in another file."""

    __slots__ = ()


class Reference:
    """A traversal: `steps` are names and indexes (`None` where an index is not literal), `start` and `end` offsets."""

    __slots__ = ("end", "legacy_index", "start", "steps")

    def __init__(self, steps: tuple[str | int | None, ...], start: int, end: int, legacy_index: bool = False) -> None:
        self.steps = steps
        self.start = start
        self.end = end
        self.legacy_index = legacy_index

    @property
    def text(self) -> str:
        """The names up to the first index, with dots: `aws_s3_bucket.logs`."""
        names: list[str] = []
        for step in self.steps:
            if not isinstance(step, str):
                break
            names.append(step)
        return ".".join(names)

    def __repr__(self) -> str:
        return f"Reference({self.text!r})"


class Block(Map):
    """A block's body, with its type (`resource`), its labels and their marks, and the mark of its type.

    `header` runs from the type to the last label: `resource "aws_s3_bucket" "logs"`.
    """

    __slots__ = ("labels", "type")

    def __init__(self, type_name: str, start: int, end: int) -> None:
        super().__init__(start, end)
        self.type = type_name
        self.labels = Seq(start, start)

    def add(self, block: Block) -> None:
        """Put a block into this one. A `dynamic` block makes what it stands for UNKNOWN, or the list of it open."""
        assert block.header is not None
        marks = (*block.header, *block.header)
        if block.type == "dynamic" and block.labels:
            existing = self.get(block.labels[0])
            if isinstance(existing, Seq):
                existing.open = True
            elif block.labels[0] not in self:
                self.put(block.labels[0], UNKNOWN, marks)
        siblings = self.get(block.type)
        if not isinstance(siblings, Seq):
            is_open = siblings is UNKNOWN
            siblings = Seq(block.start, block.end)
            siblings.open = is_open
            self.put(block.type, siblings, marks)
        siblings.add(block, block.header)


class Expanded(Block):
    """A block that a `dynamic` block makes: what is written in it is written in the `dynamic` block."""

    __slots__ = ()


def blocks_of(body: Mapping[Any, Any], type_name: str) -> list[Block]:
    """Return the blocks of a type in a body; none where an attribute of that name stands in their place."""
    found = body.get(type_name)
    return [block for block in found if isinstance(block, Block)] if isinstance(found, Seq) else []


class File(Block):
    """The root of a file. `computed_keys` are the expressions that stand as keys in its objects (`(var.k) = 1`)."""

    __slots__ = ("computed_keys",)

    def __init__(self, end: int) -> None:
        super().__init__("", 0, end)
        self.computed_keys: list[Expression] = []


def expressions(value: object) -> Iterator[Expression]:
    """Yield every expression in a tree, in no promised order, without recursion."""
    stack = [value]
    while stack:
        value = stack.pop()
        kind = value.__class__
        if kind is str:
            continue
        if kind is Expression or kind is Overriding:
            yield value  # type: ignore[misc]  # nothing else is derived from it
        elif isinstance(value, dict):
            if isinstance(value, Expanded):
                continue
            stack.extend(value.values())
            if isinstance(value, File):
                stack.extend(value.computed_keys)
        elif isinstance(value, list):
            stack.extend(value)


def _plain_references(expression: Expression) -> list[Reference]:
    text = expression.text
    if text[0] != '"':
        return [_plain_reference(text, expression.start)]
    return [_plain_reference(hole[1], expression.start + hole.start(1)) for hole in HOLE.finditer(text)]


def _plain_reference(text: str, start: int) -> Reference:
    steps: list[str | int | None] = [*text.split(".")]
    if "[" in text:
        steps = [name or (int(index) if index else None) for name, index in _STEP.findall(text)]
    return Reference(_without_prefix(steps), start, start + len(text))


def _without_prefix(steps: list[str | int | None]) -> tuple[str | int | None, ...]:
    """Return the steps of a reference without what its long form begins with: `resource.aws_s3_bucket.logs.arn`."""
    if steps[0] == "resource" and len(steps) > 2:
        del steps[0]
    return tuple(steps)


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
    return Reference(_without_prefix(steps), head.start_byte + expression.shift, end + expression.shift, legacy)


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
