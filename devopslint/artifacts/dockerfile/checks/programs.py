"""Programs that a stage calls and does not have: in RUN, in its health check, as its CMD, and the shell itself."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, docker_place, mounts, name_place
from devopslint.artifacts.dockerfile.lookback import first
from devopslint.artifacts.dockerfile.tools import is_missing, is_missing_for, may_bring
from devopslint.knowledge.image_contents import PROGRAMS
from devopslint.knowledge.official_images import has_no_shell
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_PROGRAM = lazily(r"(?:/(?:usr/)?(?:local/)?bin/)?([a-z][\w.+-]*)")
_SHELL = lazily(r"(?:/(?:usr/)?bin/)?(?:ba|da|a)?sh$")
_LOOKS_FIRST = lazily(r"\bcommand -v\b|\bwhich\b|\btype\b")


def healthcheck_tool_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """A HEALTHCHECK that calls a program that the image does not have."""
    step: Step = subject.context
    words = step.instruction.words
    if step.stage is None or step.instruction.onbuild or len(words) < 2 or not step.has_posix_shell():
        return
    if not step.instruction.json:
        yield from _in_script(step, words[1].start, step.instruction.end)
        return
    items = words[2:] if words[1].value in {"CMD", "CMD-SHELL"} and len(words) > 2 else words[1:]
    yield from _in_list(step, items)


def program_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """A CMD or ENTRYPOINT of the final image whose program the image does not have, and such a SHELL of any stage."""
    step: Step = subject.context
    stage, words = step.stage, step.instruction.words
    if step.name == "SHELL":
        yield from _in_list(step, words[:1])
        return
    if stage is None or not stage.is_final or step.instruction.onbuild or not words or not step.has_posix_shell():
        return
    held = stage.setting(step.name)
    if held is None or held.step is not step or (step.name == "CMD" and stage.setting("ENTRYPOINT") is not None):
        return
    if step.instruction.json:
        yield from _in_list(step, words)
    else:
        yield from _in_script(step, words[0].start, step.instruction.end)


def command_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """A command of RUN whose program is not there when it is called."""
    command, step = command_of(subject)
    assert command.name_word is not None
    if step.stage is not None and is_missing_for(command, step):
        yield Problem(place_of(command.name_word), tool=command.name, image=step.stage.root_stage.image_text)


def _in_list(step: Step, items: Any) -> Iterator[Problem]:
    """Look at the program of the JSON form, and at those of the script that it gives to a shell."""
    stage = step.stage
    text = step.text_of(items[0]) if items else None
    match = _PROGRAM.fullmatch(text) if isinstance(text, str) else None
    if stage is None or match is None:
        return
    if _is_missing(step, match[1]):
        yield Problem(docker_place(step, items[0]), tool=match[1], image=stage.root_stage.image_text)
    elif _SHELL.match(match[0]) and len(items) >= 3 and re.match(r"-\w*c$", items[-2].value):
        script = items[-1]
        if script.raw[1:-1] == script.value:
            yield from _in_script(step, script.start + 1, script.end - 1)


def _in_script(step: Step, start: int, end: int) -> Iterator[Problem]:
    """Look at each command of a script that stands in an instruction."""
    stage, whole = step.stage, step.instruction.fragment
    text = whole.text[start:end]
    if stage is None or not any(program in text for program in PROGRAMS) or _LOOKS_FIRST.search(text):
        return
    from devopslint.syntax.shell_reader import read_shell

    pieces = [(0, whole.offset(start))]
    pieces.extend((at - start, where) for at, where in whole.pieces if start < at < end)
    script = read_shell(Fragment(text, whole.source, pieces))
    told: set[str] = set()
    for command in () if script.has_errors else script:
        if command.name_word is None or command.name in told or not _calls_plainly(command):
            continue
        if _is_missing(step, command.name):
            told.add(command.name)
            yield Problem(place_of(command.name_word), tool=command.name, image=stage.root_stage.image_text)


def _calls_plainly(command: Command) -> bool:
    assert command.name_word is not None
    return _PROGRAM.fullmatch(command.name_word.text) is not None and not command.function


def _is_missing(step: Step, program: str) -> bool:
    if step.stage is None or program not in PROGRAMS:
        return False
    return is_missing(step.stage, program, step if step.name == "SHELL" else None)


def shell_missing(subject: Subject, options: Options) -> Sequence[Problem]:
    """An instruction in shell form in a stage whose image has no shell."""
    step: Step = subject.context
    if step.stage is None or not has_nobody_to_read_it(step):
        return ()
    return [Problem(name_place(step), name=step.name, image=step.stage.root_stage.image_text)]


def has_nobody_to_read_it(step: Step) -> bool:
    """Say whether an instruction is in shell form in a stage whose image has no shell."""
    stage, instruction = step.stage, step.instruction
    if stage is None or not has_no_shell(stage.root_image) or instruction.onbuild or instruction.json:
        return False
    if step.settings.get("SHELL") is not None:
        return False
    if not instruction.text.strip() or (step.name == "HEALTHCHECK" and not instruction.text.startswith("CMD")):
        return False
    if step.name == "RUN" and mounts(step):
        return False
    brings = first(stage, "brings a shell", lambda other: other.name in {"COPY", "ADD"} and may_bring(other, "sh"))
    return brings is None
