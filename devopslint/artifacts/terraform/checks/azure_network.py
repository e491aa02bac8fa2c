"""Checks of who may reach what at Azure, besides the whole internet: wide networks, internal ports, traffic outwards."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address

from devopslint.artifacts.terraform.checks.blocks import nested
from devopslint.artifacts.terraform.checks.firewalls import azure_openings, is_everywhere
from devopslint.artifacts.terraform.checks.openings import outward, unspoken
from devopslint.knowledge.ports import ADMIN_PORTS, DATA_PORTS, INTERNAL_PORTS, addresses_in, services_between
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.checks.openings import Opening
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_MANY_PORTS = 100
_HALF_OF_ALL = 2**31
_ZERO = "0.0.0.0"  # noqa: S104 (an address in a rule, bound to nothing)
_OWN = re.compile(r"\s*(10|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.")
"""Addresses of private networks, and those that providers share."""


def internal_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of a service that is internal as a rule (8080, 3000, 25 …)."""
    for opening in _openings(subject, "inbound", is_everywhere):
        found = _internal(opening)
        if found is not None:
            yield opening.problem(subject, port=found[0], service=found[1])


def other_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens to the internet what no other rule speaks of."""
    openings = _openings(subject, "inbound", is_everywhere)
    yield from unspoken(subject, openings, options, lambda one: services_between(one.first, one.last) or _internal(one))


def _internal(opening: Opening) -> tuple[str, str] | None:
    if opening.last - opening.first >= _MANY_PORTS or services_between(opening.first, opening.last):
        return None  # said by other rules
    return opening.named(INTERNAL_PORTS)


def port_open_to_many(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of administration or of data to a wide network or a public one."""

    def many(cidr: str) -> bool:
        few = int(options["addresses"]) if _OWN.match(cidr) else 1
        return not is_everywhere(cidr) and addresses_in(cidr) > few

    for opening in _openings(subject, "inbound", many):
        found = opening.named(ADMIN_PORTS) or opening.named(DATA_PORTS) or opening.named(INTERNAL_PORTS)
        if opening.everything:
            found = ("*", "every service")
        if found is not None:
            yield opening.problem(subject, port=found[0], service=found[1], addresses=addresses_in(opening.cidr))


def open_egress(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that lets traffic out to every address."""
    yield from outward(subject, _openings(subject, "outbound", is_everywhere), options)


def _openings(subject: Subject, way: str, counts: Callable[[str], bool]) -> Iterator[Opening]:
    """Yield the openings of a rule, or of the rules of a group: the first for each address."""
    for rule in nested(subject, "security_rule" if subject.type == "azurerm_network_security_group" else ""):
        yield from azure_openings(subject, rule, way, counts)


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
