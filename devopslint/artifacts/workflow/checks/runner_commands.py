"""Checks on the commands that scripts print for the runner.

Source: the runner's `ActionCommand`: `::command::` counts where a line of the output begins, `##[command]` anywhere in it.
"""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.stretches import heredocs, within
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_COMMAND = lazily(r"(?:(?<![\w:])|(?<=\\n))(?:::|##\[)(set-output|save-state|set-env|add-path)(?=[ :\]])")
_HEREDOC_TO_FILE = lazily(r"<<-?[ \t]*[\"']?(\w+)[\"']?[^|]*>|>[^|]*<<-?[ \t]*[\"']?(\w+)")
"""The line that begins a heredoc which goes to a file, not into the log."""
_FILES = {
    "set-output": "GITHUB_OUTPUT",
    "save-state": "GITHUB_STATE",
    "set-env": "GITHUB_ENV",
    "add-path": "GITHUB_PATH",
}
_PRINTS = lazily(
    r"(?:^|[\s;&|(`\"'{])(?:echo|printf|puts|print|say|write-host|write-output)(?:\.exe)?(?:\s+-\w+)*\s+$|\\n$",
    re.IGNORECASE,
)
_LOOKS_FOR = lazily(
    r"(?:^|[|;&(]|\bif\s|\bthen\s|\bwhile\s)\s*(?:!\s*)?(?:git\s+)?(?:[ezf]?grep|rg|ag|ack|sed|awk|gawk|perl|select-string|findstr)\b"
    r"[^|;&]*$",
    re.IGNORECASE,
)
"""A command that has the text as its pattern."""
_INTO_A_FILE = lazily(
    r"^[^\n|;]*?(?<![-=<>&\d])(?:1?>>?)\s*(?!&|[\"']?/dev/(?:stdout|stderr|tty)|[\"']?\$\{?(?:env:)?GITHUB_)[\w\"'$./~]"
)

_FARTHEST = 2000
"""Letters of a line that are looked at on each side of a command."""


def deprecated_command(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `::set-output` and the other commands that GitHub has switched off or will."""
    step: Step = subject.context
    is_script = step.action == "actions/github-script"
    script = step.inputs.get("script") if is_script else step.run
    if not isinstance(script, str) or not ("::" in script or "##[" in script):
        return
    fragment = step.workflow.fragment((*step.path, "with", "script")) if is_script else step.fragment
    if fragment is None:
        return
    is_written = within(heredocs(script, _HEREDOC_TO_FILE) if "<<" in script else ())
    for found in _COMMAND.finditer(script):
        start = script.rfind("\n", max(found.start() - _FARTHEST, 0), found.start()) + 1
        start = max(start, found.start() - _FARTHEST)
        if is_written(found.start()) or not _is_printed(script, start, found):
            continue
        command = found.group(1)
        state = "switched off" if command in {"set-env", "add-path"} else "deprecated"
        place = place_in(fragment, found.start(), found.end())
        yield Problem(place, command=command, state=state, file=_FILES[command])


def _is_printed(script: str, start: int, found: re.Match[str]) -> bool:
    """Say whether a command stands where a line of the output begins, as far as the line of the script from `start` tells."""
    before = script[start : found.start()]
    if before.lstrip().startswith(("#", "//")) or _LOOKS_FOR.search(before):
        return False
    if _INTO_A_FILE.match(script[found.end() : found.end() + _FARTHEST]):
        return False
    begins = not before.strip() or _opens(before) or _PRINTS.search(before) is not None
    return begins or found[0].startswith("##")


def _opens(line: str) -> bool:
    """Say whether the last letter of a line opens a text between quotes."""
    quote = ""
    opened = -1
    for index, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote and line[index - 1 : index] != "\\" else quote
        elif letter in "\"'`":
            quote, opened = letter, index
    return bool(quote) and opened == len(line) - 1
