"""Checks of AWS policies: what they allow to whom, and who may take on a role."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.aws.buckets import policies_are_refused
from devopslint.artifacts.terraform.indexes import once, resources
from devopslint.artifacts.terraform.policies import TRUST, statements_of
from devopslint.knowledge.aws_policy import (
    GRANTING,
    HOLE,
    REVEALING,
    Entry,
    escalating,
    is_any_action,
    is_one_of,
    service_wildcard,
    writes,
)
from devopslint.policy.subject import Problem
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.artifacts.terraform.policies import Where
    from devopslint.knowledge.aws_policy import Statement, Test
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_RESOURCE_POLICIES = frozenset(
    {"aws_s3_bucket_policy", "aws_s3_bucket", "aws_sqs_queue", "aws_sqs_queue_policy", "aws_sns_topic",
     "aws_sns_topic_policy", "aws_ecr_repository_policy", "aws_ecr_registry_policy",
     "aws_ecrpublic_repository_policy", "aws_kms_key", "aws_kms_key_policy", "aws_kms_external_key",
     "aws_secretsmanager_secret_policy", "aws_secretsmanager_secret", "aws_backup_vault_policy",
     "aws_cloudwatch_event_bus_policy", "aws_cloudwatch_log_destination_policy", "aws_cloudwatch_log_resource_policy",
     "aws_efs_file_system_policy", "aws_glacier_vault", "aws_glacier_vault_lock", "aws_glue_resource_policy",
     "aws_lambda_layer_version_permission", "aws_api_gateway_rest_api", "aws_api_gateway_rest_api_policy",
     "aws_codeartifact_domain_permissions_policy", "aws_codeartifact_repository_permissions_policy",
     "aws_ses_identity_policy", "aws_sesv2_email_identity_policy", "aws_media_store_container_policy",
     "aws_dynamodb_resource_policy", "aws_kinesis_resource_policy", "aws_s3control_access_point_policy",
     "aws_s3control_bucket_policy", "aws_s3_access_point", "aws_acmpca_policy", "aws_msk_cluster_policy",
     "aws_schemas_registry_policy", "aws_elasticsearch_domain", "aws_elasticsearch_domain_policy",
     "aws_opensearch_domain", "aws_opensearch_domain_policy", "aws_cloudsearch_domain_service_access_policy",
     "aws_codebuild_resource_policy", "aws_kms_replica_external_key", "aws_kms_replica_key",
     "aws_networkfirewall_resource_policy", "aws_oam_sink_policy", "aws_prometheus_resource_policy",
     "aws_redshift_resource_policy", "aws_redshiftserverless_resource_policy",
     "aws_s3control_object_lambda_access_point_policy", "aws_s3tables_table_bucket_policy",
     "aws_s3tables_table_policy", "aws_s3vectors_vector_bucket_policy", "aws_sagemaker_model_package_group_policy"}
)  # fmt: skip
_OF_BUCKETS = frozenset({"aws_s3_bucket", "aws_s3_bucket_policy"})
_POLICY_ATTRIBUTES = ("access_policies", "access_policy", "policy_document", "resource_policy", "policy")
_LIMITING = (":sub", ":repository", ":repository_owner", ":job_workflow_ref", ":repository_id", ":repository_owner_id")
_ANY_SUBJECT = lazily(r"\*|repo:\*.*")
_ACCOUNT = lazily(r"\d{12}|arn:aws[\w-]*:iam::\d+:(root|\*)")
_GITHUB = "token.actions.githubusercontent.com"
_PROVIDER = lazily(r"(data\.)?aws_iam_openid_connect_provider\.[\w-]+")
_EVERY_METHOD = lazily(r"/\*/\*(/\*)?$")


def admin_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows every action on every resource."""
    for where, statement in _granting(subject):
        action = _any_action(statement)
        if action is not None and any(entry.value == "*" for entry in statement.resources):
            yield where.problem(action, statement)


def any_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows every action on some resources."""
    for where, statement in _granting(subject):
        action = _any_action(statement)
        if action is not None and not any(entry.value == "*" for entry in statement.resources):
            yield where.problem(action, statement)
    for where, statement in statements_of(subject, TRUST):
        action = _any_action(statement)
        if action is not None and statement.allows:
            yield where.problem(action, statement)


def _any_action(statement: Statement) -> Entry | None:
    return next((entry for entry in statement.actions if is_any_action(entry.value)), None)


def wildcard_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows `service:*` on every resource."""
    yield from _on_everything(subject, lambda action: service_wildcard(action) not in {None, "iam", "sts"})


def service_wildcard_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows `service:*` on some resources."""
    for where, statement in statements_of(subject):
        if statement.allows and statement.everywhere() is None and not statement.principals:
            found = [one for one in statement.actions if service_wildcard(one.value) is not None]
            if found:
                yield where.problem(found[0], statement, actions=_listing(found))


def privilege_escalation(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows, on every resource, to take more rights."""
    yield from _on_everything(subject, escalating)


def reveals_secrets(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows to read every secret, credential or object."""
    yield from _on_everything(subject, lambda action: is_one_of(action, REVEALING) and not escalating(action))


def grants_access(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows to decide who may reach what, on every resource."""
    yield from _on_everything(subject, lambda action: is_one_of(action, GRANTING) and not escalating(action))


def any_resource(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows changes to every resource, and that no other rule speaks of."""
    for where, statement in _granting(subject):
        everything = next((entry for entry in statement.resources if entry.value == "*"), None)
        if everything is None or any(
            is_any_action(one.value)
            or service_wildcard(one.value)
            or escalating(one.value)
            or is_one_of(one.value, GRANTING)
            or is_one_of(one.value, REVEALING)
            for one in statement.actions
        ):
            continue
        found = [one for one in statement.actions if writes(one.value)]
        if found:
            yield where.problem(everything, statement, actions=_listing(found))


def _granting(subject: Subject) -> Iterator[tuple[Where, Statement]]:
    """Yield the statements of a policy of rights that allow without any condition."""
    for where, statement in statements_of(subject):
        if not statement.allows or statement.conditions or statement.open or statement.principals:
            continue
        yield where, statement


def _on_everything(subject: Subject, matches: Callable[[Any], bool]) -> Iterator[Problem]:
    """Yield a problem for each statement that allows some actions on every resource."""
    for where, statement in _granting(subject):
        if statement.everywhere() is None:
            continue
        found = [one for one in statement.actions if matches(one.value)]
        if found:
            yield where.problem(found[0], statement, actions=_listing(found))


def _listing(found: list[Entry]) -> str:
    """Return the first actions in words: `` `s3:*`, `ec2:*` and 4 more``."""
    shown = ", ".join(f"`{entry.value}`" for entry in found[:3])
    return shown + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def allow_by_exclusion(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows everything but some actions."""
    for where, statement in statements_of(subject):
        if (
            statement.allows
            and statement.not_actions
            and statement.everywhere() is not None
            and not statement.principals
        ):
            yield where.problem(statement.not_actions[0], statement)


def without_second_factor(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a policy of people that allows something to who has not logged in with a second factor."""
    for where, statement in statements_of(subject):
        if statement.allows and not statement.open and "aws:multifactorauthpresent" not in statement.conditions:
            entries = statement.actions or statement.not_actions
            if entries:
                yield where.problem(entries[0], statement)
            return


def trust_everyone(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement by which anyone may take on a role."""
    for where, statement in statements_of(subject, TRUST):
        entry = statement.everyone()
        if entry is not None:
            yield where.problem(entry, statement)


def trust_account(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement by which everybody of an account may take on a role, without a condition."""
    for where, statement in statements_of(subject, TRUST):
        if not statement.allows or statement.open or statement.conditions:
            continue
        for kind, entry in statement.principals:
            if kind == "AWS" and isinstance(entry.value, str) and _ACCOUNT.fullmatch(entry.value):
                yield where.problem(entry, statement, principal=entry.value)


def trust_any_repository(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement by which every GitHub repository's workflows may take on a role."""
    for where, statement in statements_of(subject, TRUST):
        if not statement.allows or statement.open:
            continue
        limits = [test for test in statement.tests if test.key.endswith(_LIMITING)]
        loose = [_any_repository(test) for test in limits]
        if limits and not all(loose):
            continue
        for kind, entry in statement.principals:
            if kind == "Federated" and _is_github(subject.context, where, entry):
                yield where.problem(loose[0] if loose and loose[0] else entry, statement)


def _is_github(module: Module, where: Where, entry: Entry) -> bool:
    """Say whether a principal is the provider of GitHub's tokens, by its name or by what is declared in the folder."""
    if isinstance(entry.value, str):
        return entry.value.replace(HOLE, "").endswith("oidc-provider/" + _GITHUB)
    found = _PROVIDER.search(where.text_of(entry))
    declared = module.declared.get(found.group()) if found else None
    url = module.value(declared.block.get("url")) if declared else None
    return isinstance(url, str) and url.removeprefix("https://").rstrip("/") == _GITHUB


def _any_repository(test: Test) -> Entry | None:
    """Return the value of a condition on the subject of a token that every repository of the world fulfils."""
    for entry in test.values:
        if isinstance(entry.value, str) and _ANY_SUBJECT.fullmatch(entry.value):
            return entry
    return None


def public_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement of a resource's policy that allows something to everyone."""
    if subject.kind == "terraform.data" and not _is_resource_policy(subject):
        return
    if "domain" in subject.type and _in_network(subject.context):
        return
    if subject.type in _OF_BUCKETS and policies_are_refused(subject):
        return
    found = list(statements_of(subject, _policy_attribute(subject)))
    if any(statement.fences for _, statement in found):
        return
    for where, statement in found:
        entry = statement.everyone()
        if entry is not None:
            yield where.problem(entry, statement)


def without_principal(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for the policy of a resource in which a statement does not say whom it is about."""
    for _, statement in statements_of(subject, _policy_attribute(subject)):
        if not statement.open and not statement.principals and not statement.not_principals:
            yield Problem()
            return


def open_to_whole_api(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a permission by which every method of an API may call a function."""
    source = subject.raw("source_arn")
    text = source.text.strip('"') if isinstance(source, Expression) else source
    if subject.get("principal") == "apigateway.amazonaws.com" and isinstance(text, str) and _EVERY_METHOD.search(text):
        yield Problem("source_arn")


def _policy_attribute(subject: Subject) -> str:
    return next((name for name in _POLICY_ATTRIBUTES if name in subject.value), "policy")


def _is_resource_policy(document: Subject) -> bool:
    """Say whether a policy document becomes the policy of a bucket, queue, topic …, or nothing says what it becomes."""
    module: Module = document.context
    if document.address in once(module, "resource policies", _resource_policies):
        return True
    return tuple(document.address.split(".")) not in once(module, "referred to", _referred_to)


def _resource_policies(module: Module) -> set[str]:
    """Return the addresses that the policies of resources refer to."""
    found: set[str] = set()
    for kind in _RESOURCE_POLICIES:
        for declared in resources(module, kind):
            if "domain" in kind and _in_network(module):
                continue
            bucket = module.subjects.get(declared.address) if kind in _OF_BUCKETS else None
            if bucket is None or not policies_are_refused(bucket):
                found |= module.referred_by([declared.block.get(name) for name in _POLICY_ATTRIBUTES])
    return found


def _referred_to(module: Module) -> set[tuple[str | int | None, ...]]:
    return {tuple(reference.steps[:3]) for reference, _ in module.references()}


def _in_network(module: Module) -> bool:
    """Say whether a search domain of the folder stands inside a network, where its policy's `*` means who is there."""
    return once(module, "search in network", _has_search_in_network)


def _has_search_in_network(module: Module) -> bool:
    return any("vpc_options" in one.block for one in module.all("resource") if one.label(0).endswith("search_domain"))
