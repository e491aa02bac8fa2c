"""Checks on local actions and reusable workflows: that they exist, and that what is given is what they take."""

from __future__ import annotations

from devopslint.artifacts.workflow.called import called_action, called_workflow, repository_root
from devopslint.artifacts.workflow.model import map_at, permissions_of
from devopslint.artifacts.workflow.words import nearest
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.types import Type
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_BUILT = frozenset({"dist", "build", "out", "lib", "target"})
_LEVELS = {"none": 0, "read": 1, "write": 2}


def missing_local_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps that use a local action which is not in the repository, though it is checked out as it stands."""
    step: Step = subject.context
    uses, workspace = step.uses, step.workflow.workspace
    if uses is None or uses.kind != "local" or workspace is None or "${{" in uses.text or uses.text.startswith("../"):
        return
    if uses.has_ref:
        return  # `local-path-with-ref` tells of it
    root = repository_root(step.workflow)
    if root is None or not _checks_out_itself(step, root):
        return
    folder = (root + uses.folder).rstrip("/")
    names = workspace.names("" if folder == "." else folder)
    if not {"action.yml", "action.yaml", "Dockerfile"} & set(names):
        yield Problem("uses", folder=uses.text)


def _checks_out_itself(step: Step, root: str) -> bool:
    """Say whether what stands in the working folder is surely this repository and nothing built or fetched besides."""
    name = (step.uses.folder if step.uses else "").split("/")[0]
    if step.uses is not None and step.uses.text.startswith("$/"):
        return True
    if step.workflow.is_action:
        workspace = step.workflow.workspace
        return name == "." or workspace is None or name in workspace.names(root.rstrip("/"))
    if step.is_preceded_by(_checks_out_another):
        return False
    return name == ".github" or not step.is_preceded_by(_runs_with, name)


def _checks_out_another(step: Step) -> bool:
    is_checkout = step.action == "actions/checkout"
    return is_checkout and not {"repository", "path", "ref"}.isdisjoint(step.inputs)


def _runs_with(step: Step, word: str) -> bool:
    """Say whether a step before may make a folder: its script or inputs name it, or it is one that builds fill."""
    return word in f"{step.run or ''} {step.inputs}" or (word in _BUILT and step.run is not None)


def local_action_inputs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs that a local action does not declare, and required ones that are not given."""
    step: Step = subject.context
    if step.uses is None or step.uses.kind != "local":
        return
    action = called_action(step.workflow, step.uses)
    if action is None or not isinstance(action.root.get("runs"), Map):
        return
    inputs = map_at(action.root, "inputs")
    known = {name.lower() for name in inputs}
    given = {name.lower() for name in step.inputs}
    for name in step.inputs:
        if (
            name.lower() not in known
            and "${{" not in name
            and not (name.lower() in {"args", "entrypoint"} and action.root["runs"].get("using") == "docker")
        ):
            yield Problem(("with", name), part="key", fault=f"the action has no input `{name}`{nearest(name, inputs)}")
    for name, config in inputs.items():
        is_required = isinstance(config, Map) and str(config.get("required")).lower() == "true"
        if is_required and config.get("default") is None and name.lower() not in given:
            yield Problem("uses", fault=f"the action requires the input `{name}`")


def missing_local_workflow(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find calls of reusable workflows that are not there or can't be called."""
    job: Job = subject.context
    uses, workspace = job.uses, job.workflow.workspace
    root = repository_root(job.workflow)
    if uses is None or uses.kind != "local" or workspace is None or root is None or "${{" in uses.text:
        return
    path, folder = root + uses.folder, f"{root}.github/workflows/"
    if not path.startswith(folder) or "/" in path[len(folder) :]:
        yield Problem("uses", fault="reusable workflows stand directly in `.github/workflows`")
    elif uses.has_ref:
        return  # `local-path-with-ref` tells of it
    elif not workspace.exists(path):
        own = job.workflow.path.rpartition("/")[2]
        names = [name for name in workspace.names(root + ".github/workflows") if name != own]
        start = uses.text[: uses.text.find("/") + 1]
        siblings = [f"{start}.github/workflows/{name}" for name in names]
        yield Problem("uses", fault=f"there is no such file{nearest(uses.text, siblings)}")
    else:
        called = called_workflow(job.workflow, uses)
        if called is not None and called.triggers and not called.has_trigger("workflow_call"):
            yield Problem("uses", fault="that workflow has no `workflow_call` trigger")
        elif called is not None and job.workflow.path in _paths_called(called):
            yield Problem("uses", fault="it leads back to this workflow, and a workflow can't call itself")


def _paths_called(workflow: Workflow) -> set[str]:
    """Return the path of a workflow and those of all that it calls of the same repository, and these, and so on."""
    found: set[str] = set()
    stack = [workflow]
    while stack:
        one = stack.pop()
        if one.path not in found:
            found.add(one.path)
            called = [called_workflow(one, job.uses) for job in one.jobs.values() if job.uses is not None]
            stack.extend(each for each in called if each is not None)
    return found


def excessive_called_permissions(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find calls of local workflows whose jobs ask for more than the calling job's token may do."""
    job: Job = subject.context
    called = called_workflow(job.workflow, job.uses) if job.uses is not None else None
    if called is None or not job.declares_permissions or not called.has_trigger("workflow_call"):
        return
    for (scope, level), who in _asked_for(called).items():
        given = job.grants(scope)
        if given is not None and _LEVELS.get(level, 0) > _LEVELS.get(given, 0):
            asked = f"{level}-all" if scope == "*" else f"{scope}: {level}"
            yield Problem("uses", asked=asked, who=who, given=given)
            return


def _asked_for(called: Workflow) -> dict[tuple[str, str], str]:
    """Return the permissions that a workflow asks for, each with who asks first, worked out once for all who call it."""
    found: dict[tuple[str, str], str] | None = called.cache.get("asked for")
    if found is None:
        found = called.cache["asked for"] = {}
        for job in called.jobs.values():
            for asked in (permissions_of(job.value.get("permissions")) or {}).items():
                found.setdefault(asked, f"job `{job.key}` of the called workflow")
        if any("permissions" not in job.value for job in called.jobs.values()):
            for scope, level in (permissions_of(called.root.get("permissions")) or {}).items():
                if level == "write":
                    found.setdefault((scope, level), "the called workflow")
    return found


def reusable_workflow_inputs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs and secrets that a local reusable workflow does not declare, requires, or wants of another type."""
    job: Job = subject.context
    called = called_workflow(job.workflow, job.uses) if job.uses is not None else None
    if called is None or not called.has_trigger("workflow_call"):
        return
    config = called.triggers["workflow_call"]
    for key, what in (("inputs", "with"), ("secrets", "secrets")):
        declared, given = map_at(config, key), job.value.get(what, Map())
        if not isinstance(given, Map):
            continue
        known = {name.lower(): name for name in declared}
        for name, value in given.items():
            if name.lower() not in known:
                word = key[:-1]
                yield Problem(
                    (what, name), part="key", fault=f"the workflow has no {word} `{name}`{nearest(name, declared)}"
                )
            elif key == "inputs":
                fault = _type_fault(job, declared[known[name.lower()]], name, value)
                if fault:
                    yield Problem((what, name), fault=f"input `{name}` {fault}")
        names = {name.lower() for name in given}
        for name, one in declared.items():
            is_required = isinstance(one, Map) and one.get("required") is True and one.get("default") is None
            if is_required and name.lower() not in names:
                yield Problem("uses", fault=f"the workflow requires the {key[:-1]} `{name}`")


def _type_fault(job: Job, declared: Any, name: str, value: Any) -> str:
    kind = declared.get("type") if isinstance(declared, Map) else None
    if kind not in {"boolean", "number", "string"}:
        return ""
    if isinstance(value, str) and "${{" in value:
        found = _expression_type(job, name, value)
        wrong = found.is_composite if kind == "string" else found.kind not in {"any", "null", kind}
        return f"is a {kind}, not {found.words}" if wrong else ""
    if kind == "boolean" and not isinstance(value, bool):
        return f"is a boolean, not `{value}`"
    if kind == "number" and (isinstance(value, bool) or not isinstance(value, (int, float))):
        return f"is a number, not `{value}`"
    return ""


def _expression_type(job: Job, name: str, value: str) -> Type:
    """Return the type of what is given for an input: that of its expression, a text when there is more than one."""
    from devopslint.artifacts.workflow.types import ANY, STRING, type_of
    from devopslint.artifacts.workflow.usage import usages

    path = (*job.path, "with", name)
    found = [usage for usage in usages(job.workflow) if usage.site.path == path]
    if len(found) != 1 or found[0].tree is None:
        return STRING if len(found) > 1 else ANY
    alone = found[0].whole == (0, len(value))
    return type_of(found[0].tree, found[0]) if alone else STRING
