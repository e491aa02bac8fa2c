"""Checks on the code of strangers in runs that have the repository's secrets and token."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.called import called_action, called_workflow
from devopslint.artifacts.workflow.expressions import EXPRESSION
from devopslint.artifacts.workflow.flow import flows, origins_of_usage
from devopslint.artifacts.workflow.model import Step
from devopslint.artifacts.workflow.published import major_of_step
from devopslint.artifacts.workflow.usage import usages_at
from devopslint.policy.subject import Place, Problem, Related, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.flow import Origin
    from devopslint.artifacts.workflow.model import Job, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_REFUSES_SINCE = 7
"""Major of `actions/checkout` that refuses the code of forks, unless it is told otherwise (its README)."""
_REFUSED_IN = frozenset({"pull_request_target", "workflow_run"})
_PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment")
_FETCH = r"\bgit[ \0](?:fetch|pull|checkout)\b"
_FETCHES = lazily(
    rf"\bgh[ \0]pr[ \0]checkout\b|{_FETCH}(?:(?!{_FETCH})[^\n;&|])*?"
    r"(?:refs/pull/|\bpull/(?:(?!\bpull/)[^\s;&|])+?/(?:head|merge))"
)
"""The signs that end a command or a word are not those within expressions: they were made other ones before."""
_SIGNS_WITHIN = str.maketrans({" ": "\0", "\t": "\0", ";": "\0", "&": "\0", "|": "\0"})
_GIT = lazily(
    r"\bgit\s+(?:-\S{1,200}\s+){0,8}(?:fetch|pull|checkout|switch|reset|merge|clone|remote add|worktree add)\b"
)
_PUTS_FILES = lazily(
    r"\bgh pr checkout\b|\bgit\s+(?:-\S{1,200}\s+){0,8}"
    r"(?:pull|checkout|switch|reset|merge|clone|worktree|rebase|restore|cherry-pick)\b"
)
"""What brings a commit's files into the working folder: `git fetch` alone does not."""
_REF = lazily(r"^refs/pull/|\brefs/pull/")
_HEADS: dict[tuple[str, ...], str] = {
    ("github", "event", "pull_request", "head", "sha"): "pull_request_target",
    ("github", "event", "pull_request", "merge_commit_sha"): "pull_request_target",
    ("github", "event", "workflow_run", "head_sha"): "workflow_run",
    ("github", "event", "workflow_run", "pull_requests"): "workflow_run",
    ("github", "head_ref"): "pull_request_target",
    ("github", "event", "pull_request", "head", "ref"): "pull_request_target",
    ("github", "event", "workflow_run", "head_branch"): "workflow_run",
}
_REPOSITORIES: dict[tuple[str, ...], str] = {
    **{
        ("github", "event", "pull_request", "head", "repo", name): "pull_request_target"
        for name in ("full_name", "clone_url", "ssh_url", "html_url", "git_url")
    },
    ("github", "event", "workflow_run", "head_repository", "full_name"): "workflow_run",
}
"""Reference → the event in whose runs it names what a stranger has written."""
_HEADS_OF_ACTIONS: dict[str, tuple[str, ...]] = {
    "xt0rted/pull-request-comment-branch": ("head_ref", "head_sha"),
    "gotson/pull-request-comment-branch": ("head_ref", "head_sha"),
    "alessbell/pull-request-comment-branch": ("head_ref", "head_sha"),
    "potiuk/get-workflow-origin": ("sourceheadsha", "sourceheadbranch", "mergecommitsha"),
}
"""Action → outputs (lower case) that name the head of a pull request. Source: the README of each."""
_ASKS_FOR_RIGHTS = lazily(r"author_association|/permission\b|getCollaboratorPermissionLevel|/memberships/|/members/")
_FOR_FORKS = lazily(
    r"head\.repo\.full_name\s*==\s*github\.repository|github\.repository\s*==\s*\S{0,100}head\.repo\.full_name"
    r"|head\.repo\.fork\s*(?:==\s*false|!=\s*true)|!\s*github\.event\.pull_request\.head\.repo\.fork"
    r"|author_association|pull_request\.user\.login\s*==\s*'|head_repository\.full_name\s*==\s*github\.repository"
    r"|event_name\s*==\s*'(?:pull_request|push|workflow_dispatch)'"
    r"|workflow_run\.event\s*==\s*'(?:push|schedule|workflow_dispatch|release)'"
    r"|(?<!!)(?<!!\s)\bgithub\.event\.pull_request\.merged\b(?!\s*(?:==\s*false|!=\s*true))"
)
"""Conditions that keep forks, or all but some people, away, or wait until somebody has merged the code."""


def untrusted_checkout(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps that fetch the code of a pull request in a run that has the repository's secrets and token."""
    owner: Job | Step = subject.context
    for problem in _of_step(owner) if isinstance(owner, Step) else _of_called_workflow(owner):
        refused = isinstance(owner, Step) and problem.values["event"] in _REFUSED_IN and _refuses_forks(owner)
        note = ": from version 7 on `actions/checkout` refuses that of forks" if refused else ""
        yield Problem(problem.at, related=problem.related, event=problem.values["event"], note=note)


def _of_step(step: Step) -> Iterator[Problem]:
    events = [event for event in _PRIVILEGED if step.workflow.has_trigger(event)]
    if not events or "environment" in step.job.value:
        return
    for problem in _of_checkout(step, events) if step.uses is not None else _of_script(step, events):
        if not is_guarded(step):
            yield problem
        return


def _refuses_forks(step: Step) -> bool:
    """Say whether the checkout of a step takes no code of forks in a run that has the repository's secrets."""
    if step.action != "actions/checkout" or (major_of_step(step) or 0) < _REFUSES_SINCE:
        return False
    return str(step.inputs.get("allow-unsafe-pr-checkout", False)).lower() == "false"


def fetches_code_of_strangers(step: Step) -> bool:
    """Say whether a step puts the code of a pull request into the working folder in a run with the repository's secrets."""
    events = [event for event in _PRIVILEGED if step.workflow.has_trigger(event)]
    if not events or "environment" in step.job.value or is_guarded(step):
        return False
    return next(_of_checkout(step, events) if step.uses is not None else _of_script(step, events), None) is not None


def _of_checkout(step: Step, events: list[str]) -> Iterator[Problem]:
    called = called_action(step.workflow, step.uses) if step.uses is not None and step.uses.kind == "local" else None
    if called is not None:
        yield from _handed_to(called, step, events)
    if step.action != "actions/checkout":
        return
    for name in ("ref", "repository"):
        value = step.inputs.get(name)
        if name == "ref" and isinstance(value, str) and _REF.search(value):
            yield Problem(("with", name), event=events[0])
        for usage in usages_at(step.workflow, (*step.path, "with", name)):
            for node, origin in origins_of_usage(usage):
                event = _event_of(origin, events, repository=name == "repository")
                if event:
                    place = usage.place(node.start, node.end)
                    yield Problem(("with", name), event=event, related=_related(origin, place))


def _of_called_workflow(job: Job) -> Iterator[Problem]:
    events = [event for event in _PRIVILEGED if job.workflow.has_trigger(event)]
    called = called_workflow(job.workflow, job.uses) if job.uses is not None and events else None
    if called is not None and not _FOR_FORKS.search(str(job.value.get("if", ""))):
        yield from _handed_to(called, job, events)


def _handed_to(called: Workflow, caller: Step | Job, events: list[str]) -> Iterator[Problem]:
    """Find heads of pull requests among what an action or workflow of the repository is given and checks out."""
    for inner in called.steps:
        if inner.action != "actions/checkout" or "environment" in inner.job.value:
            continue
        for usage in usages_at(called, (*inner.path, "with", "ref")):
            for node, origin in origins_of_usage(usage, (caller,)):
                event = _event_of(origin, events) if origin.workflow is caller.workflow else ""
                if event:
                    related = [Related(usage.place(node.start, node.end), "here it is checked out")]
                    yield Problem(origin.place, event=event, related=related)


def _of_script(step: Step, events: list[str]) -> Iterator[Problem]:
    if not step.run or step.fragment is None:
        return
    if not _puts_files(step) and not step.is_followed_by(_puts_files):
        return
    found = _fetch_of_pull_request(step.run)
    if found:
        yield Problem(place_in(step.fragment, found.start(), found.end()), event=events[0])
    elif _GIT.search(step.run):
        for flow in flows(step):
            start = step.run.rfind("\n", 0, flow.start) + 1
            event = _event_of(flow.origin, events) or _event_of(flow.origin, events, repository=True)
            if event and _GIT.search(step.run, start, flow.start):
                place = place_in(step.fragment, flow.start, flow.end)
                yield Problem(place, event=event, related=_related(flow.origin, place))


def _fetch_of_pull_request(script: str) -> re.Match[str] | None:
    if "pull/" not in script and "gh pr" not in script:
        return None
    return _FETCHES.search(re.sub(EXPRESSION, lambda found: found.group().translate(_SIGNS_WITHIN), script))


def _puts_files(step: Step) -> bool:
    return bool(step.run and _PUTS_FILES.search(step.run))


def _related(origin: Origin, place: Place) -> list[Related]:
    same = origin.place.source is place.source and place.start <= origin.place.start < place.end
    return [] if same else [Related(origin.place, "the commit comes from here", origin=True)]


def _event_of(origin: Origin, events: list[str], *, repository: bool = False) -> str:
    """Return the event in whose runs a text names the head of a pull request (or its repository); "" when in none."""
    path = origin.path
    if path[0] == "pull" or (path[0] == "steps" and _is_head_of_action(origin)):
        return "" if repository else events[0]
    known = _REPOSITORIES if repository else _HEADS
    event = next((event for name, event in known.items() if path[: len(name)] == name), "")
    return event if event in events else ""


def _is_head_of_action(origin: Origin) -> bool:
    job = origin.job or origin.workflow.action_job
    step = job.step(origin.path[1]) if job is not None else None
    known = _HEADS_OF_ACTIONS.get(step.uses.slug, ()) if step is not None and step.uses is not None else ()
    return origin.path[2:3] == ("outputs",) and origin.path[3:] in {(name,) for name in known}


def is_guarded(step: Step) -> bool:
    """Say whether a condition or an earlier step keeps forks, or everyone without rights or an approval, away."""
    jobs: list[Job] = [step.job]
    if not re.search(r"always\(\)|failure\(\)|cancelled\(\)", str(step.job.value.get("if", ""))):
        jobs.extend(step.workflow.jobs[key] for key in step.job.needs_closure())
    conditions = [str(step.value.get("if", "")), *(str(job.value.get("if", "")) for job in jobs)]
    if any(_FOR_FORKS.search(condition) for condition in conditions):
        return True
    return step.is_preceded_by(_asks_for_rights) or any(job.has_step(_asks_for_rights) for job in jobs[1:])


def _asks_for_rights(step: Step) -> bool:
    if step.uses is not None and re.search(r"permission|team-member|check-user|org-member", step.uses.name):
        return True
    script = step.run if step.run is not None else step.inputs.get("script")
    return isinstance(script, str) and _ASKS_FOR_RIGHTS.search(script) is not None
