"""Checks on how jobs hand over what they make: artifacts whose names clash, deployments that are cut off."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.inputs import switch
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.published import major_of
from devopslint.artifacts.workflow.purpose import purposes, purposes_with_called, stage_of
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Map, Path

    Options = Mapping[str, Any]

_DEFAULT_NAME = "artifact"
_CLOUD_KEYS = {
    "AWS_SECRET_ACCESS_KEY": "AWS", "GOOGLE_CREDENTIALS": "Google Cloud", "GOOGLE_APPLICATION_CREDENTIALS_JSON": "Google Cloud",
    "GCP_SA_KEY": "Google Cloud", "AZURE_CREDENTIALS": "Azure", "ARM_CLIENT_SECRET": "Azure", "AZURE_CLIENT_SECRET": "Azure",
}  # fmt: skip
_OTHER_CLOUD = lazily(
    r"endpoint|minio|cloudflare|r2|wasabi|backblaze|digitalocean|spaces|scaleway|localstack", re.IGNORECASE
)

_DELETES = lazily(r"delete-artifact|deleteArtifact|-X DELETE\b[^\n]*artifacts|artifacts[^\n]*-X DELETE")
_OF_ONE_RUN = lazily(r"github\.(?:run_id|run_number|sha)\b")
"""What makes the group of a `concurrency` another one in each run, so that nothing is cancelled."""


def clashing_artifact_names(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find artifacts that one run uploads twice under one name, which version 4 and later refuse."""
    workflow: Workflow = subject.context
    seen: dict[str, tuple[Step, Place]] = {}
    if any(_DELETES.search(f"{step.uses.name if step.uses else ''} {step.run or ''}") for step in workflow.steps):
        return
    for step in workflow.steps:
        if not _uploads_for_sure(step):
            continue
        name = step.inputs.get("name", _DEFAULT_NAME)
        if not isinstance(name, str) or "${{" in name:
            continue
        at = ("with", "name") if "name" in step.inputs else ("uses",)
        place = _place(step, at)
        other = seen.get(name)
        if other is not None:
            related = [Related(other[1], "the same name")]
            yield Problem(place, name=name, fault="an earlier step uploads under the same name", related=related)
        elif step.job.matrix is not None and len(step.job.matrix.rows) > 1:
            yield Problem(place, name=name, fault="every job of the matrix uploads under the same name")
        else:
            seen[name] = (step, place)


def _uploads_for_sure(step: Step) -> bool:
    uses = step.uses
    if uses is None or uses.name != "actions/upload-artifact" or "if" in step.value or "if" in step.job.value:
        return False
    if switch(step.inputs.get("archive", True)) is not True:
        return False
    major = major_of(step.workflow.document.source, step.value, uses)
    return major is not None and major >= 4 and switch(step.inputs.get("overwrite")) is not True


def _place(step: Step, at: tuple[str, ...]) -> Place:
    owner: Any = step.value
    for key in at[:-1]:
        owner = owner[key]
    return Place(step.workflow.document.source, *owner.at[at[-1]][2:])


def cut_off_deployment(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find deployments that a later run cancels half-way."""
    workflow: Workflow = subject.context
    owned = (workflow.root, *(job.value for job in workflow.jobs.values()))
    if not any("concurrency" in owner for owner in owned):
        return
    deploying = [
        job for job in workflow.jobs.values() if "deploy" in purposes_with_called(job) and stage_of(job) != "staging"
    ]
    owners: list[tuple[Map, Path, list[Job]]] = [(workflow.root, (), deploying)]
    owners.extend((job.value, job.path, [job]) for job in deploying)
    for owner, path, jobs in owners:
        concurrency = map_at(owner, "concurrency")
        alone = _OF_ONE_RUN.search(str(concurrency.get("group"))) is not None
        if (
            jobs
            and concurrency.get("cancel-in-progress") is True
            and "pull_request" not in workflow.triggers
            and not alone
        ):
            yield Problem((*path, "concurrency", "cancel-in-progress"), part="pair", job=jobs[0].key)


def all_in_one_job(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows whose only job lints, tests and builds, one after the other."""
    workflow: Workflow = subject.context
    if len(workflow.jobs) != 1:
        return
    job = next(iter(workflow.jobs.values()))
    each = [purposes(step) & {"lint", "test", "build"} for step in job.steps]
    if {"lint", "test", "build"} <= set().union(*each) and sum(bool(one) for one in each) >= 3:
        yield Problem(job.path, part="key", job=job.key)


def cloud_key_in_environment(subject: Subject) -> Iterator[Problem]:
    """Find stored keys of a cloud in `env`, where the cloud takes GitHub's own identity."""
    workflow: Workflow = subject.context
    owners: list[tuple[Map, Path]] = [(workflow.root, ())]
    owners.extend((job.value, job.path) for job in workflow.jobs.values())
    owners.extend((step.value, step.path) for step in workflow.steps)
    for owner, path in owners:
        env = map_at(owner, "env")
        for name, cloud in _CLOUD_KEYS.items():
            value = env.get(name)
            if (
                isinstance(value, str)
                and re.search(r"\bsecrets\.", value)
                and not _OTHER_CLOUD.search(f"{env} {owner.get('run')}")
            ):
                yield Problem((*path, "env", name), part="key", cloud=cloud)
