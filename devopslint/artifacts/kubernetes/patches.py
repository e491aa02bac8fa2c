"""What the patches of a kustomization may put into an object, so that its absence is not known."""

from __future__ import annotations

import posixpath
from itertools import islice

from devopslint.artifacts.kubernetes.model import down, items_of
from devopslint.syntax.patterns import lazily
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN, Map, Seq
from devopslint.syntax.yaml import read_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from devopslint.artifacts.kubernetes.model import KubernetesObject
    from devopslint.policy.artifact import Workspace

_MOST_PATCHES = 64
"""Patches that are looked into for the objects of a file."""
_MOST_STEPS = 20_000
_OPERATIONS = frozenset({"add", "replace", "copy", "move"})
_INDEX = lazily(r"[0-9]{1,4}")
_PLAIN = lazily(r"[A-Za-z0-9-]*")
"""What is no pattern in the target of a patch."""
_NAMED_AT_WILL = frozenset(
    {"annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "selector", "stringData"}
)
"""Maps whose keys are names and no fields: one more may be there, whatever it is called."""


class Patches:
    """The patches of some kustomizations, each read when it may be for an object."""

    __slots__ = ("_patches", "_roots")

    def __init__(self, kustomizations: Iterable[tuple[str, Map]], workspace: Workspace) -> None:
        self._patches = list(islice(_patches(kustomizations, workspace), _MOST_PATCHES))
        self._roots: dict[int, list[Any]] = {}

    def lay_over(self, one: KubernetesObject) -> None:
        """Make unknown what is absent from an object and may be put in by a patch. What is there is left as it is."""
        if not isinstance(one.name, str):
            return
        for number, (target, source) in enumerate(self._patches):
            if not (one.name in source.text if target is None else _may_be_target(target, one)):
                continue
            if number not in self._roots:
                self._roots[number] = [document.root for document in read_yaml(source)[0]]
            for root in self._roots[number]:
                if isinstance(root, Seq):
                    for operation in root:
                        _operate(one.value, operation)
                elif isinstance(root, Map) and (target is not None or _is_of(root, one)):
                    _lay(one.value, root)


def _patches(kustomizations: Iterable[tuple[str, Map]], workspace: Workspace) -> Iterator[tuple[Map | None, Source]]:
    """Yield the patches, each with its target where that does not stand in the patch itself."""
    for folder, root in kustomizations:
        for target, path, text in named_patches(root):
            source = _source(folder, path, text, workspace)
            if source is not None:
                yield target if isinstance(target, Map) else None, source


def named_patches(root: Map) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the target, the path and the text of each patch of a kustomization, as far as they are given."""
    yield from ((None, item, item) for item in items_of(root.get("patchesStrategicMerge")))
    for key in ("patches", "patchesJson6902"):
        for patch in items_of(root.get(key)):
            if isinstance(patch, Map):
                yield patch.get("target"), patch.get("path"), patch.get("patch")


def _source(folder: str, path: Any, text: Any, workspace: Workspace) -> Source | None:
    """Return the text of a patch: that of a file, or what stands in the kustomization itself."""
    if isinstance(path, str) and "\n" not in path:
        file = posixpath.normpath(posixpath.join(folder, path))
        if workspace.exists(file):
            return workspace.source(file)
    return Source("", text) if isinstance(text, str) else None


def _may_be_target(target: Map, one: KubernetesObject) -> bool:
    """Say whether the target of a patch may mean an object: name and kind may be patterns, and labels are not looked at."""
    for key, value in (("kind", one.kind), ("name", one.name)):
        wanted = target.get(key)
        if isinstance(wanted, str) and wanted and _PLAIN.fullmatch(wanted) and wanted != value:
            return False
    return True


def _is_of(root: Map, one: KubernetesObject) -> bool:
    return root.get("kind") == one.kind and down(root, ("metadata", "name")) == one.name


def _operate(root: Map, operation: Any) -> None:
    """Make unknown what an operation of a JSON patch adds (RFC 6902)."""
    path = operation.get("path") if isinstance(operation, Map) else None
    if not isinstance(path, str) or operation.get("op") not in _OPERATIONS:
        return
    node: Any = root
    name = ""
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Map):
            if node.get(key) is None:
                _put(node, key, name)
                return
            node, name = node[key], key
        elif isinstance(node, Seq):
            if not _INDEX.fullmatch(key) or int(key) >= len(node):
                node.open = True
                return
            node = node[int(key)]
        else:
            return
    _lay(node, operation.get("value"), name)


def _lay(base: Any, patch: Any, name: str = "") -> None:
    """Make unknown what a tree lacks and what is laid over it has; `name` is the key of both."""
    todo = [(base, patch, name)]
    seen: set[tuple[int, int]] = set()
    while todo and len(seen) < _MOST_STEPS:
        base, patch, name = todo.pop()
        if (id(base), id(patch)) in seen:
            continue
        seen.add((id(base), id(patch)))
        if isinstance(base, Map) and isinstance(patch, Map):
            for key, value in patch.items():
                if base.get(key) is not None:
                    todo.append((base[key], value, key))
                elif value is not None and not key.startswith("$"):
                    _put(base, key, name)
        elif isinstance(base, Seq) and isinstance(patch, Seq):
            by_name = {item.get("name"): item for item in base if isinstance(item, Map) and _is_named(item)}
            for item in patch:
                if isinstance(item, Map) and _is_named(item) and item["name"] in by_name:
                    todo.append((by_name[item["name"]], item, ""))
                else:
                    base.open = True


def _is_named(item: Map) -> bool:
    return isinstance(item.get("name"), str)


def _put(node: Map, key: str, name: str) -> None:
    """Make what stands under a key of a map unknown; `name` is the key of the map itself."""
    if name in _NAMED_AT_WILL:
        node.open = True
        return
    start, end = next(iter(node.at.values()), (node.start, node.end))[:2]
    node.put(key, UNKNOWN, node.at.get(key, (start, end, start, end)))
    node.merged |= {key}
