"""Checks on CloudWatch alarms: whether the metric that they watch is one that the service sends.

The tables hold metrics that people confuse most often, and the namespaces that are known in full as far as these metrics
go. Source: the pages "CloudWatch metrics" of each service's guide, as of 2026-11.
"""

from __future__ import annotations

from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_SENT_BY: dict[str, tuple[str, ...]] = {
    "CPUUtilization": ("EC2", "ECS", "ElastiCache", "RDS"),
    "CPUCreditBalance": ("EC2", "ElastiCache", "RDS"),
    "MemoryUtilization": ("ECS",),
    "FreeableMemory": ("ElastiCache", "RDS"),
    "mem_used_percent": (),
    "disk_used_percent": (),
    "DiskSpaceUtilization": (),
    "StatusCheckFailed": ("EC2",),
    "StatusCheckFailed_Instance": ("EC2",),
    "StatusCheckFailed_System": ("EC2",),
    "NetworkIn": ("EC2",),
    "NetworkOut": ("EC2",),
    "FreeStorageSpace": ("RDS",),
    "DatabaseConnections": ("RDS",),
    "ReadLatency": ("RDS",),
    "WriteLatency": ("RDS",),
    "BurstBalance": ("EBS", "RDS"),
    "HealthyHostCount": ("ApplicationELB", "ELB", "NetworkELB"),
    "UnHealthyHostCount": ("ApplicationELB", "ELB", "NetworkELB"),
    "RequestCount": ("ApplicationELB", "ELB"),
    "TargetResponseTime": ("ApplicationELB",),
    "HTTPCode_Target_5XX_Count": ("ApplicationELB",),
    "HTTPCode_Target_4XX_Count": ("ApplicationELB",),
    "HTTPCode_ELB_5XX_Count": ("ApplicationELB",),
    "HTTPCode_ELB_4XX_Count": ("ApplicationELB",),
    "HTTPCode_Backend_5XX": ("ELB",),
    "HTTPCode_Backend_4XX": ("ELB",),
    "HTTPCode_ELB_5XX": ("ELB",),
    "SurgeQueueLength": ("ELB",),
    "SpilloverCount": ("ELB",),
    "Latency": ("ApiGateway", "ELB"),
    "IntegrationLatency": ("ApiGateway",),
    "5XXError": ("ApiGateway",),
    "4XXError": ("ApiGateway",),
    "5xxErrorRate": ("CloudFront",),
    "4xxErrorRate": ("CloudFront",),
    "Invocations": ("Lambda",),
    "ConcurrentExecutions": ("Lambda",),
    "IteratorAge": ("Lambda",),
    "Throttles": ("Lambda",),
    "ApproximateAgeOfOldestMessage": ("SQS",),
    "ApproximateNumberOfMessagesVisible": ("SQS",),
    "ApproximateNumberOfMessagesNotVisible": ("SQS",),
    "NumberOfMessagesSent": ("SQS",),
    "NumberOfMessagesReceived": ("SQS",),
    "NumberOfNotificationsFailed": ("SNS",),
    "ConsumedReadCapacityUnits": ("DynamoDB",),
    "ConsumedWriteCapacityUnits": ("DynamoDB",),
    "ThrottledRequests": ("DynamoDB",),
    "CurrConnections": ("ElastiCache",),
    "Evictions": ("ElastiCache",),
    "GroupInServiceInstances": ("AutoScaling",),
}
"""Metric → those of `_NAMESPACES` that send it; nothing behind those that only an agent sends."""
_NAMESPACES = frozenset(
    {"ApiGateway", "ApplicationELB", "AutoScaling", "CloudFront", "DynamoDB", "EBS", "EC2", "ECS", "ELB", "ElastiCache",
     "Lambda", "NetworkELB", "RDS", "SNS", "SQS"}
)  # fmt: skip
_NEEDS_DIMENSION = {"AWS/ApplicationELB": "LoadBalancer", "AWS/NetworkELB": "LoadBalancer", "AWS/SQS": "QueueName"}
"""Namespace that sends nothing without a dimension → that dimension."""
_OF_TARGET_GROUPS = frozenset({"RequestCountPerTarget", "LambdaInternalError", "LambdaUserError"})
"""Metrics of an application load balancer that it also sends with `TargetGroup` alone."""
_BY_LOWER = {name.lower(): name for name in _SENT_BY}


def unknown_metric(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each metric of an alarm that the service of its namespace does not send."""
    for path in _metrics(subject):
        namespace, metric = subject.get((*path, "namespace")), subject.get((*path, "metric_name"))
        if not isinstance(namespace, str) or not isinstance(metric, str) or not namespace.startswith("AWS/"):
            continue
        service = namespace[4:]
        known = _BY_LOWER.get(metric.lower())
        if service not in _NAMESPACES or known is None:
            continue
        senders = _SENT_BY[known]
        if known == metric and service not in senders:
            there = ", ".join(f"`AWS/{name}`" for name in senders) or "the CloudWatch agent, in a namespace of its own"
            yield Problem((*path, "metric_name"), metric=metric, namespace=namespace, instead=f"it comes from {there}")
        elif known != metric and service in senders:
            yield Problem((*path, "metric_name"), metric=metric, namespace=namespace, instead=f"it is spelt `{known}`")


def missing_dimension(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each metric of an alarm without the dimension under which alone the service sends it."""
    for path in _metrics(subject):
        namespace = subject.get((*path, "namespace"))
        dimension = _NEEDS_DIMENSION.get(namespace) if isinstance(namespace, str) else None
        if dimension is None:
            continue
        given = subject.get((*path, "dimensions"))
        if _is_of_target_group(subject.get((*path, "metric_name")), given):
            continue
        if given is MISSING:
            yield Problem((*path, "namespace") if path else (), namespace=namespace, dimension=dimension)
        elif isinstance(given, Map) and not given.open and dimension not in given:
            yield Problem((*path, "dimensions"), part="key", namespace=namespace, dimension=dimension)


def _is_of_target_group(metric: Any, given: Any) -> bool:
    return (metric is UNKNOWN or metric in _OF_TARGET_GROUPS) and isinstance(given, Map) and "TargetGroup" in given


def _metrics(subject: Subject) -> Iterator[Path]:
    """Yield where an alarm names its metrics: itself, and the `metric` of each of its queries."""
    if subject.get("metric_name") is not MISSING:
        yield ()
    queries = subject.raw("metric_query")
    for index, query in enumerate(queries if isinstance(queries, Seq) else ()):
        if isinstance(query, Map) and "metric" in query:
            yield "metric_query", index, "metric", 0
