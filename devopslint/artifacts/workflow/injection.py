"""Checks on texts of strangers that become code."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.untrusted import flowing, untrusted_references
from devopslint.artifacts.workflow.usage import usages
from devopslint.policy.subject import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_SCRIPT_INPUTS: dict[str, tuple[str, ...]] = {
    "actions/github-script": ("script",),
    "amadevus/pwsh-script": ("script",),
    "azure/powershell-action": ("script",),
    "8398a7/action-slack": ("custom_payload",),
    "gradle/gradle-build-action": ("arguments",),
    "azure/powershell": ("inlinescript",),
    "azure/cli": ("inlinescript",),
    "appleboy/ssh-action": ("script",),
    "cardinalby/js-eval-action": ("expression",),
    "nick-fields/retry": ("command", "on_retry_command", "new_command_on_retry"),
    "jannekem/run-python-script-action": ("script",),
    "mikefarah/yq": ("cmd",),
    "addnab/docker-run-action": ("run",),
    "kubectl-action/kubectl": ("args",),
    "devcontainers/ci": ("runcmd",),
    "reactivecircus/android-emulator-runner": ("script",),
    "uraimo/run-on-arch-action": ("run", "install"),
    "vmactions/freebsd-vm": ("run", "prepare"),
}
"""Action → inputs (lower case) that it runs as code."""
_ENV_FILE = re.compile(
    r"(?:>>?\s*|\btee\s+-a\s+|-FilePath\s+)[\"']?(?:\$\{?(?:env:)?|%)(?:GITHUB_ENV|GITHUB_PATH)\b", re.IGNORECASE
)
_FILE_READ = re.compile(
    r"(\$\((?:(?:cat|jq|head|tail|sed|grep)\b|<)[^)]*\)|^\s*(?:cat|jq|head|tail|sed|grep)\s+[^|<>]*[^|<>\s])"
)
_BRINGS_FILES = re.compile(r"download-artifact|gh run download|downloadArtifact|unzip", re.IGNORECASE)
_BLOCK = re.compile(
    r"^[ \t]*\{[ \t]*\n(.*?)^[ \t]*\}[ \t]*>>?[ \t]*[\"']?\$\{?GITHUB_(?:ENV|PATH)\b", re.MULTILINE | re.DOTALL
)
_STARTED_BY_STRANGERS = ("pull_request_target", "workflow_run", "issue_comment")
_ASSIGNMENT = re.compile(r"^\s*(?:export\s+|local\s+|declare\s+)?\$?([A-Za-z_]\w*)\s*=(?!=)(.*)$")


def script_usages(step: Step) -> Iterator[Usage]:
    """Yield the expressions that are put into what a step runs as code."""
    path = step.path
    for usage in usages(step.workflow):
        site = usage.site.path
        if site[: len(path)] != path:
            continue
        if site == (*path, "run"):
            yield usage
        elif step.uses is not None and len(site) == len(path) + 2 and site[len(path)] == "with":
            inputs = _SCRIPT_INPUTS.get(step.uses.slug, ())
            if str(site[-1]).lower() in inputs:
                yield usage


def untrusted_input_in_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find texts of strangers that are expanded within a script."""
    for usage in script_usages(subject.context):
        for node, name in untrusted_references(usage):
            yield Problem(usage.place(node.start, node.end), name=name)


def input_in_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs, outputs and names of branches that are expanded within a script: safe only while callers are."""
    step: Step = subject.context
    for usage in script_usages(step):
        if usage.tree is None:
            continue
        told = {id(node) for node, _ in untrusted_references(usage)}
        for node in flowing(usage.tree):
            path = node.path()
            if path is None or id(node) in told or not _from_outside(path, step):
                continue
            yield Problem(usage.place(node.start, node.end), name=usage.site.value[node.start : node.end])


def _from_outside(path: tuple[str, ...], step: Step) -> bool:
    if path[0] == "inputs" and len(path) == 2:
        return not _harmless_input(path[1], step)
    if path[:3] == ("github", "event", "inputs") and len(path) == 4:
        return not _harmless_input(path[3], step)
    if path[:2] in {("github", "ref_name"), ("github", "ref"), ("github", "actor"), ("github", "triggering_actor")}:
        return path[1].startswith("ref")
    return (
        path[0] == "needs"
        or (path[0] == "steps" and "outputs" in path)
        or path[:3] == ("github", "event", "client_payload")
    )


def _harmless_input(name: str, step: Step) -> bool:
    """Say whether an input can hold nothing but true, false, a number or one of a list."""
    from devopslint.artifacts.workflow.model import map_at

    workflow = step.workflow
    for event in ("workflow_call", "workflow_dispatch"):
        inputs = map_at(workflow.triggers.get(event), "inputs")
        for key, config in inputs.items():
            if key.lower() == name and isinstance(config, dict):
                return config.get("type") in ("boolean", "number", "choice", "environment")
    return False


def environment_file_injection(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps that write a text of strangers into the environment of the steps after them."""
    step: Step = subject.context
    if not step.run or not _ENV_FILE.search(step.run) or step.fragment is None:
        return
    for usage in script_usages(step):
        for node, name in untrusted_references(usage):
            line = _line(step.run, node.start)
            if _ENV_FILE.search(line):
                yield Problem(usage.place(node.start, node.end), name=name)
    tainted = {name for name in step.env if _is_tainted(step, name)}
    yield from _files_of_strangers(step)
    at = 0
    for line in step.run.split("\n"):
        written = [found for name in sorted(tainted) for found in re.finditer(_reference(name), line)]
        assigned = _ASSIGNMENT.match(line)
        if written and _ENV_FILE.search(line):
            for found in written:
                mark = step.fragment.mark(at + found.start(), at + found.end())
                yield Problem(Place(step.fragment.source, *mark), name=found.group())
        elif written and assigned and any(found.start() >= assigned.start(2) for found in written):
            tainted.add(assigned.group(1))
        elif assigned:
            tainted.discard(assigned.group(1))
        at += len(line) + 1


def _files_of_strangers(step: Step) -> Iterator[Problem]:
    """Find files that are written into the environment in a run that strangers start, whose files may be theirs."""
    if not step.workflow.has_trigger(*_STARTED_BY_STRANGERS) or step.fragment is None or not step.run:
        return
    before = " ".join(f"{one.uses.text if one.uses else ''} {one.run or ''} {one.inputs}" for one in step.before)
    own = "actions/checkout" in before and not re.search(r"head|refs/pull", before)
    if own and not _BRINGS_FILES.search(before):
        return
    for line in re.finditer(r"[^\n]+", step.run):
        found = _FILE_READ.search(line.group()) if _ENV_FILE.search(line.group()) else None
        if found:
            mark = step.fragment.mark(line.start() + found.start(1), line.start() + found.end(1))
            yield Problem(Place(step.fragment.source, *mark), name=found.group(1))
    for block in _BLOCK.finditer(step.run):
        for name in sorted(name for name in step.env if _is_tainted(step, name)):
            for found in re.finditer(_reference(name), block.group(1)):
                mark = step.fragment.mark(block.start(1) + found.start(), block.start(1) + found.end())
                yield Problem(Place(step.fragment.source, *mark), name=found.group())


def _reference(name: str) -> str:
    """Return a pattern of a variable's use in a shell: `$x`, `${x…}`, `$env:x`, `%x%`."""
    word = re.escape(name)
    return rf"\$\{{{word}\b[^}}]*\}}|\$(?:env:)?{word}\b|%{word}%"


def _line(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)]


def _is_tainted(step: Step, name: str) -> bool:
    wanted = (*step.path, "env", name)
    return any(
        True for usage in usages(step.workflow) if usage.site.path == wanted for _ in untrusted_references(usage)
    )
