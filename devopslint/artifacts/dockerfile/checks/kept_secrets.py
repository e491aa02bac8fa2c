"""Secrets that a RUN has for its own use, and writes into the layer: from a mount, or from an argument of the build."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, has_mount_over, mounts, ships
from devopslint.artifacts.dockerfile.checks.files import is_taken_along
from devopslint.artifacts.dockerfile.checks.secrets import names_secret
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_VARIABLE = lazily(r"\$(?:\{(\w+)\b(?!:?\+)[^}]{0,500}\}|(\w+))")
"""A variable that stands for its value: `${X:+text}` only asks whether it has one."""
_COPIES = frozenset({"cp", "install", "mv"})
_SETTINGS = {
    **dict.fromkeys(("npm", "pnpm", "yarn"), ("config", "set")),
    "aws": ("configure",),
    "bundle": ("config",),
    "composer": ("config",),
    "conda": ("config",),
    "git": ("config", "clone", "remote"),
    "pip": ("config",),
    "pip3": ("config",),
    "poetry": ("config",),
}
"""For each command the sub-commands that keep what they are given in a file of settings."""
_TAKEN_BACK = frozenset(
    {"delete", "--unset", "--unset-all", "unset", "logout", "set-url", "--remove-section", "rm", "--delete"}
)
_CERTIFICATE = lazily(r"/ca-certificates/|/ssl/certs/|/ca-trust/|\.(?:crt|cer)$")
"""Where certificates of authorities lie, which are no secrets, though they are mounted as such."""
_KEPT_IN = lazily(r"\.npmrc|\.yarnrc|\.git|\.aws|\.composer|\.config|auth\.json|\.bundle|\.condarc|pip\.conf|rc$")


def secret_mount_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """`cp`, `cat … >`, `npm config set …` of a secret that is mounted for one RUN: the copy stays in the layer."""
    command, step = command_of(subject)
    targets, names = _mounted_secrets(step)
    if not (targets or names):
        return
    names |= {
        one.name
        for other in step.read_script()
        for one in other.assignments
        if one.value is not None and _mentions(one.value, targets, names)
    }
    yield from _kept(command, step, targets, names)


def secret_argument_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """The same of a secret that is an argument or a variable of the build, and a file of COPY that it stands in."""
    if subject.kind == "dockerfile.instruction":
        yield from _in_heredocs(subject.context)
        return
    command, step = command_of(subject)
    used = {found[1] or found[2] for word in command.words if word.expands for found in _VARIABLE.finditer(word.text)}
    names = {name for name in used if name in step.scope and names_secret(name)}
    if names:
        yield from _kept(command, step, [], names)


def _in_heredocs(step: Step) -> Iterator[Problem]:
    for heredoc in step.instruction.heredocs if ships(step) else ():
        for found in _VARIABLE.finditer(heredoc.body.text) if heredoc.expands else ():
            name = found[1] or found[2]
            if name in step.scope and names_secret(name):
                place = Place(step.instruction.source, *heredoc.body.mark(*found.span()))
                yield Problem(place, secret=found[0], kept="this file")
                return


def _mounted_secrets(step: Step) -> tuple[list[str], set[str]]:
    """Return the paths at which a RUN has its secrets, and the variables that hold them."""
    targets, names = [], set()
    for mount in mounts(step):
        if mount.get("type") != "secret":
            continue
        path = mount.get("target") or mount.get("dst") or mount.get("destination")
        name = mount.get("id") or mount.get("source") or mount.get("src") or ""
        if mount.get("env"):
            names.add(mount["env"])
        if path or (name and not mount.get("env")):
            targets.append(path or f"/run/secrets/{name}")
    return targets, names


def _mentions(word: Word, targets: Sequence[str], names: set[str]) -> bool:
    if any(target in word.text for target in targets):
        return True
    return word.expands and any((found[1] or found[2]) in names for found in _VARIABLE.finditer(word.text))


def _kept(command: Command, step: Step, targets: Sequence[str], names: set[str]) -> Iterator[Problem]:
    if command.within is not None:
        return
    held = next((word for word in command.words if _mentions(word, targets, names)), None)
    if held is None:
        return
    for word in _written(command):
        if word is not held and not _is_gone(word, step) and (ships(step) or _is_taken_along(word, step)):
            yield Problem(place_of(word), secret=_shown(held), kept=f"`{word.text}`", path=word.text)
            return
    settings = _SETTINGS.get(command.name) if ships(step) else None
    operands = command.operands(frozenset({"-C", "-c", "--profile", "-b", "--branch", "--depth"}))
    if settings is not None and operands and operands[0].text in settings and not _is_taken_back(command):
        if operands[0].text == "clone" and not re.match(r"[a-z]+://", held.text):
            return
        kept = f"`{command.name} {operands[0].text}`"
        yield Problem(place_of(held), secret=_shown(held), kept=kept, path=f"{command.name} {operands[0].text}")


def _shown(word: Word) -> str:
    found = _VARIABLE.search(word.text)
    return found[0] if found else word.text


def _written(command: Command) -> list[Word]:
    """Return the files that a command writes what it reads, or shows, to."""
    written = [one.target for one in command.redirects if one.operator.endswith(">") and one.target is not None]
    if command.name in _COPIES:
        written.extend(command.operands(frozenset({"-m", "--mode", "-o", "-g"}))[-1:])
    if command.piped_to is not None and command.piped_to.name == "tee":
        written.extend(command.piped_to.operands()[:1])
    return written if command.name in _COPIES | {"cat", "echo", "printf", "base64", "sed", "envsubst"} else []


def _is_gone(word: Word, step: Step) -> bool:
    """Say whether a file is not part of the layer: it is removed in the same RUN, or lies on what is mounted."""
    folder = word.text.rpartition("/")[0] or "/"
    if (
        word.text.startswith(("/dev/", "/run/", "&"))
        or has_mount_over(step, (folder,))
        or _CERTIFICATE.search(word.text)
    ):
        return True
    name = word.text.rpartition("/")[2]
    removed = [other.text for command in step.read_script().named("rm", "shred") for other in command.words]
    return any(
        text.rpartition("/")[2] == name or (text.rstrip("/") and word.text.startswith(text.rstrip("/*")))
        for text in removed
    )


def _is_taken_along(word: Word, step: Step) -> bool:
    return not word.expands and not word.text.startswith("~") and is_taken_along(step, word.text)


def _is_taken_back(command: Command) -> bool:
    """Say whether a later command of the script removes a setting, or the file that it is kept in."""
    later = [other for other in command.script if other.index > command.index]
    folder = [word.text for word in command.operands()[2:3]]
    return any(
        (other.name == command.name and _TAKEN_BACK & set(other.args))
        or (other.name == "rm" and any(_KEPT_IN.search(text) or text in folder for text in other.args))
        or (other.name == "rm" and command.name == "git" and other.has_flag("-r", "-R", "--recursive"))
        for other in later
    )
