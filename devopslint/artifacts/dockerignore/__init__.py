"""`.dockerignore`: what is kept out of the build context."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.policy.subject import Subject

NAME = "dockerignore"
TITLES = (".dockerignore file", ".dockerignore files")
EXAMPLE_PATH = ".dockerignore"
SUBJECTS: Mapping[str, tuple[str, ...]] = {"dockerignore.pattern": ()}
TYPED: frozenset[str] = frozenset()


def claims_path(path: str) -> str | None:
    """Return `named <name>` when a file is an ignore file of Docker or Podman by its name."""
    name = path.rpartition("/")[2]
    return f"named {name}" if name == ".containerignore" or name.endswith(".dockerignore") else None


def claims_document(path: str, root: Any) -> str | None:
    """Return `None`: no YAML or JSON document is an ignore file."""
    return None


def unit_of(path: str, workspace: Workspace) -> Sequence[str]:
    """Return the file itself."""
    return (path,)


def read(unit: Unit) -> Iterable[Subject]:
    """Yield the patterns of each file."""
    from devopslint.artifacts.dockerignore.reader import read_unit

    return read_unit(unit)
