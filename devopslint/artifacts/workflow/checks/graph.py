"""Checks on how jobs depend on each other, and on matrices."""

from __future__ import annotations

from devopslint.artifacts.workflow.matrix import has_expression, is_expression
from devopslint.artifacts.workflow.words import nearest
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]


def _needs_path(job: Job, name: str) -> tuple[str | int, ...]:
    needs = job.value.get("needs")
    return ("needs", needs.index(name)) if isinstance(needs, list) else ("needs",)


def unknown_needs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names in `needs` that are no job of the workflow."""
    job: Job = subject.context
    written = job.value.get("needs")
    for index, number in enumerate(written if isinstance(written, list) else ()):
        if isinstance(number, (int, float)):
            yield Problem(("needs", index), name=str(number).lower(), hint="")
    for name in dict.fromkeys(job.needs):
        if name and "${{" not in name and job.workflow.job_called(name) is None:
            yield Problem(_needs_path(job, name), name=name, hint=nearest(name, job.workflow.jobs))


def needs_cycle(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that wait for each other; each circle is told once, at the first of its jobs."""
    workflow: Workflow = subject.context
    told: set[str] = set()
    for key in _in_circles(workflow):
        circle = _circle(workflow, key) if key not in told else []
        if circle and not told.intersection(circle):
            told.update(circle)
            job = workflow.jobs[key]
            path = _needs_path(job, circle[1] if len(circle) > 1 else key)
            yield Problem((*job.path, *path), circle=" → ".join([*circle, key]))


def _circle(workflow: Workflow, start: str) -> list[str]:
    """Return the shortest way from a job back to itself, without the end; empty when there is none."""
    came_from = {start: ""}
    to_visit = [start]
    for key in to_visit:
        for name in workflow.jobs[key].needs:
            if name == start:
                way = [key]
                while came_from[way[-1]]:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if name in workflow.jobs and name not in came_from:
                came_from[name] = key
                to_visit.append(name)
    return []


def _in_circles(workflow: Workflow) -> list[str]:
    """Return the jobs that remain when those whose `needs` all come to an end are taken away, in their order."""
    waiting = {key: {name for name in job.needs if name in workflow.jobs} for key, job in workflow.jobs.items()}
    needed_by: dict[str, list[str]] = {}
    for key, needs in waiting.items():
        for name in needs:
            needed_by.setdefault(name, []).append(key)
    ready = [key for key, needs in waiting.items() if not needs]
    for key in ready:
        for other in needed_by.get(key, ()):
            waiting[other].discard(key)
            if not waiting[other]:
                ready.append(other)
    return [key for key, needs in waiting.items() if needs]


def duplicate_matrix_value(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find a value that stands twice in a vector of the matrix."""
    job: Job = subject.context
    if job.matrix is None:
        return
    source = subject.document.source
    for key, cells in job.matrix.vectors.items():
        seen: list[tuple[Any, tuple[int, int]]] = []
        for value, mark in cells:
            if is_expression(value):
                continue
            first = next((other for one, other in seen if one == value and type(one) is type(value)), None)
            if first is not None:
                yield Problem(
                    Place(source, *mark),
                    related=[Related(Place(source, *first), "the same value")],
                    key=key,
                    value=value,
                )
            else:
                seen.append((value, mark))


def exclude_without_match(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find entries of `exclude` that exclude no combination."""
    job: Job = subject.context
    matrix = job.matrix
    if matrix is None or any(has_expression(item) for cells in matrix.vectors.values() for item, _ in cells):
        return
    if not isinstance(matrix.value, Map) or set(matrix.value) - {"include", "exclude"} != set(matrix.vectors):
        return
    vectors = {key.lower(): cells for key, cells in matrix.vectors.items()}
    texts = {key: {str(cell) for cell, _ in cells} for key, cells in vectors.items()}
    for index, item in enumerate(matrix.exclude):
        if not isinstance(item, Map) or any(has_expression(value) for value in item.values()):
            continue
        path = ("strategy", "matrix", "exclude", index)
        strange = next((key for key in item if key.lower() not in vectors), None)
        if strange is not None:
            yield Problem((*path, strange), part="key", what=f"`{strange}` is no key of the matrix")
            continue
        for key, value in item.items():
            if str(value) in texts[key.lower()] and not isinstance(value, Map):
                continue
            if not any(_like(cell[0], value) for cell in vectors[key.lower()]):
                yield Problem((*path, key), what=f"`{key}` is never `{value}`")
                break


def _like(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Map):
        return isinstance(value, Map) and all(key in value and _like(value[key], one) for key, one in wanted.items())
    return bool(value == wanted) or str(value) == str(wanted)
