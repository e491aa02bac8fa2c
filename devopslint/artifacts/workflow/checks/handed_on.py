"""Checks on what a deployment takes over from other jobs: the image that one has pushed, the plan that one has made."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.purpose import job_purposes, purposes
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]
    Pushed = tuple[str, str, Step]

_PUSH = lazily(r"\bdocker(?: image)? push\s+(?:-\S+\s+)*[\"']?([^\s\"';|&]+)")
_TAGGED = lazily(r"(?:\s-t|\s--tag)[= ][\"']?([^\s\"';|&]+)")
_TAG = r"(?::((?:\$\{\{[^}]*\}\}|[^\s\"'@,;&|])*))?"
_BLANKS = lazily(r"\$\{\{\s*(.*?)\s*\}\}")
_SHA = lazily(r"\$\{\{(?:github\.sha|env\.GITHUB_SHA)\}\}|\$GITHUB_SHA\b|\$\{GITHUB_SHA\}")
_PLAN = lazily(r"(?:terraform|tofu)\b[^\n]*\splan\b[^\n]*")


def image_not_awaited(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy an image which another job pushes, and do not wait for that job."""
    job: Job = subject.context
    for pushed, step, start, end, _ in _deployed(job):
        other = pushed[2].job
        if other.key == job.key or other.key in job.needs_closure() or job.key in other.needs_closure():
            continue
        assert step.fragment is not None
        mark = pushed[2].value.at["uses" if pushed[2].uses is not None else "run"][:2]
        related = [Related(Place(subject.document.source, *mark), "it is pushed here")]
        place = Place(step.fragment.source, *step.fragment.mark(start, end))
        yield Problem(place, job=job.key, other=other.key, image=pushed[0], related=related)
        return


def deploys_another_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find deployments of a version of an image that the workflow pushes under other versions only."""
    job: Job = subject.context
    told: set[str] = set()
    for pushed, step, start, end, tag in _deployed(job):
        tags = {one[1] for one in _pushed(job.workflow) if one[0] == pushed[0]}
        shown = f"{pushed[0]}:{tag}"
        if not tag or tag in tags or shown in told or any(not _is_plain(one) for one in (tag, *tags)):
            continue
        told.add(shown)
        assert step.fragment is not None
        place = Place(step.fragment.source, *step.fragment.mark(start, end))
        known = ", ".join(f"`{one or 'latest'}`" for one in sorted(tags))
        yield Problem(
            place,
            image=shown.replace("{{sha}}", "${{ github.sha }}"),
            known=known.replace("{{sha}}", "${{ github.sha }}"),
        )


def _is_plain(tag: str) -> bool:
    """Say whether a tag is written out, or the commit alone."""
    return "$" not in tag.replace("{{sha}}", "")


def _deployed(job: Job) -> Iterator[tuple[Pushed, Step, int, int, str]]:
    """Yield each image that the workflow pushes and a job deploys: where that stands, and with which tag."""
    if "deploy" not in job_purposes(job):
        return
    pushed = _pushed(job.workflow)
    for step in job.steps:
        if step.run is None or step.fragment is None or "deploy" not in purposes(step):
            continue
        seen: set[str] = set()
        for one in pushed:
            name = one[0]
            if name in seen:
                continue
            seen.add(name)
            pattern = r"\s*".join(re.escape(part) for part in re.split(r"(?<=\$\{\{)|(?=\}\})", name))
            named = re.compile(rf"(?<![\w./-]){pattern}{_TAG}(?![\w/-])")
            for found in named.finditer(step.run):
                yield one, step, found.start(), found.end(), _plain(found.group(1) or "")


def _pushed(workflow: Workflow) -> list[Pushed]:
    """Return the images that the steps of a workflow push: name, tag and step."""
    known: list[Pushed] | None = workflow.cache.get("pushed images")
    if known is None:
        known = workflow.cache["pushed images"] = []
        for step in workflow.steps:
            if "push" in purposes(step):
                known.extend((*_parts(image), step) for image in _images_of(step) if "/" in image)
    return known


def _images_of(step: Step) -> Iterator[str]:
    if step.uses is not None:
        tags = step.inputs.get("tags")
        if isinstance(tags, str) and "outputs." not in tags:
            yield from (one for one in re.split(r"[\n,]+", tags) if one.strip())
        return
    script = _BLANKS.sub(lambda found: "${{" + found[1].replace(" ", "") + "}}", step.run or "")
    yield from _PUSH.findall(script)
    for line in script.replace("\\\n", " ").split("\n"):
        if "--push" in line:
            yield from _TAGGED.findall(line)


def _plain(text: str) -> str:
    """Return a text with its expressions in one form, and the commit as `{{sha}}`."""
    return _SHA.sub("{{sha}}", _BLANKS.sub(r"${{\1}}", text.strip()))


def _parts(image: str) -> tuple[str, str]:
    """Return the name of an image without its tag, and the tag."""
    text = _BLANKS.sub(r"${{\1}}", image.strip())
    masked = re.sub(r"\$\{\{.*?\}\}|\$\{[^}]*\}", lambda found: "x" * len(found[0]), text)
    slash, colon = masked.rfind("/"), masked.rfind(":")
    return (text[:colon], _plain(text[colon + 1 :])) if colon > slash else (text, "latest")


def plan_not_applied(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `terraform apply` without a file, though the workflow has made a plan before for it."""
    command, step = subject.context.command, subject.context.owner
    words = [word.text for word in command.words if not word.text.startswith("-")]
    if (
        not hasattr(step, "job")
        or words != ["apply"]
        or command.expands
        or not command.has_flag("-auto-approve", "--auto-approve")
    ):
        return
    planning = _planning_step(step)
    if planning is None or command.name_word is None:
        return
    end = next(word.end for word in command.words if word.text == "apply")
    mark = planning.value.at["run"][:2]
    related = [Related(Place(command.fragment.source, *mark), "the plan is made here")]
    place = Place(command.fragment.source, *command.fragment.mark(command.name_word.start, end))
    yield Problem(place, tool=command.name, related=related)


def _planning_step(step: Step) -> Step | None:
    """Return the step before that makes the plan: in a job that is waited for, or with a file in the same one."""
    jobs = step.workflow.jobs
    for key in step.job.needs_closure():
        for one in jobs[key].steps:
            if _PLAN.search(one.run or "") and not any(
                "event" in str(owner.get("if")) for owner in (one.value, jobs[key].value)
            ):
                return one
    for one in step.before:
        found = _PLAN.search(one.run or "")
        if found is not None and re.search(r"\s--?out\b", found[0]) and "if" not in one.value:
            return one
    return None
