"""Checks of who may reach what from the internet at Google and Azure: firewalls, rules of network security groups."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import nested
from devopslint.artifacts.terraform.checks.openings import MOST_PORTS, Opening
from devopslint.knowledge.ports import ADMIN_PORTS, DATA_PORTS, is_everyone
from devopslint.syntax.tree import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Problem, Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_ZERO = "0.0.0.0"  # noqa: S104 (an address in a rule, bound to nothing)
_EVERYBODY = f"{_ZERO}/0"
_WITH_PORTS = frozenset({"all", "tcp", "udp", "6", "17"})
_EVERYONE = frozenset({"*", "internet", "any", _ZERO, "<nw>/0", "/0"})


def admin_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of administration (SSH, RDP …) to the internet."""
    yield from _named(subject, ADMIN_PORTS)


def data_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a database's or queue's port to the internet."""
    yield from _named(subject, DATA_PORTS)


def every_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens all ports to the internet."""
    seen: set[Path] = set()
    for opening in _openings(subject):
        if opening.everything and opening.at not in seen:
            seen.add(opening.at)
            yield opening.problem(subject)


def _named(subject: Subject, ports: Mapping[int, str]) -> Iterator[Problem]:
    seen: set[tuple[Any, ...]] = set()
    for opening in _openings(subject):
        found = opening.named(ports)
        if found is not None and (opening.at, found) not in seen:
            seen.add((opening.at, found))
            yield opening.problem(subject, port=found[0], service=found[1])


def _openings(subject: Subject) -> Iterator[Opening]:
    if subject.type == "google_compute_firewall":
        yield from google_openings(subject, is_everyone)
    elif subject.type == "azurerm_network_security_group":
        for rule in nested(subject, "security_rule"):
            yield from _azure(subject, rule)
    else:
        yield from _azure(subject, ())


def google_openings(subject: Subject, counts: Callable[[str], bool]) -> Iterator[Opening]:
    """Yield what a firewall lets in from the first address for which `counts` holds."""
    if subject.get("direction") not in (MISSING, "INGRESS") or subject.get("disabled") not in (MISSING, False):
        return
    at: Path | None = next((at for at, cidr in _texts(subject, ("source_ranges",)) if counts(cidr)), None)
    if counts(_EVERYBODY) and all(
        subject.get(name) is MISSING for name in ("source_ranges", "source_tags", "source_service_accounts")
    ):
        at = ()  # who is not named is everybody
    if at is None:
        return
    cidr = str(subject.get(at)) if at else _EVERYBODY
    for rule in nested(subject, "allow"):
        protocol = subject.get((*rule, "protocol"))
        if not isinstance(protocol, str):
            continue
        ports = subject.get((*rule, "ports"))
        if ports is MISSING or ports == []:
            if protocol.lower() in _WITH_PORTS:
                yield Opening(at, cidr, rule, protocol.lower(), 0, MOST_PORTS)
            continue
        for _, text in _texts(subject, (*rule, "ports")):
            bounds = _range(text)
            if bounds is not None:
                yield Opening(at, cidr, rule, protocol.lower(), *bounds)


def _azure(subject: Subject, rule: Path) -> Iterator[Opening]:
    return azure_openings(subject, rule, "inbound", is_everywhere)


def is_everywhere(address: str) -> bool:
    """Say whether an address, a block or a tag of Azure is the whole internet."""
    return address.lower() in _EVERYONE or is_everyone(address)


def azure_openings(subject: Subject, rule: Path, way: str, counts: Callable[[str], bool]) -> Iterator[Opening]:
    """Yield what a rule lets in from, or out to, the first address for which `counts` holds."""
    direction, access = subject.get((*rule, "direction")), subject.get((*rule, "access"))
    if str(direction).lower() != way or str(access).lower() != "allow":
        return
    side = "source" if way == "inbound" else "destination"
    names = (f"{side}_address_prefix", f"{side}_address_prefixes")
    found = next((one for name in names for one in _texts(subject, (*rule, name)) if counts(one[1])), None)
    protocol = subject.get((*rule, "protocol"), "*")
    if found is None or not isinstance(protocol, str):
        return
    names = ("destination_port_range", "destination_port_ranges")
    if all(subject.get((*rule, name)) is MISSING for name in names):
        yield Opening(found[0], found[1], rule, protocol.lower(), 0, MOST_PORTS)  # ports that are not named are all
    for _, text in (one for name in names for one in _texts(subject, (*rule, name))):
        bounds = (0, MOST_PORTS) if text.strip() == "*" else _range(text)
        if bounds is not None:
            yield Opening(found[0], found[1], rule, protocol.lower(), *bounds)


def _texts(subject: Subject, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the texts of a value or of a list, with their paths."""
    value = subject.get(path)
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        yield path, str(value)
    elif isinstance(value, list):
        for index in range(len(value)):
            item = subject.get((*path, index))
            if isinstance(item, (str, int)) and not isinstance(item, bool):
                yield (*path, index), str(item)


def _range(text: str) -> tuple[int, int] | None:
    first, dash, last = text.strip().partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        return None
    return int(first), int(last) if dash else int(first)
