"""`dynamic` blocks whose items are known, written out as the blocks that Terraform makes of them; and their instances.

Source: the Terraform language documentation, "dynamic Blocks", "The for_each Meta-Argument", "The count Meta-Argument".
"""

from __future__ import annotations

from devopslint.artifacts.terraform.values import EvaluationError, rebuilt, text_of
from devopslint.syntax.hcl_nodes import Block, Expanded, Expression, blocks_of
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.artifacts.terraform.values import Scope

    Bound = Mapping[str, Any]

_MOST_BLOCKS = 50
_MOST_INSTANCES = 20
_MOST_DEPTH = 20


def write_out(module: Module) -> None:
    """Put the blocks that `dynamic` blocks of known items make beside the others of their type, once."""
    if module.written_out:
        return
    module.written_out = True
    for type_name in ("resource", "data"):
        for declared in module.all(type_name):
            _write_out(module, declared.block, {}, 0, certain=module.is_root)


def written_for(scope: Scope, block: Block, *, certain: bool) -> Block:
    """Return a block with those that its `dynamic` blocks make in a scope; itself where it has no `dynamic` block.

    `certain` says that nobody else gives the variables of the scope other values: what they leave out is not there.
    """
    if not _has_dynamic(block):
        return block
    copy = _as_written(block)
    _write_out(scope, copy, {}, 0, certain=certain)
    return copy


def _has_dynamic(block: Block, depth: int = 0) -> bool:
    if "dynamic" in block or depth > _MOST_DEPTH:
        return depth <= _MOST_DEPTH
    blocks = [
        inner for value in block.values() if isinstance(value, Seq) for inner in value if isinstance(inner, Block)
    ]
    return any(_has_dynamic(inner, depth + 1) for inner in blocks)


def _as_written(block: Block, depth: int = 0) -> Block:
    """Return a block as it is written, without what its `dynamic` blocks have made in another scope."""
    if depth > _MOST_DEPTH:
        return block
    copy = Block(block.type, block.start, block.end)
    copy.labels, copy.header, copy.at, copy.open = block.labels, block.header, dict(block.at), block.open
    for key, value in block.items():
        if key == "dynamic" or not isinstance(value, Seq):
            copy[key] = value
            continue
        items = Seq(value.start, value.end)
        items.open = value.open
        for inner, mark in zip(value, value.at, strict=True):
            if not isinstance(inner, Expanded):
                items.add(_as_written(inner, depth + 1) if isinstance(inner, Block) else inner, mark)
        if items or not value:
            copy[key] = items
    for dynamic in blocks_of(block, "dynamic"):
        name = str(dynamic.labels[0]) if dynamic.labels else ""
        siblings = copy.get(name)
        if isinstance(siblings, Seq):
            siblings.open = True
        elif name and dynamic.header is not None:
            copy.put(name, UNKNOWN, (*dynamic.header, *dynamic.header))
    return copy


def _write_out(scope: Scope, block: Block, bound: Bound, depth: int, *, certain: bool) -> None:
    if depth > _MOST_DEPTH:
        return
    open_names: set[str] = set()
    made: dict[str, list[Block]] = {}
    for dynamic in blocks_of(block, "dynamic"):
        if not isinstance(dynamic, Block) or not dynamic.labels:
            continue
        name = str(dynamic.labels[0])
        blocks = _blocks(scope, dynamic, name, bound, depth, certain=certain)
        if blocks is None:
            open_names.add(name)
        else:
            made.setdefault(name, []).extend(blocks)
    for name, blocks in made.items():
        siblings = block.get(name)
        if siblings is UNKNOWN:
            if not blocks and name not in open_names:
                del block[name], block.at[name]
                continue
            siblings = Seq(block.start, block.end)
            block[name] = siblings
        if isinstance(siblings, Seq):
            for one in blocks:
                siblings.add(one, one.header or (one.start, one.end))
            siblings.open = name in open_names
    done = {id(one) for blocks in made.values() for one in blocks}
    for key, value in block.items():
        if key != "dynamic" and isinstance(value, Seq):
            for inner in value:
                if isinstance(inner, Block) and id(inner) not in done:
                    _write_out(scope, inner, bound, depth + 1, certain=certain)


def _blocks(scope: Scope, dynamic: Block, name: str, bound: Bound, depth: int, *, certain: bool) -> list[Block] | None:
    """Return the blocks that a `dynamic` block makes; `None` when that can't be known."""
    each = dynamic.get("for_each")
    items = _items(scope, each, bound, _MOST_BLOCKS)
    content = dynamic.get("content")
    if not isinstance(content, Seq) or not content or not isinstance(content[0], Block) or "labels" in dynamic:
        return None
    if not items:
        # The default of a module for others says little of what its callers pass.
        return [] if items is not None and (certain or not asks(each)) else None
    iterator = dynamic.get("iterator")
    alias = name if iterator is None else str(getattr(iterator, "text", iterator))
    found: list[Block] = []
    for key, value in items:
        inner = {**bound, alias: {"key": key, "value": value}}
        block = _copy(content[0], name, inner)
        block.header = dynamic.header
        _write_out(scope, block, inner, depth + 1, certain=certain)
        found.append(block)
    return found


def asks(each: Any) -> bool:
    """Say whether an expression refers to something whose value others may choose."""
    return isinstance(each, Expression) and bool(each.references())


def _items(scope: Scope, for_each: Any, bound: Bound, most: int) -> list[tuple[Any, Any]] | None:
    value = scope.value(_bind(for_each, bound) if bound else for_each)
    if not isinstance(value, (dict, list)) or getattr(value, "open", False) or len(value) > most:
        return None
    if isinstance(value, dict):
        return list(value.items())
    is_set = isinstance(for_each, Expression) and "toset(" in for_each.text
    return [(item, item) if is_set else (index, item) for index, item in enumerate(value)]


def _copy(block: Block, name: str, bound: Bound) -> Expanded:
    copy = Expanded(name, block.start, block.end)
    copy.labels = block.labels
    copy.at = dict(block.at)
    for key, value in block.items():
        copy[key] = _bind(value, bound) if key != "dynamic" else value
    return copy


def _bind(value: Any, bound: Bound) -> Any:
    """Return a tree of which the expressions know the value of the iterator."""
    if isinstance(value, Expression):
        return value.with_names(bound)
    if isinstance(value, Block):
        return _bound_block(value, bound)
    if isinstance(value, (Map, Seq)):
        return rebuilt(value, lambda item: _bind(item, bound))
    return value


def _bound_block(block: Block, bound: Bound) -> Expanded:
    copy = _copy(block, block.type, bound)
    copy.header = block.header
    return copy


def instances(scope: Scope, block: Block) -> Iterator[Bound]:
    """Yield what `each` or `count` is worth in each instance of a block, when the block asks and it can be known."""
    word = "each" if "for_each" in block else "count" if "count" in block else ""
    if not word or not _mentions(block, word):
        return
    if word == "count":
        number = scope.value(block["count"])
        if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _MOST_INSTANCES:
            yield from ({"count": {"index": index}} for index in range(number))
        return
    items = _items(scope, block["for_each"], {}, _MOST_INSTANCES) or ()
    for key, value in items:
        if key is UNKNOWN or value is UNKNOWN:
            return
        try:
            # The items of a set are its keys.
            name = text_of(value) if isinstance(key, int) else key
        except EvaluationError:
            return
        yield {"each": {"key": name, "value": value}}


def _mentions(block: Block, word: str) -> bool:
    from devopslint.syntax.hcl_nodes import expressions

    return any(word + "." in expression.text for expression in expressions(block))


def is_left_out(scope: Scope, block: Block) -> bool:
    """Say whether `count` is 0 or `for_each` is empty: nothing is made of such a block."""
    count = scope.value(block.get("count"))
    if count in {0, "0"} if isinstance(count, (int, str)) and not isinstance(count, bool) else False:
        return True
    each = scope.value(block.get("for_each"))
    return isinstance(each, (Map, Seq)) and not each and not each.open
