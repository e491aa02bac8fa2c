"""Checks of who may reach what: security groups, their rules in all the forms they have, and network ACLs."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.openings import MOST_PORTS, Opening, outward
from devopslint.knowledge.ports import (
    ADMIN_PORTS,
    DATA_PORTS,
    INTERNAL_PORTS,
    addresses_in,
    is_everyone,
    services_between,
)
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_EVERYONE = "0.0.0.0/0"


def admin_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of administration (SSH, RDP …) to the internet."""
    yield from _named(subject, ADMIN_PORTS)


def data_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a database's or queue's port to the internet."""
    yield from _named(subject, DATA_PORTS)


def internal_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of a service that is internal as a rule (8080, 3000, 25 …)."""
    for opening in _openings(subject, "ingress"):
        if opening.last - opening.first < int(options["ports"]):
            found = opening.named(INTERNAL_PORTS)
            if found is not None and not services_between(opening.first, opening.last):
                yield opening.problem(subject, port=found[0], service=found[1])


def other_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens to the internet what no other rule speaks of."""
    for opening in _openings(subject, "ingress"):
        if opening.everything or opening.protocol in {"icmp", "icmpv6", "1", "58"}:
            continue
        if any(opening.named(table) for table in (ADMIN_PORTS, DATA_PORTS, INTERNAL_PORTS)):
            continue
        if opening.first == opening.last and opening.first in options["ports"]:
            continue
        yield opening.problem(subject, port=opening.range)


def port_open_to_many(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of administration or of data to more than `addresses` machines."""

    def many(cidr: str) -> bool:
        return not is_everyone(cidr) and addresses_in(cidr) > int(options["addresses"])

    for opening in _openings_to(subject, "ingress", many):
        found = opening.named(ADMIN_PORTS) or opening.named(DATA_PORTS) or opening.named(INTERNAL_PORTS)
        if found is not None:
            yield opening.problem(subject, port=found[0], service=found[1], addresses=addresses_in(opening.cidr))


def every_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens all ports to the internet."""
    for opening in _openings(subject, "ingress"):
        if opening.everything:
            yield opening.problem(subject)


def wide_range(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens more ports to the internet than `ports` allows, but not all."""
    for opening in _openings(subject, "ingress"):
        if services_between(opening.first, opening.last):
            continue  # said by the rules on those ports
        if not opening.everything and opening.last - opening.first + 1 > int(options["ports"]):
            yield opening.problem(subject, range=opening.range)


def open_egress(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that lets traffic out to every address."""
    yield from outward(subject, _openings(subject, "egress"), options)


def _named(subject: Subject, ports: Mapping[int, str]) -> Iterator[Problem]:
    for opening in _openings(subject, "ingress"):
        found = opening.named(ports)
        if found is not None:
            yield opening.problem(subject, port=found[0], service=found[1])


def _openings(subject: Subject, direction: str) -> list[Opening]:
    """Return the openings of a security group, or one of its rules, to everyone."""
    cache: dict[str, Any] = subject.context.cache
    kept: tuple[Subject, list[Opening]] | None = cache.get(direction)
    if kept is None or kept[0] is not subject:  # rules on one subject follow each other
        kept = cache[direction] = subject, list(_openings_to(subject, direction, is_everyone))
    return kept[1]


def _openings_to(subject: Subject, direction: str, matches: Callable[[str], bool]) -> Iterator[Opening]:
    """Yield the openings of a security group, or one of its rules, to the blocks that `matches` takes."""
    kind = subject.type
    blocks = ("cidr_blocks", "ipv6_cidr_blocks")
    if kind in {"aws_security_group", "aws_default_security_group"}:
        rules = subject.get(direction)
        for index in range(len(rules)) if isinstance(rules, Seq) else ():
            yield from _opening(subject, (direction, index), blocks, matches)
    elif kind == "aws_security_group_rule":
        if subject.get("type") == direction:
            yield from _opening(subject, (), blocks, matches)
    elif kind == f"aws_vpc_security_group_{direction}_rule":
        yield from _opening(subject, (), ("cidr_ipv4", "cidr_ipv6"), matches, protocol="ip_protocol")
    elif kind == "aws_lightsail_instance_public_ports" and direction == "ingress":
        rules = subject.get("port_info")
        for index in range(len(rules)) if isinstance(rules, Seq) else ():
            rule: Path = ("port_info", index)
            fields = ("cidrs", "ipv6_cidrs", "cidr_list_aliases")
            unsaid = all(subject.get((*rule, field)) is MISSING for field in fields) and matches(_EVERYONE)
            yield from _opening(subject, rule, fields[:2], matches, default=_EVERYONE if unsaid else "")


def _opening(
    subject: Subject,
    rule: Path,
    fields: tuple[str, ...],
    matches: Callable[[str], bool] = is_everyone,
    *,
    protocol: str = "protocol",
    default: str = "",
) -> Iterator[Opening]:
    name = subject.get((*rule, protocol))
    if name is UNKNOWN:
        return
    name = str(name).lower() if name is not MISSING else ""
    first, last = _number(subject.get((*rule, "from_port"))), _number(subject.get((*rule, "to_port")))
    silent = name == "" and all(subject.get((*rule, port)) is MISSING for port in ("from_port", "to_port"))
    if name in {"-1", "all"} or silent:
        first, last = 0, MOST_PORTS
    if first is None or last is None:
        return
    if first == last == 0 and name in {"tcp", "udp", "6", "17"}:
        return
    if default:
        yield Opening(rule, default, rule, name, first, last)
    for field in fields:
        value = subject.get((*rule, field))
        if isinstance(value, str):
            if matches(value):
                yield Opening((*rule, field), value, rule, name, first, last)
        elif isinstance(value, list):
            for index in range(len(value)):
                cidr = subject.get((*rule, field, index))
                if isinstance(cidr, str) and matches(cidr):
                    yield Opening((*rule, field, index), cidr, rule, name, first, last)
                    break


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return None


def open_network_acl(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each ACL rule that lets everyone reach a port of administration, or every port."""
    for rule in _acl_rules(subject):
        for opening in _opening(subject, rule, ("cidr_block", "ipv6_cidr_block")):
            hit = [port for port in (22, 3389) if opening.first <= port <= opening.last]
            if hit and not (opening.everything and opening.protocol in {"-1", "all"} and not options["all_ports"]):
                yield opening.problem(subject, port=hit[0])


def network_acl_everything(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each ACL rule that lets everyone reach every port."""
    seen: set[int] = set()
    for rule in _acl_rules(subject):
        for opening in _opening(subject, rule, ("cidr_block", "ipv6_cidr_block")):
            place = subject.place((*rule, "protocol"))
            if opening.everything and place.start not in seen:
                seen.add(place.start)  # rules made by a loop stand in one place
                yield Problem(place, cidr=opening.cidr)


def _acl_rules(subject: Subject) -> Iterator[Path]:
    """Yield the paths of the rules of a network ACL that let traffic in."""
    if subject.type == "aws_network_acl_rule":
        rules: list[Path] = [()] if subject.get("egress") in (False, MISSING) else []
    else:
        listed = subject.get("ingress")
        rules = [("ingress", index) for index in range(len(listed))] if isinstance(listed, Seq) else []
    for rule in rules:
        action = subject.get((*rule, "action" if rule else "rule_action"))
        if isinstance(action, str) and action.lower() == "allow":
            yield rule
