"""Checks on what a pipeline publishes: images and packages, their versions, and the keys that it takes for it."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import map_at, names_of
from devopslint.artifacts.workflow.purpose import is_on_runner, job_purposes, purposes
from devopslint.knowledge.images import image_tag
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_TAG_OF_PUSH = lazily(r"\bdocker (?:image )?push\s+(?:-\S+\s+)*(\S+)")
_BUILD_AND_PUSH = lazily(r"\bdocker (?:buildx )?build\b(?=(?:[^\n]|\\\n)*\s--push\b)(?:[^\n\\]|\\[\s\S])*")
_TAG_OF_BUILD = lazily(r"\s(?:-t|--tag)[ =](\S+)")
_CACHES_BY_DEFAULT = {
    "actions/setup-go": "cache",
    "astral-sh/setup-uv": "enable-cache",
    "gradle/actions/setup-gradle": "cache-disabled",
}
"""Action that restores a cache without being told → the input that says whether."""
_PUBLISHING = (
    ("npm", lazily(r"(?:^|[\s;&|])(?:npm|pnpm|yarn(?: npm)?) publish\b"),
     ("NODE_AUTH_TOKEN", "NPM_TOKEN", "YARN_NPM_AUTH_TOKEN")),
    ("PyPI", lazily(r"\btwine\s+upload\b|\b(?:uv|poetry) publish\b"),
     ("TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "POETRY_PYPI_TOKEN_PYPI")),
    ("crates.io", lazily(r"\bcargo publish\b"), ("CARGO_REGISTRY_TOKEN",)),
    ("NuGet", lazily(r"\bdotnet nuget push\b"), ("NUGET_API_KEY", "NUGET_TOKEN")),
    ("RubyGems", lazily(r"\bgem push\b"), ("GEM_HOST_API_KEY", "RUBYGEMS_API_KEY")),
)  # fmt: skip
"""Registry that takes GitHub's identity token, the command that publishes there, and the variables of its stored token."""
_TOKEN_INPUTS = {
    "js-devtools/npm-publish": ("npm", "token"), "rubygems/configure-rubygems-credentials": ("RubyGems", "api-token"),
    "katyo/publish-crates": ("crates.io", "registry-token"), "pascalgn/npm-publish-action": ("npm", "token"),
}  # fmt: skip
"""Action that publishes → the registry, and the input with the stored token."""
_STORED = lazily(r"secrets\.(?!GITHUB_TOKEN\b)", re.IGNORECASE)
_OTHER_REGISTRY = lazily(r"--registry|--repository|--index|--host|--key|repository-url", re.IGNORECASE)


def image_pushed_as_latest(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find images that are pushed with no tag besides `latest`."""
    step: Step = subject.context
    if step.uses is not None and step.uses.name == "docker/build-push-action" and "push" in purposes(step):
        yield from _only_latest(step, "tags")
    elif step.uses is not None and step.uses.name == "docker/metadata-action" and "images" in step.inputs:
        yield from _latest_by_metadata(step)
    elif step.run is not None and step.fragment is not None and step.is_shell:
        pushes = _pushed(step)
        everywhere = (tag for other in step.job.steps for tag, _ in _pushed(other))
        if pushes and all(_is_latest(tag) for tag in everywhere):
            for tag, span in pushes:
                yield Problem(Place(step.fragment.source, *step.fragment.mark(*span)), image=tag)


def _only_latest(step: Step, name: str) -> Iterator[Problem]:
    tags = step.inputs.get(name)
    each = [tag.strip() for tag in re.split(r"[\n,]", tags) if tag.strip()] if isinstance(tags, str) else []
    if each and all(_is_latest(tag) and not is_on_runner(tag) for tag in each):
        yield Problem(("with", name), image=each[0])


def _latest_by_metadata(step: Step) -> Iterator[Problem]:
    """Find tags of metadata-action that name `latest` and nothing else."""
    tags = step.inputs.get("tags")
    each = [tag.strip() for tag in tags.split("\n") if tag.strip()] if isinstance(tags, str) else []
    if each and all(re.fullmatch(r"(?:type=raw,(?:value=)?)?latest(?:,enable=true)?", tag) for tag in each):
        image = str(step.inputs["images"]).split("\n", 1)[0].strip()
        yield Problem(("with", "tags"), image=f"{image}:latest")


def _pushed(step: Step) -> list[tuple[str, tuple[int, int]]]:
    """Return the images that a script pushes elsewhere than to a registry on the runner, with their offsets."""
    script = step.run or ""
    if "--all-tags" in script or "docker" not in script:
        return []
    spans = [found.span(1) for found in _TAG_OF_PUSH.finditer(script)]
    for build in _BUILD_AND_PUSH.finditer(script):
        spans.extend(found.span(1) for found in _TAG_OF_BUILD.finditer(script, build.start(), build.end()))
    named = [(script[start:end].strip("\"'"), (start, end)) for start, end in sorted(spans)]
    return [(tag, span) for tag, span in named if not is_on_runner(tag) and "LOCAL" not in tag.upper()]


def _is_latest(tag: str) -> bool:
    if "@sha256:" in tag:
        return False
    name = tag.rsplit("/", 1)[-1]
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


def publishing_token(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find packages that are published with a stored token, where the registry takes GitHub's own identity."""
    step: Step = subject.context
    if step.uses is not None:
        target = step.inputs.get("repository-url", step.inputs.get("repository_url", "https://upload.pypi.org"))
        known = _TOKEN_INPUTS.get(step.uses.name)
        if known is not None and "registry" not in step.inputs and known[1] in step.inputs:
            yield Problem(("with", known[1]), part="key", registry=known[0])
        if step.uses.name == "pypa/gh-action-pypi-publish" and "password" in step.inputs and "pypi.org" in str(target):
            yield Problem(("with", "password"), part="key", registry="PyPI")
        return
    if not step.run or _OTHER_REGISTRY.search(step.run.replace("--api-key", "")):
        return
    elsewhere = step.is_preceded_by(_sets_another_registry)
    for registry, command, variables in _PUBLISHING:
        if not command.search(step.run) or (registry == "npm" and elsewhere):
            continue
        yield from _token_in_script(step, registry)
        for name in variables:
            owners = (step.env, map_at(step.job.value, "env"), map_at(step.workflow.root, "env"))
            env = next((owner for owner in owners if name in owner), None)
            value = env[name] if env is not None else None
            if env is not None and isinstance(value, str) and _STORED.search(value):
                mark = env.at[name][:2]
                yield Problem(Place(subject.document.source, *mark), registry=registry)


def _sets_another_registry(step: Step) -> bool:
    return "registry-url" in step.inputs and "npmjs.org" not in str(step.inputs["registry-url"])


def _token_in_script(step: Step, registry: str) -> Iterator[Problem]:
    """Find `--token ${{ secrets.x }}` of a command that publishes."""
    for found in re.finditer(
        r"(?:--token|--api-key|-k|-p|--password)[ =]\"?(\$\{\{\s*secrets\.\w+\s*\}\})", step.run or ""
    ):
        if step.fragment is not None:
            yield Problem(Place(step.fragment.source, *step.fragment.mark(*found.span(1))), registry=registry)


def unscoped_app_token(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find tokens of a GitHub App that have all of the App's permissions."""
    step: Step = subject.context
    is_app = step.uses is not None and step.uses.name == "actions/create-github-app-token"
    if is_app and not any(name.startswith("permission-") for name in step.inputs):
        yield Problem("uses", fault="gets every permission of the App")
    if is_app and step.inputs.get("skip-token-revoke") in (True, "true"):
        yield Problem(("with", "skip-token-revoke"), fault="outlives the job")
    if is_app and "owner" in step.inputs and "repositories" not in step.inputs:
        yield Problem(("with", "owner"), fault="is good for every repository of the owner")


def cache_in_release(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find caches that are restored in a job which publishes on a tag or a release."""
    job: Job = subject.context
    name = job.value.get("name")
    named = re.search(r"publish|release", f"{job.key} {name if isinstance(name, str) else ''}".lower())
    if not _is_release(job.workflow):
        if job.workflow.has_trigger("pull_request", "pull_request_target", "workflow_call") or not _publishes(job):
            return
    elif not (named or job_purposes(job).intersection({"publish", "push"})):
        return
    for step in job.steps:
        if step.uses is None:
            continue
        name, inputs = step.uses.name, step.inputs
        if name in {
            "actions/cache",
            "actions/cache/restore",
            "swatinem/rust-cache",
            "mozilla-actions/sccache-action",
        } and inputs.get("lookup-only") not in (True, "true"):
            yield Problem(("steps", step.index, "uses"), action=name)
        elif name == "astral-sh/setup-uv" and inputs.get("enable-cache") in (True, "true"):
            yield Problem(("steps", step.index, "with", "enable-cache"), action=name)
        elif name in _CACHES_BY_DEFAULT and _CACHES_BY_DEFAULT[name] not in inputs and (step.uses.major or 99) >= 4:
            yield Problem(("steps", step.index, "uses"), action=name)
        elif (
            name.startswith("actions/setup-")
            and isinstance(inputs.get("cache"), str)
            and "${{" not in inputs["cache"]
            and inputs["cache"] not in {"", "false"}
        ):
            yield Problem(("steps", step.index, "with", "cache"), action=name)
        elif name == "ruby/setup-ruby" and inputs.get("bundler-cache") in (True, "true"):
            yield Problem(("steps", step.index, "with", "bundler-cache"), action=name)
        elif name == "docker/build-push-action" and "type=gha" in str(inputs.get("cache-from", "")):
            yield Problem(("steps", step.index, "with", "cache-from"), action=name)


def _publishes(job: Job) -> bool:
    """Say whether a step of a job publishes, and not for a trial."""
    return any(
        "publish" in purposes(step) and not re.search(r"dry.?run|--snapshot|--skip", f"{step.run or ''} {step.inputs}")
        for step in job.steps
    )


def _is_release(workflow: Workflow) -> bool:
    """Say whether a workflow runs for releases and for nothing else that one could tell."""
    if "release" in workflow.triggers:
        return True
    push = workflow.triggers.get("push")
    if push is None or workflow.has_trigger("pull_request"):
        return False
    branches = names_of(push.get("branches"))
    if branches:
        return all(re.match(r"releases?(?:[/.-]|$)", branch) for branch in branches)
    return "tags" in push


def _images_of(job: Job) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of the images of a job's container and services."""
    places: list[tuple[tuple[str | int, ...], Any]] = [(("container",), job.value.get("container"))]
    places.extend((("services", name), value) for name, value in map_at(job.value, "services").items())
    for path, container in places:
        yield (*path, "image") if isinstance(container, Map) else path


def unpinned_container(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find containers and services of a job without a version."""
    for at in _images_of(subject.context):
        for candidate in subject.candidates(at):
            image = candidate.value
            if isinstance(image, str) and image and image_tag(image) in ("", "latest"):
                yield Problem(at, image=image)
                break


def undigested_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find images of containers, services and `docker://` steps that a tag names, which can be moved, and no digest."""
    owner = subject.context
    if subject.kind == "workflow.step":
        uses = owner.uses
        if uses is not None and uses.kind == "docker" and _is_tagged(uses.text[len("docker://") :]):
            yield Problem("uses", image=uses.text[len("docker://") :])
        return
    for at in _images_of(owner):
        for candidate in subject.candidates(at):
            if isinstance(candidate.value, str) and _is_tagged(candidate.value):
                yield Problem(at, image=candidate.value)
                break


def _is_tagged(image: str) -> bool:
    return bool(image) and "${{" not in image and "@sha256:" not in image and image_tag(image) not in ("", "latest")
