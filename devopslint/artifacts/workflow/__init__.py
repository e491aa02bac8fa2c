"""GitHub Actions workflows and actions."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.policy.subject import Subject

NAME = "workflow"
TITLES = ("workflow", "workflows")
EXAMPLE_PATH = ".github/workflows/example.yml"
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "workflow.file": (),
    "workflow.job": ("workflow",),
    "workflow.action": (),
    "workflow.step": ("job", "workflow", "action"),
    "shell.command": ("step", "job", "workflow", "action"),
    "shell.script": ("step", "job", "workflow", "action"),
}
TYPED = frozenset({"shell.command", "workflow.job", "workflow.step"})

MARKERS = ("on", "jobs")
"""Words that every document holds that is recognised by its content."""

_WORKFLOWS = ".github/workflows/"
_ACTIONS = frozenset({"action.yml", "action.yaml"})


def claims_path(path: str) -> str | None:
    """Say why a path alone makes a file a workflow."""
    folder, _, name = path.rpartition("/")
    if name.endswith((".yml", ".yaml")) and (folder + "/").endswith(_WORKFLOWS):
        return "in .github/workflows"
    if name in _ACTIONS:
        return f"named {name}"
    return None


def claims_document(path: str, root: Any) -> str | None:
    """Say why the root of a document makes it a workflow or an action."""
    if not isinstance(root, dict):
        return None
    jobs = root.get("jobs")
    if "on" not in root or not isinstance(jobs, dict) or not jobs:
        return None
    if all(isinstance(job, dict) and not _JOB_KEYS.isdisjoint(job) for job in jobs.values()):
        return "has on and jobs"
    return None


_JOB_KEYS = frozenset({"runs-on", "steps", "uses"})


def unit_of(path: str, workspace: Workspace) -> Sequence[str]:
    """Return the file itself: what it calls is looked up when it is needed."""
    return (path,)


def read(unit: Unit) -> Iterable[Subject]:
    """Yield the subjects of a workflow or action."""
    from devopslint.artifacts.workflow.reader import read_unit

    return read_unit(unit)
