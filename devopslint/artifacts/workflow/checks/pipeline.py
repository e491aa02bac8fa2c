"""Checks on what a pipeline does: tests before it deploys, deploys step by step, scans what it ships."""

from __future__ import annotations

import re
from itertools import islice

from devopslint.artifacts.workflow.inputs import switch
from devopslint.artifacts.workflow.model import map_at, names_of, step_of
from devopslint.artifacts.workflow.purpose import (
    environment_of,
    is_production,
    job_purposes,
    purposes,
    purposes_with_called,
    stage_of,
)
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_VERIFIES = lazily(
    r"rollout status|--wait|--atomic|--cleanup-on-fail|wait-for-service-stability|\bcurl\b|\bwget\b|health|smoke|verify"
    r"|rollback|\bundo\b|test|argocd app wait|kubectl wait|\bwait\b|status|k6 run|cypress|playwright|lighthouse",
    re.IGNORECASE,
)
_GOES_ON_BY_ITSELF = lazily(
    r"\bkubectl\b[^\n]{0,200}\b(?:apply|set image|replace|rollout restart)\b"
    r"|\bhelm\b[^\n]{0,200}\b(?:upgrade|install)\b|\bhelmfile\b"
    r"|aws ecs update-service|aws deploy create-deployment|docker stack deploy"
    r"|docker[ -]compose[^\n]{0,200}\bup\b[^\n]{0,200}-d\b"
    r"|argocd app sync|nomad (?:job )?run|heroku container:release"
)
"""Commands that return before what they have handed over runs."""
_BRANCH = lazily(
    r"ref\b|ref_name|ref_type|refs/|branch|\b(?:needs|steps|inputs|vars|env|secrets)\.|github\.event\.(?!head_commit)"
    r"|event_name\s*==\s*'(?!push')|event_name\s*!=\s*'push'|contains\("
)


def _deploys(job: Job) -> bool:
    return "deploy" in job_purposes(job)


def deploy_without_environment(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy and name no environment."""
    job: Job = subject.context
    if job.uses is None and _deploys(job) and "environment" not in job.value:
        yield Problem((), job=job.key)


def deploy_without_tests(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy or publish without waiting for the jobs of the same workflow that test."""
    job: Job = subject.context
    publishes = "publish" in job_purposes(job) and not job.workflow.has_trigger("pull_request", "pull_request_target")
    all_purposes = purposes_with_called(job)
    if not ("deploy" in all_purposes or publishes) or "test" in all_purposes:
        return
    if _is_preview(f"{job.key} {job.value.get('name', '')} {environment_of(job) or ''}"):
        return  # which people look at while the tests run
    jobs = job.workflow.jobs
    tests = _testing_jobs(job.workflow)
    if any(job.key not in jobs[key].needs_closure() for key in job.needs_closure().intersection(tests)):
        return
    testing = list(islice((key for key in tests if job.key not in jobs[key].needs_closure()), 2))
    if testing:
        does = "deploys" if "deploy" in all_purposes else "publishes"
        yield Problem((), job=job.key, does=does, tests=" and ".join(f"`{key}`" for key in testing))


def _testing_jobs(workflow: Workflow) -> dict[str, None]:
    """Return the keys of the jobs that test and do not deploy."""
    known: dict[str, None] | None = workflow.cache.get("testing jobs")
    if known is None:
        doing = ((job.key, purposes_with_called(job)) for job in workflow.jobs.values())
        found = (key for key, does in doing if "test" in does and "deploy" not in does)
        known = workflow.cache["testing jobs"] = dict.fromkeys(found)
    return known


def production_before_staging(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy to production without waiting for the one that deploys to staging."""
    job: Job = subject.context
    if stage_of(job) != "production" or not (_deploys(job) or environment_of(job)):
        return
    staging = _staging_jobs(job.workflow)
    if staging and "if" not in job.value and staging.keys().isdisjoint(job.needs_closure()):
        yield Problem((), job=job.key, staging=next(iter(staging)))


def _staging_jobs(workflow: Workflow) -> dict[str, None]:
    """Return the jobs that deploy to staging whenever the workflow runs, in its order."""
    known: dict[str, None] | None = workflow.cache.get("staging jobs")
    if known is None:
        known = workflow.cache["staging jobs"] = {
            job.key: None
            for job in workflow.jobs.values()
            if stage_of(job) == "staging" and (_deploys(job) or environment_of(job)) and "if" not in job.value
        }
    return known


def production_from_any_branch(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs in an environment for production that each push starts, whichever branch it is to."""
    job: Job = subject.context
    name = environment_of(job)
    push = job.workflow.triggers.get("push")
    if name is None or push is None or not is_production(name):
        return
    branches = names_of(push.get("branches"))
    if {"branches-ignore", "tags", "tags-ignore"} & set(push) or (
        "branches" in push and not {"*", "**"} & set(branches)
    ):
        return
    jobs = [job, *(job.workflow.jobs[key] for key in job.needs_closure())]
    deploying = [step for step in job.steps if "deploy" in purposes(step)]
    if any(_asks_for_branch(one.value.get("if")) for one in jobs) or (
        deploying and all(_asks_for_branch(step.value.get("if")) for step in deploying)
    ):
        return
    path = ("environment", "name") if isinstance(job.value["environment"], dict) else ("environment",)
    yield Problem(path, job=job.key, environment=name)


def _asks_for_branch(condition: Any) -> bool:
    """Say whether a condition may look at the branch, or lets other events pass than pushes."""
    return condition is False or (isinstance(condition, str) and _BRANCH.search(condition) is not None)


def deploy_from_pull_request(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps that deploy whenever someone opens a pull request."""
    job: Job = subject.context
    if not job.workflow.has_trigger("pull_request") or not _deploys(job) or stage_of(job) == "staging":
        return
    if _is_preview(
        f"{job.key} {job.value.get('name', '')} {job.workflow.root.get('name', '')} {environment_of(job) or ''}"
    ):
        return
    types = names_of(map_at(job.workflow.root.get("on"), "pull_request").get("types"))
    if types == ["closed"] or _excludes_pull_requests(job.value.get("if")):
        return
    if any(_excludes_pull_requests(job.workflow.jobs[key].value.get("if")) for key in job.needs_closure()):
        return
    for step in job.steps:
        if (
            "deploy" in purposes(step)
            and not _excludes_pull_requests(step.value.get("if"))
            and not _mentions_event(step)
        ):
            key = "uses" if step.uses is not None else "run"
            yield Problem(
                (*step.below, key),
                part="value" if step.uses is not None or "\n" not in (step.run or "") else "key",
                job=job.key,
            )
            return


def _is_preview(text: str) -> bool:
    return bool(
        re.search(r"preview|review|ephemeral|\bpr\b|pull|\bdemo", text.lower().replace("_", "-").replace("-", " "))
    )


def _mentions_event(step: Step) -> bool:
    text = f"{step.run or ''} {step.inputs}"
    return (
        "event_name" in text
        or "pull_request" in text
        or "github.ref" in text
        or "GITHUB_REF" in text
        or "preview" in text.lower()
    )


def _excludes_pull_requests(condition: Any) -> bool:
    """Say whether a condition may keep pull requests away (any condition on the event, the branch or something unknown)."""
    if condition is None:
        return False
    if not isinstance(condition, str):
        return condition is False
    return bool(
        re.search(
            r"event_name|github\.ref|ref_name|ref_type|base_ref|inputs\.|vars\.|env\.|needs\.|steps\.|event\.|merged",
            condition,
        )
    )


def scan_without_consequence(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find scans whose findings neither fail the job nor are reported."""
    step: Step = subject.context
    if step.uses is None:
        return
    name, inputs = step.uses.name, step.inputs
    if name == "aquasecurity/trivy-action":
        code = inputs.get("exit-code", 0)
        reported = (
            inputs.get("format") in ("sarif", "cyclonedx", "spdx", "spdx-json", "github", "json", "template")
            or "output" in inputs
        )
        if str(code) == "0" and not reported and "trivy-config" not in inputs and not _may_set(step, "TRIVY_"):
            yield Problem(("with", "exit-code") if "exit-code" in inputs else "uses", action=name)
    elif (
        name == "anchore/scan-action"
        and switch(inputs.get("fail-build")) is False
        and not step.is_followed_by(uploads_report)
    ):
        yield Problem(("with", "fail-build"), action=name)


def _may_set(step: Step, prefix: str) -> bool:
    """Say whether an `env` around a step, or one of the steps before it, sets a variable whose name begins so."""
    if any(prefix in str(env) for env, _ in step.env_owners()):
        return True
    return any("GITHUB_ENV" in (other.run or "") and prefix in (other.run or "") for other in step.before)


def sarif_not_uploaded(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find scans that write SARIF which nobody takes."""
    step: Step = subject.context
    if step.action != "aquasecurity/trivy-action" or step.inputs.get("format") != "sarif":
        return
    if not step.is_followed_by(uploads_report) and "trivy-config" not in step.inputs:
        yield Problem(("with", "format"), action=step.action)


def uploads_report(step: Step) -> bool:
    """Say whether a step takes a report of findings somewhere."""
    return (
        step.uses is not None
        and (
            step.uses.name.startswith(("github/codeql-action/upload-sarif", "actions/upload-artifact"))
            or step.uses.kind == "local"
            or "sarif" in f"{step.uses.name} {step.inputs}".lower()
        )
    ) or "sarif" in (step.run or "").lower()


def deploy_without_verification(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy, and neither they nor a job after them look whether it worked."""
    job: Job = subject.context
    if not _deploys(job):
        return
    deploys = [step for step in job.steps if "deploy" in purposes(step)]
    last = max(deploys, key=lambda step: step.index) if deploys else None
    if last is None or last.run is None or not _GOES_ON_BY_ITSELF.search(last.run):
        return
    later = _jobs_after(job)
    if any(other.uses is not None or other.has_step(_verifies) for other in later):
        return
    if not _verifies(last) and not last.is_followed_by(_verifies):
        yield Problem((*last.below, "uses" if last.uses is not None else "run"), part="key", job=job.key)


def _verifies(step: Step) -> bool:
    text = f"{step.run or ''} {step.uses.text if step.uses else ''} {step.value.get('name', '')} {step.inputs}"
    return _VERIFIES.search(text) is not None


def _jobs_after(job: Job) -> list[Job]:
    """Return the jobs that wait for one, directly or not."""
    known: dict[str, list[Job]] | None = job.workflow.cache.get("jobs after")
    if known is None:
        known = job.workflow.cache["jobs after"] = {}
        for other in job.workflow.jobs.values():
            for key in other.needs_closure():
                known.setdefault(key, []).append(other)
    return known.get(job.key, [])


def apply_without_plan(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `terraform apply` in workflows where no plan is made that somebody could have seen."""
    command, step = subject.context.command, step_of(subject)
    words = [word.text for word in command.words if not word.text.startswith("-")]
    if step is None or words != ["apply"] or command.expands:
        return
    if any(_PLANS.search(other.run or "") for other in step.workflow.steps):
        return
    before = [other.run or "" for other in step.before]
    if any(_APPLIES.search(text) for text in (*before, (step.run or "")[: command.start])):
        return  # the first of them says it
    start = command.name_word.start if command.name_word is not None else command.start
    end = next(word.end for word in command.words if word.text == "apply")
    yield Problem(place_in(command.fragment, start, end), tool=command.name)


_APPLIES = lazily(r"(?:terraform|tofu)\b[^\n]{0,300}\sapply\b")
_PLANS = lazily(r"(?:terraform|tofu)\b[^\n]{0,300}\splan\b")


def secret_without_environment(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that read secrets of the repository and name no environment."""
    from devopslint.artifacts.workflow.checks.security import secrets_in
    from devopslint.artifacts.workflow.usage import usages

    for usage in usages(subject.context):
        job = usage.job
        if job is None or not job.key or job.uses is not None or "environment" in job.value or usage.tree is None:
            continue
        for node in secrets_in(usage):
            yield Problem(usage.place(node.start, node.end), name=usage.site.value[node.start : node.end], job=job.key)
