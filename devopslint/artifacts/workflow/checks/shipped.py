"""Checks on the images that a workflow pushes and those that it deploys."""

from __future__ import annotations

import re
from itertools import chain

from devopslint.artifacts.workflow.checks.pushes import PUSHES, images_pushed
from devopslint.artifacts.workflow.expressions import EXPRESSION
from devopslint.artifacts.workflow.purpose import job_purposes, purposes
from devopslint.artifacts.workflow.words import MOST_CHOICES, one_slip_away
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]
    Tags = dict[str, set[str]]

_CONTEXT = lazily(r"(?:github|env)\.(\w+)\Z")
_FILLED_IN = lazily(rf"({EXPRESSION})|\$\{{?(\w+)\}}?|\$\{{(?!\{{)[^}}]*\}}?")
"""An expression, a variable by its name, and what else a shell fills in."""
_IMAGE = lazily(r"(?<![\w./@<>:-])((?:[\w.-]+|<\w+>)(?:/(?:[\w.-]+|<\w+>))+)(?::((?:[\w.-]|<\w+>|\?)+))?")
_FROM_GITHUB = lazily(r"(?:[\w.-]|<(?:sha|ref_name|run_number|run_id|run_attempt)>)+\Z")
"""Tags that stand for the same in every step."""

_SHORTEST = 4
"""Letters of a name from which on one that differs in a letter is taken for a slip."""


def deploy_before_push(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy an image without waiting for the job that pushes it."""
    job: Job = subject.context
    if "deploy" not in job_purposes(job) or "push" in job_purposes(job) or "if" in job.value:
        return
    before = job.needs_closure()
    named = {repository for step in job.steps for repository, _, _ in _images(step)}
    pushing = _pushing(job.workflow)
    for _, other in sorted(
        {one for repository in named for one in pushing.get(repository, ())}, key=lambda one: one[0]
    ):
        if other is job or other.key in before or job.key in other.needs_closure():
            continue
        image = next((one for one in _pushed(other) if one in named), None)
        if image is not None and not any(image in _pushed(job.workflow.jobs[key]) for key in before):
            mark = other.workflow.document.root["jobs"].at[other.key][:2]
            related = [Related(Place(subject.document.source, *mark), "this job pushes it")]
            yield Problem((), job=job.key, pushing=other.key, related=related)
            return


def _pushing(workflow: Workflow) -> dict[str, list[tuple[int, Job]]]:
    """Return the jobs that surely run and push to a repository, each with its number, by the repository."""
    known: dict[str, list[tuple[int, Job]]] | None = workflow.cache.get("jobs that push")
    if known is None:
        known = workflow.cache["jobs that push"] = {}
        for number, job in enumerate(workflow.jobs.values()):
            for repository in _pushed(job) if "if" not in job.value else ():
                known.setdefault(repository, []).append((number, job))
    return known


def deployed_image_not_pushed(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find images that are deployed under a name or tag under which the jobs before have not pushed them."""
    job: Job = subject.context
    if "deploy" not in job_purposes(job):
        return
    pushed: Tags = {}
    for one in (job, *(job.workflow.jobs[key] for key in job.needs_closure())):
        for repository, tags in _pushed(one).items():
            pushed.setdefault(repository, set()).update(tags)
    if not pushed or "*" in pushed:
        return
    beside: dict[str, set[str]] = {}
    for known in pushed:
        folder, _, name = known.rpartition("/")
        beside.setdefault(folder, set()).add(name)
    for step in job.steps:
        if "deploy" not in purposes(step):
            continue
        for repository, tag, place in _images(step):
            expected = _pushed_instead(repository, tag, pushed, beside)
            if expected:
                shown = _shown(f"{repository}:{tag}" if tag else repository)
                names = " and ".join(f"`{_shown(one)}`" for one in expected)
                yield Problem(place, deployed=shown, pushed=f"{names} {'were' if len(expected) > 1 else 'was'}")


def _pushed_instead(repository: str, tag: str, pushed: Tags, beside: Tags) -> list[str]:
    """Return the images that were pushed where surely another is deployed; `beside` are their names by their folders."""
    tags = pushed.get(repository)
    if tags is None:
        folder, _, name = repository.rpartition("/")
        names = beside.get(folder, set())
        is_like = folder and len(name) >= _SHORTEST and len(names) <= MOST_CHOICES
        meant = one_slip_away(name, sorted(names)) if is_like else ""
        return [f"{folder}/{meant}"] if meant else []
    if not tag or tag in tags or not _FROM_GITHUB.match(tag) or not all(_FROM_GITHUB.match(one) for one in tags):
        return []
    return [f"{repository}:{one}" for one in sorted(tags)]


def _pushed(job: Job) -> Tags:
    """Return the repositories that a job pushes to, with the tags: `?` is a tag that is not known, `*` a repository."""
    cached: Tags | None = job.workflow.cache.get(f"pushed by {job.key}")
    if cached is not None:
        return cached
    found: Tags = {}
    for step in job.steps:
        if step.uses is not None:
            if "push" in purposes(step):
                _add(found, step.inputs.get("tags", "*"), step)
            elif "publish" not in purposes(step) and step.uses.owner != "docker" and PUSHES.search(step.uses.name):
                _add(found, "*", step)
        elif step.run is not None and PUSHES.search(step.run):
            images = (images_pushed(command) for command in step.script()) if step.is_shell else (["*"],)
            for image in chain.from_iterable(images):
                _add(found, image, step)
    job.workflow.cache[f"pushed by {job.key}"] = found
    return found


def _add(found: Tags, text: Any, step: Step) -> None:
    """Add the images that a text names, a line or a comma apart."""
    for line in re.split(r"[\n,]+", text if isinstance(text, str) else "*"):
        image = _IMAGE.fullmatch(_plain(line.strip()))
        if image:
            found.setdefault(image[1].lower(), set()).add(image[2] or "latest")
        elif line.strip() and not (("steps." in line or "needs." in line) and _add_of_metadata(found, step.job)):
            found["*"] = set()


def _add_of_metadata(found: Tags, job: Job) -> bool:
    """Add the repositories that `docker/metadata-action` makes tags for; false when there are none."""
    known = False
    for step in job.steps:
        makes_tags = step.action == "docker/metadata-action"
        images = step.inputs.get("images") if makes_tags else None
        for line in images.split("\n") if isinstance(images, str) else ():
            image = _IMAGE.fullmatch(_plain(line.strip().removeprefix("name=")))
            if image:
                found.setdefault(image[1].lower(), set()).add("?")
                known = True
    return known


def _images(step: Step) -> list[tuple[str, str, Place]]:
    """Return the images that a step names: repository, tag and place."""
    known: dict[Step, list[tuple[str, str, Place]]] = step.workflow.cache.setdefault("images named", {})
    if step not in known:
        known[step] = list(_find_images(step))
    return known[step]


def _find_images(step: Step) -> Iterator[tuple[str, str, Place]]:
    texts: list[tuple[str | None, tuple[str, ...]]] = [(step.run, ("run",))] if step.run is not None else []
    texts.extend((value, ("with", key)) for key, value in step.inputs.items() if isinstance(value, str))
    for text, path in texts:
        fragment = step.workflow.fragment((*step.path, *path))
        if text is None or fragment is None or "/" not in text:
            continue
        masked, offsets = _masked(text)
        for found in _IMAGE.finditer(masked):
            mark = fragment.mark(offsets[found.start()], offsets[found.end()])
            yield found[1].lower(), found[2] or "", Place(fragment.source, *mark)


def _plain(text: str) -> str:
    return _masked(text)[0]


def _masked(text: str) -> tuple[str, list[int]]:
    """Return a text with `<name>` for each expression and variable, and where each of its characters stood before."""
    parts: list[str] = []
    offsets: list[int] = []
    at = 0
    for found in _FILLED_IN.finditer(text):
        start, name = found.start(), _name_of(found)
        parts += text[at:start], name
        offsets += *range(at, start), *([start] * len(name))
        at = found.end()
    return "".join([*parts, text[at:]]), [*offsets, *range(at, len(text) + 1)]


def _name_of(filled_in: re.Match[str]) -> str:
    if filled_in[1]:
        found = _CONTEXT.match(filled_in[1][3:-2].strip())
        return f"<{found[1].lower()}>" if found else "?"
    return f"<{filled_in[2].lower().removeprefix('github_')}>" if filled_in[2] else "?"


def _shown(text: str) -> str:
    """Return a name as people write it: `<sha>` is `$GITHUB_SHA`."""
    github = ("sha", "ref_name", "run_number", "run_id", "run_attempt", "repository", "repository_owner", "actor")
    return re.sub(r"<(\w+)>", lambda one: "$" + (f"GITHUB_{one[1]}" if one[1] in github else one[1]).upper(), text)
