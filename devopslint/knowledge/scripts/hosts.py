"""Calls of ssh that take any key for that of the host."""

from __future__ import annotations

import re

from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_UNCHECKED = lazily(r"StrictHostKeyChecking(?:\s*=\s*|\s+)[\"']?(?:no|off)\b", re.IGNORECASE)
_LOCAL = lazily(r"(?:^|@)(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)")
_FOR_PEOPLE = lazily(
    r"&?[12]$|/dev/|.*\.(?:md|txt|log|html|adoc|rst)$|.*(?:README|CHANGELOG|motd)|.*GITHUB_STEP_SUMMARY"
)
"""Where a text goes that somebody reads: a stream, a log, a document."""


def host_key_unchecked(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ssh -o StrictHostKeyChecking=no`, and the same in `GIT_SSH_COMMAND` or in what is written to `~/.ssh/config`."""
    command: Command = subject.context.command
    if any(_LOCAL.search(word.text) for word in command.words):
        return
    if command.name in {"echo", "printf"} and not _writes_settings(command):
        return
    values = [one.value for one in command.assignments if one.value is not None]
    words: list[Word] = [*values, *command.words]
    for word in words:
        found = _UNCHECKED.search(word.text)
        if found:
            yield Problem(place_of(word), option=found[0])
            return


def _writes_settings(command: Command) -> bool:
    """Say whether what a command prints becomes a file that no person reads."""
    targets = [one.target for one in command.redirects if ">" in one.operator and one.target is not None]
    if command.piped_to is not None and command.piped_to.name == "tee":
        targets.extend(command.piped_to.operands())
    return any(not _FOR_PEOPLE.match(one.text) for one in targets)
