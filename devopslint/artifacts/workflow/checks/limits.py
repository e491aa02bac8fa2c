"""Checks on what GitHub takes by its form and refuses all the same: nothing to run, numbers out of range, merge keys."""

from __future__ import annotations

import re
from math import prod

from devopslint.artifacts.workflow.bounds import marked
from devopslint.artifacts.workflow.matrix import MOST_ROWS
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.stretches import within
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.matrix import Matrix
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_MERGE = lazily(r"(<<)(?<![^{,\s]<<)\s*:(?=\s)")
_ANCHOR = lazily(r"&(?<=[\s\[{,]&)([^\s\[\]{},*&]+)(?=\s)")


def nothing_to_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows without jobs, and jobs without steps, runner or combination."""
    workflow: Workflow = subject.context
    if workflow.is_action:
        steps = map_at(workflow.root, "runs").get("steps")
        if isinstance(steps, Seq) and not steps:
            yield Problem(("runs", "steps"), what="the action has no steps")
    on, jobs = workflow.root.get("on"), workflow.root.get("jobs")
    if isinstance(on, (Map, Seq)) and not on and not getattr(on, "open", False):
        yield Problem("on", what="the workflow has no event")
    workflows = map_at(on, "workflow_run").get("workflows")
    if isinstance(workflows, Seq) and not workflows:
        yield Problem(("on", "workflow_run", "workflows"), what="`workflow_run` waits for no workflow")
    walk = workflow.walk
    misspelt = {one.path[:-1] for one in walk.problems if "`steps`?" in one.values.get("hint", "")}
    for step in workflow.steps if walk.may_be_empty or walk.problems else ():
        if step.value.get("run", 0) in (None, ""):
            yield Problem((*step.path, "run"), part="key", what="the `run` of this step is empty")
    if isinstance(jobs, Map) and not jobs and not jobs.open:
        yield Problem("jobs", part="key", what="the workflow has no job")
    for job in workflow.jobs.values():
        steps = job.value.get("steps")
        if "uses" not in job.value and "runs-on" in job.value and not job.value.open:
            if "steps" not in job.value and job.path not in misspelt:
                yield Problem(job.path, part="key", what=f"job `{job.key}` has no steps")
            elif isinstance(steps, Seq) and not steps:
                yield Problem((*job.path, "steps"), what=f"job `{job.key}` has no steps")
        runner = job.value.get("runs-on")
        if isinstance(runner, (Map, Seq)) and not runner:
            yield Problem((*job.path, "runs-on"), what=f"job `{job.key}` has no runner")
        yield from _empty_matrix(job)


def _empty_matrix(job: Job) -> Iterator[Problem]:
    matrix = map_at(job.value, "strategy").get("matrix")
    if not isinstance(matrix, Map) or matrix.open:
        return
    path = (*job.path, "strategy", "matrix")
    if not set(matrix) - {"exclude"}:
        yield Problem(path, part="key", what=f"the matrix of job `{job.key}` has no vector")
    elif job.matrix is not None and _excludes_all(job.matrix):
        what = f"the matrix of job `{job.key}` excludes all its combinations"
        yield Problem((*path, "exclude"), part="key", what=what)
    for key, items in matrix.items():
        if key not in {"include", "exclude"} and isinstance(items, Seq) and not items:
            yield Problem((*path, key), what=f"vector `{key}` of the matrix has no value")


def _excludes_all(matrix: Matrix) -> bool:
    cells = matrix.vectors.values()
    if not (cells and all(cells) and matrix.is_static and all(_is_known(one, matrix) for one in matrix.exclude)):
        return False
    return bool(matrix.exclude) and not matrix.rows and matrix.is_static


def _is_known(row: Any, matrix: Matrix) -> bool:
    """Say whether every key of an `exclude` entry is one of the matrix."""
    names = {key.lower() for key in matrix.vectors}
    return isinstance(row, Map) and all(key.lower() in names for key in row)


def number_out_of_range(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find limits of time and numbers of jobs that are zero, negative or no whole number."""
    workflow: Workflow = subject.context
    timed: list[Job | Step] = [*workflow.jobs.values(), *workflow.steps]
    owners: list[tuple[Map, Path, str]] = [
        (one.value, one.path, "timeout-minutes") for one in timed if "timeout-minutes" in one.value
    ]
    for job in workflow.jobs.values():
        if "strategy" in job.value:
            owners.append((map_at(job.value, "strategy"), (*job.path, "strategy"), "max-parallel"))
    for owner, path, key in owners:
        value = owner.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        if value < 0 or (value == 0 and key == "timeout-minutes"):
            yield Problem((*path, key), key=key, value=value, wanted="more than 0")
        elif key == "max-parallel" and value != int(value):
            yield Problem((*path, key), key=key, value=value, wanted="a whole number")
    for job in workflow.jobs.values():
        count = _combinations(job)
        if count > MOST_ROWS:
            where = (*job.path, "strategy", "matrix")
            yield Problem(where, part="key", key="matrix", value=count, wanted=f"at most {MOST_ROWS} jobs")


def _combinations(job: Job) -> int:
    """Return how many jobs a matrix without `exclude` makes; 0 when that is not known."""
    matrix = job.matrix
    if matrix is None or not isinstance(matrix.value, Map) or matrix.exclude or not matrix.vectors:
        return 0
    if set(matrix.value) - {"include"} != set(matrix.vectors) or matrix.value.open:
        return 0
    return prod(len(cells) for cells in matrix.vectors.values())


def duplicate_needs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names that stand twice in `needs`."""
    job: Job = subject.context
    needs = job.value.get("needs")
    seen: set[str] = set()
    for index, name in enumerate(needs if isinstance(needs, Seq) else ()):
        if isinstance(name, str) and name.lower() in seen:
            yield Problem(("needs", index), name=name)
        seen.add(str(name).lower())


def merge_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `<<`, which GitHub does not merge though it reads anchors."""
    source = subject.document.source
    if "<<" in source.text:
        for found in _outside_of_strings(subject, _MERGE):
            yield Problem(Place(source, found.start(1), found.end(1)))


def unused_anchor(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find anchors that no alias takes up."""
    source = subject.document.source
    if "&" not in source.text:
        return
    aliases = {one.rpartition("*")[2] for one in re.findall(r"\*([^\s\[\]{},]+)", source.text)}
    for found in _outside_of_strings(subject, _ANCHOR):
        name = found.group(1)
        if name not in aliases:
            yield Problem(Place(source, found.start(), found.end()), name=name)


def _outside_of_strings(subject: Subject, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern in a document that lie neither in a string nor in a comment."""
    text = subject.document.source.text
    matches = list(pattern.finditer(text))
    is_in_string = within(_string_marks(subject.value) if matches else ())
    for found in matches:
        at = found.end() - 1
        line = text[text.rfind("\n", 0, at) + 1 : at]
        if not re.search(r"(?:^|\s)#", line) and not is_in_string(at):
            yield found


def _string_marks(root: Any) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if id(node) in seen or not isinstance(node, (Map, Seq)):
            continue
        seen.add(id(node))
        items = marked(node)
        marks.extend(mark for value, mark in items if isinstance(value, str))
        stack.extend(value for value, _ in items if not isinstance(value, str))
    return marks


def call_input(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs of `workflow_call` whose default is of another type."""
    workflow: Workflow = subject.context
    for name in map_at(workflow.triggers.get("workflow_call"), "secrets"):
        if name.lower() == "github_token":
            where = ("on", "workflow_call", "secrets", name)
            yield Problem(
                where, part="key", what="secret", name=name, fault="is called like the one that GitHub always gives"
            )
    for name, config in map_at(workflow.triggers.get("workflow_call"), "inputs").items():
        path = ("on", "workflow_call", "inputs", name, "default")
        if not isinstance(config, Map) or config.get("default") is None:
            continue
        default, kind = config["default"], config.get("type")
        if isinstance(default, str) and "${{" in default:
            continue
        if kind == "boolean" and str(default).lower() not in {"true", "false"}:
            yield Problem(path, what="input", name=name, fault=f"is boolean and has the default `{default}`")
        elif kind == "number" and (isinstance(default, bool) or not is_number(default)):
            shown = str(default).lower() if isinstance(default, bool) else default
            yield Problem(path, what="input", name=name, fault=f"is a number and has the default `{shown}`")


def default_of_required(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs of `workflow_call` that must be given and have a default all the same."""
    workflow: Workflow = subject.context
    for name, config in map_at(workflow.triggers.get("workflow_call"), "inputs").items():
        if isinstance(config, Map) and config.get("required") is True and config.get("default") is not None:
            yield Problem(("on", "workflow_call", "inputs", name, "default"), part="key", name=name)


def is_number(value: Any) -> bool:
    """Say whether a value is a number, or a text that is one."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def different_case(node: Map, *, jobs: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the keys of a mapping that differ from an earlier one in nothing but case, with both marks."""
    if node is jobs or len(node.at) < len(node) or len(set(map(str.lower, node))) == len(node):
        return
    seen: dict[str, str] = {}
    for key in node:
        other = seen.setdefault(key.lower(), key)
        if other != key and "${{" not in key:
            yield key, node.at[key], node.at[other]
