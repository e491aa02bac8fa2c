"""Checks on what expressions refer to: contexts, functions, steps, jobs, inputs, matrix keys."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.workflow.checks.background import not_done_yet
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.outputs import outputs_of_step
from devopslint.artifacts.workflow.usage import nodes_of, references, usages
from devopslint.artifacts.workflow.words import nearest
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.matrix import Matrix
    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_OF_ITS_OWN = lazily(
    r"(?:action|actor|check_run|check_suite|enterprise|environment|event|job|organization|repository|run|runner|step"
    r"|triggering_actor|workflow)_(?:\w+_)?(?:id|sha|ref|path)",
    re.IGNORECASE,
)
CONTEXTS = (
    "github",
    "env",
    "vars",
    "job",
    "jobs",
    "steps",
    "runner",
    "secrets",
    "strategy",
    "matrix",
    "needs",
    "inputs",
)
_CLOSED = frozenset({"github", "runner", "strategy", "job"})
_PARTS_OF_JOB = {"job.container": ("id", "network")}
_MORE_OF_GITHUB = frozenset({"output", "state", "step_summary", "repository_visibility", "artifact_cache_size_limit"})
"""What runs have in `github` besides what GitHub documents."""


def syntax_error(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find expressions that can't be read."""
    for usage in usages(subject.context):
        if usage.error is not None:
            yield Problem(usage.place(usage.error.start, usage.error.end), fault=usage.error.message)


def unknown_context(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names that are no context, and properties that a context with fixed properties does not have."""
    for usage, node in nodes_of(subject.context, "name", "property", "index"):
        if node.kind == "name":
            if node.value.lower() not in CONTEXTS:
                hint = nearest(node.value, CONTEXTS) or _quote_hint(usage, node)
                yield Problem(usage.place(node.start, node.end), name=node.value, hint=hint)
            continue
        known = parts_instead(node)
        if known:
            owner, name = node.items[0], _last_name(node)
            start = node.end - len(name) if node.kind == "property" else node.items[1].start
            end = node.end if node.kind == "property" else node.items[1].end
            shown = usage.site.value[owner.start : owner.end]
            yield Problem(usage.place(start, end), name=f"{shown}.{name}", hint=nearest(name, known))


def parts_instead(node: Node) -> Sequence[str]:
    """Return the parts that a context has, where a property or an index asks for one that it has not; else nothing."""
    context = ".".join(node.items[0].path() or ())
    if context not in _CLOSED and context not in _PARTS_OF_JOB:
        return ()
    from devopslint.artifacts.workflow.schema import load_table

    name = _last_name(node)
    known: Sequence[str] = _PARTS_OF_JOB.get(context) or load_table()["contexts"][context]
    if not name or name.lower() in _in_lower_case(tuple(known)) or _grows(name):
        return ()
    return () if context == "github" and name.lower() in _MORE_OF_GITHUB else known


@lru_cache(maxsize=16)
def _in_lower_case(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(one.lower() for one in names)


def _last_name(node: Node) -> str:
    """Return the name of a property, or of an index that is a text; else the empty string."""
    value = node.items[1].value if node.kind == "index" and node.items[1].kind == "literal" else node.value
    return value if isinstance(value, str) else ""


def _grows(name: str) -> bool:
    """Say whether GitHub adds names of this form (`github.actor_id`, `github.workflow_sha`) faster than tables do."""
    return _OF_ITS_OWN.fullmatch(name) is not None


def _quote_hint(usage: Usage, node: Node) -> str:
    return f", a text stands in quotes: `'{node.value}'`" if usage.tree is not node else ""


def unavailable_context(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find contexts and functions that exist but not at that place."""
    for usage, node in nodes_of(subject.context, "name", "call"):
        available = usage.site.contexts
        where = _key_of(usage)
        if node.kind == "name":
            name = node.value.lower()
            if name in CONTEXTS and name not in available:
                yield Problem(
                    usage.place(node.start, node.end), name=f"`{node.value}`", key=where, available=_names(available)
                )
        else:
            name = node.value.lower()
            special = name in {"hashfiles", "always", "cancelled", "success", "failure"}
            if special and not any(one.lower().startswith(name + "(") for one in available):
                place = usage.place(node.start, node.start + len(node.value))
                yield Problem(place, name=f"`{node.value}()`", key=where, available=_names(available))


def _names(available: Iterable[str]) -> str:
    return ", ".join(sorted(name for name in available if "(" not in name))


def _key_of(usage: Usage) -> str:
    names = [step for step in usage.site.path if isinstance(step, str)]
    if names[0] == "jobs":
        names = ["jobs.<job>", *(["steps"] if "steps" in names[:3] else []), *names[2 + ("steps" in names[:3]) :]]
    return ".".join(names)


def _name_node(node: Node, depth: int) -> Node:
    """Return the part of a reference that ends with its `depth`-th name."""
    chain = [node]
    while chain[-1].kind in {"property", "index", "star"}:
        chain.append(chain[-1].items[0])
    return list(reversed(chain))[depth]


def unknown_step(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `steps.x` where no step of the job has that id, or only one that runs later."""
    workflow: Workflow = subject.context
    for usage, node, path in references(workflow, "steps"):
        job = usage.job or workflow.action_job
        if job is None or path[1] in {"*", "?"}:
            continue
        step = job.step(path[1])
        name = _name_node(node, 1)
        place = usage.place(node.start, name.end)
        if step is None:
            ids = [one.id for one in job.steps if one.id]
            yield Problem(place, fault=f"no step of this job has the id `{path[1]}`{nearest(path[1], ids)}")
        elif usage.step is not None and step.index > usage.step.index:
            yield Problem(place, fault=f"step `{step.id}` runs later than this one")
        elif usage.step is not None and (early := not_done_yet(step, usage.step)):
            yield Problem(place, fault=early)
        elif usage.step is step:
            own = "outputs" if "outputs" in path else "result"
            yield Problem(place, fault=f"step `{step.id}` can't read its own {own}")
        elif len(path) > 2 and path[2] not in {"outputs", "outcome", "conclusion", "*", "?"}:
            hint = nearest(path[2], ("outputs", "outcome", "conclusion"))
            yield Problem(place, fault=f"a step has no `{path[2]}`{hint or ', its outputs stand under `outputs`'}")
        elif len(path) > 3 and path[2] == "outputs" and path[3] not in {"*", "?"}:
            outputs = outputs_of_step(step)
            if outputs is not None and path[3] not in outputs:
                place = usage.place(node.start, _name_node(node, 3).end)
                fault = f"step `{step.id}` has no output `{path[3]}`{nearest(path[3], outputs)}"
                yield Problem(place, fault=fault)


def unknown_need(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `needs.x` of jobs that this one does not need, and outputs that they do not have."""
    workflow: Workflow = subject.context
    for usage, node, path in references(workflow, "needs"):
        job = usage.job
        if job is not None and path[1] == "*" and "needs" not in job.value and not job.value.open:
            yield Problem(usage.place(node.start, _name_node(node, 1).end), fault="this job has no `needs`")
        if job is None or path[1] in {"*", "?"}:
            continue
        name = _name_node(node, 1)
        needs = {key.lower(): key for key in job.needs}
        if any("${{" in key for key in needs):
            continue
        if path[1] not in needs:
            is_job = workflow.job_called(str(path[1])) is not None
            fault = "is not in the `needs` of this job" if is_job else f"is no job{nearest(path[1], job.needs)}"
            yield Problem(usage.place(node.start, name.end), fault=f"`{path[1]}` {fault}")
            continue
        if len(path) < 3 or path[2] in {"*", "?", "result"}:
            continue
        if path[2] != "outputs":
            yield Problem(
                usage.place(node.start, _name_node(node, 2).end),
                fault=f"a job has no `{path[2]}`, only `outputs` and `result`",
            )
            continue
        outputs = _outputs_of(workflow, needs[path[1]])
        if (
            outputs is not None
            and len(path) > 3
            and path[3] not in {"*", "?"}
            and path[3] not in {one.lower() for one in outputs}
        ):
            place = usage.place(node.start, _name_node(node, 3).end)
            yield Problem(place, fault=f"job `{path[1]}` has no output `{path[3]}`{nearest(path[3], outputs)}")


def _outputs_of(workflow: Workflow, key: str) -> list[str] | None:
    """Return the names of a job's outputs, `None` when they can't be known."""
    job = workflow.job_called(key)
    if job is None:
        return None
    if job.uses is not None:
        from devopslint.artifacts.workflow.called import called_workflow

        called = called_workflow(workflow, job.uses)
        return list(map_at(called.triggers.get("workflow_call"), "outputs")) if called is not None else None
    outputs = map_at(job.value, "outputs")
    return list(outputs)


def unknown_matrix_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `matrix.x` that no combination of the matrix has."""
    for usage, node, path in references(subject.context, "matrix"):
        job = usage.job
        if job is None or path[1] in {"*", "?"} or (job.matrix is not None and _has_fallback(usage, node)):
            continue
        name = _name_node(node, 1)
        if job.matrix is None:
            yield Problem(usage.place(node.start, name.end), name=path[1], hint=", the job has no matrix")
        elif job.matrix.keys is not None and path[1] not in job.matrix.keys:
            yield Problem(usage.place(node.start, name.end), name=path[1], hint=nearest(path[1], job.matrix.keys))
        elif len(path) > 2:
            yield from _unknown_below(usage, node, path, job.matrix)


def _has_fallback(usage: Usage, node: Node) -> bool:
    """Say whether `a || b` gives another value where this one is not there."""
    return any(one.kind == "or" and any(item is node for item in one.items[:-1]) for one in usage.nodes)


def _unknown_below(usage: Usage, node: Node, path: Sequence[str], matrix: Matrix) -> Iterator[Problem]:
    """Find the first part of `matrix.a.b.c` that is in no combination, though what it is a part of is in some."""
    values = [cell[0] for row in matrix.rows for key, cell in row.items() if key.lower() == path[1]]
    for depth in range(2, len(path)):
        values = [one for one in values if one is not None]
        if path[depth] in {"*", "?"} or not all(isinstance(one, Map) and not one.open for one in values):
            return
        known = {key.lower() for one in values for key in one}
        if known and path[depth] not in known:
            place = usage.place(node.start, _name_node(node, depth).end)
            yield Problem(place, name=".".join(path[1 : depth + 1]), hint=nearest(path[depth], known))
            return
        values = [one[key] for one in values for key in one if key.lower() == path[depth]]


def unknown_input(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `inputs.x` that neither `workflow_call`, `workflow_dispatch` nor the action declares."""
    workflow: Workflow = subject.context
    names: set[str] = set()
    if workflow.is_action:
        names.update(map_at(workflow.root, "inputs"))
    for event in ("workflow_call", "workflow_dispatch"):
        names.update(map_at(workflow.triggers.get(event), "inputs"))
    known = {name.lower() for name in names}
    for context in ("inputs", "github"):
        for usage, node, path in references(workflow, context):
            depth = 1
            if context == "github":
                if (
                    path[1:3] != ("event", "inputs")
                    or len(path) < 4
                    or not workflow.has_trigger("workflow_dispatch")
                    or workflow.has_trigger("workflow_call")
                ):
                    continue
                depth = 3
            if path[depth] in {"*", "?"} or path[depth] in known:
                continue
            place = usage.place(node.start, _name_node(node, depth).end)
            yield Problem(place, what="input", name=path[depth], hint=nearest(path[depth], names))
    yield from _unknown_secret(workflow)


def _unknown_secret(workflow: Workflow) -> Iterator[Problem]:
    """Find `secrets.x` that a workflow which is only called, and says which secrets it takes, does not declare."""
    declared = map_at(workflow.triggers.get("workflow_call"), "secrets")
    if not declared or declared.open or set(workflow.triggers) != {"workflow_call"}:
        return
    known = {name.lower() for name in declared}
    for usage, node, path in references(workflow, "secrets"):
        name = path[1]
        if name in known or name in {"*", "?"} or name.startswith(("github_", "actions_")):
            continue
        place = usage.place(node.start, _name_node(node, 1).end)
        yield Problem(place, what="secret", name=name, hint=nearest(name, declared))


def unknown_job_in_outputs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `jobs.x.outputs.y` in the outputs of a reusable workflow that no job gives."""
    workflow: Workflow = subject.context
    for usage, node, path in references(workflow, "jobs"):
        if len(path) < 2 or path[1] in {"*", "?"} or usage.site.path[:2] != ("on", "workflow_call"):
            continue
        keys = {key.lower(): key for key in workflow.jobs}
        if path[1] not in keys:
            place = usage.place(node.start, _name_node(node, 1).end)
            yield Problem(place, fault=f"`{path[1]}` is no job of this workflow{nearest(path[1], workflow.jobs)}")
            continue
        if len(path) > 2 and path[2] not in {"outputs", "result", "*", "?"}:
            place = usage.place(node.start, _name_node(node, 2).end)
            yield Problem(place, fault=f"a job has no `{path[2]}`, only `outputs` and `result`")
            continue
        outputs = _outputs_of(workflow, path[1])
        if (
            len(path) > 3
            and path[2] == "outputs"
            and outputs is not None
            and path[3] not in {one.lower() for one in outputs}
        ):
            place = usage.place(node.start, _name_node(node, 3).end)
            yield Problem(place, fault=f"job `{path[1]}` has no output `{path[3]}`{nearest(path[3], outputs)}")
