"""Checks that a house opts in to: which actions may be used, what must be signed, watched and explained."""

from __future__ import annotations

import fnmatch
import re

from devopslint.artifacts.workflow import known_actions as known
from devopslint.artifacts.workflow.checks.functions import is_sound_call
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.purpose import job_purposes, purposes
from devopslint.artifacts.workflow.shells import shell_name
from devopslint.artifacts.workflow.usage import usages, usages_at
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.policy.subject import Place, Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_ATTESTS = lazily(
    r"cosign|attest|slsa|notation|\bko\b|sigstore|gpg|minisign|signtool|codesign|osslsigncode", re.IGNORECASE
)
_READ_BY_OTHERS = frozenset({"bash", "sh", "dash", "ash", "pwsh", "powershell", "python", "python3"})
_LISTS_PARTS = lazily(r"sbom|syft|cyclonedx|spdx|bom\b|\bko\b", re.IGNORECASE)


def forbidden_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions that the option `denied` names, or that `allowed` leaves out."""
    uses = subject.context.uses
    if uses is None or uses.kind != "repository" or not (options["denied"] or options["allowed"]):
        return
    denied, allowed = ([one.lower() for one in options[name]] for name in ("denied", "allowed"))
    if any(fnmatch.fnmatchcase(name, one) for one in denied for name in (uses.slug, uses.name)):
        yield Problem("uses", action=uses.slug, fault="is forbidden here")
    elif allowed and not any(fnmatch.fnmatchcase(name, one) for one in allowed for name in (uses.slug, uses.name)):
        yield Problem("uses", action=uses.slug, fault="is none of the actions that are allowed here")


def unverified_creator(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions whose owner is not known to be verified."""
    uses = subject.context.uses
    if uses is None or uses.kind != "repository" or uses.owner in known.VERIFIED:
        return
    if uses.owner not in {one.lower() for one in options["trusted"]}:
        yield Problem("uses", action=uses.slug, owner=uses.owner)


def superfluous_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions that do what the runner's own tools do."""
    step: Step = subject.context
    instead = known.SUPERFLUOUS.get(step.uses.name) if step.uses is not None else None
    if instead and not _asks_for_version(step):
        yield Problem("uses", action=step.action, instead=instead)


def _asks_for_version(step: Step) -> bool:
    """Say whether a tool is set up in a version of its own, or may be: the runner has one that changes with its image."""
    version = str(step.inputs.get("version", "latest")).strip()
    return step.action.startswith("azure/setup-") and version not in ("", "latest", "stable")


def undocumented_permission(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find permissions without a comment that says what for; to read the code is what every job is expected to do."""
    workflow: Workflow = subject.context
    owners: list[tuple[Map, Path]] = [(workflow.root, ()), *((job.value, job.path) for job in workflow.jobs.values())]
    text = subject.document.source.text
    for owner, path in owners:
        given = owner.get("permissions")
        if not isinstance(given, Map):
            continue
        for scope, level in given.items():
            is_asked = level == "write" or (level == "read" and scope != "contents")
            if is_asked and not _has_comment(text, given.at[scope][0]):
                yield Problem((*path, "permissions", scope), part="key", scope=scope, level=level)


def _has_comment(text: str, at: int) -> bool:
    """Say whether a comment stands on the line of an offset, or on the one above."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    if "#" in text[start : end if end >= 0 else len(text)].partition("# devopslint:")[0]:
        return True
    while start > 0:
        above = text[text.rfind("\n", 0, start - 1) + 1 : start - 1].lstrip()
        if not above.startswith("# devopslint:"):  # which says why it is undocumented
            return above.startswith("#")
        start = text.rfind("\n", 0, start - 1) + 1
    return False


def unwatched_job(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find jobs on GitHub's runners whose first step does not watch what the others send."""
    job: Job = subject.context
    first = job.steps[0] if job.steps else None
    labels = job.runs_on
    if first is None or job.uses is not None or (labels is not None and "self-hosted" in labels):
        return
    if not any(step.action == "step-security/harden-runner" for step in job.steps):
        yield Problem((), job=job.key)
    elif first.action != "step-security/harden-runner":
        yield Problem(first.below, job=job.key)


def self_hosted_runner(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find self-hosted runners, which keep what a job leaves behind unless they are made anew for each."""
    from devopslint.artifacts.workflow.checks.runners import labels

    for label, path, related in labels(subject.context):
        if label.lower() == "self-hosted":
            yield Problem(related[0].place if related else path)
            return
    job: Job = subject.context
    for text in _alternatives(job):
        yield Problem(text)
        return
    value = job.value.get("runs-on")
    if isinstance(value, Map) and isinstance(value.get("group"), str):
        yield Problem(("runs-on", "group"))


def _alternatives(job: Job) -> Iterator[Place]:
    """Yield where an expression says `self-hosted` as one of the runners that it may choose."""
    for path in (("runs-on",), ("runs-on", "labels")):
        for usage in usages_at(job.workflow, (*job.path, *path)):
            for node in _chosen(usage.tree) if usage.tree is not None else ():
                if re.search(r"(?:^|[\"\[,\s])self-hosted(?:$|[\"\],\s])", str(node.value)):
                    yield usage.place(node.start, node.end)


def _chosen(tree: Node) -> Iterator[Node]:
    """Yield the texts that an expression can be."""
    if tree.kind == "literal" and isinstance(tree.value, str):
        yield tree
    elif tree.kind == "or":
        for item in tree.items:
            yield from _chosen(item)
    elif tree.kind == "and" or (tree.kind == "call" and tree.value.lower() == "fromjson"):
        yield from _chosen(tree.items[-1])


def runs_side_by_side(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows whose runs nothing keeps apart, those on pull requests left out: a rule of its own has them."""
    workflow: Workflow = subject.context
    if (
        "concurrency" in workflow.root
        or set(workflow.triggers) <= {"workflow_call"}
        or "pull_request" in workflow.triggers
    ):
        return
    if workflow.jobs and not all("concurrency" in job.value for job in workflow.jobs.values()):
        yield Problem(())


def cancelling_unstated(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find groups of runs, of the workflow and of its jobs, that leave unsaid whether the run before is cancelled."""
    workflow: Workflow = subject.context
    for path, owner in [((), workflow.root), *((job.path, job.value) for job in workflow.jobs.values())]:
        group = owner.get("concurrency")
        unsaid = isinstance(group, Map) and "group" in group and "cancel-in-progress" not in group and not group.open
        if isinstance(group, str) or unsaid:
            yield Problem((*path, "concurrency"), part="key")


def inherited_secrets(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `secrets: inherit` towards a workflow of the same repository."""
    job: Job = subject.context
    if job.value.get("secrets") == "inherit" and job.uses is not None and job.uses.kind == "local":
        yield Problem("secrets", workflow=job.uses.text)


def workflow_level_write(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find permissions to write, or to read everything, that stand at the workflow instead of at its job."""
    workflow: Workflow = subject.context
    given = workflow.root.get("permissions")
    if given == "read-all":
        yield Problem("permissions", scope="every scope", level="read")
    for job in workflow.jobs.values():
        if job.value.get("permissions") == "read-all":
            yield Problem((*job.path, "permissions"), scope="every scope", level="read")
    lacking = [job for job in workflow.jobs.values() if "permissions" not in job.value]
    if isinstance(given, Map) and len(lacking) <= 1:
        for scope, level in given.items():
            if level == "write":
                yield Problem(("permissions", scope), scope=f"`{scope}`", level="write")


def image_without_parts_list(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows that push images and list nowhere what is in them."""
    workflow: Workflow = subject.context
    yield from _released_without(workflow, _LISTS_PARTS, ("push",))


def unsigned_release(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find workflows that publish packages or releases and neither sign nor attest them."""
    workflow: Workflow = subject.context
    if not any("push" in job_purposes(job) for job in workflow.jobs.values()):
        yield from _released_without(workflow, _ATTESTS, ("publish",))


def _released_without(workflow: Workflow, pattern: re.Pattern[str], wanted: tuple[str, ...]) -> Iterator[Problem]:
    steps = list(workflow.steps)
    releasing = next((step for step in steps if purposes(step).intersection(wanted)), None)
    if releasing is None or any(job.uses is not None for job in workflow.jobs.values()):
        return
    told = " ".join(f"{step.run or ''} {step.uses.name if step.uses else ''} {step.inputs}" for step in steps)
    trusted = any(step.action == "pypa/gh-action-pypi-publish" and "password" not in step.inputs for step in steps)
    if not pattern.search(told) and "--provenance" not in told and not (trusted and pattern is _ATTESTS):
        key = "uses" if releasing.uses is not None else "run"
        path = (*releasing.path, key)
        yield Problem(path, part="value" if releasing.uses is not None or "\n" not in (releasing.run or "") else "key")


def discouraged_feature(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find features that are known to go wrong: packages installed by setup-python, scripts for cmd and unknown shells."""
    if subject.kind != "workflow.step":
        yield from _discouraged_shell(map_at(map_at(subject.value, "defaults"), "run"), ("defaults", "run", "shell"))
        return
    step: Step = subject.context
    if step.action == "actions/setup-python" and "pip-install" in step.inputs:
        yield Problem(("with", "pip-install"), part="key", fault="installs outside of any environment or lock file")
    if step.run is not None:
        yield from _discouraged_shell(step.value, ("shell",))


def _discouraged_shell(owner: Map, path: Path) -> Iterator[Problem]:
    name = shell_name(owner.get("shell"))
    if name == "cmd":
        yield Problem(path, fault="goes on after an error, and no checker reads `cmd`")
    elif name is not None and "{0}" in owner["shell"] and name not in _READ_BY_OTHERS:
        yield Problem(path, fault=f"is a script for `{name}`, which no checker reads")


def constant_expression(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find expressions in scripts and inputs that say in a roundabout way what could stand there."""
    for usage in usages(subject.context):
        tree, path = usage.tree, usage.site.path
        if tree is None:
            continue
        is_text = "run" in path[-1:] or path[-2:-1] in (("with",), ("env",)) or "uses" in path[-1:]
        whole = is_text and not _has_name(tree) and _is_roundabout(tree)
        found = [tree] if whole else list(_roundabout_parts(tree))
        if found and any(node.kind == "call" and not is_sound_call(node) for node in usage.nodes):
            continue  # `unknown-function` tells of it
        for node in found:
            start, end = node.start, node.end
            yield Problem(usage.place(start, end), expression=usage.site.value[start:end])


def _has_name(tree: Node) -> bool:
    return any(node.kind == "name" for node in tree.walk())


def _roundabout_parts(tree: Node) -> Iterator[Node]:
    """Yield what makes up a text out of texts that stand there, `format('{0}', 'x')`, and what `fromJSON` only undoes.

    Such a text can be the name of a property as well: `github[format('{0}', 'actor')]`.
    """
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        if node.kind == "index" and node.items[1].kind == "call" and not _has_name(node.items[1]):
            yield node.items[1]
            nodes.append(node.items[0])
        elif node.kind == "call" and (_is_undone(node) or _is_written_out(node)):
            yield node
        else:
            nodes.extend(reversed(node.items))


def _is_undone(node: Node) -> bool:
    """Say whether a call is `fromJSON(toJSON(x))`, which is `x`."""
    inner = node.items[0] if node.value.lower() == "fromjson" and len(node.items) == 1 else node
    return inner is not node and inner.kind == "call" and inner.value.lower() == "tojson"


def _is_written_out(node: Node) -> bool:
    """Say whether a call is a `format` of nothing but texts."""
    return node.value.lower() == "format" and len(node.items) > 1 and not any(map(_has_name, node.items))


def _is_roundabout(tree: Node) -> bool:
    if tree.kind in {"index", "property"}:
        return True
    if tree.kind == "literal":
        return isinstance(tree.value, str) and not re.search(r"[{}$'\"]|^\s*$", tree.value)
    calls = {node.value.lower() for node in tree.walk() if node.kind == "call"}
    if tree.kind == "call" and tree.value.lower() in {"join", "format", "tojson"}:
        calls.discard("fromjson")
    return not calls & {"hashfiles", "fromjson", "success", "failure", "always", "cancelled", "case"}
