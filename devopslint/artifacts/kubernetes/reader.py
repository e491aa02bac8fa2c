"""From the documents of a file to the subjects that rules are about."""

from __future__ import annotations

from functools import partial

from devopslint.artifacts.kubernetes.model import KubernetesObject, Manifests, down, items_of
from devopslint.artifacts.kubernetes.overlays import Supplied
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Subject
from devopslint.syntax.tree import UNKNOWN, Candidate, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit
    from devopslint.syntax.tree import Document, Mark

_CONTAINERS = (("containers", "main"), ("initContainers", "init"), ("ephemeralContainers", "ephemeral"))
_UNKNOWN = (Candidate(UNKNOWN),)
_REPLICATED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
_SELECTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
_TRUTHS = frozenset(
    {"hostNetwork", "hostPID", "hostIPC", "hostUsers", "automountServiceAccountToken", "privileged",
     "allowPrivilegeEscalation", "readOnlyRootFilesystem", "runAsNonRoot"}
)  # fmt: skip
_SYSTEM_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")
_WORDS = {"yes": True, "on": True, "no": False, "off": False}
_MAX_NODES = 200_000


def read_unit(unit: Unit) -> Iterator[Subject]:
    """Yield the subjects of a unit: each object, then its pod, then the containers of that."""
    for path in unit.files:
        documents = unit.documents(path)
        for document in documents:
            document.resolve = _resolve
        yield from read_documents(unit, path, documents, partial(Supplied, path, unit.workspace))


def read_documents(
    unit: Unit, path: str, documents: Sequence[Document], supply: Callable[[], Supplied] | None
) -> Iterator[Subject]:
    """Yield the subjects of some documents; `supply` tells what tools put into them, if any does."""
    objects = [one for document in documents for one in _objects(document.root, document, set())]
    if not objects:
        return
    manifests = Manifests(path, objects, unit.workspace)
    unit.at_end.append(manifests.let_go)
    supplied = supply() if supply is not None else None
    if supplied is not None:
        manifests.folders = supplied.folders
    for one in objects:
        one.partial = (supplied is not None and supplied.patch) or _looks_partial(one)
        if one.partial:
            _open_all(one.value)
        if supplied is not None:
            _put_in(one, supplied)
        one.subject = Subject(
            "kubernetes.object",
            one.value,
            document=one.document,
            type=one.type,
            address=one.address,
            header=_pair(one.value, "kind"),
            context=manifests,
        )
    for one in objects:
        yield from _subjects(one)


def _put_in(one: KubernetesObject, supplied: Supplied) -> None:
    """Make unknown what tools put into an object."""
    if one.template is not None:
        _forget_images(one.template["spec"], supplied.images)
    if supplied.namespace or supplied.chart:
        _forget(one.value, "metadata", "namespace")
    if supplied.namespace and one.kind == "Namespace":
        # Kustomize calls it as the namespace that it puts everything in.
        _forget(one.value, "metadata", "name")
    if one.name in supplied.replicas and one.kind in _REPLICATED:
        _forget(one.value, "spec", "replicas")
    if not one.partial:
        supplied.patches.lay_over(one)


def _objects(root: Any, document: Document, taken: set[int]) -> Iterator[KubernetesObject]:
    """Yield the objects of a document; a `List` stands for its items, each once however many aliases lead to it."""
    if not isinstance(root, Map) or not isinstance(root.get("kind"), str) or id(root) in taken:
        return
    taken.add(id(root))
    kind = root["kind"].removesuffix("List")
    items = root.get("items")
    if kind != root["kind"] and isinstance(items, Seq):
        for item in items:
            if kind and isinstance(item, Map) and "kind" not in item and "metadata" in item:
                _name_kind(item, kind, root.get("apiVersion"))
            yield from _objects(item, document, taken)
        return
    yield KubernetesObject(root, document)


def _name_kind(item: Map, kind: str, version: Any) -> None:
    """Say what an item of a `DeploymentList` is, as the API server leaves it out: it stands where the item begins."""
    start, end = item.at["metadata"][:2]
    for key, value in (("kind", kind), ("apiVersion", version)):
        if key not in item:
            item.put(key, value, (start, end, start, end))
            item.merged |= {key}


def _subjects(one: KubernetesObject) -> Iterator[Subject]:
    owner = one.subject
    assert owner is not None
    yield owner
    if one.template is None:
        return
    spec: Map = one.template["spec"]
    _read_truths(spec, one.document)
    _name_system(spec)
    is_pod = one.template is one.value
    template = owner if is_pod else Subject("kubernetes.template", one.template, document=one.document)
    pod = Subject(
        "kubernetes.pod",
        spec,
        document=one.document,
        type=owner.type,
        address=owner.address,
        header=owner.header if is_pod else one.template.at["spec"][:2],
        parents={"object": owner, "template": template},
        context=owner.context,
    )
    yield pod
    for key, kind in _CONTAINERS:
        containers = spec.get(key)
        if not isinstance(containers, Seq):
            continue
        for container in containers:
            if isinstance(container, Map):
                context = container.get("securityContext")
                if isinstance(context, Map):
                    _read_truths(context, one.document)
                yield _container(container, kind, pod)


def _read_truths(node: Map, document: Document) -> None:
    """Make truth values of `yes` and `on` without quotes, for kubectl reads YAML 1.1."""
    text = document.source.text
    for key in _TRUTHS.intersection(node):
        word = node[key]
        if isinstance(word, str) and word.lower() in _WORDS and text[node.at[key][2] : node.at[key][3]] == word:
            node[key] = _WORDS[word.lower()]


def _name_system(spec: Map) -> None:
    """Put in `os.name: windows` where a pod says by other means that its nodes run Windows."""
    if spec.get("os") is not None:
        return
    nodes = spec.get("nodeSelector")
    if isinstance(nodes, Map) and any(nodes.get(label) == "windows" for label in _SYSTEM_LABELS):
        found: tuple[Map, str] | None = spec, "nodeSelector"
    elif _needs_windows(spec.get("affinity")):
        found = spec, "affinity"
    else:
        containers = [one for key, _ in _CONTAINERS for one in items_of(spec.get(key)) if isinstance(one, Map)]
        found = next(((one, "securityContext") for one in (spec, *containers) if _has_windows_options(one)), None)
    if found is not None:
        mark = found[0].at[found[1]]
        named = Map(*mark[:2])
        named.put("name", "windows", mark)
        spec.put("os", named, mark)
        spec.merged |= {"os"}


def _needs_windows(affinity: Any) -> bool:
    """Say whether each of the terms of a required node affinity asks for nodes of Windows."""
    required = down(affinity, ("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"))
    terms = [items_of(down(term, ("matchExpressions",))) for term in items_of(required)]
    return bool(terms) and all(any(_asks_for_windows(one) for one in term) for term in terms)


def _asks_for_windows(one: Any) -> bool:
    return (
        isinstance(one, Map)
        and one.get("key") in _SYSTEM_LABELS
        and one.get("operator") == "In"
        and one.get("values") == ["windows"]
    )


def _has_windows_options(one: Map) -> bool:
    context = one.get("securityContext")
    return isinstance(context, Map) and isinstance(context.get("windowsOptions"), Map)


def _container(container: Map, kind: str, pod: Subject) -> Subject:
    name = container.get("name")
    role = "container" if kind == "main" else f"{kind} container"
    shown = f" {name}" if isinstance(name, str) and plain(name) else ""
    return Subject(
        "kubernetes.container",
        container,
        document=pod.document,
        type=kind,
        address=f"{pod.address} {role}{shown}",
        parents={"pod": pod, **pod.parents},
        context=pod.context,
    )


def _pair(value: Map, key: str) -> Mark | None:
    at = value.at.get(key)
    return (at[0], at[3]) if at else None


def _resolve(value: Any, subject: Any) -> Sequence[Candidate] | None:
    """Return unknown for what Helm, another template or envsubst will put in."""
    return _UNKNOWN if isinstance(value, str) and ("{{" in value or "${" in value) else None


def _looks_partial(one: KubernetesObject) -> bool:
    """Say whether an object lacks what the cluster asks for, so that it must be laid over another one."""
    if not one.built_in or one.value.open:
        return False
    if "$patch" in one.value:
        return True
    spec = one.value.get("spec")
    if one.kind in _SELECTING and one.group == "apps":
        if not isinstance(spec, Map) or (spec.get("selector") is None and not _is_labelled(one)):
            return True
    elif one.kind == "CronJob":
        if not isinstance(spec, Map) or (spec.get("schedule") is None and one.template is None):
            return True
    elif one.kind == "Service":
        if not isinstance(spec, Map) or (
            spec.get("ports") is None and not {"externalName", "clusterIP", "selector"} & set(spec)
        ):
            return True
    elif one.kind == "CustomResourceDefinition":
        return not isinstance(spec, Map) or not {"versions", "version", "names"} & set(spec)
    elif one.kind in {"Pod", "Job"} and one.template is None:
        return True
    if one.template is None:
        return False
    containers = one.template["spec"].get("containers")
    if not isinstance(containers, Seq):
        return True
    # The pod of a runner (Jenkins, GitLab, Spark) has no name, and its main container may come from elsewhere.
    if (one.kind == "Pod" and one.name is not None) or (
        isinstance(spec, Map) and spec.get("selector") is not None and _is_labelled(one)
    ):
        return False
    return any(isinstance(container, Map) and container.get("image") is None for container in containers)


def _is_labelled(one: KubernetesObject) -> bool:
    """Say whether an object gives labels to its pods, which what is laid over another one hardly does."""
    labels = one.labels()
    return isinstance(labels, Map) and bool(labels)


def _open_all(root: Map) -> None:
    """Make every container of a tree open: what is absent may be there all the same."""
    seen = {id(root)}
    todo: list[Any] = [root]
    while todo and len(seen) < _MAX_NODES:
        node = todo.pop()
        node.open = True
        for below in node.values() if isinstance(node, Map) else node:
            if isinstance(below, (Map, Seq)) and id(below) not in seen:
                seen.add(id(below))
                todo.append(below)


def _forget_images(spec: Map, images: set[str]) -> None:
    """Make unknown the images whose tag a tool puts in."""
    for key, _ in _CONTAINERS:
        for container in items_of(spec.get(key)):
            image = container.get("image") if isinstance(container, Map) else None
            # What ko builds gets its digest when it is applied.
            if isinstance(image, str) and (
                image.startswith("ko://") or (images and (image in images or _without_tag(image) in images))
            ):
                container["image"] = UNKNOWN


def _forget(value: Map, section: str, field: str) -> None:
    """Make unknown a field that a tool puts in."""
    below = value.get(section)
    if isinstance(below, Map):
        mark = below.at.get(field) or value.at[section]
        below.put(field, UNKNOWN, mark)


def _without_tag(image: str) -> str:
    name, _, _ = image.partition("@")
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(":")[0]
