"""The objects of a manifest, and what they mean to each other."""

from __future__ import annotations

import posixpath

from devopslint.artifacts.kubernetes.indexes import Firsts, Labelled, Spread
from devopslint.artifacts.kubernetes.values import plain
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeVar

    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Document

    Kept = TypeVar("Kept")

POD_TEMPLATES: dict[str, tuple[str, ...]] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where the pod template of a kind of Kubernetes itself stands."""
CUSTOM_POD_TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("argoproj.io", "Rollout"): ("spec", "template"),
    ("serving.knative.dev", "Service"): ("spec", "template"),
    ("serving.knative.dev", "Configuration"): ("spec", "template"),
    ("apps.openshift.io", "DeploymentConfig"): ("spec", "template"),
}
_ENDINGS = (".yaml", ".yml")
KEDA = "ScaledObject"
_FEW = 4
"""Objects that are looked through as quickly as they are found by their labels."""
_LIKELY_TEMPLATES = (("spec", "template"), ("spec", "podTemplate"), ("spec", "jobTargetRef", "template"))
"""Where a kind that is not known has its pod template, if what stands there has containers with images."""
BUILT_IN_GROUPS = frozenset(
    {"", "apps", "batch", "autoscaling", "policy", "extensions", "networking.k8s.io", "rbac.authorization.k8s.io",
     "storage.k8s.io", "apiextensions.k8s.io", "admissionregistration.k8s.io", "apiregistration.k8s.io",
     "authentication.k8s.io", "authorization.k8s.io", "certificates.k8s.io", "coordination.k8s.io",
     "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io", "node.k8s.io", "resource.k8s.io",
     "scheduling.k8s.io"}
)  # fmt: skip
CORE_KINDS = frozenset(
    {*POD_TEMPLATES, "Service", "Ingress", "ConfigMap", "Secret", "Namespace", "Node", "Role", "ClusterRole",
     "RoleBinding", "ClusterRoleBinding", "NetworkPolicy", "HorizontalPodAutoscaler", "PodDisruptionBudget",
     "ServiceAccount", "PersistentVolume", "PersistentVolumeClaim", "Endpoints", "Event"}
)  # fmt: skip


class KubernetesObject:
    """One object of a manifest.

    `name` and `namespace` are strings, UNKNOWN, or `None` when they are not given. `template` is the pod template (for
    a Pod the object itself). `partial` is true for what is laid over another object (a patch of kustomize).
    """

    __slots__ = ("document", "group", "kind", "name", "namespace", "partial", "subject", "template", "value", "version")

    def __init__(self, value: Map, document: Document) -> None:
        self.value = value
        self.document = document
        version = value.get("apiVersion")
        self.version: str = version if isinstance(version, str) else ""
        self.group = self.version.rpartition("/")[0]
        self.kind: str = value["kind"]
        metadata = value.get("metadata")
        metadata = metadata if isinstance(metadata, Map) else Map()
        self.name = _text(metadata, "name", value)
        self.namespace = _text(metadata, "namespace", value)
        self.template = template_of(value, self.group, self.kind)
        self.partial = False
        self.subject: Subject | None = None

    @property
    def built_in(self) -> bool:
        """Whether the kind is one of Kubernetes itself."""
        return self.group in BUILT_IN_GROUPS

    @property
    def type(self) -> str:
        """The kind, with its group when the plain kind would be taken for one of Kubernetes itself."""
        if not self.built_in and self.kind in CORE_KINDS:
            return f"{self.kind}.{self.group}"
        return self.kind

    @property
    def address(self) -> str:
        """`Deployment/shop`, with the namespace when there is one: `Deployment/prod/shop`."""
        name = self.name if isinstance(self.name, str) else "…" if self.name is UNKNOWN else ""
        parts = [self.kind, self.namespace if isinstance(self.namespace, str) else "", name]
        return "/".join(part for part in parts if part)

    def labels(self) -> Any:
        """The labels of the pods that the object makes: a Map, UNKNOWN, or an empty Map."""
        if self.template is None:
            return UNKNOWN
        metadata = self.template.get("metadata")
        if metadata is None:
            return UNKNOWN if self.template.open else Map()
        if not isinstance(metadata, Map):
            return UNKNOWN
        labels = metadata.get("labels")
        if labels is None:
            return UNKNOWN if metadata.open else Map()
        return labels if isinstance(labels, Map) else UNKNOWN


class Manifests:
    """All objects of a file, in their order: the `context` of every subject."""

    __slots__ = (
        "_by_kind",
        "_by_name",
        "_by_value",
        "_kept",
        "_mentions",
        "faults",
        "folders",
        "objects",
        "path",
        "workspace",
    )

    def __init__(self, path: str, objects: list[KubernetesObject], workspace: Workspace) -> None:
        self.path = path
        self.objects = objects
        self.workspace = workspace
        self.folders: Sequence[str] = ()
        """Folders whose objects are put beside those of this file before a cluster sees them."""
        self._kept: dict[Any, Any] = {}
        self.faults: dict[int, list[Any]] = {}
        """What `checks.fields` found of each object, by the identity of its tree."""
        self._mentions: dict[tuple[str, str], bool] = {}
        self._by_value = {id(one.value): one for one in objects}
        self._by_kind: dict[str, list[KubernetesObject]] = {}
        self._by_name: dict[tuple[str, str], list[KubernetesObject]] = {}
        for one in objects:
            self._by_kind.setdefault(one.kind, []).append(one)
            if isinstance(one.name, str):
                self._by_name.setdefault((one.kind, one.name), []).append(one)

    def let_go(self) -> None:
        """Part the circles of objects and their subjects, so that memory is free at once."""
        for one in self.objects:
            one.subject = None
        self._kept.clear()

    def once(self, key: Any, make: Callable[[], Kept]) -> Kept:
        """Return what `make` gives, kept under a key: each of many objects may ask for it."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: Kept = self._kept[key]
        return kept

    def of_kind_in(self, kind: str, namespace: Any) -> list[KubernetesObject]:
        """Return the objects of a kind of Kubernetes itself that may be in a namespace."""
        key = kind, namespace if isinstance(namespace, str) else None
        return self.once(key, lambda: [one for _, one in self._spread(kind).within(namespace)])

    def may_hold(self, kind: str, name: str, namespace: Any) -> bool:
        """Say whether an object of a kind that may be in a namespace has a name, or one that is not known or given."""
        return name in self._names(kind, namespace) or None in self._names(kind, namespace)

    def _names(self, kind: str, namespace: Any) -> set[str | None]:
        def names() -> set[str | None]:
            return {
                one.name if isinstance(one.name, str) else None
                for one in self._by_kind.get(kind, ())
                if same_namespace(one.namespace, namespace)
            }

        return self.once(("names", kind, namespace if isinstance(namespace, str) else None), names)

    def with_value(self, value: Any) -> KubernetesObject:
        """Return the object whose tree this is. Raises KeyError."""
        return self._by_value[id(value)]

    def of_kind(self, *kinds: str) -> list[KubernetesObject]:
        """Return the objects of some kinds of Kubernetes itself."""
        return [one for kind in kinds for one in self._by_kind.get(kind, ()) if one.built_in]

    def autoscalers(self) -> list[KubernetesObject]:
        """Return what scales workloads: the cluster's own autoscalers, and those of KEDA."""
        keda = [one for one in self._by_kind.get(KEDA, ()) if one.group == "keda.sh"]
        return [*self.of_kind("HorizontalPodAutoscaler"), *keda]

    def named(self, kind: str, name: str) -> list[KubernetesObject]:
        """Return the objects of a kind and a name, whatever their group."""
        return self._by_name.get((kind, name), [])

    def stranger(self, kind: str, name: str, namespace: Any) -> KubernetesObject | None:
        """Return the first object of a kind and name when none of them can be in a namespace, nor stands in the next file."""
        found = [one for one in self.named(kind, name) if one.built_in]
        if not found or self.may_hold(kind, name, namespace) or self.elsewhere(name):
            return None
        return found[0]

    def find(self, kind: str, name: str, namespace: Any) -> KubernetesObject | None:
        """Return the object of a kind, name and namespace."""
        firsts = self.once(("firsts", kind), lambda: Firsts((one.name, one) for one in self.of_kind(kind)))
        found: KubernetesObject | None = firsts.first((name,), namespace)
        return found

    def workloads(self, namespace: Any, selector: Any = None) -> Iterator[KubernetesObject]:
        """Yield the objects of a namespace that make pods, all of them or those whose pods a selector may select."""
        makers = self.once("makers", lambda: [one for one in self.objects if one.template is not None])
        if len(makers) <= _FEW:
            return (one for one in makers if same_namespace(one.namespace, namespace))
        return self.once("workloads", lambda: Labelled((one, one.labels()) for one in makers)).having(
            selector, namespace
        )

    def workload_named(self, names: Iterable[str], namespace: Any) -> KubernetesObject | None:
        """Return the first object of a namespace that makes pods and has one of some names."""
        makers = (one for one in self.objects if one.template is not None)
        firsts = self.once("named workloads", lambda: Firsts((one.name, one) for one in makers))
        found: KubernetesObject | None = firsts.first(names, namespace)
        return found

    def _spread(self, kind: str) -> Spread:
        def spread() -> Spread:
            made = Spread()
            for index, one in enumerate(self.of_kind(kind)):
                made.add(index, one)
            return made

        return self.once(("spread", kind), spread)

    def mentions(self, word: str, among: str = "") -> bool:
        """Say whether a word stands in a YAML file of the same folder: an object may well be in the next file.

        What a kustomization brings together is one folder here. With `among`, only files count that hold that text.
        """
        if (word, among) not in self._mentions:
            folders = (self.path.rpartition("/")[0], *self.folders)
            found = any(self.workspace.has_word(one, _ENDINGS, word, among) for one in folders)
            self._mentions[word, among] = found
        return self._mentions[word, among]

    def elsewhere(self, word: str) -> bool:
        """Say whether a name stands in another YAML file of the same folder, or of one that is put beside it."""
        paths = (self.path, *(posixpath.join(folder, "kustomization.yaml") for folder in self.folders))
        return any(self.workspace.has_beside(path, _ENDINGS, word) for path in paths)


def same_namespace(one: Any, other: Any) -> bool:
    """Say whether two namespaces may be the same: one that is not given is set when the file is applied."""
    return not isinstance(one, str) or not isinstance(other, str) or one == other


def template_of(value: Map, group: str, kind: str) -> Map | None:
    """Return the pod template of an object."""
    path = CUSTOM_POD_TEMPLATES.get((group, kind))
    if path is None and group in BUILT_IN_GROUPS:
        path = POD_TEMPLATES.get(kind)
        if path is None:
            return None
    if path is not None:
        node = down(value, path)
        return node if isinstance(node, Map) and isinstance(node.get("spec"), Map) else None
    for path in _LIKELY_TEMPLATES:
        node = down(value, path)
        spec = node.get("spec") if isinstance(node, Map) else None
        containers = items_of(spec.get("containers")) if isinstance(spec, Map) else []
        if containers and all(isinstance(one, Map) and "image" in one and "name" in one for one in containers):
            found: Map = node
            return found
    return None


def down(node: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a path of keys below a node; `None` where there is nothing."""
    for step in path:
        node = node.get(step) if isinstance(node, Map) else None
    return node


def selects(selector: Any, labels: Any) -> bool | None:
    """Say whether a label selector (matchLabels, matchExpressions) selects labels; `None` when it can't be known.

    Source: Kubernetes, "Labels and Selectors"; the requirements are joined by and.
    """
    if not isinstance(selector, Map):
        return None
    plain = selector.get("matchLabels")
    results = [] if plain is None else [selects_plainly(plain, labels)]
    expressions = selector.get("matchExpressions")
    if expressions is not None:
        if not isinstance(expressions, Seq) or expressions.open:
            results.append(None)
        else:
            results.extend(fulfils(one, labels) for one in expressions)
    if selector.open:
        results.append(None)
    return False if False in results else None if None in results else True


def selects_plainly(wanted: Any, labels: Any) -> bool | None:
    """Say whether labels hold all pairs of a plain selector, such as that of a Service."""
    if not isinstance(wanted, Map) or not isinstance(labels, Map):
        return None
    result: bool | None = None if wanted.open else True
    for key, value in wanted.items():
        found = labels.get(key, UNKNOWN if labels.open else None)
        if not plain(value) or found is UNKNOWN or (isinstance(found, str) and not plain(found)):
            result = None
        elif str(found) != str(value) or found is None:
            return False
    return result


def items_of(node: Any) -> list[Any]:
    """Return the items of a list; none of what is no list."""
    return list(node) if isinstance(node, Seq) else []


def fulfils(one: Any, labels: Any) -> bool | None:
    """Say whether labels fulfil one of the expressions of a selector; `None` when it can't be known."""
    if not isinstance(one, Map) or not isinstance(labels, Map) or labels.open or one.open:
        return None
    found = labels.get(one.get("key", ""))
    values = one.get("values")
    if not plain(found) or (values is not None and not (isinstance(values, Seq) and all(map(plain, values)))):
        return None
    texts = {str(value) for value in values or ()}
    operator = one.get("operator")
    if operator == "In":
        return found is not None and str(found) in texts
    if operator == "NotIn":
        return found is None or str(found) not in texts
    if operator == "Exists":
        return one.get("key") in labels
    if operator == "DoesNotExist":
        return one.get("key") not in labels
    return None


def _text(metadata: Map, key: str, owner: Map) -> Any:
    value = metadata.get(key)
    if value is None:
        return UNKNOWN if metadata.open or owner.open else None
    return str(value) if plain(value) and not isinstance(value, (Map, Seq)) else UNKNOWN
