"""Instructions that a continuation of the line above makes a part of another."""

from __future__ import annotations

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_INSTRUCTION = lazily(r"(CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|RUN|USER|WORKDIR)[ \t]+\S")
_INITIALS = frozenset("CEHLRUW")
"""The letters that they begin with."""
_TAKE_INSTRUCTION = frozenset({"HEALTHCHECK", "ONBUILD"})


def swallowed(subject: Subject, options: Options) -> Iterable[Problem]:
    """A line that begins with the name of an instruction, and belongs to the one above, which goes on behind its end.

    Behind HEALTHCHECK or ONBUILD and its flags it is where it belongs, and behind `<<X` it may be a line of that text.
    """
    step: Step = subject.context
    if len(step.instruction.fragment.pieces) == 1 or step.instruction.onbuild:
        return ()
    return _swallowed(step)


def _swallowed(step: Step) -> Iterator[Problem]:
    fragment = step.instruction.fragment
    text = fragment.text
    first = step.instruction.rest if step.name in _TAKE_INSTRUCTION else -1
    last = min((one.word.start for one in step.instruction.heredocs), default=len(text))
    counted = double = single = 0
    for at, where in fragment.pieces[1:]:
        found = _INSTRUCTION.match(text, at) if first < at < last and text[at] in _INITIALS else None
        if not found:
            continue
        double += text.count('"', counted, at)
        single += text.count("'", counted, at)
        counted = at
        if double % 2 == 0 and single % 2 == 0:
            place = Place(fragment.source, where, where + len(found[1]))
            yield Problem(place, name=found[1], into=step.name)
            return
