"""Blocks of a resource that are what another resource makes by itself: a pool of nodes within its cluster."""

from __future__ import annotations

from devopslint.policy.subject import Subject
from devopslint.syntax.hcl_nodes import Block
from devopslint.syntax.tree import Map, Seq, header_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INNER: Mapping[str, tuple[str, str]] = {"google_container_cluster": ("node_pool", "google_container_node_pool")}
"""Type of a resource → the block in it, and the type of the resource that the block could be."""


def inner_subjects(owner: Subject) -> Iterator[Subject]:
    """Yield a subject for each block of a resource that could be a resource of its own."""
    if owner.type not in _INNER:
        return
    name, kind = _INNER[owner.type]
    found = owner.raw(name)
    for block in found if isinstance(found, Seq) else (found,):
        if isinstance(block, Map):
            yield Subject(
                owner.kind,
                block if isinstance(block, Block) else _block(name, block),
                document=owner.document,
                address=f"{owner.address}.{name}",
                type=kind,
                header=header_of(block),
                context=owner.context,
            )


def _block(name: str, node: Map) -> Block:
    """Return what `.tf.json` writes as an object as the block that it stands for."""
    block = Block(name, node.start, node.end)
    block.update(node)
    block.at, block.header, block.open = node.at, node.header, node.open
    return block
