"""Checks on secrets that a script writes to the log, and on variables that hand them to more than need them."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.checks.security import secrets_in
from devopslint.artifacts.workflow.expressions import EXPRESSION
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.shells import powershell_code
from devopslint.artifacts.workflow.stretches import within
from devopslint.artifacts.workflow.usage import usages_at
from devopslint.knowledge.scripts.outputs import way_of_output
from devopslint.knowledge.words import raw_text
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Word

    Options = Mapping[str, Any]

_LINE = lazily(r"[^\n]+")
_VARIABLE = lazily(r"(?<!\\)\$(?:env:)?(?:\{(\w+)(?!\w|:?\+)[^}\n]{0,80}\}|(\w+))")
_QUOTED = lazily(r"'[^']*'")
_INNER = lazily(r"\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`")
_PRINTING = lazily(r"\s*(?:echo|printf|print|Write-Host|Write-Output|console\.log)\b|\s*cat\s*<<<")
_ELSEWHERE = lazily(r"::add-mask::|[^2&]>|\||<<<|\$\(")
_CHANGED = lazily(
    r"\|\s*(?:base64(?!\s+(?:-d|-D|--decode))|rev|xxd|od|hexdump|fold|sed|tr|cut|rot13|awk)\b(?:(?!\$\()[^|>&;])*\Z"
)
"""What makes another text of a secret, which the log does not mask, and writes it there."""
_ALL_VARIABLES = lazily(
    r"^[^\S\n]*(?:env|printenv|set|export -p|declare -p)\s*(?:\|\s*(?:sort|grep|cat|less)\b[^>|]*)?$", re.MULTILINE
)


def secret_echoed(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `echo` and the like of secrets to the log."""
    step: Step = subject.context
    if not step.run or step.fragment is None:
        return
    yield from _all_variables(step)
    found = _in_shell(step) if step.is_shell else _in_lines(step)
    for start, end in found:
        yield Problem(place_in(step.fragment, start, end), what=step.run[start:end])


def _in_shell(step: Step) -> Iterator[tuple[int, int]]:
    """Yield where a script of a shell prints a secret."""
    texts: list[tuple[int, int]] | None = None
    for command in step.script():
        words = list(command.words)
        if command.name == "cat":
            words = [one.target for one in command.redirects if one.operator == "<<<" and one.target is not None]
        elif command.name not in {"echo", "printf"} or command.value_of("-v") is not None:
            continue
        words = [word for word in words if word.expands]
        if not words or command.function or command.fragment is not step.fragment:
            continue
        if any("::add-mask::" in word.text for word in command.words):
            continue
        if texts is None:
            usages = usages_at(step.workflow, (*step.path, "run"))
            texts = [usage.whole for usage in usages if _holds_secret(usage)]
        found = [span for word in words for span in _in_word(word, step, texts)]
        way = way_of_output(step.script(), command) if found else None
        if way is not None and (not way or _CHANGED.search(way)):
            yield from found


def _in_word(word: Word, step: Step, texts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where a secret stands in a word: what an expression puts there, and variables that are read."""
    plain = _INNER.sub(lambda one: " " * len(one[0]), raw_text(word))
    yield from (span for span in texts if word.start <= span[0] < word.end and plain[span[0] - word.start] != " ")
    if word.node_type != "string":
        plain = _QUOTED.sub(lambda one: " " * len(one[0]), plain)
    for one in _VARIABLE.finditer(plain):
        if _is_secret_variable(step, one[1] or one[2]):
            yield word.start + one.start(), word.start + one.end()


def _in_lines(step: Step) -> Iterator[tuple[int, int]]:
    """Yield where lines of another script print a secret."""
    assert step.run is not None
    speaks_powershell = step.shell in {"pwsh", "powershell"}
    script = powershell_code(step.run) if speaks_powershell else step.run
    lines = [line.span() for line in _LINE.finditer(script) if _prints(line.group())]
    if not lines:
        return
    is_printed = within(lines)
    spans = [usage.whole for usage in usages_at(step.workflow, (*step.path, "run")) if _holds_secret(usage)]
    spans += [
        one.span()
        for one in _VARIABLE.finditer(script)
        if ("env:" in one[0] or not speaks_powershell) and _is_secret_variable(step, one[1] or one[2])
    ]
    yield from (span for span in spans if is_printed(span[0]))


def _prints(line: str) -> bool:
    """Say whether a line of a script writes to the log."""
    plain = re.sub(EXPRESSION, "x", line) if "${{" in line else line
    if not _PRINTING.match(plain):
        return False
    return not _ELSEWHERE.search(re.sub(r"^\s*cat\s*<<<", "", plain)) or _CHANGED.search(plain) is not None


def _holds_secret(usage: Usage) -> bool:
    """Say whether an expression is a secret's text, or all of them as JSON."""
    if any(secrets_in(usage)):
        return True
    calls = usage.nodes
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
        place = place_in(step.fragment, start, found.end())
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
