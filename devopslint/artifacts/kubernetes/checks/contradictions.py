"""Checks of fields that may not stand together, or that make no sense without each other.

Source: the validation of the Kubernetes API, v1.34.
"""

from __future__ import annotations

from devopslint.artifacts.kubernetes.checks.references import defined
from devopslint.artifacts.kubernetes.checks.scaling import scaled_by
from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem, Related
from devopslint.syntax.tree import MISSING, UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path


def contradiction(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each field that the API server refuses beside another one."""
    spec = subject.raw("spec", None) if subject.kind == "kubernetes.object" else None
    if isinstance(spec, Map) and spec.open:
        # Of a template, only one of the two may be there in the end.
        return
    if subject.kind == "kubernetes.container":
        yield from _of_container(subject)
    elif subject.kind == "kubernetes.pod":
        yield from _of_volumes(subject)
    elif subject.type == "Deployment":
        if subject.get("spec.strategy.type") == "Recreate" and _given(subject, "spec.strategy.rollingUpdate"):
            yield Problem("spec.strategy.rollingUpdate", part="key", field="rollingUpdate", other="type: Recreate")
    elif subject.type == "PodDisruptionBudget":
        if _given(subject, "spec.minAvailable") and _given(subject, "spec.maxUnavailable"):
            related = (Related(subject.place("spec.minAvailable", "pair"), "the other one"),)
            yield Problem(
                "spec.maxUnavailable", part="key", field="maxUnavailable", other="minAvailable", related=related
            )
    else:
        yield from _of_service(subject)


def without_request(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each metric of an autoscaler in percent of a request that a container of its target does not make."""
    target = scaled_by(subject, subject.context)
    if target is None or target.template is None:
        return
    spec = target.template["spec"]
    # What a pod asks for as a whole counts as well, and what is open may ask for anything.
    if spec.open or spec.get("resources") is not None:
        return
    containers = [one for one in items_of(spec.get("containers")) if isinstance(one, Map)]
    wanted: list[tuple[str, Path]] = []
    if subject.get("spec.targetCPUUtilizationPercentage") is not MISSING:
        wanted.append(("cpu", ("spec", "targetCPUUtilizationPercentage")))
    for index in range(len(items_of(subject.raw("spec.metrics")))):
        path: Path = ("spec", "metrics", index, "resource", "target", "averageUtilization")
        resource = subject.get((*path[:4], "name"))
        if isinstance(resource, str) and subject.get(path) is not MISSING:
            wanted.append((resource, path))
    for resource, at in wanted:
        for container in containers:
            if _asks(container, resource) is False:
                name = container.get("name")
                yield Problem(at, resource=resource, name=name, other=target.address, related=defined(target))
                break


def _asks(node: Map, resource: str) -> bool | None:
    """Say whether a container asks for a resource; its limit counts too, for the request follows it."""
    found: bool | None = False
    resources = node.get("resources")
    if node.open and resources is None:
        return None
    if not isinstance(resources, Map):
        return None if resources is not None else False
    for field in ("requests", "limits"):
        part = resources.get(field)
        if isinstance(part, Map) and resource in part:
            return True
        if resources.open or (part is not None and not isinstance(part, Map)) or (isinstance(part, Map) and part.open):
            found = None
    return found


def _given(subject: Subject, path: str) -> bool:
    return subject.raw(path, None) not in (None, UNKNOWN)


def _of_container(subject: Subject) -> Iterator[Problem]:
    for index, item in enumerate(items_of(subject.raw("env"))):
        if (
            isinstance(item, Map)
            and not item.open
            and item.get("value") not in (None, "")
            and item.get("valueFrom") is not None
        ):
            yield Problem(("env", index, "valueFrom"), part="key", field="valueFrom", other="value")
    if subject.get("pod.hostNetwork") is True:
        for index, port in enumerate(items_of(subject.raw("ports"))):
            host = port.get("hostPort") if isinstance(port, Map) else None
            if (
                isinstance(host, int)
                and isinstance(port.get("containerPort"), int)
                and host not in (0, port["containerPort"])
            ):
                other = f"containerPort: {port['containerPort']}"
                yield Problem(("ports", index, "hostPort"), field=f"hostPort: {host}", other=other)


def _of_volumes(subject: Subject) -> Iterator[Problem]:
    for index, volume in enumerate(items_of(subject.raw("volumes"))):
        if not isinstance(volume, Map) or volume.open:
            continue
        sources = [key for key in volume if key != "name" and plain(key) and isinstance(volume[key], Map)]
        if len(sources) > 1:
            yield Problem(("volumes", index, sources[1]), part="key", field=sources[1], other=sources[0])


def _of_service(subject: Subject) -> Iterator[Problem]:
    kind = subject.get("spec.type")
    if subject.get("spec.clusterIP") == "None" and kind in ("NodePort", "LoadBalancer"):
        yield Problem("spec.clusterIP", field="clusterIP: None", other=f"type: {kind}")
    if kind == "ClusterIP" or (kind is MISSING and not subject.value.open):
        for index, port in enumerate(items_of(subject.raw("spec.ports"))):
            if isinstance(port, Map) and isinstance(port.get("nodePort"), int) and port["nodePort"]:
                yield Problem(
                    ("spec", "ports", index, "nodePort"), part="key", field="nodePort", other="type: ClusterIP"
                )
