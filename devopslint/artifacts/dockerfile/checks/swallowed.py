"""Instructions that a continuation of the line above makes a part of another."""

from __future__ import annotations

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_INSTRUCTION = lazily(r"(CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|RUN|USER|WORKDIR)[ \t]+\S")


def swallowed(subject: Subject, options: Options) -> Iterator[Problem]:
    """A line that begins with the name of an instruction, and belongs to the one above, which goes on behind its end."""
    step: Step = subject.context
    if step.instruction.onbuild:
        return
    fragment = step.instruction.fragment
    text = fragment.text
    counted = double = single = 0
    for at, where in fragment.pieces[1:]:
        found = _INSTRUCTION.match(text, at)
        if not found:
            continue
        double += text.count('"', counted, at)
        single += text.count("'", counted, at)
        counted = at
        if double % 2 == 0 and single % 2 == 0:
            place = Place(fragment.source, where, where + len(found[1]))
            yield Problem(place, name=found[1], into=step.name)
            return
