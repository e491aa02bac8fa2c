"""Checks of routes: each has exactly one target."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import nested
from devopslint.policy.subject import Problem
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import MISSING, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_TARGETS = (
    "gateway_id", "nat_gateway_id", "network_interface_id", "transit_gateway_id", "vpc_peering_connection_id",
    "vpc_endpoint_id", "egress_only_gateway_id", "carrier_gateway_id", "local_gateway_id", "core_network_arn",
    "odb_network_arn", "instance_id",
)  # fmt: skip


def route_without_one_target(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each route that certainly has no target, and for each target beside the first."""
    routes: list[Path] = [()] if subject.type == "aws_route" else list(nested(subject, "route"))
    for route in routes:
        found = [name for name in _TARGETS if _may_be_set(subject, (*route, name))]
        if not found and isinstance(subject.raw(route), Map):
            yield Problem(route, problem="no target")
        sure = [name for name in found if subject.is_set((*route, name))]
        for name in sure[1:]:
            yield Problem((*route, name), part="key", problem=f"`{name}` beside `{sure[0]}`: it takes one target")


def _may_be_set(subject: Subject, path: Path) -> bool:
    """Say whether a target may be there: what a variable gives is empty only until a caller gives something."""
    # A list of objects must set every attribute, the unused ones to an empty text.
    return subject.get(path) not in (MISSING, "") or isinstance(subject.raw(path), Expression)
