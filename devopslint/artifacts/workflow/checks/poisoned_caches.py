"""Checks on caches that jobs restore which publish: what another job has left there is shipped.

Sources: the `README.md` and `action.yml` of each action.
"""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import names_of
from devopslint.artifacts.workflow.purpose import job_purposes, purposes
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_ALWAYS = frozenset(
    {
        "actions/cache",
        "actions/cache/restore",
        "swatinem/rust-cache",
        "mozilla-actions/sccache-action",
        "determinatesystems/magic-nix-cache-action",
        "determinatesystems/flakehub-cache-action",
        "nix-community/cache-nix-action",
        "hendrikmuhs/ccache-action",
        "awalsh128/cache-apt-pkgs-action",
        "coursier/cache-action",
        "julia-actions/cache",
        "burrunan/gradle-cache-action",
        "bahmutov/npm-install",
        "cypress-io/github-action",
        "satackey/action-docker-layer-caching",
        "taiki-e/cache-cargo-install-action",
        "baptiste0928/cargo-install",
        "buildjet/cache",
        "runs-on/cache",
    }
)
"""Actions that restore a cache whenever they run, but for those that are only to look whether there is one."""
_UNLESS: dict[str, tuple[str, int]] = {
    "actions/setup-go": ("cache", 4),
    "astral-sh/setup-uv": ("enable-cache", 4),
    "gradle/actions/setup-gradle": ("cache-disabled", 0),
    "gradle/gradle-build-action": ("cache-disabled", 0),
    "actions-rust-lang/setup-rust-toolchain": ("cache", 0),
    "moonrepo/setup-rust": ("cache", 0),
    "mlugg/setup-zig": ("use-cache", 0),
    "ramsey/composer-install": ("ignore-cache", 0),
    "leafo/gh-actions-lua": ("buildcache", 0),
}
"""Action that restores a cache without being told → the input that says whether, and the first major that does."""
_WHEN: dict[str, str] = {
    "actions/setup-node": "cache",
    "actions/setup-python": "cache",
    "actions/setup-java": "cache",
    "actions/setup-dotnet": "cache",
    "graalvm/setup-graalvm": "cache",
    "ruby/setup-ruby": "bundler-cache",
    "pnpm/action-setup": "cache",
    "pyo3/maturin-action": "sccache",
    "subosito/flutter-action": "cache",
    "jurplel/install-qt-action": "cache",
    "mamba-org/setup-micromamba": "cache-environment",
    "pdm-project/setup-pdm": "cache",
    "docker/build-push-action": "cache-from",
    "docker/bake-action": "cache-from",
}
"""Action that restores a cache when an input says so → the input."""
_OF_TOOLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "docker/setup-buildx-action": ("cache-binary", ()),
    "oven-sh/setup-bun": ("no-cache", ()),
    "jdx/mise-action": ("cache", ()),
    "golangci/golangci-lint-action": ("skip-cache", ()),
    "actions/setup-node": ("package-manager-cache", ("cache",)),
    "prefix-dev/setup-pixi": ("cache", ()),
}
"""Action that may take a tool or what it needs out of a cache → the input that says whether, and those that settle it."""
_NEGATED = frozenset({"cache-disabled", "ignore-cache", "no-cache", "skip-cache"})
_NO = ("", "false", "no", "0", "none")
_NO_RELEASE = lazily(
    r"\bgithub\.event_name\s*==\s*'(?:pull_request|push|schedule|merge_group)'"
    r"|\bgithub\.event_name\s*!=\s*'(?:release|workflow_dispatch)'"
    r"|!\s*startsWith\(\s*github\.ref\s*,\s*'refs/tags|\bgithub\.ref_type\s*(?:!=\s*'tag'|==\s*'branch')"
    r"|\bgithub\.ref\s*==\s*'refs/heads/"
)
"""Conditions that hold in no run for a tag or a release."""
_TRIAL = lazily(r"dry.?run|--snapshot|--skip")


def cache_in_release(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find caches that are restored in a job which publishes on a tag or a release."""
    job: Job = subject.context
    if not _makes_a_release(job):
        return
    for step in job.steps:
        at = _restored(step)
        if at is not None and step.uses is not None:
            yield Problem((*step.below, *at), action=step.uses.name)


def cache_in_publishing_job(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find caches of tools in jobs that publish, and any cache in those that do so besides other things."""
    job: Job = subject.context
    told = _makes_a_release(job)
    if not told and not _publishes(job, "publish", "push"):
        return
    for step in job.steps:
        at = (None if told else _restored(step)) or _tool_restored(step)
        if at is not None and step.uses is not None:
            yield Problem((*step.below, *at), action=step.uses.name)


def _restored(step: Step) -> Path | None:
    """Return what in a step says that a cache is restored, `None` when that is not certain."""
    if step.uses is None or _NO_RELEASE.search(str(step.value.get("if", ""))):
        return None
    name, inputs = step.uses.name, step.inputs
    if name in _ALWAYS:
        return None if _says(step, "lookup-only") else ("uses",)
    key, since = _UNLESS.get(name, ("", 0))
    if key and key not in inputs:
        return ("uses",) if (step.uses.major or 99) >= since else None
    key = key or _WHEN.get(name, "")
    if key not in inputs or _says(step, key) is not True:
        return None
    if key == "cache-from" and "type=gha" not in str(inputs[key]):
        return None
    return ("with", key)


def _tool_restored(step: Step) -> Path | None:
    """Return what in a step says that a tool may come out of a cache, `None` when it does not."""
    name = step.action
    key, settled = _OF_TOOLS.get(name, ("", ()))
    if not key or _NO_RELEASE.search(str(step.value.get("if", ""))) or any(one in step.inputs for one in settled):
        return None
    if key in step.inputs:
        return ("with", key) if _says(step, key) else None
    return None if name == "actions/setup-node" and not _has_npm_as_its_manager(step) else ("uses",)


def _says(step: Step, key: str) -> bool | None:
    """Say whether an input switches the cache on; `None` when an expression says."""
    value = step.inputs.get(key, False)
    if isinstance(value, str) and "${{" in value:
        return None
    return (str(value).strip().lower() in _NO) == (key in _NEGATED)


def _has_npm_as_its_manager(step: Step) -> bool:
    """Say whether `package.json` names npm, so that setup-node restores its cache from the fifth major on."""
    workspace = step.workflow.workspace
    if workspace is None or (step.uses is not None and (step.uses.major or 99) < 5):
        return False
    source = workspace.source("package.json") if workspace.exists("package.json") else None
    return source is not None and re.search(r'"packageManager"\s*:\s*"npm@', source.text) is not None


def _makes_a_release(job: Job) -> bool:
    """Say whether what a job makes is published by a run that is there for it."""
    if not _is_release(job.workflow):
        also = job.workflow.has_trigger("pull_request", "pull_request_target", "workflow_call")
        return not also and _publishes(job, "publish")
    jobs = job.workflow.jobs
    releasing = [key for key, one in jobs.items() if _is_named_so(one) or job_purposes(one) & {"publish", "push"}]
    if not releasing:
        return not job_purposes(job) & {"test", "lint"}
    return job.key in releasing or any(job.key in jobs[key].needs_closure() for key in releasing if _hands_over(job))


def _hands_over(job: Job) -> bool:
    """Say whether a job leaves files for the jobs after it."""
    return any(step.action == "actions/upload-artifact" for step in job.steps)


def _is_named_so(job: Job) -> bool:
    name = job.value.get("name")
    return re.search(r"publish|release", f"{job.key} {name if isinstance(name, str) else ''}".lower()) is not None


def _publishes(job: Job, *wanted: str) -> bool:
    """Say whether a step of a job publishes, and not for a trial."""
    return any(
        purposes(step).intersection(wanted)
        and not _TRIAL.search(f"{step.run or ''} {step.inputs}")
        and "${{" not in str(step.inputs.get("push", ""))
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
