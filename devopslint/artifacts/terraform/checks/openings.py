"""What the rules of a firewall open: addresses and ports, whatever the provider calls them."""

from __future__ import annotations

import re

from devopslint.artifacts.terraform.checks.blocks import problem_at
from devopslint.knowledge.ports import ADMIN_PORTS, DATA_PORTS, INTERNAL_PORTS, addresses_in, services_between

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Problem, Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

MOST_PORTS = 65535
_MANY_PORTS = 100
_OWN = re.compile(r"\s*(10|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.")
"""Addresses of private networks, and those that providers share."""


def _best_known(port: int) -> tuple[bool, int]:
    return port not in {22, 3389}, port


class Opening:
    """A rule that lets many in: where the address block stands, the block itself, and the ports."""

    __slots__ = ("at", "cidr", "first", "last", "protocol", "rule")

    def __init__(self, at: Path, cidr: str, rule: Path, protocol: str, first: int, last: int) -> None:
        self.at = at
        self.cidr = cidr
        self.rule = rule
        self.protocol = protocol
        self.first = first
        self.last = last

    def problem(self, subject: Subject, **values: Any) -> Problem:
        """Return the problem that points at the address block, with where it came from."""
        return problem_at(subject, self.at, cidr=self.cidr, **values)

    def named(self, ports: Mapping[int, str]) -> tuple[str, str] | None:
        """Return the first of some ports that is open, or the range when it holds many, and the service there."""
        if self.everything or self.protocol in {"icmp", "icmpv6", "1", "58"}:
            return None
        hit = sorted((port for port in ports if self.first <= port <= self.last), key=_best_known)
        if not hit:
            return None
        few = len(hit) <= 4 or self.last - self.first < 1024
        return (str(hit[0]) if few else self.range), ports[hit[0]]

    @property
    def range(self) -> str:
        """The ports in words."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def everything(self) -> bool:
        """Whether all ports are open."""
        return self.first <= 1 and self.last >= MOST_PORTS


def outward(subject: Subject, openings: Iterable[Opening], options: Options) -> Iterator[Problem]:
    """Yield a problem for each opening of other ports than those of the option `ports`, to which traffic may leave."""
    for opening in openings:
        if opening.everything or opening.first != opening.last or opening.first not in options["ports"]:
            ports = "every port" if opening.everything else f"port {opening.range}"
            yield opening.problem(subject, ports=ports)


def unspoken(
    subject: Subject, openings: Iterable[Opening], options: Options, is_told: Callable[[Opening], object]
) -> Iterator[Problem]:
    """Yield a problem for each address that gets in by ports of which nothing is told, nor the option `ports` has them."""
    seen: set[Path] = set()
    for opening in openings:
        if opening.everything or opening.at in seen or is_told(opening):
            continue
        if opening.protocol != "icmp" and not (opening.first == opening.last and opening.first in options["ports"]):
            seen.add(opening.at)
            yield opening.problem(subject, port=opening.range)


def internal(opening: Opening) -> tuple[str, str] | None:
    """Return the port and the service where an opening is of a service that is internal as a rule."""
    if opening.last - opening.first >= _MANY_PORTS or services_between(opening.first, opening.last):
        return None  # said by other rules
    return opening.named(INTERNAL_PORTS)


def opened_inside(subject: Subject, openings: Iterable[Opening]) -> Iterator[Problem]:
    """Yield a problem for each opening of a service that is internal as a rule."""
    for opening in openings:
        found = internal(opening)
        if found is not None:
            yield opening.problem(subject, port=found[0], service=found[1])


def is_wide(cidr: str, options: Options) -> bool:
    """Say whether a block of private addresses has more than the option `addresses`, or one of public ones more than one."""
    return addresses_in(cidr) > (int(options["addresses"]) if _OWN.match(cidr) else 1)


def opened_to_many(subject: Subject, openings: Iterable[Opening]) -> Iterator[Problem]:
    """Yield a problem for each opening of a port of administration, of data, or of an internal service."""
    for opening in openings:
        found = opening.named(ADMIN_PORTS) or opening.named(DATA_PORTS) or opening.named(INTERNAL_PORTS)
        if opening.everything:
            found = ("*", "every service")
        if found is not None:
            yield opening.problem(subject, port=found[0], service=found[1], addresses=addresses_in(opening.cidr))
