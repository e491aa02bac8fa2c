"""Checks on what scripts connect to: bare addresses, shells that are handed over, addresses without encryption."""

from __future__ import annotations

import re

from devopslint.knowledge.words import VERIFIES, place_of
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script

    Options = Mapping[str, Any]

_ADDRESS = lazily(r"\d{1,3}(?:\.\d{1,3}){3}\Z")
_NEAR = lazily(
    r"(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|0\.0\.0\.0|\[|host\.docker\.internal"
    r"|[^./:]+(?:[:/]|$)|[^/:]*\.(?:local|internal|svc|test|localhost|invalid|lan|consul)(?:[:/]|\.cluster|$))",
    re.IGNORECASE,
)
"""Hosts of the machine itself, of its network, and names that nobody outside has."""
_PLAIN = lazily(r"(?:^|=|@)((?:http|git|ftp)://([^\s'\"]+))")
_SENDS_A_SHELL = lazily(r"/dev/(?:tcp|udp)/[^\s'\"]+")
_NETCAT_VALUED = frozenset({"-w", "-p", "-s", "-i", "-q", "-X", "-x", "-e", "-c", "--exec", "--sh-exec", "--wait"})


def handed_over_shell(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `nc` to a bare address or with a shell behind it, and interactive shells that speak to a socket."""
    command: Command = subject.context.command
    if command.name in {"nc", "netcat", "ncat"}:
        executed = command.value_of("-e", "-c", "--exec", "--sh-exec")
        if command.has_flag("-z") and executed in (None, ""):
            return
        address = next((word for word in command.operands(_NETCAT_VALUED) if _ADDRESS.match(word.text)), None)
        if isinstance(executed, str) and executed:
            yield Problem(place_of(command), what=f"hands `{executed}` to whoever answers")
        elif address is not None and not address.text.startswith("127."):
            yield Problem(
                Place(command.fragment.source, *address.mark), what=f"connects to the bare address {address.text}"
            )
    elif command.has_flag("-i"):
        text = command.fragment.text
        found = _SENDS_A_SHELL.search(text, command.start)
        if found and "\n" not in text[command.start : found.start()]:
            mark = command.fragment.mark(command.start, found.end())
            yield Problem(Place(command.fragment.source, *mark), what="hands a shell to whoever answers")


def _verifies(script: Script) -> bool:
    return VERIFIES.search(script.fragment.text) is not None


def plain_address(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find addresses without encryption from which something is fetched."""
    command: Command = subject.context.command
    if command.name == "git" and command.args[:1] == ["config"]:
        return
    for word in command.words:
        found = _PLAIN.search(word.text)
        if found is None or _NEAR.match(found.group(2)) or found.group(2).startswith(("$", "{")):
            continue
        if command.name in {"curl", "wget"} and command.script.once("verifies", _verifies):
            return
        place = Place(command.fragment.source, *word.mark)
        yield Problem(place, url=found.group(1), scheme=found.group(1).split(":")[0])
