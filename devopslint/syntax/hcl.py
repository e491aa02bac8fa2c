"""HCL (Terraform, OpenTofu) to positioned trees: literals become plain values, the rest `Expression`s.

The grammar is tree-sitter-hcl's. It counts bytes; it is given the text with one ASCII letter for every code point
outside ASCII, so that its byte offsets are our offsets, and values are cut from the real text. What the grammar lets
pass and Terraform does not (two attributes on one line, an attribute given twice, a string over several lines) is
looked for here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise

from devopslint.syntax.hcl_faults import likely_fault
from devopslint.syntax.hcl_nodes import Block, Expression, File, plain, walk
from devopslint.syntax.hcl_plain import read_plain
from devopslint.syntax.hcl_text import heredoc_text, unescape
from devopslint.syntax.tree import UNKNOWN, Document, Map, Seq, SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tree_sitter import Node

    from devopslint.syntax.hcl_plain import Left
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

MAX_DEPTH = 500
"""Containers and blocks nested deeper than this are reported, not read."""

MAX_PARTS = 500
"""A broken file is cut into at most so many parts."""

MAX_PIECES = 64
"""So many pieces of a file are parsed at once, but those of one value always."""

_CONTAINERS: dict[str, type[Map | Seq]] = {"tuple": Seq, "object": Map}
_SCALARS = frozenset({"bool_lit", "null_lit", "numeric_lit"})
_LITERALS = {"true": True, "false": False, "null": None}
_MISSING = {"quoted_template_end": 'a closing `"`', "heredoc_identifier": "the end of the heredoc"}
_HEADER = re.compile(r'^[A-Za-z_][\w-]*(?:[ \t]+(?:"[^"\n]*"|[\w-]+))*[ \t]*\{', re.MULTILINE)


def read_hcl(source: Source) -> tuple[Document, list[SyntaxProblem]]:
    """Return the tree of an HCL file, whose root is a `File`, and what could not be read. Never raises.

    A body maps attribute names to values and block types to a `Seq` of `Block`s. The value of an attribute is a str,
    int, float, bool, None, `Map`, `Seq`, or an `Expression`. A `dynamic "x"` block makes `x` UNKNOWN, or the list of
    the `x` blocks beside it open. When a file is broken, the blocks that can be read are there.
    """
    found = read_plain(source)
    if found is not None and (not found[1] or _Reader(source, found[0]).read_left(found[1])):
        document = Document(source, found[0])
        document.may_hold_duplicates = bool(found[1])
        return document, []
    return read_by_grammar(source)


def read_by_grammar(source: Source) -> tuple[Document, list[SyntaxProblem]]:
    """Return what `read_hcl` returns, all of it read from the grammar's tree."""
    reader = _Reader(source, File(len(source.text)))
    root = reader.read()
    _open_around(root, [problem.start for problem in reader.problems])
    return Document(source, root), reader.problems


def _open_around(root: Map, offsets: list[int]) -> None:
    """Mark the blocks around faults as open: what seems absent in them may stand in what could not be read."""
    offsets.sort()
    waiting: list[Any] = list(root.values()) if offsets else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Block):
            first = bisect_left(offsets, node.start)
            if first < len(offsets) and offsets[first] <= node.end:
                node.open = True
                waiting.extend(node.values())
        elif isinstance(node, Seq):
            waiting.extend(node)


class _Reader:
    """Reads one file. Nesting is kept on a list of its own, so that its depth costs no Python stack."""

    def __init__(self, source: Source, root: File) -> None:
        self.source = source
        self.text = source.text
        self.problems: list[SyntaxProblem] = []
        self.root = root

    def read(self) -> File:
        """Return the root of the file, after which `problems` has what could not be read."""
        from devopslint.syntax.hcl_grammar import letters, parse

        data = letters(self.text)
        root = self.root
        tree = parse(data)
        if tree is not None and not tree.has_error:
            self._bodies(tree, root)
        elif _too_deep(data):
            self._problem(f"brackets nested more than {MAX_DEPTH} deep", 0)
        else:
            for start, part in self._parts(data):
                if part is None:
                    self._problem("what stands from here on is so broken that reading it takes too long", start)
                    continue
                if part.has_error:
                    self._tell(part)
                self._bodies(part, root)
        self.problems.sort(key=lambda problem: problem.start)
        return root

    def read_left(self, left: list[Left]) -> bool:
        """Read the attributes that the plain reader has left; false when they are not all that stands in their lines."""
        from devopslint.syntax.hcl_grammar import letters, parse

        data = letters(self.text)
        for batch in _batches(left):
            tree = parse(data, [piece for _, pieces in batch for piece in pieces])
            members = [] if tree is None or tree.has_error else list(_members(tree))
            if [node.start_byte for node in members] != [pieces[0][0] for _, pieces in batch]:
                return False
            for node, (block, _) in zip(members, batch, strict=True):
                if node.type != "attribute":
                    return False
                self._attribute(node, block, -1, 0)
        return not self.problems

    def _problem(self, message: str, start: int, end: int | None = None) -> None:
        self.problems.append(SyntaxProblem(message, start, end))

    def _parts(self, data: bytes) -> Iterator[tuple[int, Node | None]]:
        """Yield the stretches of a broken file that start with a block at the start of a line: where, and their trees."""
        from devopslint.syntax.hcl_grammar import parse

        cuts = [0, *(found.start() for found in _HEADER.finditer(self.text) if found.start())]
        cuts = [*cuts[:MAX_PARTS], len(data)]
        for start, end in pairwise(cuts):
            yield start, parse(data, [(start, end)])

    def _tell(self, root: Node) -> None:
        """Report the first place that the grammar could not make sense of: what follows is mostly its echo."""
        for node in walk(root, lambda node: node.has_error and not node.is_error):
            if node.is_missing:
                what = f"`{node.type}`" if not node.is_named else _MISSING.get(node.type, "something")
                at = len(self.text[: node.start_byte].rstrip()) - 1
                fault = likely_fault(self.text, root.start_byte, at) if node.type == "quoted_template_end" else None
                if fault is not None:
                    self._problem(*fault)
                    return
                self._problem(f"{what} is missing after this", max(0, at))
                return
            if node.is_error:
                start = node.start_byte
                if "\n" in self.text[start : node.end_byte]:
                    fault = likely_fault(self.text, start, node.end_byte)
                    if fault is not None:
                        self._problem(*fault)
                        return
                words = self.text[start : node.end_byte].split("\n", 1)[0].strip()[:40]
                end = max(start + 1, min(node.end_byte, start + len(words)))
                message = f"`{words}` can't be read" if words else "the file ends too early"
                self._problem(message, start, end)
                return

    def _bodies(self, tree: Node, root: Block) -> None:
        """Fill `root` with the attributes and blocks below a `config_file` node."""
        stack: list[tuple[Node, Block, int]] = [(tree, root, 0)]
        while stack:
            node, block, depth = stack.pop()
            previous_end = -1
            for child in _members(node):
                kind = child.type
                if kind == "attribute":
                    self._attribute(child, block, previous_end, depth)
                    previous_end = child.end_byte
                elif kind == "block":
                    inner = self._block(child, block, previous_end)
                    previous_end = child.end_byte
                    if inner is None:
                        continue
                    if depth >= MAX_DEPTH:
                        self.problems.append(
                            SyntaxProblem(f"blocks nested more than {MAX_DEPTH} deep", child.start_byte)
                        )
                    else:
                        stack.append((child, inner, depth + 1))

    def _block(self, node: Node, owner: Block, previous_end: int) -> Block | None:
        children = node.children
        first = children[0]
        if first.type != "identifier" or first.is_missing:
            return None
        type_name = self.text[first.start_byte : first.end_byte]
        block = Block(type_name, node.start_byte, node.end_byte)
        header_end = first.end_byte
        for child in children[1:]:
            if child.type == "string_lit":
                label, mark = self._string(child), (child.start_byte, child.end_byte)
            elif child.type == "identifier":
                label, mark = self.text[child.start_byte : child.end_byte], (child.start_byte, child.end_byte)
            else:
                break
            block.labels.add(label, mark)
            header_end = mark[1]
        block.header = (first.start_byte, header_end)
        self._same_line(previous_end, block.header)
        owner.add(block)
        return block

    def _attribute(self, node: Node, owner: Block, previous_end: int, depth: int) -> None:
        children = node.children
        name_node, value_node = children[0], children[-1]
        if name_node.type != "identifier" or value_node.type != "expression":
            return
        start, end = name_node.start_byte, name_node.end_byte
        name = self.text[start:end]
        self._same_line(previous_end, (start, end))
        if "\n" in self.text[end : value_node.start_byte]:
            self._problem(f"the value of `{name}` must start on the same line", start, end)
        marks = (start, end, value_node.start_byte, value_node.end_byte)
        if name in owner and owner[name] is not UNKNOWN:
            self._problem(f"`{name}` is given twice in this block", start, end)
            owner.duplicates = [*owner.duplicates, (name, marks)]
            return
        owner.put(name, self._value(value_node, depth), marks)

    def _same_line(self, previous_end: int, mark: Mark) -> None:
        if (
            previous_end >= 0
            and "\n" not in self.text[previous_end : mark[0]]
            and "\r" not in self.text[previous_end : mark[0]]
        ):
            self._problem("what stands here must be on a line of its own", *mark)

    def _value(self, node: Node, depth: int) -> Any:
        result = Seq()
        stack: list[tuple[Node, Any, str, Mark, int]] = [(node, result, "", (0, 0), depth)]
        while stack:
            node, sink, key, key_mark, depth = stack.pop()
            value, container = self._shallow(node)
            mark = (node.start_byte, node.end_byte)
            if container is not None and depth >= MAX_DEPTH:
                self._problem(f"brackets nested more than {MAX_DEPTH} deep", mark[0])
                value, container = UNKNOWN, None
            if isinstance(sink, Map):
                if key in sink:
                    sink.duplicates = [*sink.duplicates, (key, (*key_mark, *mark))]
                sink.put(key, value, (*key_mark, *mark))
            else:
                sink.add(value, mark)
            if isinstance(value, Map) and container is not None:
                stack.extend(
                    reversed([(*item[:1], value, *item[1:], depth + 1) for item in self._pairs(container, value)])
                )
            elif isinstance(value, Seq) and container is not None:
                items = [child for child in container.children if child.type == "expression"]
                stack.extend((child, value, "", mark, depth + 1) for child in reversed(items))
        return result[0]

    def _shallow(self, node: Node) -> tuple[Any, Node | None]:
        """Return the value of a node, and the node whose children are still to be read when it is a container."""
        inner = plain(node)
        kind = inner.type
        text = self.text
        if kind == "string_lit" or (kind == "quoted_template" and not _has_holes(inner)):
            return self._string(inner), None
        if kind in _SCALARS:
            return _scalar(text[inner.start_byte : inner.end_byte]), None
        if kind in _CONTAINERS:
            return _CONTAINERS[kind](inner.start_byte, inner.end_byte), inner
        if kind == "heredoc_template" and not _has_holes(inner):
            return heredoc_text(text[inner.start_byte : inner.end_byte]), None
        if kind == "unary_operation" and inner.child_count == 2 and inner.children[0].type == "-":
            operand = plain(inner.children[1])
            if operand.type == "numeric_lit":
                return -_scalar(text[operand.start_byte : operand.end_byte]), None
        return Expression(self.source, node, node.start_byte, node.end_byte), None

    def _pairs(self, node: Node, owner: Map) -> list[tuple[Node, str, Mark]]:
        pairs: list[tuple[Node, str, Mark]] = []
        previous: Node | None = None
        for child in node.children:
            if child.type == ",":
                previous = None
            if child.type != "object_elem" or child.child_count < 3:
                continue
            key_node, value_node = child.children[0], child.children[-1]
            mark = (key_node.start_byte, key_node.end_byte)
            if previous is not None:
                self._same_line(previous.end_byte, mark)
            previous = child
            pairs.append((value_node, self._key(key_node, owner), mark))
        return pairs

    def _key(self, node: Node, owner: Map) -> str:
        """Return the name of a key; a computed one stands as it is written and makes the map open."""
        inner = node.children[0] if node.child_count == 1 else node
        if inner.type == "literal_value":
            value, _ = self._shallow(inner)
            return value if isinstance(value, str) else self.text[inner.start_byte : inner.end_byte]
        if inner.type != "variable_expr":
            owner.open = True
            self.root.computed_keys.append(Expression(self.source, node, node.start_byte, node.end_byte))
        return self.text[node.start_byte : node.end_byte]

    def _string(self, node: Node) -> str:
        raw = self.text[node.start_byte + 1 : node.end_byte - 1]
        if "\n" in raw:
            at = node.start_byte
            self._problem("a quoted string must end on its line", at, at + 1 + raw.index("\n"))
        return unescape(raw)


def _batches(left: list[Left]) -> Iterator[list[Left]]:
    """Yield attributes with some pieces together: a parser looks through all of them at each token."""
    batch: list[Left] = []
    held = 0
    for one in left:
        if held + len(one[1]) > MAX_PIECES and batch:
            yield batch
            batch, held = [], 0
        batch.append(one)
        held += len(one[1])
    yield batch


def _members(node: Node) -> Iterator[Node]:
    """Yield the attributes and blocks of a body, those among broken pieces too."""
    stack = [node]
    first = True
    while stack:
        node = stack.pop()
        kind = node.type
        if not first and kind in {"attribute", "block"}:
            yield node
        elif first or kind in {"body", "ERROR"}:
            first = False
            stack.extend(reversed(node.children))


def _has_holes(node: Node) -> bool:
    return any(child.type in {"template_interpolation", "template_directive"} for child in node.children)


def _scalar(text: str) -> Any:
    if text in _LITERALS:
        return _LITERALS[text]
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return 0


def _too_deep(data: bytes) -> bool:
    """Say whether a broken file opens far more brackets in a row than it closes."""
    depth = deepest = 0
    if data.count(b"[") + data.count(b"{") + data.count(b"(") <= MAX_DEPTH:
        return False
    for found in re.finditer(rb"[\[{(\]})]", data):
        depth = depth + 1 if found.group() in b"[{(" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH
