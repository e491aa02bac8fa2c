"""Checks on secrets that a script writes to the log, and on variables that hand them to more than need them."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.checks.security import secrets_in
from devopslint.artifacts.workflow.expressions import EXPRESSION
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.stretches import within
from devopslint.artifacts.workflow.usage import usages_at
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_LINE = lazily(r"[^\n]+")
_VARIABLE = lazily(r"\$(?:env:)?\{?(\w+)\b\}?")
_PRINTING = lazily(r"\s*(?:echo|printf|print|Write-Host|Write-Output|console\.log)\b|\s*cat\s*<<<")
_ELSEWHERE = lazily(r"::add-mask::|[^2&]>|\||<<<|\$\(")
_CHANGED = lazily(
    r"\|\s*(?:base64(?!\s+(?:-d|-D|--decode))|rev|xxd|od|hexdump|fold|sed|tr|cut|rot13|awk)\b(?:(?!\$\()[^|>&;])*\Z"
)
"""What makes another text of a secret, which the log does not mask, and writes it there."""
_ALL_VARIABLES = lazily(
    r"^\s*(?:env|printenv|set|export -p|declare -p)\s*(?:\|\s*(?:sort|grep|cat|less)\b[^>|]*)?$", re.MULTILINE
)


def secret_echoed(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `echo` and the like of secrets to the log."""
    step: Step = subject.context
    if not step.run or step.fragment is None:
        return
    yield from _all_variables(step)
    lines = [line for line in _LINE.finditer(step.run) if _prints(line.group())]
    if not lines:
        return
    texts = [usage for usage in usages_at(step.workflow, (*step.path, "run")) if _holds_secret(usage)]
    spans = [usage.whole for usage in texts]
    spans += [found.span() for found in _VARIABLE.finditer(step.run) if _is_secret_variable(step, found.group(1))]
    is_printed = within(line.span() for line in lines)
    for start, end in spans:
        if is_printed(start):
            yield Problem(Place(step.fragment.source, *step.fragment.mark(start, end)), what=step.run[start:end])


def _prints(line: str) -> bool:
    """Say whether a line of a script writes to the log."""
    plain = re.sub(EXPRESSION, "x", line)
    if not _PRINTING.match(plain):
        return False
    return not _ELSEWHERE.search(re.sub(r"^\s*cat\s*<<<", "", plain)) or _CHANGED.search(plain) is not None


def _holds_secret(usage: Usage) -> bool:
    """Say whether an expression is a secret's text, or all of them as JSON."""
    if any(secrets_in(usage)):
        return True
    calls = usage.tree.walk() if usage.tree is not None else ()
    return any(
        node.kind == "call" and node.value.lower() == "tojson" and node.items and node.items[0].path() == ("secrets",)
        for node in calls
    )


def _all_variables(step: Step) -> Iterator[Problem]:
    """Find `env` in a step that holds a secret of its own."""
    names = [name for name in step.env if _is_secret_variable(step, name)]
    if not names or step.run is None or step.fragment is None or not step.is_shell:
        return
    found = _ALL_VARIABLES.search(step.run)
    if found is not None:
        start = found.end() - len(found.group().lstrip())
        place = Place(step.fragment.source, *step.fragment.mark(start, found.end()))
        yield Problem(place, what=f"{found.group().strip()}` with `{names[0]}")


def _is_secret_variable(step: Step, name: str) -> bool:
    """Say whether a variable of a step holds a secret: what an inner `env` sets hides the outer."""
    for env, path in step.env_owners():
        if name in env:
            texts = usages_at(step.workflow, (*path, name))
            return any(any(secrets_in(usage)) for usage in texts)
    return False


def secret_in_job_env(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find secrets in the `env` of a job of which one step alone makes use, by name."""
    job: Job = subject.context
    for name in map_at(job.value, "env"):
        for usage in usages_at(job.workflow, (*job.path, "env", name)):
            for node in secrets_in(usage):
                users = [step for step in job.steps if re.search(rf"\b{re.escape(name)}\b", str(step.value))]
                if len(users) == 1 and len(job.steps) > 2:
                    shown = usage.site.value[node.start : node.end]
                    yield Problem(usage.place(node.start, node.end), name=shown, variable=name, count=len(job.steps))
