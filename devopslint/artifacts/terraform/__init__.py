"""Terraform and OpenTofu: the folder is the unit, its blocks are the subjects."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.policy.subject import Subject

NAME = "terraform"
TITLES = ("Terraform file", "Terraform files")
EXAMPLE_PATH = "main.tf"
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "terraform.module": (),
    "terraform.file": (),
    "terraform.resource": (),
    "terraform.data": (),
    "terraform.variable": (),
    "terraform.output": (),
    "terraform.provider": (),
    "terraform.module_call": (),
    "terraform.settings": (),
    "terraform.backend": (),
    "terraform.local": (),
    "terraform.state": (),
}
TYPED = frozenset({"terraform.backend", "terraform.data", "terraform.file", "terraform.provider", "terraform.resource"})

_CODE = (".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json")
_STATE = (".tfstate", ".tfstate.backup")


def claims_path(path: str) -> str | None:
    """Say why a path makes a file one of Terraform's; what `terraform init` fetched (`.terraform/`) is none."""
    if "/.terraform/" in f"/{path}":
        return None
    for ending in _CODE:
        if path.endswith(ending):
            return f"named *{ending}"
    return "a Terraform state" if path.endswith(_STATE) else None


def claims_document(path: str, root: Any) -> str | None:
    """Terraform is known by its names alone."""
    return None


def unit_of(path: str, workspace: Workspace) -> Sequence[str]:
    """Return the Terraform files of the folder; a state file is judged alone."""
    if path.endswith(_STATE):
        return [path]
    folder = path.rpartition("/")[0]
    prefix = folder + "/" if folder else ""
    names = [name for name in workspace.names(folder) if name.endswith(_CODE)]
    return sorted({path, *(prefix + name for name in names if workspace.exists(prefix + name))})


def read(unit: Unit) -> Iterable[Subject]:
    """Yield the subjects of a folder."""
    from devopslint.artifacts.terraform.reader import read_unit

    return read_unit(unit)
