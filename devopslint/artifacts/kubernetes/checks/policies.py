"""Checks against what a house asks for."""

from __future__ import annotations

import itertools
import re

from devopslint.artifacts.kubernetes.checks.references import is_chosen, is_elsewhere, object_of
from devopslint.artifacts.kubernetes.checks.scaling import is_scaled, may_be_scaled
from devopslint.artifacts.kubernetes.indexes import Firsts, Labelled
from devopslint.artifacts.kubernetes.model import items_of, same_namespace, selects
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

_ADDRESS = lazily(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_MOST_OBJECTS = 20
_MOST_NODES = 100_000

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.model import KubernetesObject, Manifests
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
    trusted = options["registries"]
    if not trusted:
        return
    from devopslint.knowledge.images import parse_image

    image = subject.get("image")
    if not isinstance(image, str):
        return
    parsed = parse_image(image)
    if parsed.registry is UNKNOWN or parsed.path is UNKNOWN:
        return
    whole = f"{parsed.registry}/{parsed.path}"
    if not any(parsed.registry == one or whole.startswith(one.rstrip("/") + "/") for one in trusted):
        yield Problem("image", registry=parsed.registry)


def no_owner(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an object of which neither a label nor an annotation says whom to ask."""
    metadata = subject.raw("metadata", None)
    if metadata is None and subject.value.open:
        return
    for field in ("labels", "annotations"):
        if subject.get(("metadata", field)) is UNKNOWN:
            return
        for name in options["names"]:
            found = subject.get(("metadata", field, name))
            if found is UNKNOWN or (isinstance(found, str) and found and not _is_wrong_address(name, found)):
                return
    for name in options["names"]:
        path = ("metadata", "annotations", name)
        if isinstance(subject.get(path), str):
            yield Problem(path)
            return
    yield Problem(("metadata", "labels", "owner"))


def instance_label(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the label of an instance that is not the name of its object."""
    path = ("metadata", "labels", "app.kubernetes.io/instance")
    instance, name = subject.get(path), subject.get("metadata.name")
    if isinstance(instance, str) and isinstance(name, str) and instance != name:
        yield Problem(path, instance=instance, name=name)


def few_replicas(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a Deployment or an autoscaler that may have fewer pods than the options ask for; 0 is one that is off."""
    least = options["replicas"]
    if subject.type == "HorizontalPodAutoscaler":
        fewest = subject.get("spec.minReplicas", 1)
        if isinstance(fewest, int) and fewest < least:
            yield Problem("spec.minReplicas", replicas=fewest)
        return
    scaled = is_scaled(object_of(subject), subject.context)
    replicas = subject.get("spec.replicas", 1)
    if not scaled and isinstance(replicas, int) and 0 < replicas < least:
        if subject.raw("spec.replicas", None) is None and may_be_scaled(object_of(subject), subject.context):
            return
        yield Problem("spec.replicas", replicas=replicas)


def unsorted_keys(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the first key of a file that stands behind one that follows it in the alphabet."""
    objects = subject.context.objects[:_MOST_OBJECTS]
    found = subject.context.once("first unsorted", lambda: _first_unsorted(objects))
    if found is not None and found[0] is subject.value:
        _, path, before = found
        yield Problem(path, part="key", key=path[-1], before=before)


def _first_unsorted(objects: Iterable[KubernetesObject]) -> tuple[Map, tuple[str | int, ...], str] | None:
    for one in objects:
        found = _unsorted(one.value)
        if found is not None:
            return one.value, *found
    return None


def _unsorted(root: Map) -> tuple[tuple[str | int, ...], str] | None:
    """Return the path of the first key that is out of order, and the key before it."""
    todo: list[tuple[Any, tuple[str | int, ...]]] = [(root, ())]
    seen = {id(root)}
    found: list[tuple[int, tuple[str | int, ...], str]] = []
    while todo and len(seen) < _MOST_NODES:
        node, path = todo.pop()
        keys = [key for key in node if key not in node.merged] if isinstance(node, Map) else []
        for before, key in itertools.pairwise(keys):
            if key < before and plain(key) and plain(before):
                found.append((node.at[key][0], (*path, key), before))
                break
        below = node.items() if isinstance(node, Map) else enumerate(node)
        for step, child in below:
            if isinstance(child, (Map, Seq)) and id(child) not in seen:
                seen.add(id(child))
                todo.append((child, (*path, step)))
    if not found:
        return None
    _, path, before = min(found)
    return path, before


def shared_account(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the account of a pod that another workload of the file uses too."""
    name = subject.get("serviceAccountName")
    own = subject.parents["object"]
    if not isinstance(name, str) or name in {"", "default"}:
        return
    context: Manifests = subject.context
    firsts = context.once(
        "firsts by account", lambda: Firsts((_account_of(one), one) for one in context.workloads(None) if one.subject)
    )
    first = firsts.first((name,), own.get("metadata.namespace", None))
    if first is not None and first.value is not own.value:
        yield Problem("serviceAccountName", name=name, other=first.address)


def _account_of(workload: KubernetesObject) -> Any:
    return workload.template["spec"].get("serviceAccountName") if workload.template is not None else None


def open_ended_repository(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each prefix of a constraint on images that other registries may begin with too."""
    for index, prefix in enumerate(items_of(subject.raw("spec.parameters.repos"))):
        if isinstance(prefix, str) and plain(prefix) and prefix and not re.search(r"[/:@]$|[:@][^/:@]*$", prefix):
            yield Problem(("spec", "parameters", "repos", index), prefix=prefix)


def no_network_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a workload that no NetworkPolicy in sight selects."""
    if object_of(subject).template is not None and not is_chosen(subject, "NetworkPolicy", "spec.podSelector"):
        yield Problem()


def no_quota(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a Namespace for which no ResourceQuota or LimitRange is in sight."""
    if object_of(subject).partial:
        return
    if not any(subject.context.mentions(kind) for kind in ("ResourceQuota", "LimitRange")):
        yield Problem()


def monitor_matches_nothing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a ServiceMonitor or PodMonitor that misses the Service or workload of its own name beside it."""
    selector = subject.raw("spec.selector")
    if not isinstance(selector, Map) or not selector or "namespaceSelector" in subject.raw("spec", Map()):
        return
    name, namespace = subject.get("metadata.name"), object_of(subject).namespace
    context: Manifests = subject.context
    if subject.type == "ServiceMonitor":
        if any(
            selects(selector, labels_of(one.value)) is not False
            for one in services_having(context, selector, namespace)
        ):
            return
        beside: Iterable[KubernetesObject] = context.of_kind_in("Service", namespace)
    else:
        if any(selects(selector, one.labels()) is not False for one in context.workloads(namespace, selector)):
            return
        beside = context.workloads(namespace)
    for one in beside:
        if one.name == name:
            yield Problem("spec.selector", part="key", other=one.address, reason="")
            return
    for one in context.of_kind("Service") if subject.type == "ServiceMonitor" else context.workloads(None, selector):
        labels = labels_of(one.value) if subject.type == "ServiceMonitor" else one.labels()
        if not same_namespace(one.namespace, namespace) and selects(selector, labels):
            if not is_elsewhere(selector, context):
                reason = ": without a `namespaceSelector` it looks in its own namespace only"
                yield Problem("spec.selector", part="key", other=one.address, reason=reason)
            return


def services_having(context: Manifests, selector: Map, namespace: Any) -> Iterator[KubernetesObject]:
    """Return the Services of a namespace that a selector may mean."""
    services = context.once(
        "labelled services", lambda: Labelled((one, labels_of(one.value)) for one in context.of_kind("Service"))
    )
    return services.having(selector, namespace)


def labels_of(value: Map) -> object:
    """Return the labels of an object: a Map, or UNKNOWN."""
    metadata = value.get("metadata")
    if not isinstance(metadata, Map):
        return UNKNOWN
    labels = metadata.get("labels")
    return labels if isinstance(labels, Map) else UNKNOWN if metadata.open or labels is not None else Map()


def _is_wrong_address(name: str, text: str) -> bool:
    return name.rpartition("/")[2] == "email" and plain(text) and not _ADDRESS.fullmatch(text)
