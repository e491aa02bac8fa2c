"""Checks of references to what stands neither in the file nor in one beside it. It may well be in the cluster."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.checks.policies import labels_of, services_having
from devopslint.artifacts.kubernetes.checks.references import backends_of, object_of, selector_matches_nothing
from devopslint.artifacts.kubernetes.model import down, items_of, selects, selects_plainly
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.model import Manifests
    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path


_ROLES_OF_CLUSTERS = ("system:", "extension-apiserver-authentication-reader")
"""How the names of Roles begin that every cluster has."""
_MAKE_NOTHING = frozenset({"ServiceMonitor", "PodMonitor", "PrometheusRule"})
_WRITTEN = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Role", "Service", "ServiceAccount"})
"""Kinds that are written as such; a ConfigMap, Secret or claim is also made by a generator or a template."""
_NAMED_SO = (("spec", "secretName"), ("spec", "target", "name"))
"""Where a Certificate and an ExternalSecret have the name of the Secret that is made of them."""


def not_in_sight(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each reference to an object, and each selector of pods, that nothing in sight answers to.

    What a patch refers to stands beside what it is laid over.
    """
    context: Manifests = subject.context
    own = object_of(subject)
    if own.partial:
        return
    found: list[tuple[Path, str, Any]] = []
    if subject.kind == "kubernetes.pod":
        found.extend(_of_pod(subject))
    elif subject.type == "Ingress":
        for path, backend in backends_of(subject):
            service = backend.get("service")
            if isinstance(service, Map):
                found.append(((*path, "service", "name"), "Service", service.get("name")))
    elif subject.type == "StatefulSet":
        found.append((("spec", "serviceName"), "Service", subject.get("spec.serviceName")))
    elif subject.type == "RoleBinding":
        role = subject.get("roleRef.name")
        if subject.get("roleRef.kind") == "Role" and not str(role).startswith(_ROLES_OF_CLUSTERS):
            found.append((("roleRef", "name"), "Role", role))
    elif subject.type == "HorizontalPodAutoscaler":
        kind = subject.get("spec.scaleTargetRef.kind")
        if isinstance(kind, str):
            found.append((("spec", "scaleTargetRef", "name"), kind, subject.get("spec.scaleTargetRef.name")))
    else:
        yield from _selector(subject)
    seen = set()
    for path, kind, name in found:
        if not isinstance(name, str) or not name or not plain(name) or (kind, name) in seen:
            continue
        seen.add((kind, name))
        if context.may_hold(kind, name, own.namespace) or _may_be_made(name, context):
            continue
        # That a name stands in the next file helps nothing where no object of the kind does.
        if context.elsewhere(name) and (kind not in _WRITTEN or context.elsewhere(kind)):
            continue
        yield Problem(path, what=f"{kind} `{name}`")


def _may_be_made(name: str, context: Manifests) -> bool:
    """Say whether what an operator makes of an object of the file may have a name: the object's, a longer one, or one given."""
    makers = context.once("names of makers", lambda: frozenset(_names_of_makers(context)))
    parts = name.split("-")
    return any("-".join(parts[:count]) in makers for count in range(1, len(parts) + 1))


def _names_of_makers(context: Manifests) -> Iterator[Any]:
    """Yield the names of objects whose kind is not one of Kubernetes itself, and those that they are to give."""
    for one in context.objects:
        if not one.built_in and one.kind not in _MAKE_NOTHING:
            names = (one.name, *(down(one.value, path) for path in _NAMED_SO))
            yield from (name for name in names if isinstance(name, str))


def _of_pod(subject: Subject) -> Iterator[tuple[Path, str, Any]]:
    if subject.raw("serviceAccountName") != "default":
        yield ("serviceAccountName",), "ServiceAccount", subject.raw("serviceAccountName", None)
    for index, volume in enumerate(items_of(subject.raw("volumes"))):
        for field, kind, key in (
            ("configMap", "ConfigMap", "name"),
            ("secret", "Secret", "secretName"),
            ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
        ):
            source = volume.get(field) if isinstance(volume, Map) else None
            if isinstance(source, Map) and source.get("optional") in (None, False):
                yield ("volumes", index, field, key), kind, source.get(key)
    for group in ("initContainers", "containers"):
        for number, container in enumerate(items_of(subject.raw(group))):
            for field, inner in (("env", "valueFrom"), ("envFrom", "")):
                for index, item in enumerate(items_of(container.get(field)) if isinstance(container, Map) else ()):
                    yield from _of_source(item, (group, number, field, index), inner)


def _of_source(item: Any, path: Path, inner: str) -> Iterator[tuple[Path, str, Any]]:
    if inner and isinstance(item, Map):
        item, path = item.get(inner), (*path, inner)
    for prefix, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
        for suffix in ("KeyRef", "Ref"):
            reference = item.get(prefix + suffix) if isinstance(item, Map) else None
            if isinstance(reference, Map) and reference.get("optional") in (None, False):
                yield (*path, prefix + suffix, "name"), kind, reference.get("name")


def _selector(subject: Subject) -> Iterator[Problem]:
    path: Path = ("spec", "podSelector" if subject.type == "NetworkPolicy" else "selector")
    selector = subject.raw(path)
    if not isinstance(selector, Map) or not selector or selector.open:
        return
    decide = selects_plainly if subject.type == "Service" else selects
    context: Manifests = subject.context
    namespace = object_of(subject).namespace
    what = "pod"
    labels = (one.labels() for one in context.workloads(namespace, selector))
    if subject.type == "ServiceMonitor":
        what = "Service"
        labels = (labels_of(one.value) for one in services_having(context, selector, namespace))
        if "namespaceSelector" in subject.raw("spec", Map()):
            return
    if any(decide(selector, found) is not False for found in labels):
        return
    pairs = selector if subject.type == "Service" else selector.get("matchLabels")
    if not isinstance(pairs, Map) or not all(map(plain, pairs.values())):
        return
    values = [str(value) for value in pairs.values()]
    if not values or any(context.elsewhere(value) for value in values):
        return
    if what == "Service" or next(selector_matches_nothing(subject, {}), None) is None:  # else that rule says so
        yield Problem(path, part="key", what=f"{what} with these labels")
