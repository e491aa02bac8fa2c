"""Checks on the form of a workflow: keys, types, values, ids, and what is written twice."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.checks.limits import different_case
from devopslint.artifacts.workflow.checks.security import environments
from devopslint.artifacts.workflow.checks.services import containers_of
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.words import nearest
from devopslint.knowledge import keys
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Workflow
    from devopslint.artifacts.workflow.schema import SchemaProblem
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_EVENT_NAMES = frozenset({"on-strict", "on-mapping-strict", "on-string-strict"})
_IDENTIFIER = lazily(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_LONGEST_ID = 100
_TRAILING_ZERO = lazily(r"\d+\.\d*0\Z")


def _problems(subject: Subject, *kinds: str) -> Iterator[SchemaProblem]:
    workflow: Workflow = subject.context
    return (problem for problem in workflow.walk.problems if problem.kind in kinds)


def _values(found: SchemaProblem) -> dict[str, Any]:
    return dict(found.values)


def _problem(found: SchemaProblem) -> Problem:
    return Problem(found.path, part=found.part, **_values(found))


def unknown_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find keys that GitHub does not know at their place."""
    for found in _problems(subject, "unknown-key"):
        if found.definition not in {"on-mapping-strict", "permissions-mapping"}:
            yield _problem(found)
    for job in subject.context.jobs.values():
        matrix = map_at(map_at(job.value, "strategy"), "matrix")
        for key, items in matrix.items():
            is_rows = isinstance(items, list) and bool(items) and all(isinstance(item, Map) for item in items)
            hint = nearest(key, ("include", "exclude")) if is_rows and key not in {"include", "exclude"} else ""
            if hint and f"matrix.{key}" not in subject.document.source.text:
                yield Problem(
                    (*job.path, "strategy", "matrix", key), part="key", key=key, where="the matrix", hint=hint
                )


def clashing_keys(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find keys that can't stand beside another key."""
    return (_problem(found) for found in _problems(subject, "clash"))


def missing_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find required keys that are absent."""
    on = subject.value.get("on")
    config = map_at(on, "workflow_run")
    if isinstance(on, Map) and "workflow_run" in on and not config.open and not {"workflows", "workflow"} & set(config):
        yield Problem(("on", "workflow_run"), part="key", where="on.workflow_run", key="`workflows`")
    yield from _missing_in_containers(subject.context)
    runs = map_at(subject.value, "runs")
    for name in ("pre", "post"):
        if f"{name}-if" in runs and not {name, f"{name}-entrypoint"} & set(runs) and not runs.open:
            yield Problem(("runs", f"{name}-if"), part="key", where="runs", key=f"`{name}`, for which `{name}-if` is")
    for found in _problems(subject, "missing-key"):
        node = subject.value
        for step in found.path:
            node = node[step]
        if found.path and isinstance(found.path[-1], str):
            yield Problem(found.path, part="key", **_values(found))
        elif found.path and isinstance(node, Map) and node.at:
            start, key_end, _, end = next(iter(node.at.values()))
            first = next(iter(node.values()))
            yield Problem(
                Place(subject.document.source, start, key_end if isinstance(first, (dict, list)) else end),
                **_values(found),
            )
        else:
            yield Problem(found.path, **_values(found))


def _missing_in_containers(workflow: Workflow) -> Iterator[Problem]:
    """Find containers and services without an image, and credentials of which one half is absent."""
    for job in workflow.jobs.values():
        if "services" not in job.value and "container" not in job.value:
            continue
        for below, container in containers_of(job):
            if not isinstance(container, Map):
                continue
            path = (*job.path, *below)
            lacks = "image" if "image" not in container and not container.open else ""
            if lacks and not any(nearest(key, ("image",)) for key in container):
                yield Problem(path, part="key", where=".".join(map(str, path)), key="`image`")
            credentials = map_at(container, "credentials")
            absent = [key for key in ("username", "password") if key not in credentials]
            if len(absent) == 1 and len(credentials) == 1 and not credentials.open:
                at = (*path, "credentials")
                yield Problem(at, part="key", where=".".join(map(str, at)), key=f"`{absent[0]}`")


def wrong_type(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find values of a type that can't stand at their place."""
    return (_problem(found) for found in _problems(subject, "wrong-type"))


def expression_not_allowed(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find expressions where GitHub evaluates none."""
    return (_problem(found) for found in _problems(subject, "expression"))


def unknown_event(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find events that do not exist."""
    from devopslint.artifacts.workflow.schema import load_table

    known = load_table()["workflow"]["on-mapping-strict"]["mapping"]["properties"]
    for found in _problems(subject, "unknown-key", "value"):
        if found.definition not in _EVENT_NAMES:
            continue
        name = found.values.get("key") or str(found.values.get("found", ""))
        if name not in known:
            yield Problem(found.path, part=found.part, key=name, hint=nearest(name, known))


def unknown_permission(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find permission scopes that do not exist."""
    for found in _problems(subject, "unknown-key"):
        if found.definition == "permissions-mapping":
            yield _problem(found)


def wrong_value(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find values that are none of the allowed ones."""
    for found in _problems(subject, "value"):
        if found.definition not in _EVENT_NAMES and not found.definition.endswith(("-activity", "-activity-type")):
            yield _problem(found)


def unknown_activity_type(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find activity types that an event does not have."""
    for found in _problems(subject, "value"):
        if found.definition.endswith(("-activity", "-activity-type")):
            event = found.path[1] if len(found.path) > 1 else ""
            yield Problem(found.path, event=event, **_values(found))


def duplicate_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find keys that are written twice in a mapping; names of jobs, inputs and variables do not mind case."""
    source, mappings = subject.document.source, subject.context.mappings
    jobs = subject.value.get("jobs")
    names = "".join(map("".join, mappings))
    if not subject.document.may_hold_duplicates and names == names.lower():
        return
    for node in [one for one in mappings if one.duplicates or len(set(map(str.lower, one))) < len(one)]:
        if node.duplicates:
            yield from keys.duplicates(node, source)
        for key, at, _ in different_case(node, jobs=jobs):
            yield Problem(Place(source, at[0], at[1]), key=key)


def invalid_id(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find ids of jobs and steps that GitHub does not accept."""
    workflow: Workflow = subject.context
    for key, job in workflow.jobs.items():
        if _is_refused(key) or "${{" in key:
            yield Problem(job.path, part="key", id=key)
    for step in [step for step in workflow.steps if "id" in step.value]:
        identifier = step.value["id"]
        if identifier not in (None, "") and not isinstance(identifier, (dict, list)) and _is_refused(str(identifier)):
            yield Problem((*step.path, "id"), id=identifier)


def _is_refused(name: str) -> bool:
    refused = not _IDENTIFIER.match(name) or name.startswith("__") or len(name) > _LONGEST_ID
    return refused and "${{" not in name


def duplicate_step_id(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find ids that two steps of a job, or of a composite action, share."""
    owner: Job | Workflow = subject.context
    seen: set[str] = set()
    for step in [step for step in owner.steps if step.id]:
        name = step.id.lower()
        if name in seen:
            yield Problem((*(("runs",) if step.workflow.is_action else ()), *step.below, "id"), id=step.id)
        seen.add(name)


def duplicate_job_id(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs whose keys differ in nothing but case."""
    workflow: Workflow = subject.context
    seen: dict[str, str] = {}
    for key, job in workflow.jobs.items():
        other = seen.setdefault(key.lower(), key)
        if other != key:
            yield Problem(job.path, part="key", id=key, other=other)


def invalid_variable_name(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names in `env` that no shell can read."""
    workflow: Workflow = subject.context
    found = list(environments(workflow))
    for job in workflow.jobs.values():
        found.extend((map_at(one, "env"), (*job.path, *below)) for below, one in containers_of(job))
    for env, path in found:
        for name in env:
            if "${{" not in name and (not name or re.search(r"[&=\s]", name)):
                yield Problem((*path, "env", name), part="key", name=name)


def version_as_number(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find versions such as `3.10` that YAML reads as the number 3.1."""
    workflow: Workflow = subject.context
    text = subject.document.source.text
    for step in [step for step in workflow.steps if step.inputs]:
        for name, value in step.inputs.items():
            if name.lower().endswith("version") and isinstance(value, float):
                mark = step.inputs.at[name][2:]
                written = text[slice(*mark)]
                if _TRAILING_ZERO.match(written):
                    yield Problem((*step.path, "with", name), written=written, read=value)
    for job in workflow.jobs.values():
        if job.matrix is None:
            continue
        for cells in job.matrix.vectors.values():
            for value, mark in cells:
                written = text[slice(*mark)]
                if isinstance(value, float) and _TRAILING_ZERO.match(written):
                    yield Problem(Place(subject.document.source, *mark), written=written, read=value)
        for row in job.matrix.include:
            for key, value in row.items() if isinstance(row, Map) else ():
                written = text[slice(*row.at[key][2:])]
                if isinstance(value, float) and _TRAILING_ZERO.match(written):
                    yield Problem(Place(subject.document.source, *row.at[key][2:]), written=written, read=value)
