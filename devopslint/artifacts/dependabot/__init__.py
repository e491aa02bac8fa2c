"""Dependabot's configuration: `.github/dependabot.yml`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.policy.subject import Subject

NAME = "dependabot"
TITLES = ("Dependabot configuration", "Dependabot configurations")
EXAMPLE_PATH = ".github/dependabot.yml"
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "dependabot.file": (),
    "dependabot.update": ("file",),
    "dependabot.registry": ("file",),
}
TYPED: frozenset[str] = frozenset()

_PATHS = ("/.github/dependabot.yml", "/.github/dependabot.yaml")


def claims_path(path: str) -> str | None:
    """Say why a path alone makes a file Dependabot's configuration."""
    return "is .github/dependabot.yml" if f"/{path}".endswith(_PATHS) else None


def claims_document(path: str, root: Any) -> str | None:
    """Dependabot's configuration is known by its name alone."""
    return None


def unit_of(path: str, workspace: Workspace) -> Sequence[str]:
    """Return the file itself."""
    return (path,)


def read(unit: Unit) -> Iterable[Subject]:
    """Yield the file, its updates and its registries."""
    from devopslint.artifacts.dependabot.reader import read_unit

    return read_unit(unit)
