"""What BuildKit would not read of an instruction, whatever it means."""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devopslint.artifacts.dockerfile.instruction import Instruction

INSTRUCTIONS = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER")
) | frozenset(("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
"""Every instruction of the Dockerfile reference."""

_STAGE_NAME = lazily(r"[a-z][a-z0-9._-]*$|.*\{[{%]", re.IGNORECASE)
"""What BuildKit takes; a template is none of its business."""
_VALUED = frozenset(
    ("checksum", "chmod", "chown", "from", "interval", "mount", "network", "platform", "retries", "security", "timeout")
)
"""Flags that BuildKit refuses without a value."""
_SEVERAL = frozenset(("device", "exclude", "mount"))
_TAKE_ANYTHING = INSTRUCTIONS - {"ADD", "COPY", "ENV", "FROM", "LABEL", "ONBUILD"}
"""Instructions in whose arguments, when there are any, nothing is wrong for a reader."""
_EMPTY = frozenset(("CMD", "ENTRYPOINT", "RUN"))
"""Instructions that BuildKit's parser takes without arguments; whether they make sense is a rule's business."""


def faults_of(instruction: Instruction) -> Iterable[SyntaxProblem]:
    """Return why BuildKit would not read an instruction."""
    is_fine = instruction.text and instruction.name in _TAKE_ANYTHING and not instruction.flags
    return () if is_fine else _faults_of(instruction)


def _faults_of(instruction: Instruction) -> Iterator[SyntaxProblem]:
    inner = instruction.trigger or instruction
    if inner.name not in INSTRUCTIONS:
        yield SyntaxProblem(f"unknown instruction `{inner.written}`", *inner.name_mark)
        return
    message = None
    if inner.name == "ONBUILD":
        message = "ONBUILD needs an instruction" if inner is instruction else None
    elif inner.rest >= inner.end and not inner.flags:
        message = f"{inner.name} needs at least one argument" if inner.name not in _EMPTY else None
    elif inner.name == "FROM" and not _is_from(inner):
        message = "FROM takes one image, or an image, AS and a name"
    elif inner.name in {"COPY", "ADD"} and len(inner.words) < 2:
        message = f"{inner.name} needs a source and a destination"
    if message:
        yield SyntaxProblem(message, *inner.name_mark)
    if inner.flags:
        yield from _faults_of_flags(inner)
    if inner.name == "FROM" and len(inner.words) == 3 and not _STAGE_NAME.match(inner.words[2].value):
        word = inner.words[2]
        yield SyntaxProblem(f"`{word.raw}` is no name for a stage", *inner.fragment.mark(word.start, word.end))
    if inner.name in {"ENV", "LABEL"} and inner.words:
        yield from _faults_of_pairs(inner)


def _faults_of_flags(instruction: Instruction) -> Iterator[SyntaxProblem]:
    seen: set[str] = set()
    for flag in instruction.flags:
        message = ""
        if flag.name in _VALUED and flag.value is None:
            message = f"`--{flag.name}` needs a value: `--{flag.name}=…`"
        elif flag.name in seen and flag.name not in _SEVERAL:
            message = f"`--{flag.name}` is given twice"
        if message:
            yield SyntaxProblem(message, *instruction.fragment.mark(flag.start, flag.end))
        seen.add(flag.name)


def _faults_of_pairs(instruction: Instruction) -> Iterator[SyntaxProblem]:
    words = instruction.words
    if "=" not in words[0].raw:
        if len(words) < 2:
            yield SyntaxProblem(f"{instruction.name} needs a name and a value", *instruction.name_mark)
        return
    wrong = next((word for word in words if "=" not in word.raw), None)
    if wrong is not None:  # BuildKit looks no further, and what follows has most often the same cause
        yield SyntaxProblem(f"no `=` in `{wrong.raw}`", *instruction.fragment.mark(wrong.start, wrong.end))


def _is_from(instruction: Instruction) -> bool:
    words = instruction.words
    return len(words) == 1 or (len(words) == 3 and words[1].raw.lower() == "as")
