"""What a workflow tells the checks on the whole repository."""

from __future__ import annotations

from devopslint.artifacts.workflow.purpose import environment_of, job_purposes, purposes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow

_TOLD = ("lint", "test", "build", "deploy", "scan", "image-scan", "push", "publish", "sarif", "pages")


def facts_of(workflow: Workflow) -> dict[str, Any]:
    """Return plain facts: path, triggers, and for each job what it does, needs, calls, and where its steps stand."""
    return {
        "artifact": "workflow",
        "path": workflow.path,
        "triggers": sorted(workflow.triggers),
        "jobs": [_job(job) for job in workflow.jobs.values()],
        "tools": sorted(_tools(workflow)),
    }


def _job(job: Job) -> dict[str, Any]:
    jobs = job.workflow.root["jobs"]
    return {
        "key": job.key,
        "at": list(jobs.at[job.key][:2]),
        "needs": sorted(job.needs_closure()),
        "purposes": sorted(job_purposes(job)),
        "environment": environment_of(job),
        "calls": job.uses.text if job.uses is not None else None,
        "steps": [_step(step) for step in job.steps if purposes(step).intersection(_TOLD)],
    }


def _step(step: Step) -> dict[str, Any]:
    key = "uses" if step.uses is not None else "run"
    at = step.value.at[key]
    one_line = step.uses is not None or "\n" not in (step.run or "")
    return {"purposes": sorted(purposes(step)), "at": [at[2], at[3]] if one_line else [at[0], at[1]]}


def _tools(workflow: Workflow) -> set[str]:
    """Return the repositories of the actions in use, and the tools named in scripts that checks ask for."""
    found = {step.uses.slug for step in workflow.steps if step.uses is not None and step.uses.owner}
    found.update(
        name
        for step in workflow.steps
        for name in ("devopslint", "renovate", "terraform apply")
        if name in (step.run or "")
    )
    return found
