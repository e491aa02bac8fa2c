"""JSON lists of CMD, ENTRYPOINT, HEALTHCHECK and RUN that hold what only a shell would understand."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_TAKES_OPERATORS = frozenset(
    ("[", "awk", "expr", "find", "gawk", "jq", "mawk", "nawk", "parallel", "ssh", "test", "watch", "yq")
)
"""Programs to which some of the operators are arguments, or that hand them to a shell."""
_WORKS_ON_TEXT = frozenset(
    (
        "column",
        "cut",
        "echo",
        "egrep",
        "fgrep",
        "grep",
        "join",
        "paste",
        "perl",
        "printf",
        "rg",
        "sed",
        "sort",
        "tr",
        "xargs",
    )
)
"""Programs that take separators and patterns: a `|` of theirs is one behind an option, or as the first argument."""
_MAY_BE_TEXT = frozenset((";", "|", "&", ">", "<"))
_SEPARATES = lazily(r"--?[\w-]*(?:delim|separator|sep$|eol|pattern|regexp?)", re.IGNORECASE)


def variable_in_exec_form(subject: Subject, options: Options) -> Iterable[Problem]:
    """`CMD ["node", "$FILE"]`: nobody expands the variable."""
    step: Step = subject.context
    return _variables(step) if step.instruction.json else ()


def _variables(step: Step) -> Iterator[Problem]:
    if _may_run_shell(step):
        return
    for word in step.instruction.words:
        found = _UNEXPANDED.match(word.value)
        if found:
            yield Problem(docker_place(step, word), variable=found[1] or found[2])


def operator_in_exec_form(subject: Subject, options: Options) -> Iterable[Problem]:
    """`CMD ["migrate", "&&", "serve"]`: the first program gets the operator as an argument."""
    step: Step = subject.context
    return _operators(step) if step.instruction.json else ()


def _operators(step: Step) -> Iterator[Problem]:
    words = step.instruction.words
    texts = [word.value for word in words]
    if _OPERATORS.isdisjoint(texts) or (step.name == "CMD" and _has_entrypoint(step)):
        return
    items = words[1:] if step.name == "HEALTHCHECK" else words
    program = items[0].value.rpartition("/")[2] if items else ""
    if program in _TAKES_OPERATORS or any(_MAY_EVALUATE.search(word.value) for word in items):
        return
    texts = [word.value for word in items]
    for at, word in enumerate(items[1:], 1):
        if word.value in _OPERATORS and not (word.value in _MAY_BE_TEXT and _is_text(program, texts, at)):
            yield Problem(docker_place(step, word), operator=word.value, program=items[0].value)
            return


def _has_entrypoint(step: Step) -> bool:
    """Say whether the stage of a step has an ENTRYPOINT in the end, which gets the words of CMD as its arguments."""
    return step.stage is not None and step.stage.setting("ENTRYPOINT") is not None


def _is_text(program: str, items: Sequence[str], at: int) -> bool:
    """Say whether an operator among the arguments of a program is a separator or a pattern: no program follows it."""
    if at + 1 == len(items) or items[at + 1].startswith("-") or _SEPARATES.match(items[at - 1]):
        return True
    return program in _WORKS_ON_TEXT and (at == 1 or items[at - 1].startswith("-"))


def _may_run_shell(step: Step) -> bool:
    """Say whether one of the words is a shell, or may hand the others to one."""
    return any(_RUNS_SHELL.search(word.value.rsplit("/", 1)[-1]) for word in step.instruction.words)
