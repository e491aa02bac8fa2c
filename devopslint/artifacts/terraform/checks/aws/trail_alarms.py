"""Checks of the alarms that watch a trail's log group: what the CIS benchmark asks to be told of."""

from __future__ import annotations

import re

from devopslint.artifacts.terraform.indexes import once, resources
from devopslint.policy.subject import Problem
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_EVENTS: tuple[tuple[str, str], ...] = (
    ("calls that were refused", r"UnauthorizedOperation|AccessDenied"),
    ("logins without a second factor", r"MFAUsed"),
    ("use of the root user", r"userIdentity\.type\s*=\W*Root"),
    ("changes of IAM policies", r"PutRolePolicy|AttachRolePolicy|CreatePolicyVersion"),
    ("changes of trails", r"UpdateTrail|StopLogging|DeleteTrail"),
    ("logins that failed", r"Failed authentication"),
    ("keys disabled or deleted", r"DisableKey|ScheduleKeyDeletion"),
    ("changes of bucket policies", r"PutBucketPolicy|DeleteBucketPolicy"),
    ("changes of Config", r"StopConfigurationRecorder|DeleteDeliveryChannel|PutConfigurationRecorder"),
    ("changes of security groups", r"AuthorizeSecurityGroupIngress|RevokeSecurityGroupIngress"),
    ("changes of network ACLs", r"CreateNetworkAcl|ReplaceNetworkAclEntry"),
    ("changes of network gateways", r"AttachInternetGateway|CreateCustomerGateway|DetachInternetGateway"),
    ("changes of route tables", r"ReplaceRoute|CreateRouteTable|DeleteRouteTable"),
    ("changes of networks", r"CreateVpc\b|DeleteVpc\b|ModifyVpcAttribute|VpcPeering"),
    ("changes of the organisation", r"organizations\.amazonaws\.com"),
)
"""What to be told of, and what a filter for it speaks of. Source: CIS Amazon Web Services Foundations Benchmark, section 4."""


def unwatched_events(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a trail of which some events set off no alarm."""
    module: Module = subject.context
    if module.broken or module.all("module"):
        return
    watched = []
    for declared in module.all("resource"):
        if declared.label(0) == "aws_cloudwatch_log_metric_filter" and _has_alarm(module, declared.block) is not False:
            pattern = module.value(declared.block.get("pattern", UNKNOWN))
            if not isinstance(pattern, str):
                return
            watched.append(pattern)
    missing = [name for name, words in _EVENTS if not any(re.search(words, one) for one in watched)]
    if missing:
        shown = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        yield Problem(events=shown)


def filter_without_alarm(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a metric filter whose metric no alarm looks at."""
    module: Module = subject.context
    if not module.broken and not module.all("module") and _has_alarm(module, subject.value) is False:
        yield Problem("metric_transformation.name", name=subject.get("metric_transformation.name"))


def _has_alarm(module: Module, block: Any) -> bool | None:
    """Say whether an alarm of the folder looks at the metric of a filter; `None` when it can't be known."""
    transformations = block.get("metric_transformation")
    if not isinstance(transformations, list) or not transformations:
        return None
    raw = transformations[0].get("name")
    wanted = module.value(raw)
    names, texts, unsure = once(module, "metrics with alarms", _metrics_with_alarms)
    if (isinstance(raw, Expression) and raw.text in texts) or (isinstance(wanted, str) and wanted in names):
        return True
    return None if unsure or not isinstance(wanted, str) else False


def _metrics_with_alarms(module: Module) -> tuple[set[str], set[str], bool]:
    """Return the metrics that alarms of a folder look at, by name and by expression, and whether there may be others."""
    metrics = [
        one for declared in resources(module, "aws_cloudwatch_metric_alarm") for one in _metrics_of(declared.block)
    ]
    values = [module.value(one) for one in metrics]
    names = {value for value in values if isinstance(value, str)}
    return names, {one.text for one in metrics if isinstance(one, Expression)}, any(one is UNKNOWN for one in values)


def _metrics_of(block: Any) -> Iterator[Any]:
    if "metric_name" in block:
        yield block["metric_name"]
    queries = block.get("metric_query")
    if queries is UNKNOWN:
        yield UNKNOWN
    for query in queries if isinstance(queries, list) else ():
        for metric in query.get("metric") or () if isinstance(query, dict) else ():
            if isinstance(metric, dict) and "metric_name" in metric:
                yield metric["metric_name"]
