"""Checks of who may reach what at Azure, besides the whole internet: wide networks, internal ports, traffic outwards."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address

from devopslint.artifacts.terraform.checks.blocks import nested
from devopslint.artifacts.terraform.checks.firewalls import azure_openings, is_everywhere
from devopslint.artifacts.terraform.checks.openings import (
    internal,
    is_wide,
    opened_inside,
    opened_to_many,
    outward,
    unspoken,
)
from devopslint.knowledge.ports import services_between
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.checks.openings import Opening
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_HALF_OF_ALL = 2**31
_WITHOUT_GROUPS = frozenset(
    {
        "GatewaySubnet",
        "AzureFirewallSubnet",
        "AzureBastionSubnet",
        "AzureFirewallManagementSubnet",
        "RouteServerSubnet",
    }
)
"""Names of subnets that belong to services of Azure, which keep them by themselves."""
_ZERO = "0.0.0.0"  # noqa: S104 (an address in a rule, bound to nothing)


def internal_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of a service that is internal as a rule (8080, 3000, 25 …)."""
    yield from opened_inside(subject, _openings(subject, "inbound", is_everywhere))


def other_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens to the internet what no other rule speaks of."""
    openings = _openings(subject, "inbound", is_everywhere)
    yield from unspoken(subject, openings, options, lambda one: services_between(one.first, one.last) or internal(one))


def port_open_to_many(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of administration or of data to a wide network or a public one."""

    def many(cidr: str) -> bool:
        return not is_everywhere(cidr) and is_wide(cidr, options)

    yield from opened_to_many(subject, _openings(subject, "inbound", many))


def open_egress(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that lets traffic out to every address."""
    yield from outward(subject, _openings(subject, "outbound", is_everywhere), options)


def _openings(subject: Subject, way: str, counts: Callable[[str], bool]) -> Iterator[Opening]:
    """Yield the openings of a rule, or of the rules of a group: the first for each address."""
    for rule in nested(subject, "security_rule" if subject.type == "azurerm_network_security_group" else ""):
        yield from azure_openings(subject, rule, way, counts)


def subnet_without_group(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a subnet without a security group: a resource, or a block of a network."""
    if subject.related is None or any(
        True for _ in subject.related("azurerm_subnet_network_security_group_association")
    ):
        return
    if subject.type == "azurerm_subnet":
        if _takes_a_group(subject, ()):
            yield Problem(what=f"`{subject.address}`")
        return
    for block in nested(subject, "subnet"):
        if subject.get((*block, "security_group")) is MISSING and _takes_a_group(subject, block):
            yield Problem(block, what=f"subnet `{subject.get((*block, 'name'))}`")


def _takes_a_group(subject: Subject, block: Path) -> bool:
    name = subject.get((*block, "name"))
    return name is not UNKNOWN and name not in _WITHOUT_GROUPS


def database_firewall(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a rule of a database's firewall that lets everybody, or all of Azure, in."""
    start, end = subject.get("start_ip_address"), subject.get("end_ip_address")
    if start is MISSING and end is MISSING:
        start, end = subject.get("start_ip"), subject.get("end_ip")
    at = "end_ip_address" if subject.get("end_ip_address") is not MISSING else "end_ip"
    if start == _ZERO and end == _ZERO:
        yield Problem(at, who="every customer of Azure")
    elif _between(start, end) >= _HALF_OF_ALL:
        yield Problem(at, who="the whole internet")


def wide_database_firewall(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a rule of a database's firewall that lets more than `addresses` addresses in."""
    for start, end in (("start_ip_address", "end_ip_address"), ("start_ip", "end_ip")):
        count = _between(subject.get(start), subject.get(end))
        if int(options["addresses"]) < count < _HALF_OF_ALL:  # another rule speaks of the whole internet
            yield Problem(end, addresses=count)


def _between(start: Any, end: Any) -> int:
    """Return how many addresses there are from one to another; 0 where that can't be told."""
    first, last = _address(start), _address(end)
    return 0 if first is None or last is None else int(last) - int(first) + 1


def _address(value: Any) -> IPv4Address | None:
    try:
        return IPv4Address(value) if isinstance(value, str) else None
    except AddressValueError:
        return None
