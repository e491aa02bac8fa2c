"""Checks of references to objects that are not there, where the rest of the file shows that they should be."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.checks.references import backends_of, defined, object_of
from devopslint.artifacts.kubernetes.indexes import Selectors
from devopslint.artifacts.kubernetes.model import items_of, selects, selects_plainly
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.model import KubernetesObject, Manifests
    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject


def missing_backend(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each backend of an Ingress without a Service, when a Service stands beside it that no Ingress leads to."""
    context = _context(subject)
    own = object_of(subject)
    services = context.of_kind_in("Service", own.namespace)
    key = "lonely", own.namespace if isinstance(own.namespace, str) else None
    names, lonely = context.once(key, lambda: _lonely_services(context, services))
    for path, backend in backends_of(subject):
        name = _service(backend)
        if not isinstance(name, str) or name in names or context.elsewhere(name):
            continue
        stranger = context.stranger("Service", name, own.namespace)
        found = stranger or lonely
        if found is not None:
            other = (
                f"in the namespace `{found.namespace}`" if stranger else f"`{found.name}`, to which no Ingress leads"
            )
            yield Problem((*path, "service", "name"), name=name, other=other, related=defined(found))


def _lonely_services(context: Manifests, services: list[KubernetesObject]) -> tuple[set[Any], KubernetesObject | None]:
    """Return the names of Services, and the first that no Ingress leads to; `None` too when a name is not known."""
    names = {one.name for one in services}
    used = context.once("backends", lambda: _used_services(context))
    lonely = [one for one in services if one.name not in used]
    return names, lonely[0] if lonely and all(isinstance(one.name, str) for one in services) else None


def _used_services(context: Manifests) -> set[Any]:
    ingresses = [one.subject for one in context.of_kind("Ingress") if one.subject is not None]
    return {_service(backend) for subject in ingresses for _, backend in backends_of(subject)}


def missing_service_account(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the account of a pod that is not there, when one stands in the file that no pod uses."""
    name = subject.get("serviceAccountName")
    context = _context(subject)
    own = object_of(subject)
    if not isinstance(name, str) or name == "default":
        return
    accounts = context.of_kind_in("ServiceAccount", own.namespace)
    key = "unused accounts", own.namespace if isinstance(own.namespace, str) else None
    names, lonely = context.once(key, lambda: _unused_accounts(context, accounts))
    stranger = context.stranger("ServiceAccount", name, own.namespace)
    found = stranger or lonely
    if found is not None and name not in names and not context.elsewhere(name):
        other = f"in the namespace `{found.namespace}`" if stranger else f"`{found.name}`, which no pod uses"
        yield Problem("serviceAccountName", name=name, other=other, related=defined(found))


def _unused_accounts(context: Manifests, accounts: list[KubernetesObject]) -> tuple[set[Any], KubernetesObject | None]:
    """Return the names of accounts, and the first that no pod uses; `None` too when a name is not known."""
    names = {one.name for one in accounts}
    used = context.once("used accounts", lambda: {_account(one) for one in context.objects if one.template is not None})
    lonely = [one for one in accounts if one.name not in used]
    return names, lonely[0] if lonely and all(isinstance(one.name, str) for one in accounts) else None


def unmatched_peer(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each peer of a NetworkPolicy whose pods are neither in this file nor mentioned in one beside it."""
    context = _context(subject)
    namespace = object_of(subject).namespace
    if next(context.workloads(namespace), None) is None:
        return
    for direction, key in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(items_of(subject.raw(("spec", direction)))):
            for number, peer in enumerate(items_of(rule.get(key)) if isinstance(rule, Map) else ()):
                selector = peer.get("podSelector") if isinstance(peer, Map) and not peer.open else None
                if not isinstance(selector, Map) or not selector or "namespaceSelector" in peer:
                    continue
                workloads = context.workloads(namespace, selector)
                if any(selects(selector, one.labels()) is not False for one in workloads):
                    continue
                pairs = selector.get("matchLabels")
                values = [str(value) for value in pairs.values()] if isinstance(pairs, Map) else []
                if not any(context.elsewhere(value) for value in values):
                    yield Problem(("spec", direction, index, key, number, "podSelector"), part="key")


def shared_claim(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each claim of a StatefulSet that many nodes may write to, though each pod has one of its own."""
    for index, claim in enumerate(items_of(subject.raw("spec.volumeClaimTemplates"))):
        spec = claim.get("spec") if isinstance(claim, Map) else None
        modes = spec.get("accessModes") if isinstance(spec, Map) else None
        for number, mode in enumerate(items_of(modes)):
            if mode in ("ReadWriteMany", "ReadOnlyMany"):
                yield Problem(("spec", "volumeClaimTemplates", index, "spec", "accessModes", number), mode=mode)


def governing_service(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the `serviceName` of a StatefulSet that is no headless Service, as far as this file tells."""
    name = subject.get("spec.serviceName")
    if not isinstance(name, str) or not name:
        return
    context = _context(subject)
    own = object_of(subject)
    found = context.find("Service", name, own.namespace)
    if found is not None:
        if found.subject is not None and not _is_headless(found):
            yield Problem("spec.serviceName", reason=f"`{name}` is not headless", related=defined(found))
        return
    services = context.once(
        "services by selector", lambda: Selectors((_selector_of(one), one) for one in context.of_kind("Service"))
    )
    for other in services.meeting(own.labels(), own.namespace):
        selector = _selector_of(other)
        if (
            isinstance(other.name, str)
            and selector
            and selects_plainly(selector, own.labels())
            and not context.elsewhere(name)
        ):
            reason = f"its pods belong to the Service `{other.name}`"
            yield Problem("spec.serviceName", reason=reason, related=defined(other))
            return


def _selector_of(service: KubernetesObject) -> Any:
    spec = service.value.get("spec")
    return spec.get("selector") if isinstance(spec, Map) else None


def _is_headless(service: KubernetesObject) -> bool:
    spec = service.value.get("spec")
    if not isinstance(spec, Map) or spec.open:
        return True
    address = spec.get("clusterIP")
    return address == "None" or address is UNKNOWN or (address is not None and not plain(address))


def _service(backend: Map) -> Any:
    service = backend.get("service")
    name = service.get("name") if isinstance(service, Map) else None
    return name if plain(name) else None


def _account(one: KubernetesObject) -> Any:
    spec = one.template["spec"] if one.template is not None else None
    return spec.get("serviceAccountName", spec.get("serviceAccount")) if isinstance(spec, Map) else None


def _context(subject: Subject) -> Manifests:
    context: Manifests = subject.context
    return context


def invalid_claim(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each claim of a volume without a size or without access modes, also in the templates of a StatefulSet."""
    claims: list[tuple[tuple[str | int, ...], Any]] = []
    if subject.type == "PersistentVolumeClaim":
        claims.append(((), subject.value))
    else:
        templates = subject.raw("spec.volumeClaimTemplates")
        claims.extend((("spec", "volumeClaimTemplates", index), one) for index, one in enumerate(items_of(templates)))
    for path, claim in claims:
        spec = claim.get("spec") if isinstance(claim, Map) else None
        if not isinstance(spec, Map) or spec.open:
            continue
        modes = spec.get("accessModes")
        if modes is None or (isinstance(modes, Seq) and not modes and not modes.open):
            yield Problem((*path, "spec", "accessModes"), field="accessModes")
        node: Any = spec
        for step in ("resources", "requests", "storage"):
            if not isinstance(node, Map) or node.open:
                break
            if node.get(step) is None:
                yield Problem((*path, "spec", "resources", "requests", "storage"), field="resources.requests.storage")
                break
            node = node[step]
