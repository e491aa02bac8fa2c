"""Checks on the repository as a whole."""

from __future__ import annotations

from devopslint.artifacts.repository.folders import has_something_built
from devopslint.artifacts.repository.model import WORKFLOWS
from devopslint.artifacts.repository.updates import has_dependencies
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.repository.model import Repository
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_BUILT = frozenset({"dockerfile", "terraform", "kubernetes"})
_OTHER_PIPELINES = (
    ".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml", "Jenkinsfile", ".travis.yml", "bitbucket-pipelines.yml",
    ".drone.yml", ".buildkite/pipeline.yml", "cloudbuild.yaml", ".woodpecker.yml", ".cirrus.yml", "appveyor.yml", ".prow.yaml",
    "buildspec.yml", "bitrise.yml", ".semaphore/semaphore.yml", ".forgejo/workflows", ".gitea/workflows", "skaffold.yaml",
)  # fmt: skip

_HOOKS = (
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    ".lefthook.yaml",
    "prek.toml",
    ".husky/pre-commit",
    ".githooks/pre-commit",
    ".overcommit.yml",
)
"""Files in which hooks are written down that run before a commit."""


def no_pipeline(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with something to build or deploy that no workflow looks at."""
    repository: Repository = subject.context
    if _has_other_pipeline(repository) or any(
        {"push", "pull_request", "merge_group", "pull_request_target"} & set(one["triggers"])
        for one in repository.workflows
    ):
        return
    place = repository.entrance()
    # in a file it must be told whatever else was asked for; what nobody has a file for is told of the whole only
    in_a_file = place.source.path != WORKFLOWS
    if (
        has_something_built(repository.workspace, repository.found)
        if in_a_file
        else _BUILT.intersection(repository.files.values())
    ):
        yield Problem(place)


def _has_other_pipeline(repository: Repository) -> bool:
    return repository.has_file(*_OTHER_PIPELINES) or any(
        repository.workspace.names(folder)
        for folder in (".circleci", ".buildkite", ".gitlab", ".tekton", ".forgejo", ".gitea", ".azure-pipelines")
    )


def no_pull_request_checks(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories whose workflows test pushes but no pull requests."""
    repository: Repository = subject.context
    on_push = [one for one in repository.workflows if "push" in one["triggers"]]
    if not on_push or any(
        {"pull_request", "pull_request_target", "merge_group"} & set(one["triggers"]) for one in repository.workflows
    ):
        return
    testing = next(
        (one for one in on_push if any({"test", "lint", "build"} & set(job["purposes"]) for job in one["jobs"])), None
    )
    if testing is not None:
        yield Problem(
            repository.place(testing, testing["pushed"] or [0, 0]), workflow=testing["path"].rsplit("/", 1)[-1]
        )


def _first(workflow: dict[str, Any]) -> list[int]:
    jobs = workflow["jobs"]
    at: list[int] = jobs[0]["at"] if jobs else [0, 0]
    return at


def deploys_untested(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs that deploy in repositories where no workflow tests anything."""
    repository: Repository = subject.context
    if repository.does("test") or repository.calls_strangers() or _has_other_pipeline(repository):
        return
    for workflow, job in repository.jobs():
        if "deploy" in job["purposes"] and not (job["declared"] and repository.uses("checks of declared state")):
            yield Problem(repository.place(workflow, job["at"]), job=job["key"])


def unscanned_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find images that are pushed in repositories where nothing scans images; told once a workflow."""
    repository: Repository = subject.context
    if (
        repository.does("image-scan")
        or repository.calls_strangers()
        or repository.uses("aquasecurity/", "anchore/", "snyk/", "docker/scout")
    ):
        return
    for workflow in repository.workflows:
        for job in workflow["jobs"]:
            pushing = next((step for step in job["steps"] if "push" in step["purposes"]), None)
            if pushing is not None:
                yield Problem(repository.place(workflow, pushing["at"]))
                break


def no_linting(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with workflows that test or build, none of which lints."""
    repository: Repository = subject.context
    if repository.does("lint") or repository.calls_strangers() or not repository.does("test", "build"):
        return
    workflow, job = next(
        (workflow, job) for workflow, job in repository.jobs() if {"test", "build"} & set(job["purposes"])
    )
    yield Problem(repository.place(workflow, job["at"]))


def no_code_scanning(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with workflows and dependencies, none of which workflows scans code or dependencies."""
    repository: Repository = subject.context
    if not has_dependencies(repository):
        return
    if repository.workflows and not repository.does("scan", "image-scan", "sarif") and not repository.calls_strangers():
        yield Problem(repository.entrance())


def no_dependency_review(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories whose workflows on pull requests do not look at the dependencies that come with them."""
    repository: Repository = subject.context
    on_pull = [one for one in repository.workflows if "pull_request" in one["triggers"]]
    reviewed = repository.uses("actions/dependency-review-action", "google/osv-scanner", "snyk/", "renovate")
    if on_pull and not reviewed and not repository.calls_strangers():
        yield Problem(repository.place(on_pull[0], _first(on_pull[0])))


def no_scorecard(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with workflows none of which lets OpenSSF Scorecard look at them."""
    repository: Repository = subject.context
    if repository.workflows and not repository.uses("ossf/scorecard-action") and not repository.calls_strangers():
        yield Problem(repository.place(repository.workflows[0], _first(repository.workflows[0])))


def no_hooks(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with workflows and no configuration of hooks that run before a commit."""
    repository: Repository = subject.context
    if repository.workflows and not repository.has_file(*_HOOKS):
        yield Problem(repository.place(repository.workflows[0], _first(repository.workflows[0])))


def no_security_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with workflows that do not say how to report a flaw."""
    repository: Repository = subject.context
    names = (
        "SECURITY.md",
        ".github/SECURITY.md",
        "docs/SECURITY.md",
        "SECURITY.rst",
        "SECURITY.txt",
        "SECURITY",
        "SECURITY.adoc",
    )
    if repository.workflows and not repository.has_file(*names):
        yield Problem(repository.entrance())


def no_codeowners(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with workflows and no CODEOWNERS."""
    repository: Repository = subject.context
    if repository.workflows and not repository.has_file("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"):
        yield Problem(repository.entrance())


def invalid_codeowners(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find lines of CODEOWNERS that GitHub skips: owners that are no user, team or address, and patterns it does not know."""
    import re

    from devopslint.policy.subject import Place

    repository: Repository = subject.context
    path = next(
        (one for one in (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS") if repository.has_file(one)), None
    )
    source = repository.workspace.source(path) if path is not None else None
    if source is None:
        return
    offset = 0
    for line in source.text.split("\n"):
        bare = line.split("#", 1)[0] if not line.lstrip().startswith("\\#") else line
        words = [(found.group(), found.start()) for found in re.finditer(r"(?:\\.|\S)+", bare)]
        if words and not words[0][0].startswith("["):
            pattern, start = words[0]
            if pattern.startswith("!") or re.search(r"(?<!\\)\[", pattern):
                yield Problem(
                    Place(source, offset + start, offset + start + len(pattern)),
                    what=pattern,
                    fault="patterns have no `!` and no `[ ]`",
                )
            for owner, start in words[1:]:
                if not re.fullmatch(r"@[A-Za-z0-9](?:[\w-]*)(?:/[\w.-]+)?|[^@\s]+@[^@\s](?>[^@\s]*?\.)[^@\s]+", owner):
                    place = Place(source, offset + start, offset + start + len(owner))
                    yield Problem(place, what=owner, fault="an owner is `@user`, `@organisation/team` or an address")
        offset += len(line) + 1


def devopslint_not_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories whose workflows do not run devopslint."""
    repository: Repository = subject.context
    if repository.workflows and not repository.uses("devopslint"):
        hooks = (
            repository.workspace.source(".pre-commit-config.yaml")
            if repository.has_file(".pre-commit-config.yaml")
            else None
        )
        if hooks is None or "devopslint" not in hooks.text:
            yield Problem(repository.entrance())
