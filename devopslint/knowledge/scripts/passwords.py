"""Passwords that are handed to a command in clear."""

from __future__ import annotations

from devopslint.knowledge.credentials import find_credential, is_plausible_secret
from devopslint.knowledge.words import is_local, place_of
from devopslint.policy.subject import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_ASKING = {
    **dict.fromkeys(("docker", "podman", "buildah", "oras", "az", "oc"), frozenset({"login"})),
    "helm": frozenset({"login", "registry", "repo"}),
    "twine": frozenset({"upload"}),
    "dotnet": frozenset({"nuget"}),
}
"""Sub-commands that take a password, of programs whose options mean something else to other ones."""
PASSWORD_OPTIONS: dict[str, tuple[str, ...]] = {
    "docker": ("-p", "-p*", "--password"),
    "podman": ("-p", "-p*", "--password"),
    "buildah": ("-p", "-p*", "--password"),
    "oras": ("-p", "-p*", "--password"),
    "helm": ("--password",),
    "curl": ("-u", "-u*", "--user", "--proxy-user", "--oauth2-bearer"),
    "wget": ("--password", "--http-password", "--ftp-password", "--proxy-password"),
    "mysql": ("--password", "-p*"),
    "mysqldump": ("--password", "-p*"),
    "mysqladmin": ("--password", "-p*"),
    "sshpass": ("-p", "-p*"),
    "twine": ("-p", "-p*", "--password"),
    "keytool": ("-storepass", "-keypass"),
    "az": ("-p", "-p*", "--password"),
    "oc": ("-p", "-p*", "--password", "--token"),
    "kubectl": ("--token", "--password"),
    "redis-cli": ("-a", "--pass"),
    "dotnet": ("-p", "--password"),
    "nuget": ("-Password", "-password"),
}
"""Program → options with a password behind them; behind those with a `*` it stands in the same word: `-psecret`."""


def password_argument(subject: Subject, options: Options) -> Iterator[Problem]:
    """A password that is written into a command."""
    command: Command = subject.context.command
    asking = _ASKING.get(command.name)
    if asking is not None and asking.isdisjoint(command.args[:2]):
        return
    names = PASSWORD_OPTIONS.get(command.name, ())
    beginnings = tuple(name.rstrip("*") for name in (*names, "--password-stdin"))
    if not [word for word in command.words if word.text.startswith(beginnings)] or is_local(command):
        return
    piped = command.piped_from
    if command.has_flag("--password-stdin") and piped is not None and piped.name in {"echo", "printf"}:
        for word in () if piped.expands else piped.words:
            if not word.text.startswith("-") and "%" not in word.text and is_plausible_secret(word.text):
                yield Problem(place_of(word), name=command.name)
                return
    for index, word in enumerate(command.words):
        value, place = _value(command, index, word, names)
        if value is None or place is None:
            continue
        if command.name == "curl" and not word.text.startswith("--oauth"):
            _, colon, value = value.partition(":")
            if not colon:
                continue
        if command.name == "keytool" and value == "changeit":
            continue
        if is_plausible_secret(value) and find_credential(value) is None and "$" not in value:
            yield Problem(place, name=command.name)
            return


def _value(command: Command, index: int, word: Word, names: tuple[str, ...]) -> tuple[str | None, Place | None]:
    """Return the literal value that a word gives to one of some options, and where it stands."""
    if word.expands:
        return None, None
    for name in names:
        if name.endswith("*"):
            option = name[:-1]
            if word.text.startswith(option) and word.text != option:
                return word.text.removeprefix(option).removeprefix("="), place_of(word)
        elif word.text == name and index + 1 < len(command.words):
            following = command.words[index + 1]
            return (
                (None, None)
                if following.expands or following.text.startswith("-")
                else (following.text, place_of(following))
            )
        elif name.startswith("--") and word.text.startswith(name + "="):
            return word.text[len(name) + 1 :], place_of(word)
    return None, None
