"""Checks on what GitHub ends before it is done: jobs that wait for their own run, and limits of time beyond its own."""

from __future__ import annotations

from devopslint.artifacts.workflow.checks.runners import HOSTED
from devopslint.policy.subject import Problem, Related
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_LONGEST = 360
"""Minutes after which GitHub ends a job on a runner of its own (GitHub Docs, "Actions limits")."""
_BLANKS = lazily(r"\s+(?=\}\})|(?<=\$\{\{)\s+")


def _group_of(owner: Map) -> tuple[str, Path]:
    """Return the name of the group of runs that a workflow or job is in, and where it stands; an empty text without one."""
    value = owner.get("concurrency")
    path: Path = ("concurrency",)
    if isinstance(value, Map):
        value, path = value.get("group"), ("concurrency", "group")
    if not isinstance(value, str):
        return "", path
    return _BLANKS.sub("", value).strip().lower(), path


def deadlock(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs in the same group of runs as their own workflow, or that call a workflow which is."""
    job: Job = subject.context
    workflow = job.workflow
    if "concurrency" not in workflow.root:
        return
    held, where = _group_of(workflow.root)
    own, path = _group_of(job.value)
    if not held:
        return
    source = workflow.document.source
    place = subject.parents["workflow"].place(where)
    if own == held:
        shown = subject.raw(path)
        yield Problem(path, group=shown, who="this job", related=[Related(place, "the workflow holds it")])
        return
    if job.uses is None or job.uses.kind != "local" or "inputs" in held:
        return  # `inputs` are others in the called workflow
    from devopslint.artifacts.workflow.called import called_workflow

    called = called_workflow(workflow, job.uses)
    if called is None:
        return
    for owner in (called.root, *(one.value for one in called.jobs.values())):
        if _group_of(owner)[0] == held:
            shown = source.text[place.start : place.end]
            yield Problem(
                "uses", group=shown, who="the called workflow", related=[Related(place, "the caller holds it")]
            )
            return


def unreachable_timeout(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find limits of jobs on GitHub's runners, and of their steps, beyond the one that GitHub sets."""
    job: Job = subject.context
    labels = job.runs_on
    if labels is None or not HOSTED.issuperset(label.lower() for label in labels):
        return
    owners: list[tuple[Map, Path]] = [(job.value, ())]
    owners.extend((step.value, ("steps", step.index)) for step in job.steps)
    for owner, path in owners:
        value = owner.get("timeout-minutes")
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value > _LONGEST:
            yield Problem((*path, "timeout-minutes"), value=value)
