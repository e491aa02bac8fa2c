"""Checks against what a house asks for."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.model import selects
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject


def missing_label(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each label of the options that an object does not have."""
    labels = subject.get("metadata.labels")
    for label in options["labels"]:
        found = subject.get(("metadata", "labels", label))
        if found is UNKNOWN or labels is UNKNOWN:
            continue
        if not isinstance(found, (str, int, float)):
            yield Problem(("metadata", "labels", label), label=label)


def untrusted_registry(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an image from a registry that is not among those of the options; without any there is nothing to judge."""
    from devopslint.knowledge.images import parse_image

    image = subject.get("image")
    trusted = options["registries"]
    if not trusted or not isinstance(image, str):
        return
    parsed = parse_image(image)
    if parsed.registry is UNKNOWN or parsed.path is UNKNOWN:
        return
    whole = f"{parsed.registry}/{parsed.path}"
    if not any(parsed.registry == one or whole.startswith(one.rstrip("/") + "/") for one in trusted):
        yield Problem("image", registry=parsed.registry)


def no_network_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a workload that no NetworkPolicy in sight selects."""
    one = next(one for one in subject.context.objects if one.value is subject.value)
    if one.template is None:
        return
    policies = subject.context.of_kind("NetworkPolicy")
    if any(
        policy.subject and selects(policy.subject.raw("spec.podSelector"), one.labels()) is not False
        for policy in policies
    ):
        return
    if not policies and subject.context.mentions("NetworkPolicy"):
        return
    yield Problem()


def no_quota(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a Namespace for which no ResourceQuota or LimitRange is in sight."""
    if not any(subject.context.mentions(kind) for kind in ("ResourceQuota", "LimitRange")):
        yield Problem()


def monitor_matches_nothing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a ServiceMonitor or PodMonitor that misses the Service or workload of its own name beside it."""
    selector = subject.raw("spec.selector")
    if not isinstance(selector, Map) or not selector or "namespaceSelector" in subject.raw("spec", Map()):
        return
    name = subject.get("metadata.name")
    if subject.type == "ServiceMonitor":
        beside = [(one, _labels(one.value)) for one in subject.context.of_kind("Service")]
    else:
        beside = [(one, one.labels()) for one in subject.context.workloads(None)]
    if not beside or any(selects(selector, labels) is not False for _, labels in beside):
        return
    for one, _ in beside:
        if one.name == name:
            yield Problem("spec.selector", part="key", other=one.address)
            return


def _labels(value: Map) -> object:
    metadata = value.get("metadata")
    if not isinstance(metadata, Map):
        return UNKNOWN
    labels = metadata.get("labels")
    return labels if isinstance(labels, Map) else UNKNOWN if metadata.open or labels is not None else Map()
