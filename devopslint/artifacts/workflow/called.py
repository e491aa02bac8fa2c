"""The actions and reusable workflows of the same repository that a workflow calls."""

from __future__ import annotations

from devopslint.artifacts.workflow.bounds import is_bounded
from devopslint.artifacts.workflow.model import Workflow
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.workflow.actions import ActionRef

MOST_NESTED = 10
"""Workflows, or actions, that call each other in a row: as many as GitHub follows."""


def repository_root(workflow: Workflow) -> str | None:
    """Return the folder that holds the `.github` of a workflow or action, with a `/` unless it is the root.

    It is `None` when nothing tells where the repository begins.
    """
    path, workspace = workflow.path, workflow.workspace
    at = path.find(".github/")
    if at == 0 or (at > 0 and path[at - 1] == "/"):
        return path[:at]
    folder = path.rpartition("/")[0]
    while workspace is not None:
        if ".github" in workspace.names(folder):
            return f"{folder}/" if folder else ""
        if not folder:
            break
        folder = folder.rpartition("/")[0]
    return None


def _load(workflow: Workflow, path: str, *, is_action: bool) -> Workflow | None:
    """Return another workflow or action of the repository, or this one when it calls itself; each is read once.

    It is `None` when it is not there, can't be read, or is called by way of more others than GitHub follows.
    """
    files: dict[str, Workflow | None] = workflow.cache.setdefault("files", {workflow.path: workflow})
    depth: int = workflow.cache.get("depth", 0)
    if path not in files and depth >= MOST_NESTED:
        return None
    if path not in files:
        workspace = workflow.workspace
        documents = workspace.documents(path) if workspace is not None and workspace.exists(path) else ()
        files[path] = None
        if documents and isinstance(documents[0].root, Map) and is_bounded(documents[0].root):
            loaded = files[path] = Workflow(documents[0], path, workspace, is_action=is_action)
            loaded.cache.update(files=files, depth=depth + 1)
    return files[path]


def called_workflow(workflow: Workflow, uses: ActionRef) -> Workflow | None:
    """Return the reusable workflow of the same repository that a job calls, `None` when it can't be read."""
    root = repository_root(workflow)
    if uses.kind != "local" or root is None:
        return None
    return _load(workflow, root + uses.folder, is_action=False)


def called_action(workflow: Workflow, uses: ActionRef) -> Workflow | None:
    """Return the local action that a step uses, `None` when it can't be read."""
    root = repository_root(workflow)
    if uses.kind != "local" or root is None or uses.text.startswith("../"):
        return None
    folder = root + uses.folder
    folder = "" if folder == "." else folder.rstrip("/") + "/"
    for name in ("action.yml", "action.yaml"):
        found = _load(workflow, folder + name, is_action=True)
        if found is not None:
            return found
    return None
