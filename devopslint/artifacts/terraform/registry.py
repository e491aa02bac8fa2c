"""Calls of well-known registry modules, as the resources that they make: what is set there is judged like there.

Only what a call says is judged. What it leaves out is decided by the version of the module, and so is unknown.
Source: the inputs of the modules of `terraform-aws-modules` in the public registry, by name.
"""

from __future__ import annotations

from devopslint.policy.subject import Subject
from devopslint.syntax.hcl_nodes import Block
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Document, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.module import Module

_SOURCE = lazily(
    r"(?:^|[/:@])terraform-aws-modules/(?:terraform-aws-)?(?P<name>[a-z0-9-]+?)(?:/aws)?(?:\.git)?/?(?:\?[^/]*)?$"
)
_MADE: Mapping[str, tuple[str, ...]] = {
    "alb": ("aws_lb",),
    "cloudfront": ("aws_cloudfront_distribution",),
    "dynamodb-table": ("aws_dynamodb_table",),
    "ec2-instance": ("aws_instance",),
    "ecr": ("aws_ecr_repository",),
    "efs": ("aws_efs_file_system",),
    "eks": ("aws_eks_cluster",),
    "elasticache": ("aws_elasticache_replication_group",),
    "kms": ("aws_kms_key",),
    "lambda": ("aws_lambda_function",),
    "opensearch": ("aws_opensearch_domain",),
    "rds": ("aws_db_instance",),
    "rds-aurora": ("aws_rds_cluster", "aws_rds_cluster_instance"),
    "redshift": ("aws_redshift_cluster",),
    "s3-bucket": ("aws_s3_bucket", "aws_s3_bucket_public_access_block"),
    "sns": ("aws_sns_topic",),
    "sqs": ("aws_sqs_queue",),
}
"""Module → the types of the resources whose arguments its inputs are."""
_ONLY: Mapping[str, frozenset[str]] = {
    "aws_rds_cluster_instance": frozenset({"publicly_accessible", "auto_minor_version_upgrade", "ca_cert_identifier"}),
    "aws_s3_bucket_public_access_block": frozenset(
        {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}
    ),
}
"""Types that take some of the inputs only; the first type of the module takes the others."""
_RENAMED: Mapping[str, Mapping[str, str]] = {
    "dynamodb-table": {
        "point_in_time_recovery_enabled": "point_in_time_recovery.enabled",
        "server_side_encryption_enabled": "server_side_encryption.enabled",
    },
    "ecr": {
        "repository_image_tag_mutability": "image_tag_mutability",
        "repository_image_scan_on_push": "image_scanning_configuration.scan_on_push",
    },
    "eks": {
        "cluster_endpoint_public_access": "vpc_config.endpoint_public_access",
        "cluster_endpoint_public_access_cidrs": "vpc_config.public_access_cidrs",
        "cluster_enabled_log_types": "enabled_cluster_log_types",
        "endpoint_public_access": "vpc_config.endpoint_public_access",
        "endpoint_public_access_cidrs": "vpc_config.public_access_cidrs",
        "enabled_log_types": "enabled_cluster_log_types",
    },
}
"""Inputs that are not called like the arguments that they become."""
_OF_CLUSTERS = ("replication_source_identifier", "snapshot_identifier", "global_cluster_identifier", "engine_mode")
_NOTHING: Mapping[str, tuple[str, ...]] = {
    "rds": ("replicate_source_db", *_OF_CLUSTERS),
    "rds-aurora": ("replicate_source_db", *_OF_CLUSTERS),
    "redshift": ("snapshot_identifier",),
    "sqs": ("kms_master_key_id",),
}
"""Inputs that are null when they are left out, in all versions of the module."""
_WHOLE = frozenset({"metadata_options"})
"""Inputs that are handed on as they are."""
_SWITCHES = (
    "create", "create_bucket", "create_cluster", "create_db_instance", "create_distribution", "create_domain",
    "create_function", "create_lb", "create_replication_group", "create_repository", "create_table",
)  # fmt: skip
"""Inputs by which nothing of all this is made."""
_OF_MODULES = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})


def registry_subjects(module: Module, call: Declared) -> list[Subject]:
    """Return the resources that a call of a known module makes, with what the call says of them."""
    source = module.value(call.block.get("source"))
    found = _SOURCE.search(source) if isinstance(source, str) else None
    name = found["name"] if found is not None else ""
    if name not in _MADE or any(module.value(call.block.get(switch)) is False for switch in _SWITCHES):
        return []
    subjects: list[Subject] = []
    for kind in _MADE[name]:
        subjects.append(
            Subject(
                "terraform.resource",
                _arguments(call.block, name, kind),
                document=call.document,
                address=call.address,
                type=kind,
                header=call.block.header,
                context=module,
                related=_related(call, subjects),
            )
        )
    return subjects


def _related(call: Declared, subjects: list[Subject]) -> Callable[[str], Iterator[Subject]]:
    """Return what belongs to such a resource: what the same call makes, and else something of which nothing is known."""

    def related(kind: str) -> Iterator[Subject]:
        own = [subject for subject in subjects if subject.type == kind]
        yield from own
        if not own:
            document = Document(call.document.source, UNKNOWN)
            yield Subject("terraform.resource", UNKNOWN, document=document, address=call.address, type=kind)

    return related


def _arguments(block: Block, name: str, kind: str) -> Block:
    """Return the inputs of a call as the body of a resource, in which everything that is absent is unknown."""
    result = Block(block.type, block.start, block.end)
    result.labels, result.header, result.open = block.labels, block.header, True
    renamed = _RENAMED.get(name, {})
    for key in _NOTHING.get(name, ()):
        result.put(key, None, (block.start, block.start, block.start, block.start))
    for key, value in block.items():
        if key in _OF_MODULES or (kind in _ONLY and key not in _ONLY[kind]):
            continue
        mark = block.at[key]
        outer, _, inner = renamed.get(key, key).partition(".")
        if not inner:
            result.put(outer, value if outer in _WHOLE else _opened(value), mark)
            continue
        owner = result.get(outer)
        if not isinstance(owner, Map):
            owner = Map(mark[2], mark[3])
            owner.open = True
            result.put(outer, owner, mark)
        owner.put(inner, _opened(value), mark)
    return result


def _opened(value: Any) -> Any:
    """Return a copy of a value whose maps may hold more than can be seen."""
    if isinstance(value, Map):
        opened = Map(value.start, value.end)
        opened.header, opened.open = value.header, True
        for key, item in value.items():
            opened.put(key, _opened(item), value.at[key])
        return opened
    if isinstance(value, Seq):
        listed = Seq(value.start, value.end)
        listed.open = value.open
        for index, item in enumerate(value):
            listed.add(_opened(item), value.at[index])
        return listed
    return value
