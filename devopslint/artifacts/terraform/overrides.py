"""Override files: what they set replaces what the other files of the folder say."""

from __future__ import annotations

from devopslint.syntax.hcl_nodes import Block, Overriding, parse_expression
from devopslint.syntax.tree import UNKNOWN, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.source import Source


def is_override(path: str) -> bool:
    """Say whether a file's name makes what it declares replace what others declare."""
    stem = path.rpartition("/")[2].split(".", 1)[0]
    return stem == "override" or stem.endswith("_override")


def override_with(block: Block, other: Block, source: Source) -> None:
    """Give a block the arguments that an override file sets.

    Blocks in it make theirs unknown: where they stand can't be told from where the rest of the block does.
    """
    header = block.header or (block.start, block.start)
    for name, value in other.items():
        _, _, start, end = other.at[name]
        given: Any = UNKNOWN
        if not _holds_blocks(value) and not source.path.endswith(".json"):
            written = parse_expression(source, start, end)
            if written is not None:
                given = Overriding(source, written.node, start, end, written.shift)
        if name in block:
            block[name] = given
        else:
            block.put(name, given, (*header, *header))


def _holds_blocks(value: Any) -> bool:
    return value is UNKNOWN or (isinstance(value, Seq) and any(isinstance(item, Block) for item in value))
