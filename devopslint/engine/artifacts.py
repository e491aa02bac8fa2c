"""The kinds of artifact that there are: every package in `devopslint.artifacts`."""

from __future__ import annotations

import os
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from devopslint.policy.artifact import Artifact

_loaded: dict[str, Artifact] = {}


def artifacts() -> Mapping[str, Artifact]:
    """Return every artifact by name, sorted. A folder in `devopslint/artifacts` is all the registration there is."""
    if not _loaded:
        folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "artifacts")
        for name in sorted(os.listdir(folder)):
            if name[0] not in "._" and os.path.isfile(os.path.join(folder, name, "__init__.py")):
                module: Artifact = import_module(f"devopslint.artifacts.{name}")
                _loaded[module.NAME] = module
    return _loaded


def subject_kinds() -> dict[str, tuple[str, ...]]:
    """Return every subject kind with the names of its parents."""
    kinds: dict[str, tuple[str, ...]] = {"core.file": ()}
    for artifact in artifacts().values():
        for kind, parents in artifact.SUBJECTS.items():
            kinds[kind] = tuple(dict.fromkeys((*kinds.get(kind, ()), *parents)))
    return kinds


def typed_kinds() -> frozenset[str]:
    """Return the subject kinds whose subjects have types."""
    return frozenset().union(*(artifact.TYPED for artifact in artifacts().values()))
