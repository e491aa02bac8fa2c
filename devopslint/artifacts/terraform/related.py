"""Which resources belong to which: the versioning of a bucket, the flow log of a network."""

from __future__ import annotations

from devopslint.policy.subject import Subject
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import MISSING, UNKNOWN, Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.terraform.module import Declared, Module

_LINKS = {"aws_s3_bucket": "bucket", "aws_s3_bucket_": "bucket", "aws_lb_listener": "load_balancer_arn"}
"""Start of a type → the one attribute by which it says what it belongs to; its other references do not count."""


def related_to(module: Module, declared: Declared, type_name: str) -> Iterator[Subject]:
    """Yield the resources of a type that belong to `declared`.

    One belongs when it refers to it, or names the same bucket by the same literal or the same expression. One whose
    link can't be known, and a module that is given the resource, is yielded as a subject whose value is UNKNOWN.
    """
    for other in module.all("resource"):
        if other.label(0) != type_name or other.address == declared.address:
            continue
        link = _link_of(type_name)
        referred = module.links_of(other, link)
        subject = module.subjects.get(other.address)
        if declared.address in referred:
            if subject is not None:
                yield subject
            elif not module.is_root:
                # Switched off by a default that the caller of the module may change.
                yield _unknown(other)
        elif link is not None and not any(_is_of(address, declared) for address in referred):
            same = _same_name(module, declared, other, link)
            if same is True and subject is not None:
                yield subject
            elif same is None:
                yield _unknown(other)
    for call in module.all("module"):
        if declared.address in module.links_of(call, None):
            yield _unknown(call)


def _link_of(type_name: str) -> str | None:
    for start, link in _LINKS.items():
        if start.endswith("_") and type_name.startswith(start):
            return link
    return _LINKS.get(type_name)


def _is_of(address: str, declared: Declared) -> bool:
    """Say whether an address is another resource of the same type, so that the link is a known one."""
    return address.partition(".")[0] == declared.label(0)


def _same_name(module: Module, declared: Declared, other: Declared, link: str) -> bool | None:
    """Compare how two resources name their bucket: same, different, or not to be known."""
    mine, theirs = declared.block.get(link, MISSING), other.block.get(link, MISSING)
    if isinstance(mine, Expression) and isinstance(theirs, Expression) and mine.text == theirs.text:
        return True
    mine, theirs = module.value(mine), module.value(theirs)
    if theirs is UNKNOWN:
        return None
    if mine is UNKNOWN or mine is MISSING:
        return False
    return bool(mine == theirs)


def _unknown(declared: Declared) -> Subject:
    return Subject(
        "terraform.resource", UNKNOWN, document=Document(declared.document.source, UNKNOWN), address=declared.address
    )
