"""What a workflow tells the checks on the whole repository."""

from __future__ import annotations

from functools import lru_cache

from devopslint.artifacts.workflow.purpose import checks_with_used, environment_of, purposes
from devopslint.artifacts.workflow.words import has_one_of
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow

_TOLD = ("lint", "test", "build", "deploy", "scan", "image-scan", "push", "publish", "sarif", "pages")
_DECLARED = lazily(
    r"\b(?:terraform|tofu|terragrunt|pulumi|helm|helmfile|kubectl|kustomize|cdk|sam|argocd|ansible-playbook)\b"
    r"|\baws cloudformation\b"
)
_CHECKS_DECLARED = lazily(
    r"\b(?:terraform|tofu|terragrunt)\b[^\n]{0,200}\b(?:validate|plan|test)\b|\b(?:tflint|checkov|tfsec|terrascan|kubeconform|kubeval"
    r"|kube-linter|cfn-lint|ansible-lint|conftest|datree|polaris|kube-score)\b|\b(?:helm|ct) lint\b|\bpulumi preview\b"
    r"|\bcdk (?:diff|synth)\b|\bsam validate\b|\btrivy (?:config|conf)\b"
    r"|setup-tflint|checkov-action|chart-testing-action|k8s-lint"
)

_WORDS_OF_CHECKS = (
    "terraform", "tofu", "terragrunt", "tflint", "checkov", "tfsec", "terrascan", "kube", "cfn-lint", "ansible-lint",
    "conftest", "datree", "polaris", " lint", "pulumi preview", "cdk ", "sam validate", "trivy conf", "chart-testing-action",
    "k8s-lint",
)  # fmt: skip
"""One of these stands in whatever the pattern fits, and is sooner looked for."""


def facts_of(workflow: Workflow) -> dict[str, Any]:
    """Return plain facts: path, triggers, and for each job what it does, needs, calls, and where its steps stand."""
    return {
        "artifact": "workflow",
        "path": workflow.path,
        "triggers": sorted(workflow.triggers),
        "pushed": _place_of_push(workflow),
        "jobs": [_job(job) for job in workflow.jobs.values()],
        "tools": sorted(_tools(workflow)),
    }


def _place_of_push(workflow: Workflow) -> list[int] | None:
    """Return where `push` stands among the triggers."""
    on = workflow.root.get("on")
    if isinstance(on, Map) and "push" in on.at:
        return list(on.at["push"][:2])
    if isinstance(on, Seq) and "push" in on:
        return list(on.at[on.index("push")])
    return list(workflow.root.at["on"][2:]) if on == "push" else None


def _job(job: Job) -> dict[str, Any]:
    jobs = job.workflow.root["jobs"]
    told = [(step, purposes(step)) for step in job.steps if purposes(step)]
    return {
        "key": job.key,
        "declared": _declared([step.run for step, found in told if "deploy" in found]),
        "at": list(jobs.at[job.key][:2]),
        "needs": sorted(job.needs_closure()),
        "purposes": sorted(checks_with_used(job)),
        "environment": environment_of(job),
        "calls": job.uses.text if job.uses is not None else None,
        "steps": [_step(step, found) for step, found in told if not found.isdisjoint(_TOLD)],
    }


def _declared(scripts: Sequence[str | None]) -> bool:
    """Say whether all that some scripts deploy is a state that files declare, which its tool can check without a test."""
    return bool(scripts) and all(script is not None and _DECLARED.search(script) is not None for script in scripts)


def _step(step: Step, found: frozenset[str]) -> dict[str, Any]:
    key = "uses" if step.uses is not None else "run"
    at = step.value.at[key]
    one_line = step.uses is not None or "\n" not in (step.run or "")
    return {"purposes": sorted(found), "at": [at[2], at[3]] if one_line else [at[0], at[1]]}


@lru_cache(maxsize=256)
def _checks_declared(text: str) -> bool:
    """Say whether a script or an action checks a state that files declare."""
    return has_one_of(text, _WORDS_OF_CHECKS) and _CHECKS_DECLARED.search(text) is not None


def _tools(workflow: Workflow) -> set[str]:
    """Return the repositories of the actions in use, and the tools named in scripts that checks ask for."""
    found = {step.uses.slug for step in workflow.steps if step.uses is not None and step.uses.owner}
    texts = [step.run or (step.uses.text if step.uses else "") for step in workflow.steps]
    if any(map(_checks_declared, texts)):
        found.add("checks of declared state")
    scripts = "\n".join([step.run for step in workflow.steps if step.run])
    found.update(name for name in ("devopslint", "renovate", "terraform apply") if name in scripts)
    return found
