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
_TAKES_NAMES = lazily(
    r"(?:sudo\s+)?(?:(?:apt-get|apt|dnf|yum|brew|apk|pip3?|npm|yarn|pnpm|gem|cargo|go|pipx|uv|choco|port|pacman|conda)\b.*?\s"
    r"(?:install|i|add|-S\w*|get|reinstall|remove|purge|uninstall)|python3?\s+-m\s+pip\s+install)(?:\s|$)"
)
"""Commands whose arguments are names of packages: `git curl make` behind it is a part of its list."""
_NO_NAMES = lazily(
    r"(?:sudo|cd|set|export|source|mkdir|rm|cp|mv|echo|exit|chmod|apt-get|fi$|done$|\./)|\S+\s+(?:-(?!y\b|-yes\b|q+\b|-no-)|\S*://"
    r"|\S+\.(?:py|sh|zip|ya?ml|json|txt|tar|tgz)\b"
    r"|(?<!pytest )(?<!python )(?<!curl )(?<!wget )(?:install|ci|i|run|test|build|init|plan|apply|clone|config|commit|push"
    r"|pull|checkout|tag|login|exec|compose|up|upgrade|package|verify|deploy|publish|fmt|clippy|check|add|update|sync|lint"
    r"|all|clean)(?:\s|$))"
)
"""What no list of packages goes on with: commands that no package is called like, with what they are to do."""
_GOES_ON = lazily(r"(?:\\|&&|\|\|?|;|\(|\{|\bdo|\bthen|\belse|=|,)$")


def folded_script(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find commands that `>` joins to the command of the line before."""
    step: Step = subject.context
    if not step.run:
        return
    source = step.workflow.document.source
    start, end = step.value.at["run"][2:]
    if source.text[start : start + 1] != ">" or not step.is_shell:
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
            if joined and _TAKES_NAMES.match(first) and not _NO_NAMES.match(text):
                joined = None  # the list of packages goes on
            if joined and (not closes or not before.endswith(";")):
                yield Problem(Place(source, at + indent, at + indent + len(text)), line=text)
                return
            before = text
        at += len(line) + 1
