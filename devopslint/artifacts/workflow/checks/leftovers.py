"""Checks on what says nothing: keys with nothing below them, and entries that stand twice in a list."""

from __future__ import annotations

from devopslint.artifacts.workflow.model import map_at
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_LISTS = ("types", "branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore", "workflows")
_OF_WORKFLOW = ("name", "run-name", "env", "defaults", "concurrency")
_OF_JOB = frozenset({"name", "needs", "if", "environment", "concurrency", "outputs", "env", "defaults", "strategy", "container",
                     "services", "with", "secrets"})  # fmt: skip
_OF_STEP = ("name", "if", "env", "with", "working-directory")
_OF_CONTAINER = ("env", "ports", "volumes", "options", "credentials")
_BELOW_JOB = {"defaults": ("run",), "environment": ("name", "url"), "container": _OF_CONTAINER}


def empty_section(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find keys that GitHub takes with nothing below them, and that then do nothing."""
    workflow: Workflow = subject.context
    if not workflow.walk.may_be_empty and not workflow.walk.problems:
        return
    for owner, path, keys in _sections(workflow):
        for key, value in owner.items():
            if (value is None or (isinstance(value, (str, Map, Seq)) and not value)) and key in keys:
                at = (*path, key)
                if not getattr(value, "open", False) and not _is_refused(workflow, at):
                    yield Problem(at, part="key", where=".".join(map(str, at)).replace(".steps.", ".steps "))


def _is_refused(workflow: Workflow, path: Path) -> bool:
    """Say whether a fault of form is at a path, or below it."""
    return any(problem.path[: len(path)] == path for problem in workflow.walk.problems)


def _sections(workflow: Workflow) -> Iterator[tuple[Map, Path, Collection[str]]]:
    """Yield the mappings of a workflow or action with the keys that must not be empty in them."""
    root = workflow.root
    if not workflow.is_action:
        yield root, (), _OF_WORKFLOW
        yield map_at(root, "defaults"), ("defaults",), ("run",)
        yield from _of_events(map_at(root, "on"))
    for job in workflow.jobs.values():
        value, path = job.value, job.path
        yield value, path, _OF_JOB
        for key, keys in _BELOW_JOB.items():
            if key in value:
                yield map_at(value, key), (*path, key), keys
        matrix = map_at(map_at(value, "strategy"), "matrix")
        if set(matrix) - {"exclude", "include"}:
            yield matrix, (*path, "strategy", "matrix"), ("include", "exclude")
        services = map_at(value, "services")
        for name in services:
            yield map_at(services, name), (*path, "services", name), _OF_CONTAINER
    for step in workflow.steps:
        yield step.value, step.path, _OF_STEP


def _of_events(on: Map) -> Iterator[tuple[Map, Path, Collection[str]]]:
    for event in on:
        keys = ("inputs", "secrets", "outputs") if event in {"workflow_call", "workflow_dispatch"} else _LISTS[:-1]
        yield map_at(on, event), ("on", event), keys


def repeated_entry(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find events, types and patterns that stand twice in a list."""
    on = subject.value.get("on")
    lists: list[tuple[Any, Path]] = [(on, ("on",))]
    for event, config in on.items() if isinstance(on, Map) else ():
        if isinstance(config, Map):
            lists.extend((value, ("on", event, key)) for key, value in config.items() if key in _LISTS)
    for entries, path in lists:
        if not isinstance(entries, Seq) or len(entries) < 2:
            continue
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            if isinstance(entry, str) and entry in seen and not entry.startswith("!") and "${{" not in entry:
                yield Problem((*path, index), entry=entry, where=".".join(map(str, path)))
            seen.add(str(entry))
