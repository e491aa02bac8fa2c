"""Checks on what GitHub ends before it is done: jobs that wait for their own run, and limits of time beyond its own."""

from __future__ import annotations

from devopslint.artifacts.workflow.checks.runners import HOSTED
from devopslint.artifacts.workflow.model import Step
from devopslint.policy.subject import Problem, Related
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Job, Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_LONGEST = 360
"""Minutes after which GitHub ends a job on a runner of its own (GitHub Docs, "Actions limits")."""
_BLANKS = lazily(r"\s+(?=\}\})|(?<=\$\{\{)\s+")
_OF_THE_CALLER = lazily(r"\b(?:inputs|matrix|needs|strategy)\b")
"""Contexts that are others in a called workflow."""


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
    """Find jobs in the same group of runs as their own workflow, and calls of a workflow in the caller's group."""
    workflow: Workflow = subject.context
    held, where = _group_of(workflow.root) if "concurrency" in workflow.root else ("", ())
    for job in workflow.jobs.values():
        own, path = _group_of(job.value) if "concurrency" in job.value else ("", ())
        if own and own == held:
            shown, related = subject.raw((*job.path, *path)), [Related(subject.place(where), "the workflow holds it")]
            yield Problem((*job.path, *path), group=shown, who="this job", related=related)
            continue
        if job.uses is None or job.uses.kind != "local":
            continue
        for group, holder in ((held, where), (own, (*job.path, *path))):
            if group and _calls_one_in(group, job, job.uses):
                related = [Related(subject.place(holder), "the caller holds it")]
                yield Problem(
                    (*job.path, "uses"), group=subject.raw(holder), who="the called workflow", related=related
                )
                break


def _calls_one_in(held: str, job: Job, uses: ActionRef) -> bool:
    """Say whether a job calls a workflow of the repository that is in a group, or has a job in it."""
    if _OF_THE_CALLER.search(held):
        return False
    from devopslint.artifacts.workflow.called import called_workflow

    called = called_workflow(job.workflow, uses)
    if called is None:
        return False
    if "groups" not in called.cache:
        owners = (called.root, *(one.value for one in called.jobs.values()))
        called.cache["groups"] = frozenset(_group_of(owner)[0] for owner in owners)
    return held in called.cache["groups"]


def unreachable_timeout(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find limits of jobs on GitHub's runners, and of their steps, beyond the one that GitHub sets."""
    workflow: Workflow = subject.context
    timed: tuple[Job | Step, ...] = (*workflow.jobs.values(), *workflow.steps)
    for one in timed:
        value = one.value.get("timeout-minutes", 0)
        if not isinstance(value, (int, float)) or value <= _LONGEST:
            continue
        labels = (one.job if isinstance(one, Step) else one).runs_on
        if labels is not None and HOSTED.issuperset(map(str.lower, labels)):
            yield Problem((*one.path, "timeout-minutes"), value=value)
