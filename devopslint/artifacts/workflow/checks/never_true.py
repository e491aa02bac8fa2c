"""Checks on conditions that no run can fulfil, or none can fail: `failure()` of nothing, texts that are taken for truths."""

from __future__ import annotations

from devopslint.artifacts.workflow.flowing import demanded
from devopslint.artifacts.workflow.model import is_step, map_at
from devopslint.artifacts.workflow.script_files import lines_of_output
from devopslint.artifacts.workflow.usage import usages, usages_at
from devopslint.policy.subject import Place, Problem, Related, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Map

    Options = Mapping[str, Any]

_MEANT_AS_FALSE = frozenset({"false", "no", "off", "0"})
_WRITES_VALUE = lazily(r"(?:=|::)[ \t]*([A-Za-z0-9]+)[\"']?(?:\s|>|$|\|)")


def failure_of_nothing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `failure()` in a job that waits for no other, and in the first step of a job."""
    owner: Step | Job = subject.context
    if is_step(owner):
        if owner.place != 0 or not owner.job.key:
            return
        if "services" in owner.job.value or "container" in owner.job.value:
            return  # they are started before it, and may fail
        what = "no step has run before this one"
    else:
        if "needs" in owner.value or owner.workflow.has_trigger("workflow_call"):
            return
        what = f"job `{owner.path[1]}` waits for no other"
    for usage in usages_at(owner.workflow, (*owner.path, "if")):
        for node in demanded(usage.tree) if usage.tree is not None else ():
            if node.kind == "call" and node.value.lower() == "failure" and not node.items:
                yield Problem(usage.place(node.start, node.end), what=what)


def text_false(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find texts such as `false` that are asked whether they are true, which every text is that is not empty."""
    workflow: Workflow = subject.context
    for usage in usages(workflow):
        if usage.tree is None:
            continue
        for node in _asked(usage.tree, whole=usage.site.path[-1:] == ("if",)):
            path = node.path()
            found = _text_of(usage, path) if path is not None else None
            if found is not None:
                related = [Related(found[1], "it gets its text here")] if found[1] is not None else []
                shown = usage.site.value[node.start : node.end]
                place = usage.place(node.start, node.end)
                yield Problem(place, name=shown, text=found[0], related=related)


def _asked(node: Node, *, whole: bool) -> Iterator[Node]:
    """Yield the references that are asked for their truth."""
    if node.kind in {"and", "or"}:
        for index, item in enumerate(node.items):
            last = index == len(node.items) - 1
            yield from _asked(item, whole=whole or (node.kind == "and" and not last))
    elif node.kind == "not":
        yield from _asked(node.items[0], whole=True)
    elif node.kind == "call":
        for item in node.items:
            yield from _asked(item, whole=False)
    elif whole:
        yield node


def _text_of(usage: Usage, path: tuple[str, ...]) -> tuple[str, Place | None] | None:
    """Return the text meant as false that a reference can have, with its place; `None` when there is no such."""
    if path[0] == "env" and len(path) == 2:
        return _of_variable(usage, path[1])
    if path[0] == "steps" and len(path) == 4 and path[2] == "outputs" and usage.job is not None:
        step = usage.job.step(path[1])
        return _of_output(step, path[3]) if step is not None else None
    if path[0] == "needs" and len(path) == 4 and path[2] == "outputs":
        job = usage.workflow.job_called(path[1])
        return _of_job_output(job, path[3]) if job is not None else None
    if path[:3] == ("github", "event", "inputs") and len(path) == 4:
        return _of_input(usage.workflow, path[3])
    return None


def _of_variable(usage: Usage, name: str) -> tuple[str, Place | None] | None:
    owners: list[Map] = [] if usage.step is None else [usage.step.value]
    if usage.job is not None:
        owners.append(usage.job.value)
    for owner in (*owners, usage.workflow.root):
        env = map_at(owner, "env")
        key = next((one for one in env if one.lower() == name), None)
        if key is not None:
            text = str(env[key]).lower()
            mark = env.at[key][2:]
            is_meant = text in _MEANT_AS_FALSE and not isinstance(env[key], (list, dict))
            return (text, Place(usage.workflow.document.source, *mark)) if is_meant else None
    return None


def _of_output(step: Step, name: str) -> tuple[str, Place | None] | None:
    if step.run is None or step.fragment is None:
        return None
    for start, end in lines_of_output(step.run, name):
        found = _WRITES_VALUE.search(step.run, start, end)
        if found is not None and found[1].lower() in _MEANT_AS_FALSE:
            return found[1], place_in(step.fragment, *found.span(1))
    return None


def _of_job_output(job: Job, name: str) -> tuple[str, Place | None] | None:
    outputs = map_at(job.value, "outputs")
    key = next((one for one in outputs if one.lower() == name), None)
    if key is None:
        return None
    given = outputs[key]
    if not isinstance(given, str) or "${{" not in given:
        text = str(given).lower()
        place = Place(job.workflow.document.source, *outputs.at[key][2:])
        return (text, place) if text in _MEANT_AS_FALSE else None
    inner = usages_at(job.workflow, (*job.path, "outputs", key))
    path = inner[0].tree.path() if len(inner) == 1 and inner[0].tree is not None else None
    if path is None or inner[0].whole != (0, len(given)) or path[0] != "steps":
        return None
    return _text_of(inner[0], path)


def _of_input(workflow: Workflow, name: str) -> tuple[str, Place | None] | None:
    """Return `false` for a boolean input: in `github.event.inputs` it is a text."""
    inputs = map_at(workflow.triggers.get("workflow_dispatch"), "inputs")
    key = next((one for one in inputs if one.lower() == name), None)
    if key is None or map_at(inputs, key).get("type") != "boolean":
        return None
    return "false", Place(workflow.document.source, *inputs.at[key][:2])
