"""What a file declares: a block or a local value, with the document that it stands in and what others call it."""

from __future__ import annotations

from devopslint.artifacts.terraform.evaluate import evaluate
from devopslint.syntax.hcl_nodes import Expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.artifacts.terraform.values import Origin, Scope
    from devopslint.syntax.hcl_nodes import Block
    from devopslint.syntax.tree import Document, Mark

DECLARING = {
    "resource": "",
    "data": "data.",
    "ephemeral": "ephemeral.",
    "variable": "var.",
    "output": "output.",
    "module": "module.",
    "check": "check.",
}
"""Block type → what stands before its labels in an address."""


def address_of(block: Block) -> str:
    """Return `aws_s3_bucket.logs`, `data.aws_ami.this`, `var.region`, `module.vpc`; else the header's words."""
    labels = ".".join(str(label) for label in block.labels)
    if block.type in DECLARING:
        return DECLARING[block.type] + labels
    return f"{block.type}.{labels}" if labels else block.type


class Declared:
    """A block, the document that it stands in, and the blocks of override files that replace parts of it."""

    __slots__ = ("address", "block", "document", "overrides")

    def __init__(self, block: Block, document: Document) -> None:
        self.block = block
        self.document = document
        self.overrides: tuple[Block, ...] = ()
        self.address = address_of(block)

    def label(self, index: int) -> str:
        """Return a label, or an empty text."""
        return str(self.block.labels[index]) if index < len(self.block.labels) else ""


class Local:
    """One name of a `locals` block, its value as it is written, and the marks of both."""

    __slots__ = ("document", "key", "name", "value", "where")

    def __init__(self, name: str, value: Any, document: Document, key: Mark, where: Mark) -> None:
        self.name = name
        self.value = value
        self.document = document
        self.key = key
        self.where = where

    def worth(self, scope: Scope) -> tuple[Any, tuple[Origin, ...]]:
        """Return its value where variables and other locals are worth what a scope says, and where that comes from."""
        value, origins = evaluate(self.value, scope) if isinstance(self.value, Expression) else (self.value, ())
        return value, (*origins, (self.document.source, *self.where, f"value of `local.{self.name}`"))
