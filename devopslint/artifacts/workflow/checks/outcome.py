"""Checks on what runs, and what does not, when something before has failed."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.flowing import demanded
from devopslint.artifacts.workflow.model import Step, is_step, map_at
from devopslint.artifacts.workflow.purpose import job_purposes, stage_of
from devopslint.artifacts.workflow.usage import usages_at
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_STATUS = frozenset({"always", "failure", "cancelled", "success"})
_VERBS = r"(?:notif\w*|alert\w*|tell|report|announce|send|post|page|ping|slack|discord|teams|e?mail)"
_TELLS_OF_FAILURE = lazily(
    rf"^\W*{_VERBS}\b(?:(?!success|no).)*\bfail(?:s|ed|ure|ures|ing)?\b|\bfail(?:ed|ure|ures)?\b[ _-]{_VERBS}\b"
    r"|^on[ _-]fail\w*$",
    re.IGNORECASE,
)
_TAKES_STATUS = {
    "8398a7/action-slack": "status", "ravsamhq/notify-slack-action": "status", "act10ns/slack": "status",
    "rtcamp/action-slack-notify": "", "sarisia/actions-status-discord": "status",
}  # fmt: skip
"""Action that tells how the job has ended → the input that says so ("" when it asks the API)."""


def never_on_failure(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps and jobs for the case of a failure that are skipped after one, as nothing asks for it."""
    owner: Step | Job = subject.context
    told = list(_conditions(owner))
    yield from told
    if not told and "if" not in owner.value:
        yield from _step_for_failure(owner) if isinstance(owner, Step) else _job_for_failure(owner)


def _step_for_failure(step: Step) -> Iterator[Problem]:
    if not step.place or "if" in step.job.value or step.workflow.has_trigger("workflow_run"):
        return
    status = _TAKES_STATUS.get(step.uses.slug) if step.uses is not None else None
    if status and "job.status" in str(step.inputs.get(status, "")) and not _is_own_action(step, status):
        yield Problem((), what="this step", condition="always()")
    elif _TELLS_OF_FAILURE.search(str(step.value.get("name", ""))):
        yield Problem((), what="this step", condition="failure()")


def _is_own_action(step: Step, key: str) -> bool:
    """Say whether the repository is likely that of the action itself, which tries what it does in every state."""
    workspace = step.workflow.workspace
    source = workspace.source("action.yml") if workspace is not None and workspace.exists("action.yml") else None
    return source is not None and re.search(rf"^(?:[^\S\n]+|[^\S\n]*\n){key}:", source.text, re.MULTILINE) is not None


def _job_for_failure(job: Job) -> Iterator[Problem]:
    names = (re.sub(r"[-_]", " ", job.key), str(job.value.get("name", "")))
    if job.needs and any(_TELLS_OF_FAILURE.search(name) for name in names):
        yield Problem((), what=f"job `{job.key}`", condition="failure()")


def _conditions(owner: Step | Job) -> Iterator[Problem]:
    """Find conditions that ask for the outcome of something that has failed, and do not ask to run then."""
    for usage in usages_at(owner.workflow, (*owner.path, "if")):
        if usage.tree is None:
            continue
        calls = {node.value.lower() for node in usage.nodes if node.kind == "call"}
        if calls & _STATUS:
            continue
        for node in demanded(usage.tree):
            if _asks_for_failure(node, owner):
                place = usage.place(node.start, node.end)
                what = "this step" if is_step(owner) else f"job `{owner.path[1]}`"
                yield Problem(place, what=what, condition="failure()" if is_step(owner) else "always()")


def _asks_for_failure(node: Node, owner: Step | Job) -> bool:
    if node.kind != "compare" or node.value not in {"==", "!="}:
        return False
    name, text = node.items if node.items[1].kind == "literal" else (node.items[1], node.items[0])
    path = name.path()
    if path is None or text.kind != "literal" or not isinstance(text.value, str):
        return False
    failed = text.value.lower() == ("failure" if node.value == "==" else "success")
    if path == ("job", "status"):
        return failed
    if path[0] == "steps" and len(path) == 3 and path[2] in {"outcome", "conclusion"}:
        job = owner.job if is_step(owner) else None
        step = job.step(path[1]) if job is not None else None
        return failed and step is not None and "continue-on-error" not in step.value and "if" not in step.value
    if path[0] == "needs" and len(path) == 3 and path[2] == "result" and not is_step(owner):
        other = next((job for key, job in owner.workflow.jobs.items() if key.lower() == path[1]), None)
        return text.value.lower() == "failure" and node.value == "==" and other is not None
    return False


def deploy_despite_failure(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy or publish though those that they wait for have failed."""
    job: Job = subject.context
    condition = job.value.get("if")
    if not isinstance(condition, str) or not job.needs or not job_purposes(job) & {"deploy", "publish", "push"}:
        return
    runs_anyway = re.search(r"\balways\(\)|!\s*cancelled\(\)", condition)
    if runs_anyway and not re.search(r"\.result\b|\bsuccess\(\)|\bfailure\(\)|\.outputs\b", condition):
        yield Problem("if", job=job.key, needs=job.needs[0])


def deployments_cut_off_by_another(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find matrices whose first failing deployment cancels the others half-way."""
    job: Job = subject.context
    strategy = map_at(job.value, "strategy")
    if job.matrix is None or "deploy" not in job_purposes(job) or stage_of(job) == "staging" or job.uses is not None:
        return
    if job.matrix.is_static and len(job.matrix.rows) < 2:
        return
    limit, fast = strategy.get("max-parallel"), strategy.get("fail-fast", True)
    if fast is True and limit != 1:
        yield Problem(("strategy", "fail-fast") if "fail-fast" in strategy else "strategy", job=job.key,
                      part="value" if "fail-fast" in strategy else "key")  # fmt: skip
