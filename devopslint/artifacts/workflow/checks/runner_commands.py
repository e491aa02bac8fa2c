"""Checks on the commands that scripts print for the runner.

Source: the runner's `ActionCommand`: `::command::` counts where a line of the output begins, `##[command]` anywhere in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

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
    r"(?:^|[|;&(]|\bif\s|\bthen\s|\bwhile\s)\s*(?:!\s*)?(?:git\s+)?"
    r"(?:[ezf]?grep|rg|ag|ack|sed|awk|gawk|perl|select-string|findstr)\b",
    re.IGNORECASE,
)
"""A command that has a text as its pattern."""
_INTO_A_FILE = lazily(
    r"(?<![-=<>&\d])(?:1?>>?)\s*(?!&|[\"']?/dev/(?:stdout|stderr|tty)|[\"']?\$\{?(?:env:)?GITHUB_)[\w\"'$./~]"
)
_LONGEST_CALL = 200
"""Letters of a command that prints, up to what it prints."""


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
    line = _Line("", 0)
    for found in _COMMAND.finditer(script):
        if found.start() >= line.start + len(line.text):
            start = script.rfind("\n", 0, found.start()) + 1
            end = script.find("\n", found.end())
            line = _Line(script[start : end if end >= 0 else len(script)], start)
        if is_written(found.start()) or not line.prints(found):
            continue
        command = found.group(1)
        state = "switched off" if command in {"set-env", "add-path"} else "deprecated"
        place = place_in(fragment, found.start(), found.end())
        yield Problem(place, command=command, state=state, file=_FILES[command])


class _Line:
    """A line of a script, gone through once for all the commands in it."""

    __slots__ = ("_ends", "_files", "_indent", "_looks", "_openings", "start", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self._indent = len(text) - len(text.lstrip())
        self._looks = [one.end() for one in _LOOKS_FOR.finditer(text)]
        self._files = [one.start() for one in _INTO_A_FILE.finditer(text)] if ">" in text else []
        self._ends = {signs: [at for at, letter in enumerate(text) if letter in signs] for signs in ("|;", "|;&")}
        self._openings = _openings(text)

    def prints(self, found: re.Match[str]) -> bool:
        """Say whether a command stands where a line of the output begins, as far as the line of the script tells."""
        start, end = found.start() - self.start, found.end() - self.start
        if self.text.startswith(("#", "//"), self._indent) or self._is_sought(start) or self._is_written(end):
            return False
        if found[0].startswith("##") or start <= self._indent or start - 1 in self._openings:
            return True
        return _PRINTS.search(self.text, max(start - _LONGEST_CALL, 0), start) is not None

    def _is_sought(self, at: int) -> bool:
        """Say whether a command before a place, which nothing ends before it, looks for what stands there."""
        looks, ends = bisect_right(self._looks, at), bisect_left(self._ends["|;&"], at)
        return looks > 0 and (ends == 0 or self._ends["|;&"][ends - 1] < self._looks[looks - 1])

    def _is_written(self, at: int) -> bool:
        """Say whether the command that a place belongs to writes into a file."""
        files, ends = bisect_left(self._files, at), bisect_left(self._ends["|;"], at)
        following = self._files[files : files + 1]
        return bool(following) and (ends == len(self._ends["|;"]) or following[0] < self._ends["|;"][ends])


def _openings(line: str) -> set[int]:
    """Return where in a line a quote opens a text."""
    quote = ""
    found: set[int] = set()
    for index, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote and line[index - 1 : index] != "\\" else quote
        elif letter in "\"'`":
            quote = letter
            found.add(index)
    return found
