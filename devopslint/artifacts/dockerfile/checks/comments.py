"""Comments: descriptions that stand in the wrong form, and findings of other tools that they silence."""

from __future__ import annotations

import re

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_SILENCES = lazily(
    r"(?im)^[ \t]*#[ \t]*(?:hadolint[ \t]+(?:global[ \t]+)?ignore=\S+|checkov:skip=\S+|(?:trivy|tfsec):ignore:\S+"
    r"|kics-scan[ \t]+\S+|check=.*\bskip=\S+)"
)


_DIRECTIVE = lazily(r"(?im)^[ \t]*(#[ \t]*(syntax|escape|check)[ \t]*=[ \t]*\S+)[ \t]*$")


def late_directive(subject: Subject, options: Options) -> Iterator[Problem]:
    """`# syntax=…` in front of the first instruction, but behind another comment or a blank line: BuildKit passes it over."""
    model: Model = subject.context
    first = model.steps[0].instruction.mark[0] if model.steps else 0
    if not first:
        return
    heeded = {one.start for one in model.file.directives}
    for found in _DIRECTIVE.finditer(model.source.text, 0, first):
        value = found.start(1) + found[1].index("=") + 1
        value += len(found[1][value - found.start(1) :]) - len(found[1][value - found.start(1) :].lstrip())
        if value not in heeded:
            yield Problem(Place(model.source, *found.span(1)), name=found[2].lower())


def silenced(subject: Subject, options: Options) -> Iterator[Problem]:
    """Comments that silence hadolint, checkov, trivy, kics or BuildKit's checks."""
    model: Model = subject.context
    for found in _SILENCES.finditer(model.source.text):
        start = found.start() + found.group().index("#")
        yield Problem(Place(model.source, start, found.end()))


def _line_above(text: str, start: int) -> tuple[int, str]:
    """Return where the line above the one that starts at an offset begins, and its text."""
    begin = text.rfind("\n", 0, max(start - 1, 0)) + 1
    return begin, text[begin : max(start - 1, begin)].rstrip()


def misplaced_description(subject: Subject, options: Options) -> Iterator[Problem]:
    """A comment above an ARG or a named stage that does not begin with its name, in a file that asks for descriptions.

    `# check=experimental=…` is how a file asks BuildKit for them.
    """
    model: Model = subject.context
    check = next((one.value for one in model.file.directives if one.name == "check"), "")
    wanted = re.search(r"experimental=([\w,]+)", check)
    if wanted is None or not {"all", "InvalidDefinitionDescription"} & set(wanted[1].split(",")):
        return
    text = model.source.text
    first = max((one.end for one in model.file.directives), default=0)
    for step in model.steps:
        words = step.instruction.words
        if step.name == "FROM" and len(words) == 3:
            name = words[2].value
        elif step.name == "ARG" and len(words) == 1:
            name = words[0].raw.partition("=")[0]
        else:
            continue
        start = text.rfind("\n", 0, step.instruction.name_mark[0]) + 1
        begin, comment = _line_above(text, start)
        while comment.lstrip().startswith("# devopslint:"):  # which is no description
            begin, comment = _line_above(text, begin)
        match = re.match(r"[ \t]*#[ \t]*(\S+)", comment)
        if match is not None and begin > first and match[1] != name:
            at = begin + comment.index("#")
            yield Problem(Place(model.source, at, begin + len(comment)), name=name)
