"""Checks of who may reach what at Google, besides the ports that nobody should: internal services, wide networks."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.firewalls import google_openings
from devopslint.artifacts.terraform.checks.openings import internal, is_wide, opened_inside, opened_to_many, unspoken
from devopslint.knowledge.ports import is_everyone, services_between

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Problem, Subject

    Options = Mapping[str, Any]

_OF_GOOGLE = frozenset(
    {"35.191.0.0/16", "130.211.0.0/22", "209.85.152.0/22", "209.85.204.0/22", "35.235.240.0/20", "35.199.192.0/19",
     "35.199.224.0/19"}
)  # fmt: skip
"""Whence Google itself comes: health checks and load balancers, tunnels of the Identity-Aware Proxy, DNS, connectors.

Source: Google Cloud, "Firewall rules for health checks", "Using IAP for TCP forwarding", "DNS server policies".
"""


def internal_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of a service that is internal as a rule (8080, 3000, 25 …)."""
    yield from opened_inside(subject, google_openings(subject, is_everyone))


def port_open_to_many(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens a port of administration or of data to a wide network or a public one."""

    def many(cidr: str) -> bool:
        return not is_everyone(cidr) and cidr.strip() not in _OF_GOOGLE and is_wide(cidr, options)

    yield from opened_to_many(subject, google_openings(subject, many))


def other_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rule that opens to the internet what no other rule speaks of."""
    openings = google_openings(subject, is_everyone)
    yield from unspoken(subject, openings, options, lambda one: services_between(one.first, one.last) or internal(one))
