"""Checks of what Roles and ClusterRoles allow.

Source: Kubernetes, "Role Based Access Control Good Practices".
"""

from __future__ import annotations

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject

_RBAC = "rbac.authorization.k8s.io"
_READ = frozenset({"get", "list", "watch"})
_WRITE = frozenset({"create", "update", "patch"})
_CHANGE = _WRITE | {"delete", "deletecollection"}
_ANY_PARENT = lazily(r"\*/[^*]+")
"""A subresource of every resource: `*/scale`."""
_WILD = {"resources": "resources", "verbs": "verbs", "apiGroups": "API groups", "nonResourceURLs": "addresses"}
_WORKLOADS = {
    "": frozenset({"pods", "replicationcontrollers"}),
    "apps": frozenset({"deployments", "statefulsets", "daemonsets", "replicasets"}),
    "batch": frozenset({"jobs", "cronjobs"}),
}


def wildcard(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield what a rule allows all of: resources and verbs, each in its place; else its groups, or its addresses."""
    for index, rule in _rules(subject):
        found = {part: at for part in _WILD if (at := _position(rule, part, {"*"})) is not None}
        told = found.keys() & {"resources", "verbs"} or list(found)[:1]
        for part, at in found.items():
            if part in told:
                yield Problem(("rules", index, part, at), field=_WILD[part])


def useless_wildcard(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each `*` that stands for nothing, since it is a part of a word: `pods/*`, `get*`, `*.example.com`."""
    for index, rule in _rules(subject):
        for part in ("apiGroups", "resources", "verbs"):
            for at, item in enumerate(items_of(rule.get(part))):
                if not isinstance(item, str) or item == "*" or "*" not in item or not plain(item):
                    continue
                if part != "resources" or not _ANY_PARENT.fullmatch(item):
                    yield Problem(("rules", index, part, at), value=item)
        # Other names with a star may be asked for as they stand: `example.com/*` of those who sign certificates.
        star = _position(rule, "resourceNames", {"*"})
        if star is not None:
            yield Problem(("rules", index, "resourceNames", star), value="*")


def secrets(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may read all Secrets."""
    yield from _granted(subject, {"": frozenset({"secrets"})}, _READ)


def change_secrets(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may change all Secrets."""
    yield from _granted(subject, {"": frozenset({"secrets"})}, _CHANGE)


def exec(subject: Subject, options: Options) -> Iterator[Problem]:  # noqa: A001 (the word of the rule)
    """Yield each rule that may enter pods."""
    yield from _granted(subject, {"": frozenset({"pods/exec", "pods/attach", "pods/portforward"})}, {"create", "get"})
    yield from _granted(subject, {"": frozenset({"pods/ephemeralcontainers"})}, {"update", "patch"})


def escalate(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may give itself more rights."""
    yield from _granted(subject, {_RBAC: frozenset({"roles", "clusterroles"})}, {"bind", "escalate"}, at_verb=True)
    yield from _granted(subject, {_RBAC: frozenset({"rolebindings", "clusterrolebindings"})}, _WRITE | {"bind"})


def manage_roles(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may change roles."""
    yield from _granted(subject, {_RBAC: frozenset({"roles", "clusterroles"})}, _CHANGE)


def impersonate(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may act as any user, group or account."""
    yield from _granted(subject, {"": frozenset({"users", "groups", "serviceaccounts"})}, {"impersonate"}, at_verb=True)


def create_pods(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may create what runs pods."""
    yield from _granted(subject, _WORKLOADS, {"create"}, named=True)


def create_tokens(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may make tokens of any service account."""
    yield from _granted(subject, {"": frozenset({"serviceaccounts/token"})}, {"create"})


def create_volumes(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may create volumes of the cluster."""
    yield from _granted(subject, {"": frozenset({"persistentvolumes"})}, {"create"}, named=True)


def node_proxy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may speak to the kubelet through the API server."""
    yield from _granted(subject, {"": frozenset({"nodes/proxy"})}, _WRITE | {"get"})


def admission(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may change all webhooks of admission, or approve certificate requests."""
    webhooks = frozenset({"mutatingwebhookconfigurations", "validatingwebhookconfigurations"})
    yield from _granted(subject, {"admissionregistration.k8s.io": webhooks}, _WRITE)
    approval = frozenset({"certificatesigningrequests/approval"})
    yield from _granted(subject, {"certificates.k8s.io": approval}, _WRITE)


def configmaps(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may change all ConfigMaps."""
    yield from _granted(subject, {"": frozenset({"configmaps"})}, _CHANGE)


def aws_auth(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may change who is who in a cluster of EKS."""
    for index, rule in _rules(subject):
        at = _position(rule, "resources", {"configmaps", "*"})
        verb = _position(rule, "verbs", {*_CHANGE, "*"})
        name = _position(rule, "resourceNames", {"aws-auth"})
        if at is not None and verb is not None and name is not None:
            yield Problem(("rules", index, "resourceNames", name), verb=rule["verbs"][verb])


def service_status(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may set the external address of a Service."""
    yield from _granted(subject, {"": frozenset({"services/status"})}, {"update", "patch"})


def networking(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may change what leads or stops traffic."""
    names = {
        "": frozenset({"services", "endpoints"}),
        "networking.k8s.io": frozenset({"networkpolicies", "ingresses"}),
        "discovery.k8s.io": frozenset({"endpointslices"}),
    }
    yield from _granted(subject, names, _CHANGE)


def pod_logs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each rule that may delete the logs of pods."""
    yield from _granted(subject, {"": frozenset({"pods/log"})}, {"delete", "deletecollection"})


def _rules(subject: Subject) -> Iterator[tuple[int, Map]]:
    if "aggregationRule" in subject.value:
        return
    for index, rule in enumerate(items_of(subject.raw("rules"))):
        if isinstance(rule, Map):
            yield index, rule


def _granted(
    subject: Subject, resources: dict[str, frozenset[str]], verbs: Any, *, named: bool = False, at_verb: bool = False
) -> Iterator[Problem]:
    """Yield each rule that allows one of the verbs on one of the resources (API group → names), by name or by `*`.

    What is allowed by `*` for resources is left to `wildcard`; `*/exec` is `pods/exec` too, and no other wildcard is
    known. A rule that names its objects is narrow enough, unless `named`: a name does not bind `create`. `at_verb`:
    the verb is what is at fault, where it is named.
    """
    for index, rule in _rules(subject):
        if rule.get("resourceNames") is not None and not named:
            continue
        groups = {group for group in items_of(rule.get("apiGroups")) if plain(group)}
        wanted = {name for group, names in resources.items() if group in groups or "*" in groups for name in names}
        wanted |= {f"*/{name.partition('/')[2]}" for name in wanted if "/" in name}
        at = _position(rule, "resources", wanted)
        verb = _position(rule, "verbs", {*verbs, "*"})
        if at is not None and verb is not None:
            named_verb = at_verb and rule["verbs"][verb] != "*"
            path = ("rules", index, *(("verbs", verb) if named_verb else ("resources", at)))
            yield Problem(path, resource=rule["resources"][at], verb=rule["verbs"][verb])


def _position(rule: Map, field: str, wanted: Any) -> int | None:
    for index, item in enumerate(items_of(rule.get(field))):
        if isinstance(item, str) and item in wanted:
            return index
    return None
