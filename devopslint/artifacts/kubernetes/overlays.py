"""What kustomize and skaffold do to a manifest before a cluster sees it."""

from __future__ import annotations

import posixpath

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.patches import Patches, named_patches
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from devopslint.policy.artifact import Workspace

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_SKAFFOLDS = ("skaffold.yaml", "skaffold.yml")
_CHART = "Chart.yaml"
_OF_TOOLS = (*_KUSTOMIZATIONS, *_SKAFFOLDS, _CHART)
_PATCH = lazily(r"(?i)(?:^|[-_.])patch(?:es)?(?:[-_.]|$)")
_MOST_FOLDERS = 8
_MOST_BESIDE = 64
"""Folders beside a base that are looked into for its overlays."""
_MOST_TOGETHER = 16
_MOST_STEPS = 3
"""Overlays on top of each other."""


class Supplied:
    """What others put into the objects of a file before a cluster sees them.

    `patch` says that the file is one; `images` are the names of images whose tag is put in, `replicas` the names of
    workloads whose number is; `namespace` that there will be another one; `chart` that the file belongs to a chart.
    `folders` are those whose objects a kustomization brings together with those of the file; `patches` what it lays
    over them.
    """

    __slots__ = ("chart", "folders", "images", "namespace", "patch", "patches", "replicas")

    def __init__(self, path: str, workspace: Workspace) -> None:
        beside = list(_above(path, workspace, _OF_TOOLS))
        kustomizations = list(_kustomizations(path, beside, workspace))
        roots = [root for _, root in kustomizations]
        self.patch = _is_patch(path, kustomizations)
        self.patches = Patches(kustomizations, workspace)
        self.folders = _brought_together(path.rpartition("/")[0], kustomizations, workspace) if roots else []
        self.images = {
            str(image.get("name"))
            for root in roots
            for image in _maps(root, "images")
            if image.get("newTag") is not None or image.get("digest") is not None
        }
        for _, root in _roots(beside, _SKAFFOLDS, workspace):
            build = root.get("build")
            if isinstance(build, Map):
                self.images.update(str(artifact.get("image")) for artifact in _maps(build, "artifacts"))
        self.replicas = {str(one.get("name")) for root in roots for one in _maps(root, "replicas")}
        self.namespace = any(isinstance(root.get("namespace"), str) for root in roots)
        # The namespace of a chart is told when it is installed.
        self.chart = any(True for _ in _roots(beside, (_CHART,), workspace))


def _brought_together(own: str, kustomizations: Iterable[tuple[str, Map]], workspace: Workspace) -> list[str]:
    """Return the folders whose objects a kustomization puts beside those of a folder, in their order."""
    found: dict[str, None] = {}
    for folder, root in kustomizations:
        built_on = sorted(name for name in _built_on(folder, root) if not name.startswith(".."))
        folders = [name if workspace.names(name) else posixpath.dirname(name) for name in built_on]
        # One that stands above a file need not take it.
        if folder == own or own in folders or not f"{own}/".startswith(f"{folder}/" if folder else ""):
            found.update(dict.fromkeys((folder, *folders)))
    found.pop(own, None)
    return list(found)[:_MOST_TOGETHER]


def _is_patch(path: str, kustomizations: Iterable[tuple[str, Map]]) -> bool:
    """Say whether a file is a patch: by its name or its folder's, or because a kustomization names it as one."""
    folder, _, name = path.rpartition("/")
    if ("patch" in name.lower() and _PATCH.search(name)) or folder.rpartition("/")[2] in {"patch", "patches"}:
        return True
    for folder, root in kustomizations:
        named = (path for _, path, _ in named_patches(root))
        if any(isinstance(name, str) and posixpath.normpath(posixpath.join(folder, name)) == path for name in named):
            return True
    return False


def _kustomizations(path: str, beside: Sequence[tuple[str, str]], workspace: Workspace) -> Iterator[tuple[str, Map]]:
    """Yield the kustomizations of the folder of a path and those above, the overlays on its folder, and their components."""
    found = list(_roots(beside, _KUSTOMIZATIONS, workspace))
    base = path.rpartition("/")[0]
    if any(folder == base and name in _KUSTOMIZATIONS for folder, name in beside):
        found += _overlays(base, workspace)
    yield from found
    named = {
        posixpath.normpath(posixpath.join(folder, str(name)))
        for folder, root in found
        for name in items_of(root.get("components"))
    }
    for folder in sorted(named.difference(folder for folder, _ in found))[:_MOST_TOGETHER]:
        yield from _roots(_above(f"{folder}/x", workspace, _KUSTOMIZATIONS, most=1), _KUSTOMIZATIONS, workspace)


def _overlays(base: str, workspace: Workspace) -> Iterator[tuple[str, Map]]:
    """Yield the kustomizations beside a base, one or two folders deep, that reach it, be it by way of another."""
    above = posixpath.dirname(base)
    near = [posixpath.join(above, name) for name in workspace.names(above) if "." not in name][:_MOST_BESIDE]
    folders = [*near, *(posixpath.join(one, name) for one in near for name in workspace.names(one) if "." not in name)]
    found = [
        one
        for folder in folders[:_MOST_BESIDE]
        for one in _roots(_above(f"{folder}/x", workspace, _KUSTOMIZATIONS, most=1), _KUSTOMIZATIONS, workspace)
        if folder != base
    ]
    reached = {base}
    for _ in range(_MOST_STEPS):
        builds_on = [one for one in found if one[0] not in reached and not reached.isdisjoint(_built_on(*one))]
        if not builds_on:
            return
        yield from builds_on
        reached.update(folder for folder, _ in builds_on)


def _built_on(folder: str, root: Map) -> set[str]:
    named = [name for key in ("resources", "bases", "components") for name in items_of(root.get(key))]
    return {posixpath.normpath(posixpath.join(folder, name)) for name in named if isinstance(name, str)}


def _above(
    path: str, workspace: Workspace, names: tuple[str, ...], most: int = _MOST_FOLDERS
) -> Iterator[tuple[str, str]]:
    """Yield the files of some names in the folder of a path and those above (`most` folders), parted from their folders."""
    folder = path
    for _ in range(most):
        folder = folder.rpartition("/")[0]
        for name in workspace.existing(folder, names):
            yield folder, name
        if not folder:
            return


def _roots(files: Iterable[tuple[str, str]], names: tuple[str, ...], workspace: Workspace) -> Iterator[tuple[str, Map]]:
    """Yield the documents of those of some files that have one of some names, with their folders."""
    for folder, name in files:
        if name in names:
            for document in workspace.documents(f"{folder}/{name}" if folder else name):
                if isinstance(document.root, Map):
                    yield folder, document.root


def _maps(root: Map, key: str) -> list[Map]:
    return [item for item in items_of(root.get(key)) if isinstance(item, Map)]
