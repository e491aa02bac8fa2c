"""Checks of the volumes of a pod and what mounts them."""

from __future__ import annotations

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject


def missing_volume(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each mount of a volume that the pod does not have."""
    volumes = subject.raw("volumes", None)
    claims = subject.parents["object"].raw("spec.volumeClaimTemplates", None)
    names: list[Any] = []
    for owner, path in ((volumes, ("name",)), (claims, ("metadata", "name"))):
        if owner is None:
            if subject.value.open:
                return
            continue
        if not isinstance(owner, Seq) or owner.open:
            return
        names.extend(_down(item, path) for item in owner)
    if any(name is None or not plain(name) for name in names):
        return
    there = {*names}
    for key in ("containers", "initContainers"):
        for number, container in enumerate(items_of(subject.raw(key))):
            mounts = container.get("volumeMounts") if isinstance(container, Map) else None
            for index, mount in enumerate(mounts if isinstance(mounts, Seq) else ()):
                name = mount.get("name") if isinstance(mount, Map) else None
                if isinstance(name, str) and plain(name) and name not in there:
                    yield Problem((key, number, "volumeMounts", index, "name"), name=name)


def unused_volume(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each volume that no container of the pod mounts."""
    used: list[Any] = []
    for key in ("containers", "initContainers", "ephemeralContainers"):
        for container in items_of(subject.raw(key)):
            for field in ("volumeMounts", "volumeDevices"):
                mounts = container.get(field) if isinstance(container, Map) else UNKNOWN
                if mounts is None and not container.open:
                    continue
                if not isinstance(mounts, Seq) or mounts.open:
                    return
                used.extend(mount.get("name") if isinstance(mount, Map) else UNKNOWN for mount in mounts)
    if not all(map(plain, used)):
        return
    mounted = {*used}
    volumes = subject.raw("volumes", ())
    for index, volume in enumerate(volumes if isinstance(volumes, Seq) else ()):
        name = volume.get("name") if isinstance(volume, Map) else None
        if isinstance(name, str) and plain(name) and name not in mounted:
            yield Problem(("volumes", index, "name"), name=name)


def _down(node: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        node = node.get(step) if isinstance(node, Map) else None
    return node
