"""Checks of what stands alone: groups, addresses and users that nothing in the folder is attached to."""

from __future__ import annotations

from devopslint.artifacts.terraform.indexes import once, resources
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Document

    Options = Mapping[str, Any]

_OF_THE_GROUP = frozenset(
    {"aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"}
)
"""Resources that refer to a security group because they are part of it."""


def unused_security_group(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a security group to which nothing refers but its own rules."""
    if not _is_referred_to(subject, _OF_THE_GROUP):
        yield Problem()


def unused_address(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an elastic address that is attached to nothing and referred to by nothing."""
    if {"instance", "network_interface"} & set(subject.value) or _is_referred_to(subject, frozenset()):
        return
    yield Problem()


def empty_group(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an IAM group that no membership names."""
    if not _is_named(
        subject, {"aws_iam_group_membership": "group", "aws_iam_user_group_membership": "groups"}, subject.get("name")
    ):
        yield Problem()


def user_without_group(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an IAM user that no membership names."""
    if not _is_named(
        subject, {"aws_iam_group_membership": "users", "aws_iam_user_group_membership": "user"}, subject.get("name")
    ):
        yield Problem()


def second_access_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an access key of a user that has one declared before."""
    module: Module = subject.context
    mine = _active_user(module, subject.value)
    if mine is None:
        return
    for other in module.all("resource"):
        if other.block is subject.value:
            return
        if other.label(0) == "aws_iam_access_key" and _active_user(module, other.block) == mine:
            first = Related(Place(other.document.source, *(other.block.header or (0, 0))), "the first key")
            yield Problem(related=[first], user=mine.partition(".")[2] or mine, other=other.address)
            return


def _active_user(module: Module, block: Any) -> str | None:
    """Return what tells the user of an access key from others: the name, or the expression that gives it."""
    raw = block.get("user")
    if module.value(block.get("status", "Active")) != "Active":
        return None
    value = module.value(raw)
    if isinstance(value, str):
        return value
    return raw.text if isinstance(raw, Expression) else None


def _is_referred_to(subject: Subject, except_types: frozenset[str]) -> bool:
    """Say whether any block of the folder, itself and those of some types left out, refers to a resource."""
    module: Module = subject.context
    if module.broken:
        return True
    first, _, second = subject.address.partition(".")
    by_target = once(module, "places of references", _places_by_target)
    places = by_target.get((first, second), ())
    if not places:
        return False
    skipped = [one for kind in except_types for one in resources(module, kind)]
    own = [one for one in resources(module, first) if one.block is subject.value]
    return any(
        not any(document is one.document and one.block.start <= start < one.block.end for one in (*own, *skipped))
        for start, document in places
    )


def _places_by_target(module: Module) -> dict[tuple[object, ...], list[tuple[int, Document]]]:
    found: dict[tuple[object, ...], list[tuple[int, Document]]] = {}
    for reference, document in module.references():
        found.setdefault(reference.steps[:2], []).append((reference.start, document))
    return found


def _is_named(subject: Subject, by: Mapping[str, str], name: Any) -> bool:
    """Say whether a resource of one of some types refers to this one, names it, or may do so."""
    module: Module = subject.context
    if module.broken or module.all("module"):
        return True
    return any(
        _may_name(module, other, attribute, subject.address, name)
        for kind, attribute in by.items()
        for other in resources(module, kind)
    )


def _may_name(module: Module, other: Declared, attribute: str, address: str, name: Any) -> bool:
    raw = other.block.get(attribute, MISSING)
    referred = module.referred_by(raw)
    if address in referred:
        return True
    value = module.value(raw)
    items = value if isinstance(value, list) else [value]
    unsure = value is UNKNOWN or getattr(value, "open", False) or any(module.value(one) is UNKNOWN for one in items)
    if unsure and not any(one.partition(".")[0] == address.partition(".")[0] for one in referred):
        return True
    return isinstance(name, str) and any(module.value(one) == name for one in items)
