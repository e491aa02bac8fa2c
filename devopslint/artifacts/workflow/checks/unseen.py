"""Checks on names that stand somewhere, only not where they are looked for: variables, workflows that are waited for."""

from __future__ import annotations

from devopslint.artifacts.workflow.called import repository_root
from devopslint.artifacts.workflow.model import map_at, names_of
from devopslint.artifacts.workflow.usage import usages
from devopslint.artifacts.workflow.words import nearest
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step, Workflow
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_FROM_RUNNER = frozenset(
    {"path", "home", "java_home", "goroot", "gopath", "pythonpath", "ld_library_path", "node_options"}
)
"""Variables that a runner or an action may have set."""
_DYNAMIC = frozenset({"pages-build-deployment", "codeql", "dependabot updates", "automatic dependency submission"})
"""Workflows that GitHub runs of its own, without a file."""


def unseen_variable(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find variables of a step's `env` that read another one of the same `env`."""
    for usage in usages(subject.context):
        step, path = usage.step, usage.site.path
        if step is None or usage.tree is None or path[:-1] != (*step.path, "env"):
            continue
        own = {key.lower() for key in step.env} - {str(path[-1]).lower()}
        for node in usage.nodes:
            name = node.path()
            if (
                name is None
                or len(name) != 2
                or name[0] != "env"
                or name[1] not in own
                or _may_be_outside(step, name[1])
            ):
                continue
            shown = usage.site.value[node.start : node.end]
            yield Problem(usage.place(node.start, node.end), variable=shown, name=path[-1])


def _may_be_outside(step: Step, name: str) -> bool:
    """Say whether a variable (in lower case) has, or may have, a value before a step begins."""
    outer = step.job.env_owners()
    if name in _FROM_RUNNER or any(env.open or name in {key.lower() for key in env} for env, _ in outer):
        return True
    if step.workflow.is_action or any("${{" in str(owner.get("env")) for owner in (step.job.value, step.workflow.root)
                                      if not isinstance(owner.get("env"), Map)):  # fmt: skip
        return True
    return any(name in (one.run or "").lower() or "GITHUB_ENV" in (one.run or "") for one in step.before)


def unknown_awaited_workflow(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names in `workflow_run` that no workflow of the repository has."""
    workflow: Workflow = subject.context
    root, workspace = repository_root(workflow), workflow.workspace
    if root is None or workspace is None or "workflow_run" not in workflow.triggers:
        return
    folder = f"{root}.github/workflows"
    value = map_at(subject.value.get("on"), "workflow_run").get("workflows")
    if _are_all_here(names_of(value), workspace, folder):
        return
    names = _names_of_workflows(workspace, folder)
    if names is None:
        return
    has_others = any(f"{folder}/{file}" != workflow.path for file in _files(workspace, folder))
    known = {*_DYNAMIC, *(one.lower() for one in names)}
    for index, name in enumerate(names_of(value)):
        if name.lower() in known or "*" in name or "${{" in name:
            continue
        path: Path = ("on", "workflow_run", "workflows")
        hint = nearest(name, names)
        if hint or has_others:  # one that stands alone may be an example
            yield Problem((*path, index) if isinstance(value, Seq) else path, name=name, hint=hint)


def _are_all_here(names: list[str], workspace: Workspace, folder: str) -> bool:
    """Say whether each name is surely that of a workflow in a folder: only files in which one stands are parsed for that."""
    left = {name.lower() for name in names if "*" not in name and "${{" not in name} - _DYNAMIC
    for file in _files(workspace, folder):
        left.discard(f".github/workflows/{file}".lower())
        source = workspace.source(f"{folder}/{file}") if left else None
        text = source.text.lower() if source is not None else ""
        if any(name in text for name in left):
            left.discard((_title(workspace, f"{folder}/{file}") or "").lower())
    return not left


def _names_of_workflows(workspace: Workspace, folder: str) -> list[str] | None:
    """Return the names and paths of the workflows in a folder, `None` when one of them can't be read."""
    found: list[str] = []
    for file in _files(workspace, folder):
        title = _title(workspace, f"{folder}/{file}")
        if title is None:
            return None
        found.append(f".github/workflows/{file}")
        if title:
            found.append(title)
    return found


def _files(workspace: Workspace, folder: str) -> list[str]:
    return [name for name in workspace.names(folder) if name.endswith((".yml", ".yaml"))]


def _title(workspace: Workspace, path: str) -> str | None:
    """Return the name that a workflow has, empty without one; `None` when it can't be read."""
    documents = workspace.documents(path)
    if not documents or not isinstance(documents[0].root, Map):
        return None
    title = documents[0].root.get("name")
    return str(title) if isinstance(title, (str, int, float)) else ""
