"""Checks on how long a pipeline takes and what it wastes."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.workflow.inputs import switch
from devopslint.artifacts.workflow.model import map_at, names_of
from devopslint.artifacts.workflow.published import entry_of, major_of_step
from devopslint.artifacts.workflow.purpose import job_purposes, purposes
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_SIGNS = lazily(r"cosign|attest|slsa|notation|\bko\b|sigstore")
_START = r"(?:^|[\s;&|(])"
_INSTALLS: dict[str, tuple[str, re.Pattern[str]]] = {
    name: (word, lazily(_START + pattern, re.MULTILINE))
    for name, word, pattern in (
        ("npm", "npm ", r"npm (?:ci|install|i)(?=\s*(?:$|[;&|\n]|--(?!global)|-(?!g)))"),
        ("yarn", "yarn", r"yarn(?: install)?(?=\s*(?:$|[;&|\n]|--))"),
        ("pnpm", "pnpm ", r"pnpm (?:install|i)(?=\s*(?:$|[;&|\n]|--))"),
        ("pip", " install ", r"pip3? install (?:\S{1,300} ){0,50}?(?:-r|--requirement|-e|['\"]?\.(?:\[|['\"]|\s|$))"),
        ("pipenv", "pipenv ", r"pipenv (?:install|sync)"),
        ("poetry", "poetry install", r"poetry install"),
        ("maven", "mvn", r"(?:[^\s;&|(]*/)?mvnw? "),
        ("gradle", "gradle", r"(?:[^\s;&|(]*/)?gradlew? "),
        ("bun", "bun ", r"bun (?:install|i|ci)\b"),
        ("uv", "uv ", r"uv (?:sync|pip install)\b"),
        ("pdm", "pdm ", r"pdm (?:install|sync)\b"),
        ("bundler", "bundle ", r"bundle (?:install|exec)\b"),
        ("cargo", "cargo ", r"cargo (?:\+\S+ )?(?:build|test|clippy|check|nextest)\b"),
        ("composer", "composer ", r"composer (?:install|update)\b"),
        ("nuget", "--locked-mode", r"dotnet restore\b[^\n]{0,300}--locked-mode"),
    )
}
"""Package manager → a text that stands wherever it installs, which is looked for first, and how it does."""
_CACHES = {
    "actions/setup-node": ("npm", "yarn", "pnpm"),
    "actions/setup-python": ("pip", "pipenv", "poetry"),
    "actions/setup-java": ("maven", "gradle"),
}
"""Action → the package managers that its input `cache` knows. Source: the README of each."""
_FAMILIES = (
    frozenset({"npm", "yarn", "pnpm", "bun"}),
    frozenset({"pip", "pipenv", "poetry", "uv", "pdm"}),
    frozenset({"maven", "gradle"}),
)
"""Package managers that stand for each other: one of a project's installs."""
_FOLDERS = (
    (r"~/\.npm\b|(?<!p)npm-cache", "npm"), (r"\.yarn/cache|\.cache/yarn", "yarn"), (r"pnpm[/-]store|\.pnpm-store", "pnpm"),
    (r"\.bun/install", "bun"), (r"\.cache/pip\b", "pip"), (r"\.cache/pypoetry", "poetry"), (r"\.cache/uv\b", "uv"),
    (r"\.m2\b", "maven"), (r"\.gradle\b", "gradle"),
)  # fmt: skip
"""Folder → the package manager that keeps what it has fetched there."""
_WITHOUT_CACHE = {
    "dtolnay/rust-toolchain": ("cargo", "", "add `Swatinem/rust-cache` behind it"),
    "actions-rs/toolchain": ("cargo", "", "add `Swatinem/rust-cache` behind it"),
    "shivammathur/setup-php": (
        "composer",
        "",
        "add `actions/cache` for the folder that `composer config cache-files-dir` names",
    ),
    "ruby/setup-ruby": ("bundler", "bundler-cache", "set `bundler-cache: true`, which installs the gems, too"),
    "actions/setup-dotnet": ("nuget", "cache", "set `cache: true`"),
}
"""Action that keeps nothing for a package manager unless it is told → the manager, the input for it, and what to do."""
_GATE = 3
_CACHES_GRADLE = ("gradle/actions/setup-gradle", "gradle/gradle-build-action")
"""Actions that keep the caches of Gradle by themselves, and better. Source: docs/setup-gradle.md of gradle/actions."""


def _is_on(step: Step) -> bool:
    """Say whether the cache of an action for Gradle is not switched off."""
    return switch(step.inputs.get("cache-disabled")) is not True


def _managers(job: Job) -> dict[str, Step]:
    """Return the package managers that a job's scripts install with, each with the first step that does."""
    key = f"package managers of {job.key}"
    known: dict[str, Step] | None = job.workflow.cache.get(key)
    if known is not None:
        return known
    found: dict[str, Step] = {}
    job.workflow.cache[key] = found
    for step in job.steps:
        if not step.run:
            continue
        for name in _installing(step.run):
            found.setdefault(name, step)
    return found


@lru_cache(maxsize=256)
def _installing(text: str) -> tuple[str, ...]:
    """Return the package managers that a script installs with."""
    script = re.sub(r"(?m)^[^\S\n]*#.*$", "", text.replace("\\\n", " "))
    return tuple(name for name, (word, pattern) in _INSTALLS.items() if word in script and pattern.search(script))


def setup_without_cache(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find set-up actions without their cache in a job that then installs dependencies."""
    job: Job = subject.context
    managers = _managers(job)
    if any(step.action in _CACHES_GRADLE and _is_on(step) for step in job.steps):
        managers = {name: step for name, step in managers.items() if name != "gradle"}
    if any("cache" in step.action for step in job.steps):
        return
    released = "release" in job.workflow.triggers
    if released or "publish" in job_purposes(job) or "self-hosted" in (job.runs_on or ()):
        return
    for step in job.steps:
        name = step.action
        used = [
            manager for manager in _CACHES.get(name, ()) if manager in managers and managers[manager].index > step.index
        ]
        other, key, advice = _WITHOUT_CACHE.get(name, ("", "", ""))
        if other in managers and managers[other].index > step.index and not _is_told_to_cache(step):
            yield Problem((*step.below, "uses"), action=name, manager=other, advice=_newer(step, key) + advice)
            return
        if (
            used
            and "cache" not in step.inputs
            and "package-manager-cache" not in step.inputs
            and not _caches_by_itself(step, used[0])
        ):
            advice = f"{_newer(step, 'cache')}set `cache: {used[0]}`"
            yield Problem((*step.below, "uses"), action=name, manager=used[0], advice=advice)
            return


def _newer(step: Step, key: str) -> str:
    """Return the advice to move to a newer version, where the one in use has no such input; else an empty text."""
    entry = entry_of(step) if key else None
    return "move to a newer version and " if entry is not None and key not in entry["inputs"] else ""


def _is_told_to_cache(step: Step) -> bool:
    return any("cache" in name.lower() for name in step.inputs)


def _caches_by_itself(step: Step, manager: str) -> bool:
    """Say whether setup-node may cache without being told: since v5 it does for npm, where package.json names it."""
    if step.uses is None or step.action != "actions/setup-node" or manager != "npm":
        return False
    major = major_of_step(step)
    if major is not None and major < 5:
        return False
    workspace = step.workflow.workspace
    package = workspace.source("package.json") if workspace is not None and workspace.exists("package.json") else None
    return package is None or '"packageManager"' in package.text


def wrong_cache(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find caches for one package manager in a job where another one installs."""
    job: Job = subject.context
    managers = _managers(job)
    if not managers or any(step.uses is not None and step.uses.kind == "local" for step in job.steps):
        return
    for step in job.steps:
        name = step.action
        cache, at = step.inputs.get("cache"), "cache"
        if name in {"actions/cache", "actions/cache/restore"}:
            at, path = "path", step.inputs.get("path")
            found = {one for pattern, one in _FOLDERS if isinstance(path, str) and re.search(pattern, path)}
            cache = found.pop() if len(found) == 1 else None
        elif name not in _CACHES:
            continue
        family = next((one for one in _FAMILIES if isinstance(cache, str) and cache in one), frozenset())
        used = sorted(family.intersection(managers))
        if family and not used and name in _CACHES and cache not in _CACHES[name]:
            used = sorted(set(managers).intersection(_CACHES[name]))  # setup-python knows no cache of npm
        if used and cache not in used:
            yield Problem((*step.below, "with", at), cache=cache, used=used[0])


def missing_timeout(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs without a limit of time; told once where most jobs of the workflow have none."""
    job: Job = subject.context
    if not _is_unlimited(job):
        return
    cache = job.workflow.cache
    if "unlimited" not in cache:
        jobs = list(job.workflow.jobs.values())
        limited = 2 * sum("timeout-minutes" in other.value for other in jobs) >= len(jobs)
        cache["unlimited"] = next(other for other in jobs if _is_unlimited(other)), limited
    first, are_mostly_limited = cache["unlimited"]
    if first is job or are_mostly_limited:
        yield Problem((), job=job.key)


def _is_unlimited(job: Job) -> bool:
    if "timeout-minutes" in job.value or job.uses is not None or not job.steps:
        return False
    scripts = [step.value for step in job.steps if step.run is not None]
    return not scripts or bool([value for value in scripts if "timeout-minutes" not in value])


def missing_concurrency(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows on pull requests whose superseded runs go on."""
    workflow: Workflow = subject.context
    if "pull_request" not in workflow.triggers:
        return
    if "concurrency" in workflow.root:
        yield from _queued(workflow)
        return
    types = names_of(workflow.triggers["pull_request"].get("types"))
    if types and not {"synchronize"} & set(types):
        return
    if workflow.jobs and not all("concurrency" in job.value or job.uses is not None for job in workflow.jobs.values()):
        yield Problem(())


def _queued(workflow: Workflow) -> Iterator[Problem]:
    """Find a `concurrency` that lets superseded runs wait for each other instead of cancelling them."""
    value = workflow.root["concurrency"]
    cancels = value.get("cancel-in-progress", False) if isinstance(value, Map) else False
    if cancels is False and not any("deploy" in job_purposes(job) for job in workflow.jobs.values()):
        says = isinstance(value, Map) and "cancel-in-progress" in value
        yield Problem(("concurrency", "cancel-in-progress")) if says else Problem("concurrency", part="key")


def unnamed_job(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs without a name."""
    job: Job = subject.context
    if "name" not in job.value:
        yield Problem((), job=job.key)


def full_history(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find checkouts of the whole history in jobs where nothing is seen to need it."""
    step: Step = subject.context
    if step.action != "actions/checkout" or str(step.inputs.get("fetch-depth", "")) != "0":
        return
    if not step.is_followed_by(_needs_history):
        yield Problem(("with", "fetch-depth"), part="pair")


_USES_HISTORY = lazily(
    r"\bgit\b|release|version|changelog|affected|sonar|gitleaks|\bct\b|\bnx\b|turbo|lerna|changeset|scm|commit|hugo|docs|make|\./"
    r"|\bsh\b|bash|tag|build|since|\bbase|\bhead\b|diff|blame|spin|\.(?:py|[cm]?[jt]s|rb|pl|php|ps1)\b"
)
"""What may look at the history: git itself, tools that do, and scripts of the repository, which may do anything."""
_OF_ANOTHER_COMMIT = lazily(r"github\.(?:base_ref|head_ref|event\.(?:before|pull_request\.(?:base|head)|merge_group))")


def _needs_history(step: Step) -> bool:
    if step.run is not None:
        return bool(_USES_HISTORY.search(step.run) or _OF_ANOTHER_COMMIT.search(str(step.value)))
    return (
        True
        if step.uses is None or step.uses.kind != "repository"
        else not step.uses.name.startswith(
            ("actions/setup-", "actions/cache", "actions/upload-artifact", "docker/setup")
        )
    )


def serial_jobs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that lint or test and wait for another one that lints, tests, without taking anything from it."""
    job: Job = subject.context
    workflow = job.workflow
    mine = job_purposes(job)
    if (
        not mine.intersection({"test", "lint"})
        or mine.intersection({"deploy", "push", "publish"})
        or len(job.needs) != 1
    ):
        return
    other = workflow.jobs.get(job.needs[0])
    if other is None or other.uses is not None or job.uses is not None:
        return
    waiting = [one for one in workflow.jobs.values() if other.key in one.needs]
    if len(waiting) >= _GATE:
        return  # a gate that keeps many jobs from starting in vain
    theirs = job_purposes(other)
    if not theirs.intersection({"lint", "test"}) or theirs.intersection({"build", "push", "deploy", "publish"}):
        return
    text = str(job.value)
    takes = "needs." in text or any(
        step.action.startswith(("actions/download-artifact", "actions/cache")) for step in job.steps
    )
    if not takes and "if" not in job.value:
        yield Problem("needs", job=job.key, other=other.key)


def double_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows that run twice for each push to the branch of a pull request."""
    workflow: Workflow = subject.context
    on = workflow.root.get("on")
    if not workflow.has_trigger("push") or not workflow.has_trigger("pull_request"):
        return
    push = workflow.triggers["push"]
    if {"branches", "branches-ignore", "tags"} & set(push) or "concurrency" in workflow.root:
        return
    if any(
        "event_name" in str(job.value.get("if", "")) or "event" in str(job.value.get("if", ""))
        for job in workflow.jobs.values()
    ):
        return
    if isinstance(on, Map):
        yield Problem(("on", "push"), part="key")
    elif isinstance(on, list):
        yield Problem(("on", on.index("push")))


def _builds_elsewhere(step: Step) -> bool:
    return "remote" in str(step.inputs.get("driver", "")) or "endpoint" in step.inputs


def image_build_without_cache(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find image builds without a cache."""
    step: Step = subject.context
    if step.action != "docker/build-push-action":
        return
    inputs = step.inputs
    elsewhere = step.is_preceded_by(_builds_elsewhere)
    if not elsewhere and not {"cache-from", "cache-to", "no-cache", "builder"} & set(inputs):
        yield Problem("uses")


def unnamed_workflow(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows without a name."""
    workflow: Workflow = subject.context
    if "name" not in workflow.root:
        yield Problem(())


def dispatch_inputs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs with which whoever starts a workflow by hand changes what is built."""
    workflow: Workflow = subject.context
    inputs = map_at(workflow.triggers.get("workflow_dispatch"), "inputs")
    if inputs:
        yield Problem(("on", "workflow_dispatch", "inputs"), part="key", inputs=_counted(len(inputs)))


def _counted(number: int) -> str:
    return (
        "an input of `workflow_dispatch` changes" if number == 1 else f"{number} inputs of `workflow_dispatch` change"
    )


def unsigned_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that push images and neither sign nor attest them."""
    job: Job = subject.context
    pushing = next((step for step in job.steps if "push" in purposes(step)), None)
    if pushing is None:
        return
    cache, provenance = job.workflow.cache, pushing.inputs.get("provenance")
    if "is signed" not in cache:
        cache["is signed"] = any(
            _SIGNS.search(f"{step.run or ''} {step.uses.name if step.uses else ''}")
            for other in job.workflow.jobs.values()
            for step in other.steps
        )
    if cache["is signed"] or switch(provenance) or provenance == "mode=max" or "sbom" in pushing.inputs:
        return
    yield Problem(
        (*pushing.below, "uses" if pushing.uses is not None else "run"),
        part="value" if pushing.uses is not None else "key",
    )
