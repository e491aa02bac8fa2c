"""Checks of EC2 machines and of what they are made from: disks, launch templates, launch configurations."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import is_absent, is_false, is_off, nested
from devopslint.artifacts.terraform.indexes import resources
from devopslint.policy.subject import Problem
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]


_DATA_DISKS = (
    "ebs_block_device",
    "block_device_mappings.ebs",
    "block_device_mapping.ebs",
    "instance_configuration.block_device_mapping.ebs",
    "launch_specification.root_block_device",
    "launch_specification.ebs_block_device",
)
_MANY = lazily(r'^"\$\{(?:.*s|.*[(*].*)\}"$')
"""A text that is nothing but an interpolation of what may be a list."""
_INTERFACES = ("network_interfaces", "network_interface", "launch_specification")


def unencrypted_root_disk(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a machine whose root disk is not encrypted."""
    if is_absent(subject, "root_block_device"):
        # A machine of a launch template takes the disk from there.
        if is_absent(subject, "launch_template") and not _encrypted_by_default(subject):
            yield Problem()
        return
    for disk in nested(subject, "root_block_device"):
        yield from _unencrypted(subject, disk)


def unencrypted_data_disk(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each further disk of a machine, an image or a launch template that is not encrypted."""
    for name in _DATA_DISKS:
        for disk in nested(subject, name):
            yield from _unencrypted(subject, disk)


def _unencrypted(subject: Subject, disk: Path) -> Iterator[Problem]:
    """A disk that is said to be in clear is at fault; one that says nothing may take it from its snapshot or account."""
    path = (*disk, "encrypted")
    from_elsewhere = subject.get((*disk, "snapshot_id")) is not MISSING or _encrypted_by_default(subject)
    if is_false(subject, path) or (is_off(subject, path) and not from_elsewhere):
        yield Problem(path)


def _encrypted_by_default(subject: Subject) -> bool:
    """Say whether the folder makes EBS encrypt all new disks of the account."""
    return _is_set_for_account(subject, "aws_ebs_encryption_by_default", "enabled", False)


def _is_set_for_account(subject: Subject, kind: str, attribute: str, off: Any) -> bool:
    """Say whether the folder has a resource that sets a default of the account, and does not set it to `off`."""
    module: Module = subject.context
    return any(module.value(one.block.get(attribute)) != off for one in resources(module, kind))


def metadata_without_token(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a machine whose metadata service answers without a token."""
    name = "instance_metadata_options" if "imagebuilder" in subject.type else "metadata_options"
    tokens = subject.get((name, "http_tokens"))
    if tokens in ("required", UNKNOWN) or subject.get((name, "http_endpoint")) in ("disabled", UNKNOWN):
        return
    if tokens is MISSING:
        # A machine of a launch template takes the options from there.
        if subject.get("launch_template") is not MISSING and is_absent(subject, name):
            return
        if _is_set_for_account(subject, "aws_ec2_instance_metadata_defaults", "http_tokens", "optional"):
            return
    yield Problem((name, "http_tokens"))


def unencrypted_volume(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a volume that is not encrypted."""
    yield from _unencrypted(subject, ())


def without_monitoring(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a machine, or what machines are made from, that is measured every five minutes only."""
    if subject.type == "aws_launch_configuration":
        if is_false(subject, ("enable_monitoring",)):
            yield Problem("enable_monitoring")
        return
    path = ("monitoring", "enabled") if subject.type == "aws_launch_template" else ("monitoring",)
    if subject.get("launch_template") is not MISSING and subject.get(path) is MISSING:
        return
    if is_off(subject, path):
        yield Problem(path)


def public_address(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each interface that gets a public address."""
    for interface in ((), *(path for name in _INTERFACES for path in nested(subject, name))):
        path = (*interface, "associate_public_ip_address")
        value = subject.get(path)
        if value is not UNKNOWN and value in (True, "true"):
            yield Problem(path)


def lifecycle_copy_unencrypted(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each copy to another region that a lifecycle policy makes in clear."""
    for name in (
        "policy_details.schedule.cross_region_copy_rule",
        "policy_details.action.cross_region_copy.encryption_configuration",
    ):
        for copy in nested(subject, name):
            if is_off(subject, (*copy, "encrypted")):
                yield Problem((*copy, "encrypted"))


def in_one_zone(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a list of subnets or zones that has a single item.

    Terraform 0.11 wrote a list of many as `["${var.subnets}"]`: what may be one is no single item.
    """
    for name in ("vpc_zone_identifier", "availability_zones", "subnet_ids"):
        found = subject.get(name)
        if not isinstance(found, list) or len(found) != 1 or getattr(found, "open", False):
            continue
        raw = subject.raw((name, 0))
        if not isinstance(raw, Expression) or not _MANY.search(raw.text):
            yield Problem(name)


def on_launch_configuration(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an autoscaling group that names a launch configuration."""
    raw = subject.raw("launch_configuration")
    if raw is not MISSING and raw is not None and subject.get("launch_configuration") not in (MISSING, ""):
        yield Problem("launch_configuration")
