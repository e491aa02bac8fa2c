"""Checks of what the objects of one file say of each other. What may stand in another file is left alone."""

from __future__ import annotations

from functools import partial
from itertools import islice

from devopslint.artifacts.kubernetes.indexes import Selectors, key_of
from devopslint.artifacts.kubernetes.model import down, fulfils, items_of, same_namespace, selects, selects_plainly
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem, Related
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.model import KubernetesObject, Manifests
    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path


def selector_matches_nothing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the selector of a Service, NetworkPolicy or PodDisruptionBudget that misses the pods it was meant for.

    The pods of other files are not known, so it counts only beside a workload of the same name, or where the file
    holds nothing but the two and no file beside it has the labels.
    """
    path, plainly = _selector_of(subject)
    selector = subject.raw(path)
    if not isinstance(selector, Map) or not selector or selector.open:
        return
    one = object_of(subject)
    context = _context(subject)
    decide = selects_plainly if plainly else selects
    if any(decide(selector, workload.labels()) is not False for workload in context.workloads(one.namespace, selector)):
        return
    stranger = next(_outside(one, selector, context.workloads(None, selector), plainly), None)
    if stranger is not None and not is_elsewhere(selector, context, plainly):
        reason = ": they are in another namespace"
        yield Problem(path, part="key", other=stranger.address, reason=reason, related=defined(stranger))
        return
    names = {one.name, *_bare_names(one.name)} if isinstance(one.name, str) else ()
    workload = context.workload_named(names, one.namespace)
    if workload is None:
        workloads = list(islice(context.workloads(one.namespace), 2))
        if len(workloads) != 1 or not _belongs_to(selector, workloads[0], one, context, plainly):
            return
        workload = workloads[0]
    yield Problem(path, part="key", other=workload.address, reason="", related=defined(workload))


def _outside(
    one: KubernetesObject, selector: Map, workloads: Iterable[KubernetesObject], plainly: bool
) -> Iterator[KubernetesObject]:
    """Yield those that a selector would select, were they not in another namespace for sure."""
    decide = selects_plainly if plainly else selects
    for workload in workloads:
        if not same_namespace(one.namespace, workload.namespace) and decide(selector, workload.labels()):
            yield workload


def is_elsewhere(selector: Map, context: Manifests, plainly: bool = False) -> bool:
    """Say whether a label that a selector asks for stands in another file of the folder."""
    pairs = selector if plainly else selector.get("matchLabels")
    return not isinstance(pairs, Map) or any(context.elsewhere(str(value)) for value in pairs.values())


def selector_mismatch(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the selector of a workload that does not select its own pods."""
    one = object_of(subject)
    if selects(subject.raw("spec.selector"), one.labels()) is not False:
        return
    wanted = subject.raw("spec.selector.matchLabels")
    for key, value in wanted.items() if isinstance(wanted, Map) else ():
        if one.labels().get(key) != value:
            yield Problem(("spec", "selector", "matchLabels", key), part="pair", label=f"{key}: {value}")
            return
    for index, one_of in enumerate(items_of(subject.raw("spec.selector.matchExpressions"))):
        if fulfils(one_of, one.labels()) is False:
            yield Problem(("spec", "selector", "matchExpressions", index, "key"), label=_said(one_of))
            return


def _said(expression: Map) -> str:
    """Return a requirement of a label selector as `kubectl --selector` writes it."""
    key, values = expression.get("key"), ", ".join(map(str, items_of(expression.get("values"))))
    forms = {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "DoesNotExist": f"!{key}"}
    return forms.get(str(expression.get("operator")), str(key))


def duplicate_object(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield an object that stands in the file once more."""
    own = object_of(subject)
    if not isinstance(own.name, str) or own.value.open:
        return
    context = _context(subject)
    first = context.once("firsts of all", lambda: _firsts(context.objects)).get(_identity(own), own)
    if first is not own and own.namespace is not UNKNOWN:
        yield Problem("metadata.name", related=defined(first), kind=own.kind, name=own.name)


def _firsts(objects: Iterable[KubernetesObject]) -> dict[Any, KubernetesObject]:
    firsts: dict[Any, KubernetesObject] = {}
    for one in objects:
        firsts.setdefault(_identity(one), one)
    return firsts


def _identity(one: KubernetesObject) -> tuple[Any, ...]:
    return one.kind, one.group, one.name, one.namespace


def missing_config_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each reference of a container to a key that the ConfigMap or Secret of this file does not have."""
    namespace = object_of(subject).namespace
    for index, item in enumerate(items_of(subject.raw("env"))):
        source = item.get("valueFrom") if isinstance(item, Map) else None
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            reference = source.get(field) if isinstance(source, Map) else None
            if (
                not isinstance(reference, Map)
                or reference.get("optional") not in (None, False)
                or not plain(reference.get("key"))
            ):
                continue
            context = _context(subject)
            found = context.find(kind, str(reference.get("name")), namespace)
            keys = context.once(("keys", id(found)), partial(_keys, found))
            if found is None or not keys or reference.get("key") in keys:
                continue
            path = ("env", index, "valueFrom", field, "key")
            yield Problem(path, related=defined(found), key=reference.get("key"), kind=kind, name=found.name)


def unknown_service_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each port of a Service that leads to none of the ports of the pods in this file that it selects."""
    selector = subject.raw("spec.selector")
    if not isinstance(selector, Map) or not selector:
        return
    context, namespace = _context(subject), object_of(subject).namespace
    key = "ports", key_of(selector), namespace if isinstance(namespace, str) else None
    chosen, names, numbers, single = context.once(key, lambda: _ports_behind(selector, namespace, context))
    if chosen is None:
        return
    listed = items_of(subject.raw("spec.ports"))
    lonely = len(listed) == 1 and single
    for index, port in enumerate(listed):
        if not isinstance(port, Map) or port.open:
            continue
        target = port.get("targetPort")
        if target is None:
            target = port.get("port")
        field = "targetPort" if port.get("targetPort") is not None else "port"
        wrong = isinstance(target, str) and plain(target) and not target.isdigit() and target not in names
        if isinstance(target, int) and not isinstance(target, bool):
            # Ports of a container need not be listed: only where each side has one are they the same for sure.
            wrong = lonely and len(numbers) == 1 and target not in numbers
        if wrong:
            path = ("spec", "ports", index, field)
            yield Problem(path, port=target, other=chosen.address, related=defined(chosen))


def _ports_behind(
    selector: Map, namespace: Any, context: Manifests
) -> tuple[KubernetesObject | None, set[Any], set[Any], bool]:
    """Return the first workload that a Service selects, names and numbers of all their ports, and whether each has one.

    `None` as the first when there is none, or something is not known.
    """
    chosen = []
    for workload in context.workloads(namespace, selector):
        selected = selects_plainly(selector, workload.labels())
        if selected is None:
            return None, set(), set(), False
        if selected:
            chosen.append(workload)
    ports = [found for found in map(_ports_of, chosen) if found is not None]
    if not chosen or len(ports) < len(chosen):
        return None, set(), set(), False
    names = {name for found in ports for name, _ in found if name is not None}
    return chosen[0], names, {number for found in ports for _, number in found}, all(len(one) == 1 for one in ports)


def unknown_backend(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each backend of an Ingress that names a port which the Service of this file does not have."""
    context, namespace = _context(subject), object_of(subject).namespace
    for path, backend in backends_of(subject):
        service = backend.get("service")
        if not isinstance(service, Map) or not isinstance(service.get("name"), str):
            continue
        found = context.find("Service", service["name"], namespace)
        wanted = service.get("port")
        ports = found.value.get("spec") if found is not None else None
        ports = ports.get("ports") if isinstance(ports, Map) else None
        if found is None or not isinstance(wanted, Map) or not isinstance(ports, Seq) or ports.open:
            continue
        for field, key in (("number", "port"), ("name", "name")):
            value = wanted.get(field)
            known = context.once(("values", key, id(ports)), partial(_values, ports, key))
            if value is not None and plain(value) and known is not None and value not in known:
                at = (*path, "service", "port", field)
                yield Problem(at, port=value, service=found.name, related=defined(found))


def _values(ports: Seq, key: str) -> set[Any] | None:
    """Return what stands under a key of some ports; `None` when not all of it is known."""
    values = [port.get(key) for port in ports if isinstance(port, Map)]
    return {*values} if all(map(plain, values)) else None


def is_chosen(subject: Subject, kind: str, path: str) -> bool:
    """Say whether an object of a kind in sight may select the pods of a workload by the selector at a path.

    Of the objects of this file it is known; only where there are none may one of the next file. Which pods a patch is
    laid over is not known.
    """
    context, own = _context(subject), object_of(subject)
    if own.partial:
        return True
    choosers = [one for one in context.of_kind(kind) if one.subject is not None]
    index = context.once(("choosers", kind), lambda: Selectors((_raw(one, path), one) for one in choosers))
    labels = own.labels()
    if any(selects(_raw(one, path), labels) is not False for one in index.meeting(labels, own.namespace)):
        return True
    return not choosers and context.mentions(kind)


def _raw(one: KubernetesObject, path: str) -> Any:
    return one.subject.raw(path) if one.subject is not None else None


def object_of(subject: Subject) -> KubernetesObject:
    """Return the object that a subject is, or that it belongs to."""
    value = subject.parents["object"].value if "object" in subject.parents else subject.value
    return _context(subject).with_value(value)


def _context(subject: Subject) -> Manifests:
    context: Manifests = subject.context
    return context


def defined(one: KubernetesObject) -> tuple[Related, ...]:
    """Return where an object stands, to be told beside a problem."""
    return (Related(one.subject.place(), one.address),) if one.subject is not None else ()


def _selector_of(subject: Subject) -> tuple[Path, bool]:
    if subject.type == "Service":
        return ("spec", "selector"), True
    return ("spec", "podSelector" if subject.type == "NetworkPolicy" else "selector"), False


def _belongs_to(
    selector: Map, workload: KubernetesObject, one: KubernetesObject, context: Manifests, plainly: bool
) -> bool:
    """Say whether a selector must mean the one workload of its file, whose labels have the keys but other values."""
    pairs = selector if plainly else selector.get("matchLabels")
    labels = workload.labels()
    if not isinstance(pairs, Map) or not isinstance(labels, Map) or len(context.of_kind(one.kind)) > 1:
        return False
    wrong = [str(value) for key, value in pairs.items() if key in labels and str(labels[key]) != str(value)]
    # A Service called as what it selects is that of another workload.
    return bool(wrong) and not any(value in str(one.name) or context.elsewhere(value) for value in wrong)


def _bare_names(name: str) -> Iterator[str]:
    for ending in ("-service", "-svc", "-pdb", "-policy"):
        if name.endswith(ending):
            yield name.removesuffix(ending)


def _keys(found: KubernetesObject | None) -> set[str]:
    if found is None or found.value.open:
        return set()
    keys: set[str] = set()
    for field in ("data", "binaryData", "stringData"):
        node = found.value.get(field)
        if node is not None and (not isinstance(node, Map) or node.open):
            return set()
        keys.update(node or ())
    return keys


def _ports_of(workload: KubernetesObject) -> list[tuple[Any, Any]] | None:
    """Return names and numbers of the ports of a workload's containers; `None` when they can't be known."""
    spec = workload.template["spec"] if workload.template is not None else None
    found: list[tuple[Any, Any]] = []
    for key in ("containers", "initContainers"):
        containers = spec.get(key) if isinstance(spec, Map) else None
        if containers is None and key == "initContainers":
            continue
        if not isinstance(containers, Seq) or containers.open:
            return None
        for container in containers:
            ports = container.get("ports") if isinstance(container, Map) else UNKNOWN
            if ports is None and not container.open:
                continue
            if not isinstance(ports, Seq) or ports.open:
                return None
            for port in ports:
                if not isinstance(port, Map) or not plain(port.get("name")) or not plain(port.get("containerPort")):
                    return None
                found.append((port.get("name"), port.get("containerPort")))
    return found


def backends_of(subject: Subject) -> Iterator[tuple[Path, Map]]:
    """Yield the backends of an Ingress, each with its path."""
    default = subject.raw("spec.defaultBackend")
    if isinstance(default, Map):
        yield ("spec", "defaultBackend"), default
    rules = subject.raw("spec.rules", ())
    for index, rule in enumerate(rules if isinstance(rules, Seq) else ()):
        paths = down(rule, ("http", "paths"))
        for number, one in enumerate(paths if isinstance(paths, Seq) else ()):
            backend = one.get("backend") if isinstance(one, Map) else MISSING
            if isinstance(backend, Map):
                yield ("spec", "rules", index, "http", "paths", number, "backend"), backend
