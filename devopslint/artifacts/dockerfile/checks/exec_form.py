"""JSON lists of CMD, ENTRYPOINT, HEALTHCHECK and RUN that hold what only a shell would understand."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_UNEXPANDED = lazily(
    r"(?:--?[\w.-]+=)?(\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*))(?:[/:.][\w./:-]*)?$|(\$(?:\{\w+\}|[A-Za-z_]\w*))$"
)
"""A variable as a whole word, or in capitals as the value of an option or the beginning of a path."""
_RUNS_SHELL = lazily(r"(?:^|[^a-z])(?:ba|da|a|z|k|c|pw)?sh$|cmd|powershell|envsubst|eval")
_MAY_EVALUATE = lazily(r"\.sh$|cmd|powershell|pwsh|envsubst|eval|entrypoint", re.IGNORECASE)
_OPERATORS = frozenset(("&&", "||", ";", "|", "&", ">", ">>", "<", "2>", "2>&1", "&>"))
_TAKES_OPERATORS = frozenset(("[", "awk", "expr", "find", "jq", "test"))
"""Programs to which some of the operators are arguments."""


def variable_in_exec_form(subject: Subject, options: Options) -> Iterator[Problem]:
    """`CMD ["node", "$FILE"]`: nobody expands the variable."""
    step: Step = subject.context
    words = step.instruction.words
    if not step.instruction.json or not words or _may_run_shell(step):
        return
    for word in words:
        found = _UNEXPANDED.match(word.value)
        if found:
            yield Problem(docker_place(step, word), variable=found[1] or found[2])


def operator_in_exec_form(subject: Subject, options: Options) -> Iterator[Problem]:
    """`CMD ["migrate", "&&", "serve"]`: the first program gets the operator as an argument."""
    step: Step = subject.context
    words = step.instruction.words
    if not step.instruction.json or (step.name == "CMD" and step.settings.get("ENTRYPOINT") is not None):
        return
    items = words[1:] if step.name == "HEALTHCHECK" else words
    program = items[0].value.rpartition("/")[2] if items else ""
    if program in _TAKES_OPERATORS or any(_MAY_EVALUATE.search(word.value) for word in items):
        return
    for word in items[1:]:
        if word.value in _OPERATORS:
            yield Problem(docker_place(step, word), operator=word.value, program=items[0].value)
            return


def _may_run_shell(step: Step) -> bool:
    """Say whether one of the words is a shell, or may hand the others to one."""
    return any(_RUNS_SHELL.search(word.value.rsplit("/", 1)[-1]) for word in step.instruction.words)
