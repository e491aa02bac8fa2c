"""Checks on scripts whose lines YAML folds into one."""

from __future__ import annotations

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_BEGINS = lazily(
    r"(?:sudo\s+)?(?:set|cd|export|if|for|while|mkdir|rm|git|pip3?|npm|yarn|pnpm|make|source|apt-get|terraform|go|cargo)\b"
)
"""Commands of which no other command is an argument."""
_FOLLOWS = lazily(
    r"(?:(?:sudo|cd|set|export|git|pip3?|npm|yarn|pnpm|python3?|make|source|apt-get|mkdir|rm|cp|mv|echo|exit|curl|wget|docker"
    r"|terraform|kubectl|helm|aws|gcloud|cargo|pytest|bundle|dotnet|mvn|unzip|chmod)\s+\S|make$|pytest$|ls$|fi$|done$|\./\w)"
)
_GOES_ON = lazily(r"(?:\\|&&|\|\|?|;|\(|\{|\bdo|\bthen|\belse|=|,)$")


def folded_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find commands that `>` joins to the command of the line before."""
    step: Step = subject.context
    if not step.is_shell or not step.run or step.fragment is None:
        return
    source = step.fragment.source
    start, end = step.value.at["run"][2:]
    if source.text[start : start + 1] != ">":
        return
    at = source.text.find("\n", start) + 1
    first = before = ""
    margin = -1
    for line in source.text[at:end].split("\n") if at else ():
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        margin = indent if margin < 0 and text else margin
        if not text or indent > margin:  # where YAML keeps the end of the line
            first = before = ""
        elif not first:
            first = before = text
        else:
            closes = text in {"fi", "done"}
            joined = not _GOES_ON.search(before) and _FOLLOWS.match(text) and _BEGINS.match(first)
            if joined and (not closes or not before.endswith(";")):
                yield Problem(Place(source, at + indent, at + indent + len(text)), line=text)
                return
            before = text
        at += len(line) + 1
