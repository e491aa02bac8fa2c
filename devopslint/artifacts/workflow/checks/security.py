"""Checks on what a workflow gives away: tokens, secrets, runners."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.workflow.checks.own_repository import is_own
from devopslint.artifacts.workflow.checks.services import containers_of
from devopslint.artifacts.workflow.flowing import flowing
from devopslint.artifacts.workflow.inputs import keeps_credentials, switch
from devopslint.artifacts.workflow.model import map_at, names_of
from devopslint.artifacts.workflow.published import major_of_step
from devopslint.artifacts.workflow.script_files import written
from devopslint.artifacts.workflow.usage import nodes_of, texts_given, usages, usages_at
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import at_word, lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_FETCHES_OR_RUNS = frozenset({"actions/checkout", "actions/github-script", "actions/download-artifact"})
_WHOLE_FOLDER = lazily(
    r"(?:\$\{\{\s*github\.workspace\s*\}\}(?:/\.\.)?|\.\.?)?/?(?:\*\*?(?:/\*\*?)?|\.git(?:/(?:config|\*\*?(?:/\*)?)?)?)?",
    re.IGNORECASE,
)
_BY_FORKS = ("pull_request", "pull_request_target", "issue_comment")


_PUSHES = lazily(r"commit|push|release|pages|pull-request|changeset|git-|tag|version|chart")
_GIT = lazily(
    at_word(r"git\s+(?:push|fetch|pull|submodule|clone|ls-remote|lfs|remote)\b", r"gh\s+(?:pr\s+checkout|repo)\b")
    + "|release"
)


def missing_permissions(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows in which a job has no `permissions` and the workflow none either; told once."""
    workflow: Workflow = subject.context
    if "permissions" in workflow.root or not workflow.jobs or set(workflow.triggers) == {"workflow_call"}:
        return
    lacking = [job for job in workflow.jobs.values() if "permissions" not in job.value]
    if not lacking:
        return
    if len(lacking) == len(workflow.jobs):
        yield Problem((), what="the workflow")
    else:
        for job in lacking:
            yield Problem(job.path, part="key", what=f"job `{job.key}`")


def write_all(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `permissions: write-all`."""
    workflow: Workflow = subject.context
    if workflow.root.get("permissions") == "write-all":
        yield Problem("permissions", scopes="every scope")
    for job in workflow.jobs.values():
        if job.value.get("permissions") == "write-all":
            yield Problem((*job.path, "permissions"), scopes="every scope")


def wide_permissions(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find write access for all jobs of a workflow with more than one job."""
    workflow: Workflow = subject.context
    given = workflow.root.get("permissions")
    lacking = [job for job in workflow.jobs.values() if "permissions" not in job.value]
    if isinstance(given, Map) and len(lacking) > 1:
        for scope, level in given.items():
            if level == "write":
                yield Problem(("permissions", scope), scope=scope, count=len(lacking))


def persisted_credentials(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find checkouts that leave the token in `.git/config`, in jobs that do not push with git."""
    step: Step = subject.context
    if _leaves_credentials(step) and not step.is_followed_by(_uses_git):
        yield Problem(("with", "persist-credentials") if "persist-credentials" in step.inputs else "uses")


def credentials_for_all_steps(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find checkouts that leave the token to every later step, where a later one may use it, and nobody says so."""
    step: Step = subject.context
    if "persist-credentials" not in step.inputs and _leaves_credentials(step) and step.is_followed_by(_uses_git):
        yield Problem("uses")


def _leaves_credentials(step: Step) -> bool:
    """Say whether a checkout surely leaves the token where git finds it."""
    if step.action != "actions/checkout":
        return False
    return keeps_credentials(step.inputs) is True


def _uses_git(step: Step) -> bool:
    if step.run is not None:
        return _GIT.search(step.run) is not None
    return step.uses is None or step.uses.kind == "local" or _may_push(step.action)


@lru_cache(maxsize=256)
def _may_push(action: str) -> bool:
    """Say whether an action may push with git, by its name."""
    return not action.startswith("docker/") and _PUSHES.search(action) is not None


def credentials_in_artifact(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find uploads of the whole working folder, `.git/config` with the token included."""
    step: Step = subject.context
    if step.action != "actions/upload-artifact":
        return
    path = step.inputs.get("path")
    lines = [line.strip() for line in path.split("\n") if line.strip()] if isinstance(path, str) else []
    whole = [line for line in lines if _WHOLE_FOLDER.fullmatch(line)]
    hidden = step.inputs.get("include-hidden-files")
    if not whole or any(line.startswith("!") and ".git" in line for line in lines):
        return
    if (major_of_step(step) or 4) >= 4 and switch(hidden) is not True:
        return
    if step.is_preceded_by(_leaves_token_in_config):
        yield Problem(("with", "path"))


def _leaves_token_in_config(step: Step) -> bool:
    if step.action != "actions/checkout" or "path" in step.inputs:
        return False
    major = major_of_step(step)
    in_git_config = major is not None and major < 6
    return in_git_config and keeps_credentials(step.inputs) is not False


def is_secret(node: Node) -> bool:
    """Say whether a reference is a secret other than the run's own token."""
    path = node.path()
    return path is not None and path[0] == "secrets" and len(path) == 2 and path[1] not in {"github_token", "*", "?"}


def secrets_in(usage: Usage) -> Iterator[Node]:
    """Yield the secrets that can become part of an expression's text: one that is only asked for or compared is none."""
    return (node for node in flowing(usage.tree) if is_secret(node)) if usage.tree is not None else iter(())


def secret_in_workflow_env(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find secrets in the `env` of a workflow with more steps than the one that may need them."""
    workflow: Workflow = subject.context
    if len(list(workflow.steps)) < 2:
        return
    for usage in usages(workflow):
        if usage.site.path[:1] == ("env",):
            for node in secrets_in(usage):
                yield Problem(usage.place(node.start, node.end), name=usage.site.value[node.start : node.end])


def secret_in_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find secrets that are expanded within a script."""
    step: Step = subject.context
    for usage in usages_at(step.workflow, (*step.path, "run")):
        for node in secrets_in(usage):
            yield Problem(usage.place(node.start, node.end), name=usage.site.value[node.start : node.end])


def all_secrets(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find expressions that hand over every secret of the repository."""
    workflow: Workflow = subject.context
    for usage, node in nodes_of(workflow, "call"):
        if node.value.lower() == "tojson" and node.items and node.items[0].path() == ("secrets",):
            yield Problem(usage.place(node.start, node.end), what=usage.site.value[node.start : node.end])
    for usage, node in nodes_of(workflow, "index", "star"):
        if node.path() in {("secrets", "?"), ("secrets", "*")}:
            yield Problem(usage.place(node.start, node.end), what=usage.site.value[node.start : node.end])


def unmasked_secret(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find structured secrets that are taken apart, whose parts GitHub does not mask in the log."""
    for usage in usages(subject.context):
        for node in usage.nodes:
            inner = node
            while inner.kind in {"property", "index", "star"}:
                inner = inner.items[0]
            is_read = inner.kind == "call" and inner.value.lower() == "fromjson"
            if is_read and inner.items and is_secret(inner.items[0]):
                yield Problem(usage.place(node.start, node.end), what=usage.site.value[node.start : node.end])
                break


def inherited_secrets(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `secrets: inherit` towards a workflow of another owner."""
    job: Job = subject.context
    if job.value.get("secrets") == "inherit" and job.uses is not None and job.uses.kind == "repository":
        workspace, at = job.workflow.workspace, job.uses.text.find(".github/workflows/")
        path = job.uses.text[at:].partition("@")[0]
        lies_here = at > 0 and path != job.workflow.path and workspace is not None and workspace.exists(path)
        if lies_here and workspace is not None and is_own(job.uses.slug, workspace, "README.md", "README.rst"):
            return  # most likely this repository, called by its own name
        yield Problem("secrets", workflow=job.uses.slug)


def hardcoded_container_password(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find registry passwords in clear."""
    job: Job = subject.context
    for path, container in containers_of(job):
        password = map_at(container, "credentials").get("password") if isinstance(container, Map) else None
        at = (*path, "credentials", "password")
        if not isinstance(password, (str, int)):
            continue
        without = re.sub(r"\$\{\{\s*(?:'[^']+'|github\.(?!token)[\w.]+|runner\.\w+)\s*\}\}", "", str(password))
        if (without and "${{" not in without) or any(
            texts_given(one.tree) for one in usages_at(job.workflow, (*job.path, *at))
        ):
            yield Problem(at)


def environments(workflow: Workflow) -> Iterator[tuple[Map, tuple[str | int, ...]]]:
    """Yield each `env` of the workflow, its jobs and its steps, with the path of its owner."""
    yield map_at(workflow.root, "env"), ()
    owners: tuple[Job | Step, ...] = (*workflow.jobs.values(), *workflow.steps)
    for owner in owners:
        if "env" in owner.value:
            yield map_at(owner.value, "env"), owner.path


def insecure_commands(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find the variable that turns the removed commands `set-env` and `add-path` on again."""
    workflow: Workflow = subject.context
    name = "ACTIONS_ALLOW_UNSECURE_COMMANDS"
    for env, path in environments(workflow):
        value = re.sub(r"\A\$\{\{\s*(true|'true')\s*\}\}\Z", "true", str(env.get(name)))
        if value.lower() in ("true", "1", "$true"):
            yield Problem((*path, "env", name), name=name)
    for step in workflow.steps:
        if step.fragment is None or name not in (step.run or ""):
            continue
        found = re.search(rf"(?:\bexport\s+|^\s*){name}=[\"']?true\b", step.run or "", re.IGNORECASE | re.MULTILINE)
        for start, end in written(step.run or "", "GITHUB_ENV"):
            found = found or re.compile(rf"{name}=[\"']?true\b", re.IGNORECASE).search(step.run or "", start, end)
        if found:
            place = place_in(step.fragment, found.start(), found.end())
            yield Problem(place, name=name)


def debug_enabled(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find debug logging that is switched on for good."""
    workflow: Workflow = subject.context
    for env, path in environments(workflow):
        for name in ("ACTIONS_STEP_DEBUG", "ACTIONS_RUNNER_DEBUG"):
            if env.get(name) in (True, "true", "True", 1, "1"):
                yield Problem((*path, "env", name), name=name)


def self_hosted_for_forks(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find self-hosted runners in workflows that pull requests start."""
    job: Job = subject.context
    if not job.workflow.has_trigger(*_BY_FORKS) or _keeps_forks_out(str(job.value.get("if", ""))):
        return
    value = job.value.get("runs-on")
    labels = names_of(value.get("labels") if isinstance(value, Map) else value)
    if "self-hosted" in [label.lower() for label in labels]:
        event = next(name for name in _BY_FORKS if name in job.workflow.triggers)
        yield Problem("runs-on", event=event)
        return
    from devopslint.artifacts.workflow.checks.runners import labels as known_labels

    for label, path, related in known_labels(job):
        if label.lower() == "self-hosted":
            event = next(name for name in _BY_FORKS if name in job.workflow.triggers)
            yield Problem(related[0].place if related else path, event=event)
            return


def _keeps_forks_out(condition: str) -> bool:
    """Say whether a condition of a job holds in no run that a pull request of a fork starts."""
    return (
        "||" not in condition
        and re.search(
            r"(?<!!)(?:\bgithub\.event_name\s*==\s*'(?:push|schedule|workflow_dispatch|release|merge_group)'"
            r"|\bgithub\.event_name\s*!=\s*'pull_request'"
            r"|head\.repo\.full_name\s*==\s*github\.repository\b|github\.repository\s*==\s*\S{0,100}head\.repo\.full_name"
            r"|head\.repo\.fork\s*(?:==\s*false|!=\s*true)|\bgithub\.ref\s*==\s*'refs/(?:heads|tags)/)",
            condition,
        )
        is not None
    )


def _is_safe(job: Job) -> bool:
    """Say whether a job keeps strangers out, or neither fetches files nor runs a script or an action of the repository."""
    from devopslint.artifacts.workflow.checks.checkout import is_guarded

    if not job.steps:
        return False
    inert = all(
        step.uses is not None and step.uses.kind == "repository" and step.uses.name not in _FETCHES_OR_RUNS
        for step in job.steps
    )
    return inert or all(is_guarded(step) for step in job.steps)


def dangerous_trigger(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find the events whose runs strangers start with the repository's secrets."""
    workflow: Workflow = subject.context
    on = workflow.root.get("on")
    for event in ("pull_request_target", "workflow_run"):
        if event in workflow.triggers and not all(_is_safe(job) for job in workflow.jobs.values()):
            if isinstance(on, Map):
                yield Problem(("on", event), part="key", event=event)
            elif isinstance(on, list):
                yield Problem(("on", on.index(event)), event=event)
            else:
                yield Problem("on", event=event)
