"""Checks on what a pipeline publishes: images and packages, their versions, and the keys that it takes for it."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.checks.pushes import PUSHES, images_pushed
from devopslint.artifacts.workflow.checks.services import containers_of
from devopslint.artifacts.workflow.expressions import EXPRESSION
from devopslint.artifacts.workflow.inputs import switch
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.purpose import is_on_runner, purposes
from devopslint.knowledge.images import image_tag
from devopslint.policy.subject import Place, Problem, came_from
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_APP_TOKENS = {
    "actions/create-github-app-token": "permission-",
    "tibdex/github-app-token": "permissions",
    "peter-murray/workflow-application-token-action": "permissions",
}
"""Action that makes the token of a GitHub App → how the inputs begin that say what it may do."""

_ONE_TAG = lazily(rf"(?:{EXPRESSION}|[^\n,])+")
_FILLED_IN = lazily(rf"{EXPRESSION}|\$\{{[^}}]*\}}|\{{\{{[^}}]*\}}\}}")
"""An expression, a variable in braces, or what a template fills in."""


def image_pushed_as_latest(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find images that are pushed with no tag besides `latest`."""
    step: Step = subject.context
    if step.action == "docker/build-push-action" and "push" in purposes(step):
        yield from _only_latest(step, "tags")
    elif step.action == "docker/metadata-action" and "images" in step.inputs:
        yield from _latest_by_metadata(step)
    elif step.run is not None and "docker" in step.run and step.is_shell:
        pushed = list(_pushed(step))
        if pushed and all(_is_latest(one) for one in _pushed_in(step.job)):
            yield from (Problem(place, image=tag) for tag, place in pushed)


def _only_latest(step: Step, name: str) -> Iterator[Problem]:
    tags = step.inputs.get(name)
    each = [tag.strip() for tag in _ONE_TAG.findall(tags) if tag.strip()] if isinstance(tags, str) else []
    if each and all(_is_latest(tag) and not is_on_runner(tag) for tag in each):
        yield Problem(("with", name), image=each[0])


def _latest_by_metadata(step: Step) -> Iterator[Problem]:
    """Find tags of metadata-action that name `latest` and nothing else."""
    tags = step.inputs.get("tags")
    each = [tag.strip() for tag in tags.split("\n") if tag.strip()] if isinstance(tags, str) else []
    if each and all(re.fullmatch(r"(?:type=raw,(?:value=)?)?latest(?:,enable=true)?", tag) for tag in each):
        image = str(step.inputs["images"]).split("\n", 1)[0].strip()
        yield Problem(("with", "tags"), image=f"{image}:latest")


def _pushed_in(job: Job) -> list[str]:
    """Return all images that the scripts of a job push, `?` for those that are not known."""
    key = f"images pushed by scripts of {job.key}"
    if key not in job.workflow.cache:
        scripts = (step.script() for step in job.steps if step.is_shell and PUSHES.search(step.run or ""))
        images = (image for script in scripts for command in script for image in images_pushed(command))
        job.workflow.cache[key] = ["x:?" if image == "*" else image for image in images if not is_on_runner(image)]
    known: list[str] = job.workflow.cache[key]
    return known


def _pushed(step: Step) -> Iterator[tuple[str, Place]]:
    """Yield the images that a script pushes elsewhere than to a registry on the runner, with their places."""
    for command in step.script().named("docker"):
        words = command.operands()
        first = [word.text for word in words[:2]]
        named: list[tuple[str, Word, int]] = []
        if first[:1] == ["push"] or first == ["image", "push"]:
            named = [(words[-1].text, words[-1], 0)] if len(words) > first.index("push") + 1 else []
        elif "build" in first and command.has_flag("--push"):
            named = list(_tags(command))
        for tag, word, skipped in named:
            if not is_on_runner(tag) and "LOCAL" not in tag.upper():
                quoted = word.end - word.start != len(word.text)
                mark = word.fragment.mark(word.start + (0 if quoted else skipped), word.end)
                yield tag, Place(word.fragment.source, *mark)


def _tags(command: Command) -> Iterator[tuple[str, Word, int]]:
    """Yield the tags that a build gives, each with its word and the letters before it there."""
    for index, word in enumerate(command.words):
        if word.text in {"-t", "--tag"}:
            yield from ((one.text, one, 0) for one in command.words[index + 1 : index + 2])
        elif word.text.startswith("--tag="):
            yield word.text[len("--tag=") :], word, len("--tag=")


def _is_latest(tag: str) -> bool:
    if "@sha256:" in tag or tag.endswith(":?"):
        return False
    name = _FILLED_IN.sub("$", tag).rsplit("/", 1)[-1]
    _, colon, version = name.partition(":")
    if not colon:
        return "$" not in name and "{" not in name
    return version == "latest"


def long_lived_cloud_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find logins to a cloud with a stored key, where the cloud takes GitHub's own identity."""
    if subject.kind == "workflow.file":
        from devopslint.artifacts.workflow.checks.delivery import cloud_key_in_environment

        yield from cloud_key_in_environment(subject)
        return
    step: Step = subject.context
    if step.uses is None:
        return
    name, inputs = step.uses.name, step.inputs
    if (
        name == "aws-actions/configure-aws-credentials"
        and "aws-secret-access-key" in inputs
        and "aws-session-token" not in inputs
    ):
        if isinstance(inputs["aws-secret-access-key"], str) and "secrets." in inputs["aws-secret-access-key"]:
            yield Problem(("with", "aws-secret-access-key"), part="key", cloud="AWS")
    elif name == "google-github-actions/auth" and "credentials_json" in inputs:
        yield Problem(("with", "credentials_json"), part="key", cloud="Google Cloud")
    elif name == "azure/login" and "creds" in inputs:
        yield Problem(("with", "creds"), part="key", cloud="Azure")


def unscoped_app_token(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find tokens of a GitHub App that have all of the App's permissions."""
    step: Step = subject.context
    name = step.action
    scoping = _APP_TOKENS.get(name)
    if scoping is None:
        return
    if not any(one.lower().startswith(scoping) for one in step.inputs):
        yield Problem("uses", fault="gets every permission of the App")
    if name != "actions/create-github-app-token":
        return
    if switch(step.inputs.get("skip-token-revoke")) is True:
        yield Problem(("with", "skip-token-revoke"), fault="outlives the job")
    if "owner" in step.inputs and "repositories" not in step.inputs:
        yield Problem(("with", "owner"), fault="is good for every repository of the owner")


def _images_of(job: Job) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of the images of a job's container and services."""
    for path, container in containers_of(job):
        yield (*path, "image") if isinstance(container, Map) else path


def unpinned_container(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find containers and services of a job without a version."""
    for at in _images_of(subject.context):
        for candidate in subject.candidates(at):
            image = candidate.value
            if isinstance(image, str) and image and image_tag(image) in ("", "latest"):
                yield Problem(at, image=image, related=came_from(candidate.origins))
                break


def undigested_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find images of containers, services and `docker://` steps that a tag names, which can be moved, and no digest."""
    owner = subject.context
    if subject.kind == "workflow.action":
        image = map_at(owner.root, "runs").get("image")
        if isinstance(image, str) and image.startswith("docker://") and _is_tagged(image[len("docker://") :]):
            yield Problem(("runs", "image"), image=image[len("docker://") :])
        return
    if subject.kind == "workflow.step":
        uses = owner.uses
        if uses is not None and uses.kind == "docker" and _is_tagged(uses.text[len("docker://") :]):
            yield Problem("uses", image=uses.text[len("docker://") :])
        return
    for at in _images_of(owner):
        for candidate in subject.candidates(at):
            if isinstance(candidate.value, str) and _is_tagged(candidate.value):
                yield Problem(at, image=candidate.value, related=came_from(candidate.origins))
                break


def _is_tagged(image: str) -> bool:
    return bool(image) and "${{" not in image and "@sha256:" not in image and image_tag(image) not in ("", "latest")
