"""Which attribute of which AWS resource names the key that its data is encrypted with."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.aws.buckets import beside
from devopslint.artifacts.terraform.checks.blocks import is_false, nested, nested_below
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

_KMS_ID = frozenset(
    {"aws_ami_copy", "aws_db_instance", "aws_db_instance_automated_backups_replication", "aws_db_snapshot_copy",
     "aws_docdb_cluster", "aws_ebs_snapshot_copy", "aws_ebs_volume", "aws_efs_file_system",
     "aws_elasticache_replication_group", "aws_fsx_lustre_file_system", "aws_fsx_ontap_file_system",
     "aws_fsx_openzfs_file_system", "aws_fsx_windows_file_system", "aws_imagebuilder_component",
     "aws_kinesis_stream", "aws_kinesis_video_stream", "aws_rds_cluster", "aws_rds_cluster_activity_stream",
     "aws_redshift_cluster", "aws_redshift_snapshot_copy_grant", "aws_redshiftserverless_namespace",
     "aws_s3_bucket_object", "aws_s3_object", "aws_s3_object_copy", "aws_sagemaker_domain",
     "aws_sagemaker_notebook_instance", "aws_timestreamwrite_database"}
)  # fmt: skip
"""Types whose attribute is `kms_key_id`."""
_KMS_ARN = frozenset(
    {"aws_backup_vault", "aws_dms_endpoint", "aws_dms_replication_instance", "aws_dms_s3_endpoint",
     "aws_dynamodb_table_replica", "aws_memorydb_cluster", "aws_memorydb_snapshot", "aws_neptune_cluster",
     "aws_scheduler_schedule"}
)  # fmt: skip
"""Types whose attribute is `kms_key_arn`."""
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "aws_appflow_connector_profile": ("kms_arn",),
    "aws_appflow_flow": ("kms_arn",),
    "aws_bedrockagent_agent": ("customer_encryption_key_arn",),
    "aws_codeartifact_domain": ("encryption_key",),
    "aws_codebuild_project": ("encryption_key",),
    "aws_codegurureviewer_repository_association": ("kms_key_details.kms_key_id",),
    "aws_codepipeline": ("artifact_store?.encryption_key",),
    "aws_comprehend_document_classifier": ("model_kms_key_id", "volume_kms_key_id"),
    "aws_comprehend_entity_recognizer": ("model_kms_key_id", "volume_kms_key_id"),
    "aws_connect_instance_storage_config": (
        "storage_config.kinesis_video_stream_config?.encryption_config.key_id",
        "storage_config.s3_config?.encryption_config.key_id",
    ),
    "aws_dlm_lifecycle_policy": (
        "policy_details.action.cross_region_copy?.encryption_configuration.cmk_arn",
        "policy_details.schedule.cross_region_copy_rule?.cmk_arn",
    ),
    "aws_elasticsearch_domain": ("encrypt_at_rest.kms_key_id",),
    "aws_imagebuilder_distribution_configuration": ("distribution.ami_distribution_configuration?.kms_key_id",),
    "aws_imagebuilder_image_recipe": ("block_device_mapping.ebs?.kms_key_id",),
    "aws_kendra_index": ("server_side_encryption_configuration.kms_key_id",),
    "aws_keyspaces_table": ("encryption_specification.kms_key_identifier",),
    "aws_kinesis_firehose_delivery_stream": ("server_side_encryption.key_arn",),
    "aws_cloudtrail_event_data_store": ("kms_key_id",),
    "aws_mq_broker": ("encryption_options.kms_key_id",),
    "aws_msk_cluster": ("encryption_info.encryption_at_rest_kms_key_arn",),
    "aws_networkfirewall_firewall": ("encryption_configuration.key_id",),
    "aws_networkfirewall_firewall_policy": ("encryption_configuration.key_id",),
    "aws_networkfirewall_rule_group": ("encryption_configuration.key_id",),
    "aws_opensearch_domain": ("encrypt_at_rest.kms_key_id",),
    "aws_rds_cluster_instance": ("performance_insights_kms_key_id",),
    "aws_sagemaker_data_quality_job_definition": (
        "data_quality_job_output_config.kms_key_id",
        "job_resources.cluster_config?.volume_kms_key_id",
    ),
    "aws_sagemaker_flow_definition": ("output_config?.kms_key_id",),
    "aws_sns_topic": ("!kms_master_key_id",),
    "aws_sqs_queue": ("kms_master_key_id",),
}
"""Types with other attributes. `?` ends a block that has to be there for the rest to be asked for; `!`: only a
key of AWS is at fault."""
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "aws_db_instance": ("performance_insights_kms_key_id",),
    "aws_rds_cluster": ("performance_insights_kms_key_id",),
}
_SWITCHES = ("encrypted", "storage_encrypted", "at_rest_encryption_enabled", "sqs_managed_sse_enabled", "enabled")
_INHERITING = ("replicate_source_db", "kinesis_source_configuration", "msk_source_configuration")
"""What has these takes its encryption from there."""
_OF_AWS = lazily(r"(^|:)alias/aws/|^AWS_OWNED")


def key_attributes() -> dict[str, tuple[str, ...]]:
    """Return the attributes that name a key, by type of resource."""
    found = dict.fromkeys(_KMS_ID, ("kms_key_id",)) | dict.fromkeys(_KMS_ARN, ("kms_key_arn",)) | dict(_OTHERS)
    for kind, more in _BESIDE.items():
        found[kind] = (*found[kind], *more)
    return found


def without_own_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each place where a resource encrypts with a key of AWS, or names no key at all."""
    if any(name in subject.value and subject.get(name) is not MISSING for name in _INHERITING):
        return
    if "_object" in subject.type and any(
        True for _ in beside(subject, "aws_s3_bucket_server_side_encryption_configuration")
    ):
        # The bucket says how its objects are encrypted.
        return
    named = False
    for name in key_attributes()[subject.type]:
        if "performance_insights" in name and subject.get("performance_insights_enabled") is not True:
            continue
        needed, _, rest = name.lstrip("!").rpartition("?")
        container, _, attribute = rest.lstrip(".").rpartition(".")
        for owner in nested(subject, needed):
            for path in _paths(subject, owner, container, attribute):
                value = subject.get(path)
                if value is MISSING or value == "":
                    # What the header is pointed at for is said once.
                    if name.startswith("!") or (named and len(path) == 1 and value is MISSING):
                        continue
                    named = named or len(path) == 1
                    yield Problem(path, attribute=attribute)
                elif is_key_of_aws(subject, path):
                    yield Problem(path, attribute=attribute)


def _paths(subject: Subject, owner: Path, container: str, attribute: str) -> Iterator[Path]:
    """Yield the paths of an attribute in every block of an owner that encrypts, or the one that would be in a block."""
    steps = tuple(step for step in container.split(".") if step)
    if steps and subject.get((*owner, *steps)) is MISSING:
        yield (*owner, *steps, attribute)
        return
    for block in nested_below(subject, owner, steps):
        switched_off = any(is_false(subject, (*block, switch)) for switch in _SWITCHES)
        if not switched_off and subject.get((*block, "encryption_type")) != "NONE":
            yield (*block, attribute)


def is_key_of_aws(subject: Subject, path: Path) -> bool:
    """Say whether a value is the alias of a key that AWS keeps (`alias/aws/sns`), or a data source for one."""
    value = subject.get(path)
    if isinstance(value, str):
        return bool(_OF_AWS.search(value))
    raw = subject.raw(path)
    if value is not UNKNOWN or not isinstance(raw, Expression):
        return False
    module: Module = subject.context
    for address in module.referred_by(raw):
        if address.startswith(("data.aws_kms_alias.", "data.aws_kms_key.")):
            block = module.declared[address].block
            named = module.value(block.get("name", block.get("key_id", "")))
            if isinstance(named, str) and _OF_AWS.search(named):
                return True
    return False
