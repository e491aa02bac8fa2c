"""Checks of databases and their parameter groups, in which TLS and logs are switched on or off."""

from __future__ import annotations

import re

from devopslint.artifacts.terraform.checks.blocks import is_absent, is_false, nested
from devopslint.artifacts.terraform.indexes import first_major
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_TLS: Mapping[str, frozenset[str]] = {
    "tls": frozenset({"disabled"}),
    "require_ssl": frozenset({"false", "0", "off"}),
    "require_secure_transport": frozenset({"off", "0", "false"}),
    "rds.force_ssl": frozenset({"0", "off", "false"}),
    "neptune_enforce_ssl": frozenset({"0", "off", "false"}),
}
"""Parameter → the values by which clients may connect in clear."""
_CLIENTS_CHOOSE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "aws_db_parameter_group": (
        (r"postgres(9|1[0-4])", "rds.force_ssl"),
        (r"(custom-)?sqlserver", "rds.force_ssl"),
        (r"mysql(5|8\.0)|mariadb(10|11\.[0-7])", "require_secure_transport"),
    ),
    "aws_rds_cluster_parameter_group": (
        (r"aurora-postgresql(9|1[0-6])", "rds.force_ssl"),
        (r"aurora-mysql|aurora[0-9]", "require_secure_transport"),
    ),
}
"""Type of group → families whose default lets clients connect in clear, and the parameter that forbids it."""
_QUERY_LOGS = frozenset({"log_statement", "log_min_duration_statement", "log_min_duration_sample"})


def tls_not_forced(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each parameter that lets clients connect in clear, and for a group of Redshift without it."""
    found = dict(_parameters(subject))
    for name, path in found.items():
        value = subject.get((*path, "value"))
        if name in _TLS and value is not UNKNOWN and str(value).lower() in _TLS[name]:
            yield Problem((*path, "value"), name=name, value=value)
    in_clear = subject.type == "aws_redshift_parameter_group" and subject.get("family") in ("redshift-1.0", MISSING)
    if in_clear and "require_ssl" not in found and is_closed(subject):
        yield Problem((), name="require_ssl", value="false")


def audit_log_off(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a parameter group of DocumentDB by which the audit log stays empty."""
    path = dict(_parameters(subject)).get("audit_logs")
    if path is not None:
        value = subject.get((*path, "value"))
        if value in ("disabled", "none"):
            yield Problem((*path, "value"))
    elif is_closed(subject):
        yield Problem()


def without_query_log(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a PostgreSQL database whose parameter group logs no statements."""
    attribute = "parameter_group_name" if subject.type == "aws_db_instance" else "db_cluster_parameter_group_name"
    if is_absent(subject, attribute):
        yield Problem()
        return
    module: Module = subject.context
    for address in module.referred_by(subject.value.get(attribute)):
        group = module.subjects.get(address)
        if group is None or not group.type.endswith("parameter_group") or not is_closed(group):
            continue
        if not _QUERY_LOGS & {name for name, _ in _parameters(group)}:
            yield Problem(attribute)


def is_closed(subject: Subject) -> bool:
    """Say whether all parameters of a group are known by name."""
    found = subject.get("parameter")
    if found is UNKNOWN or getattr(found, "open", False):
        return False
    return len(list(_parameters(subject))) == (0 if found is MISSING else len(found))


def _parameters(subject: Subject) -> Iterator[tuple[str, Path]]:
    for path in nested(subject, "parameter"):
        name = subject.get((*path, "name"))
        if isinstance(name, str):
            yield name, path


def redshift_unencrypted(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a warehouse in clear; what is left out is so up to version 5 of the provider."""
    if is_false(subject, ("encrypted",)) or (
        is_absent(subject, "encrypted") and first_major(subject.context, "aws") < 6
    ):
        yield Problem("encrypted")


def redshift_public(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a warehouse with a public address; what is left out has one up to version 5 of the provider."""
    by_default = is_absent(subject, "publicly_accessible") and 0 < first_major(subject.context, "aws") < 6
    if by_default or subject.get("publicly_accessible") in (True, "true"):
        yield Problem("publicly_accessible")


def in_public_subnet(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each public subnet that a subnet group of databases names."""
    module: Module = subject.context
    raw = subject.raw("subnet_ids")
    whole = not isinstance(raw, Seq)
    for index, item in enumerate([raw] if whole else raw):
        for address in sorted(module.referred_by(item)):
            subnet = module.subjects.get(address)
            if subnet is not None and subnet.type == "aws_subnet" and _is_public(subnet):
                yield Problem(("subnet_ids",) if whole else ("subnet_ids", index), subnet=address)


def _is_public(subnet: Subject) -> bool:
    """Say whether what starts in a subnet gets a public address, or is routed to an internet gateway."""
    if subnet.get("map_public_ip_on_launch") in (True, "true"):
        return True
    module: Module = subnet.context
    links = subnet.related("aws_route_table_association") if subnet.related is not None else ()
    for link in links:
        if link.value is UNKNOWN:
            continue
        for address in module.referred_by(link.value.get("route_table_id")):
            table = module.subjects.get(address)
            if table is None or table.type != "aws_route_table":
                continue
            routes = [table.value.get("route")]
            if table.related is not None:
                routes += [one.value for one in table.related("aws_route") if one.value is not UNKNOWN]
            if any(found.startswith("aws_internet_gateway.") for found in module.referred_by(routes)):
                return True
    return False


def tls_left_out(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a parameter group that leaves TLS to the clients, because its family does so by itself."""
    family = subject.get("family")
    names = {name for name, _ in _parameters(subject)}
    for pattern, name in _CLIENTS_CHOOSE[subject.type]:
        if isinstance(family, str) and re.match(pattern, family) and name not in names and is_closed(subject):
            yield Problem((), name=name)
