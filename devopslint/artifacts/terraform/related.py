"""Which resources belong to which: the versioning of a bucket, the flow log of a network."""

from __future__ import annotations

from devopslint.artifacts.terraform.indexes import calls_with, given, outputs_of, resources
from devopslint.policy.subject import Subject
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import MISSING, UNKNOWN, Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devopslint.artifacts.terraform.module import Declared, Module

    Index = tuple[dict[str, list[Declared]], list[Declared]]

_LINKS = {"aws_s3_bucket": "bucket", "aws_s3_bucket_": "bucket", "aws_lb_listener": "load_balancer_arn"}
"""Start of a type → the one attribute by which it says what it belongs to; its other references do not count."""


def related_of(module: Module, declared: Declared) -> Callable[[str], Iterator[Subject]]:
    """Return the function from a type to the resources of that type that belong to `declared`."""
    return lambda type_name: related_to(module, declared, type_name)


def related_to(module: Module, declared: Declared, type_name: str) -> Iterator[Subject]:
    """Yield the resources of a type that belong to `declared`.

    One belongs when it refers to it, or names the same bucket by the same literal or the same expression. One whose
    link can't be known, a module that is given the resource, and what a caller makes of an output that is the
    resource, is yielded as a subject whose value is UNKNOWN.
    """
    link = _link_of(type_name)
    referring, loose = _index(module, type_name, declared.label(0))
    for other in referring.get(declared.address, ()):
        subject = module.subjects.get(other.address)
        if subject is not None:
            yield subject
        elif not module.is_root:
            # Switched off by a default that the caller of the module may change.
            yield _unknown(other)
    for other in loose:
        same = False if link is None else _same_name(module, declared, other, link)
        subject = module.subjects.get(other.address)
        if same is True and subject is not None:
            yield subject
        elif same is None:
            yield _unknown(other)
    for call in calls_with(module, declared.address):
        yield _unknown(call)
    yield from (_unknown(other) for other in _made_by_callers(module, declared, type_name))


def _made_by_callers(module: Module, declared: Declared, type_name: str) -> Iterator[Declared]:
    """Yield the resources of a type, and the calls of modules, that a caller gives an output made of `declared`."""
    outputs = outputs_of(module, declared.address)
    for caller, call in module.callers if outputs else ():
        for other in dict.fromkeys(one for output in outputs for one in given(caller, call.label(0), output)):
            if other is not call and (other.block.type != "resource" or other.label(0) == type_name):
                yield other


def _index(module: Module, type_name: str, own_type: str) -> Index:
    """Return the resources of a type by the addresses that they refer to, and those that refer to none of `own_type`."""
    found = module.indexes.get((type_name, own_type))
    if found is None:
        link = _link_of(type_name)
        referring: dict[str, list[Declared]] = {}
        loose: list[Declared] = []
        for other in resources(module, type_name):
            referred = module.links_of(other, link)
            for address in referred:
                if address != other.address:
                    referring.setdefault(address, []).append(other)
            if not any(address.partition(".")[0] == own_type for address in referred):
                loose.append(other)
        found = module.indexes[type_name, own_type] = referring, loose
    return found


def _link_of(type_name: str) -> str | None:
    for start, link in _LINKS.items():
        if start.endswith("_") and type_name.startswith(start):
            return link
    return _LINKS.get(type_name)


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
