"""Checks on the token that steps take for granted for `gh`."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import step_of
from devopslint.artifacts.workflow.operating_systems import may_be_self_hosted, reads_as_bash
from devopslint.artifacts.workflow.side_effects import VARIABLES, may_leave
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_ASK_GITHUB = frozenset(
    {"api", "cache", "gist", "issue", "label", "pr", "project", "release", "repo", "ruleset", "run", "search", "secret",
     "variable", "workflow"}
)  # fmt: skip
"""Commands of `gh` that do nothing without a token."""
_TOKENS = frozenset({"GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_CONFIG_DIR"})
_BEGINS_WITH_GH = lazily(r"^[ \t]*(?:\$\w+ *= *)?gh (\w+)", re.MULTILINE)
_GIVES_TOKEN = lazily(r"G(?:H|ITHUB)_(?:ENTERPRISE_)?TOKEN|gh auth|GITHUB_ENV|\.netrc")


def gh_without_token(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find calls of `gh` in steps to which nothing gives a token."""
    if subject.kind == "workflow.step":
        yield from _gh_in_powershell(subject.context)
        return
    command, step = subject.context.command, step_of(subject)
    if step is None or not step.job.key or command.name_word is None:
        return
    words = command.operands()
    if not words or words[0].text not in _ASK_GITHUB or command.has_flag("--help", "-h") or command.failure_ignored:
        return
    if _has_token(step):
        return
    if any(one.name in _TOKENS for one in command.assignments) or _gets_token_elsewhere(step):
        return
    place = place_in(command.fragment, command.name_word.start, words[0].end)
    yield Problem(place, command=f"gh {words[0].text}")


def _gh_in_powershell(step: Step) -> Iterator[Problem]:
    """Find calls of `gh` in a script of PowerShell, where they begin a line."""
    if step.run is None or "gh " not in step.run or step.fragment is None or not step.job.key or reads_as_bash(step):
        return
    if step.shell not in ("pwsh", "powershell") or _has_token(step) or _gets_token_elsewhere(step):
        return
    for found in _BEGINS_WITH_GH.finditer(step.run):
        if found[1] in _ASK_GITHUB:
            place = place_in(step.fragment, found.start(1) - len("gh "), found.end(1))
            yield Problem(place, command=f"gh {found[1]}")


def _has_token(step: Step) -> bool:
    """Say whether the `env` of a step, or of what it is in, gives `gh` a token, or its runner may."""
    job: Job = step.job
    if "container" in job.value or may_be_self_hosted(job):
        return True
    return step.may_have_in_env(*_TOKENS)


def _gets_token_elsewhere(step: Step) -> bool:
    """Say whether this step, or one before it, may put a token where `gh` looks for it."""
    for other in (*step.before, step):
        if other.run is not None and _GIVES_TOKEN.search(other.run):
            return True
        if other.uses is not None and may_leave(other, VARIABLES):
            return True
    return False
