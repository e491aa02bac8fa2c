"""Checks on texts of strangers that become code."""

from __future__ import annotations

import re
from itertools import pairwise

from devopslint.artifacts.workflow.checks.untrusted import is_untrusted, untrusted_references
from devopslint.artifacts.workflow.flow import flows, origins_of_usage
from devopslint.artifacts.workflow.flowing import flowing
from devopslint.artifacts.workflow.known_actions import SCRIPT_INPUTS
from devopslint.artifacts.workflow.model import is_step, map_at
from devopslint.artifacts.workflow.shells import GIVES_CODE
from devopslint.artifacts.workflow.stretches import within
from devopslint.artifacts.workflow.usage import usages, usages_at
from devopslint.policy.subject import Place, Problem, Related, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.flow import Origin
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_NAMES = frozenset({("label", "name"), ("milestone", "title"), ("*", "name"), ("?", "name")})
_FREE_TEXTS = frozenset(
    {
        ("github", "base_ref"),
        ("github", "event", "ref"),
        ("github", "event", "base_ref"),
        ("github", "event", "pull_request", "base", "ref"),
        ("github", "event", "workflow_run", "name"),
        *(("github", "event", "release", name) for name in ("name", "tag_name", "body", "target_commitish")),
        *(("github", "event", "deployment", name) for name in ("ref", "environment", "task", "description")),
    }
)
"""Texts that people with rights in the repository choose: names of branches, tags, labels."""
_RUNS_ARGUMENTS = lazily(r"(?:^|/)(?:ba|da|z|k)?sh$|python\d*$|node$|perl$|^eval$")
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "python", "python3", "node", "perl", "ruby", "pwsh"})


def script_usages(step: Step) -> Iterator[Usage]:
    """Yield the expressions that are put into what a step runs as code."""
    if step.run is not None and "${{" in step.run:
        yield from usages_at(step.workflow, (*step.path, "run"))
    inputs = SCRIPT_INPUTS.get(step.uses.slug, ()) if step.uses is not None else ()
    for key in step.inputs if inputs else ():
        if key.lower() in inputs:
            yield from usages_at(step.workflow, (*step.path, "with", key))
    if step.uses is not None and step.uses.kind == "docker":
        given = f"{step.inputs.get('entrypoint', '')}"
        if _RUNS_ARGUMENTS.search(given) or re.match(r"\s*-\w*c\s", str(step.inputs.get("args", ""))):
            yield from usages_at(step.workflow, (*step.path, "with", "args"))


def untrusted_input_in_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find texts of strangers that are expanded within a script, or given to a local action that does so."""
    owner: Step | Job = subject.context
    if is_step(owner):
        for usage in script_usages(owner):
            for node, origin in untrusted_references(usage):
                name = usage.site.value[node.start : node.end]
                yield problem_of(usage.place(node.start, node.end), name, origin, "becomes part of the script")
        yield from _evaluated(owner)
    if owner.uses is not None and owner.uses.kind == "local":
        yield from _given_to_scripts(owner)


def _evaluated(step: Step) -> Iterator[Problem]:
    """Find variables with texts of strangers that a script runs as code: `eval "$TITLE"`, `bash -c "$TITLE"`."""
    if step.run is None or not ("eval" in step.run or GIVES_CODE.search(step.run)) or not step.is_shell:
        return
    assert step.fragment is not None
    spans = [span for command in step.script() for span in _code_of(command, step)]
    is_run = within(spans)
    for flow in flows(step) if spans else ():
        if flow.variable and is_untrusted(flow.origin) and is_run(flow.start):
            place = place_in(step.fragment, flow.start, flow.end)
            yield problem_of(place, step.run[flow.start : flow.end], flow.origin, "is run as code")


def _code_of(command: Command, step: Step) -> Iterator[tuple[int, int]]:
    """Yield the words of a command that it runs as code, those that the shell fills in before."""
    if command.fragment is not step.fragment:
        return
    if command.name == "eval":
        yield from ((word.start, word.end) for word in command.words if word.node_type != "raw_string")
    elif command.name in _SHELLS:
        for before, word in pairwise(command.words):
            if re.fullmatch(r"-\w*[ce]", before.text) and word.node_type != "raw_string":
                yield word.start, word.end


def problem_of(place: Place, name: str, origin: Origin, what: str) -> Problem:
    """Return what is said of a text of strangers, with the place that it comes from where that is another."""
    if origin.place.source is place.source and place.start <= origin.place.start < place.end:
        return Problem(place, name=name, via="", what=what)
    related = [Related(origin.place, "the text comes from here", origin=True)] if origin.name else []
    via = f", that is `{origin.name}`," if origin.name and origin.name != name else ""
    return Problem(place, name=name, via=via, what=what, related=related)


def _given_to_scripts(owner: Step | Job) -> Iterator[Problem]:
    """Find texts of strangers among the inputs of a local action or workflow that expands them within a script."""
    called = _called(owner)
    expanded = _script_inputs(called) if called is not None else {}
    for key in map_at(owner.value, "with") if expanded else ():
        if key.lower() not in expanded:
            continue
        for usage in usages_at(owner.workflow, (*owner.path, "with", key)):
            for node, origin in untrusted_references(usage):
                name = usage.site.value[node.start : node.end]
                what = f"becomes part of a script of `{owner.uses.text if owner.uses else ''}`"
                problem = problem_of(usage.place(node.start, node.end), name, origin, what)
                problem.related = [*problem.related, Related(expanded[key.lower()], "here it becomes part of a script")]
                yield problem


def _called(owner: Step | Job) -> Workflow | None:
    """Return the local action or reusable workflow that a step or a job calls."""
    from devopslint.artifacts.workflow.called import called_action, called_workflow

    if owner.uses is None:
        return None
    return called_action(owner.workflow, owner.uses) if is_step(owner) else called_workflow(owner.workflow, owner.uses)


def _script_inputs(called: Workflow, trail: tuple[str, ...] = ()) -> dict[str, Place]:
    """Return the inputs (lower case) of an action or a reusable workflow that it expands within scripts, and where.

    `trail` are the files that call it: one that calls itself in the end says nothing more.
    """
    if called.path in trail:
        return {}
    known: dict[str, Place] | None = called.cache.get("script inputs")
    if known is not None:
        return known
    found: dict[str, Place] = {}
    called.cache["script inputs"] = found
    owners: list[Step | Job] = [*called.steps, *called.jobs.values()]
    for owner in owners:
        sites = list(script_usages(owner)) if is_step(owner) else []
        inner = _called(owner) if owner.uses is not None and owner.uses.kind == "local" else None
        expanded = _script_inputs(inner, (*trail, called.path)) if inner is not None else {}
        for key in map_at(owner.value, "with") if expanded else ():
            if key.lower() in expanded:
                sites.extend(usages_at(called, (*owner.path, "with", key)))
        for usage in sites:
            for node, origin in origins_of_usage(usage):
                if origin.path[0] == "inputs" and len(origin.path) == 2:
                    found.setdefault(origin.path[1], usage.place(node.start, node.end))
    return found


def input_in_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs and names of branches that are expanded within a script: safe only while callers are."""
    return _expanded(subject.context, _is_input)


def output_in_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find outputs of steps and jobs that are expanded within a script."""
    return _expanded(subject.context, _is_output)


def value_in_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find other values from outside of the file that are expanded within a script and can hold any text."""
    step: Step = subject.context
    for usage in script_usages(step):
        if usage.tree is None:
            continue
        told = {id(node) for node, _ in untrusted_references(usage)}
        sources: dict[int, list[tuple[str, ...]]] = {}
        for node, origin in origins_of_usage(usage):
            sources.setdefault(id(node), []).append(origin.path)
        for node in flowing(usage.tree):
            path = node.path() or ("",)
            if id(node) in told or _is_input(path, step) or _is_output(path, step):
                continue
            paths = sources.get(id(node), [])
            computed = path[0] == "matrix" and len(path) > 1 and _is_computed(step, path[1])
            if computed or any(_is_free_text(one) or _is_input(one, step) or _is_output(one, step) for one in paths):
                yield Problem(usage.place(node.start, node.end), name=usage.site.value[node.start : node.end])


def _is_computed(step: Step, name: str) -> bool:
    """Say whether an earlier job makes the values of a key of the matrix."""
    names = _computed_names(step.workflow).get(step.job.path, ())
    return "" in names or name in names


def _computed_names(workflow: Workflow) -> dict[Path, set[str]]:
    """Return, by the path of a job, the keys in its matrix below which values of other jobs stand; `""` for all of it."""
    found: dict[Path, set[str]] | None = workflow.cache.get("computed names of matrices")
    if found is not None:
        return found
    found = workflow.cache["computed names of matrices"] = {}
    for usage in usages(workflow):
        path = usage.site.path
        if path[2:4] != ("strategy", "matrix") or usage.tree is None:
            continue
        if any(node.kind == "name" and node.value.lower() in {"needs", "steps"} for node in usage.nodes):
            found.setdefault(path[:2], set()).update(str(one).lower() for one in path[4:] or ("",))
    return found


def _is_free_text(path: tuple[str, ...]) -> bool:
    """Say whether a reference is a text that people with some rights in the repository choose, or that nothing here sets."""
    if path[0] in {"vars", "env"}:
        return len(path) == 2
    return path in _FREE_TEXTS or (path[:2] == ("github", "event") and path[-2:] in _NAMES)


def _expanded(step: Step, wanted: Callable[[tuple[str, ...], Step], bool]) -> Iterator[Problem]:
    for usage in script_usages(step):
        if usage.tree is None:
            continue
        told = {id(node) for node, _ in untrusted_references(usage)}
        for node in flowing(usage.tree):
            path = node.path()
            if path is not None and id(node) not in told and wanted(path, step):
                yield Problem(usage.place(node.start, node.end), name=usage.site.value[node.start : node.end])


def _is_input(path: tuple[str, ...], step: Step) -> bool:
    if path[0] == "inputs" and len(path) == 2:
        return not harmless_input(path[1], step.workflow)
    if path[:3] == ("github", "event", "inputs") and len(path) == 4:
        return not harmless_input(path[3], step.workflow)
    return path in {("github", "ref_name"), ("github", "ref")} or path[:3] == ("github", "event", "client_payload")


def _is_output(path: tuple[str, ...], step: Step) -> bool:
    return path[0] in {"needs", "steps"} and "outputs" in path


def harmless_input(name: str, workflow: Workflow) -> bool:
    """Say whether an input can hold nothing but true, false, a number or one of a list."""
    for event in ("workflow_call", "workflow_dispatch"):
        types: dict[str, Any] | None = workflow.cache.get(f"types of inputs of {event}")
        if types is None:
            inputs = map_at(workflow.triggers.get(event), "inputs")
            types = {key.lower(): one.get("type") for key, one in reversed(inputs.items()) if isinstance(one, dict)}
            workflow.cache[f"types of inputs of {event}"] = types
        if name in types:
            return types[name] in ("boolean", "number", "choice", "environment")
    return False
