"""Override files: what they set replaces what the other files of the folder say."""

from __future__ import annotations

from devopslint.syntax.hcl_nodes import Block, Expression, Overriding, parse_expression
from devopslint.syntax.tree import UNKNOWN, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.source import Source


def is_override(path: str) -> bool:
    """Say whether a file's name makes what it declares replace what others declare."""
    stem = path.rpartition("/")[2].split(".", 1)[0]
    return stem == "override" or stem.endswith("_override")


def overridden(block: Block, other: Block, source: Source) -> Block:
    """Return a copy of a block with the arguments that an override file sets.

    Only what is read as one value is taken over. Blocks, objects, calls and policies become unknown: places in them
    could not be told from those in the file of the block.
    """
    copy = Block(block.type, block.start, block.end)
    copy.update(block)
    copy.at, copy.labels, copy.header = dict(block.at), block.labels, block.header
    copy.duplicates, copy.open = block.duplicates, block.open
    header = block.header or (block.start, block.start)
    for name, value in other.items():
        if name == "depends_on":
            continue  # Terraform refuses to replace it
        given: Any = UNKNOWN
        if _is_one_value(value) and not source.path.endswith(".json"):
            _, _, start, end = other.at[name]
            written = parse_expression(source, start, end)
            if written is not None:
                given = Overriding(source, written.node, start, end, written.shift)
                given.is_plain = isinstance(value, Expression)
        copy.put(name, given, block.at.get(name, (*header, *header)))
    return copy


def where_set(block: Block, name: str, source: Source) -> tuple[Source, int, int]:
    """Return where the value of an argument stands: in the file of its block, or in an override file."""
    value = block[name]
    if isinstance(value, Overriding):
        return value.source, value.start, value.end
    _, _, start, end = block.at[name]
    return source, start, end


def _is_one_value(value: Any) -> bool:
    if isinstance(value, Seq):
        return all(isinstance(item, (str, int, float)) for item in value)
    if isinstance(value, Expression):
        return value.is_plain
    return value is None or isinstance(value, (int, float)) or (isinstance(value, str) and "{" not in value)
