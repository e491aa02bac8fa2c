"""Checks of analytics and machine-learning services, whose settings lie in JSON or in many small blocks."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import is_off, nested
from devopslint.artifacts.terraform.policies import document_of
from devopslint.artifacts.terraform.uses import scope_of
from devopslint.knowledge.aws_policy import Entry, Statement
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Place, Subject

    Options = Mapping[str, Any]

_CONFIGURATION = "configuration"
_AT_REST = ("EncryptionConfiguration", "AtRestEncryptionConfiguration")
_LOCAL_DISK = (*_AT_REST, "LocalDiskEncryptionConfiguration")
_GLUE = (
    "cloudwatch_encryption.cloudwatch_encryption_mode",
    "job_bookmarks_encryption.job_bookmarks_encryption_mode",
    "s3_encryption.s3_encryption_mode",
)


def emr_unencrypted_at_rest(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a security configuration of EMR that does not encrypt at rest."""
    yield from _not_true(subject, ("EncryptionConfiguration", "EnableAtRestEncryption"))


def emr_unencrypted_in_transit(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a security configuration of EMR that does not encrypt in transit."""
    yield from _not_true(subject, ("EncryptionConfiguration", "EnableInTransitEncryption"))


def emr_disks_unencrypted(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a security configuration that encrypts at rest, but not the disks, or not those of EBS."""
    value, _ = _json_value(subject, ("EncryptionConfiguration", "EnableAtRestEncryption"))
    if value is not True:
        return
    disks, _ = _json_value(subject, _LOCAL_DISK)
    if disks is MISSING:
        yield Problem(_CONFIGURATION, part="key", what="local disks")
    elif isinstance(disks, Map):
        enabled, place = _json_value(subject, (*_LOCAL_DISK, "EnableEbsEncryption"))
        if enabled is MISSING:
            yield Problem(_CONFIGURATION, part="key", what="EBS volumes")
        elif enabled is False:
            yield Problem(place, what="EBS volumes")


def emr_without_own_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a security configuration that encrypts what goes to S3 with the key of S3."""
    mode, place = _json_value(subject, (*_AT_REST, "S3EncryptionConfiguration", "EncryptionMode"))
    if isinstance(mode, str) and not mode.endswith("-KMS"):
        yield Problem(place, value=mode)


def _not_true(subject: Subject, path: tuple[str, ...]) -> Iterator[Problem]:
    value, place = _json_value(subject, path)
    if value is MISSING:
        yield Problem(_CONFIGURATION, part="key")
    elif value is not UNKNOWN and value is not True:
        yield Problem(place)


def _json_value(subject: Subject, path: tuple[str, ...]) -> tuple[Any, Place | str]:
    """Return what stands at a path in the JSON of a security configuration, and where it stands."""
    found = document_of(subject, _CONFIGURATION)
    if found is None:
        return UNKNOWN, _CONFIGURATION
    node, where = found
    mark = None
    for step in path:
        node = scope_of(subject).value(node)
        if not isinstance(node, Map):
            return UNKNOWN, _CONFIGURATION
        if step not in node:
            return (UNKNOWN if node.open else MISSING), _CONFIGURATION
        mark = node.at[step][2:]
        node = node[step]
    problem = where.problem(Entry(None, mark), Statement())
    return scope_of(subject).value(node), problem.at  # type: ignore[return-value]  # made of a Place


def airflow_without_logs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each log of an Airflow environment that is off, and one for those that are left out."""
    left_out: list[str] = []
    logs = subject.get("logging_configuration")
    if logs is UNKNOWN:
        return
    for name in ("scheduler_logs", "webserver_logs", "worker_logs"):
        path = ("logging_configuration", name, "enabled")
        if subject.get(path) is MISSING:
            left_out.append(name)
        elif is_off(subject, path):
            yield Problem(path, logs=name)
    if left_out:
        yield Problem("logging_configuration", part="key", logs="`, `".join(left_out))


def workspace_unencrypted(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each volume of a workspace that is said to be in clear, and one for what is left out."""
    left_out: list[str] = []
    for name in ("root_volume_encryption_enabled", "user_volume_encryption_enabled"):
        if subject.get(name) is MISSING:
            left_out.append(name)
        elif is_off(subject, (name,)):
            yield Problem(name, setting=name)
    if left_out:
        yield Problem((), setting="`, `".join(left_out))


def glue_unencrypted(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each kind of data that a security configuration of Glue leaves in clear."""
    for base in nested(subject, "encryption_configuration"):
        for name in _GLUE:
            block, _, mode = name.partition(".")
            path = (*base, block, mode)
            value = subject.get(path)
            if value is MISSING or value == "DISABLED":
                yield Problem(path, what=block)


def replica_without_recovery(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each replica of a table that can't be taken back to a moment ago."""
    for replica in nested(subject, "replica"):
        path = (*replica, "point_in_time_recovery")
        if is_off(subject, path):
            yield Problem(path)


def glue_catalog_unencrypted(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a catalog in clear, and for one that hands out its passwords in clear."""
    base = "data_catalog_encryption_settings"
    for name, bad in (
        ("connection_password_encryption.return_connection_password_encrypted", ("false", False)),
        ("encryption_at_rest.catalog_encryption_mode", ("DISABLED",)),
    ):
        path = f"{base}.{name}"
        value = subject.get(path)
        if value is MISSING or value in bad:
            yield Problem(path)
