"""Package lists, upgrades and programs of Go: what a build takes from the day on which it runs."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, has_mount_over, may_remove
from devopslint.artifacts.dockerfile.known_words import with_known_words
from devopslint.knowledge.package_managers import MANAGERS
from devopslint.knowledge.packages import is_install, subcommand
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script

    Options = Mapping[str, Any]

_UPDATES = {
    "apt-get": {"update"},
    "apt": {"update"},
    "apk": {"update"},
    **dict.fromkeys(
        ("yum", "dnf", "dnf5", "microdnf", "tdnf"), frozenset({"update", "upgrade", "makecache", "check-update"})
    ),
    "zypper": {"refresh", "ref"},
}
_RED_HAT = frozenset({"yum", "dnf", "dnf5", "microdnf", "tdnf"})
_USES_LISTS = frozenset(
    {"install", "reinstall", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "download", "source", "add",
     "satisfy", "fetch", "search", "policy", "list", "show", "changelog", "fix", "in", "up", "update", "dup"}
)  # fmt: skip
_READS_NO_LISTS = frozenset(
    {"apt-get", "apt", "apk", "zypper", "yum", "set", "echo", "printf", "cat", "sed", "rm", "mkdir", "cp", "mv", "ln", "tee",
     "true", "export", "gpg", "curl", "wget", "chmod", "dpkg", "apt-key", "add-apt-repository", "sudo", "grep", "ls",
     "date", "touch"}
)  # fmt: skip


def update_without_install(subject: Subject, options: Options) -> Iterator[Problem]:
    """An `apt-get update` in a RUN of its own, whose cached lists a later install goes by, or nothing at all."""
    command, step = command_of(subject)
    word = subcommand(command)
    if word is None or word.text not in _UPDATES.get(command.name, ()) or step.stage is None:
        return
    names = ("apt-get", "apt") if command.name.startswith("apt") else (command.name,)
    red_hat = command.name in _RED_HAT
    if red_hat and (
        len(command.operands(MANAGERS[command.name].valued)) > 1 or not _installs_later(step, command, names)
    ):
        return  # upgrades of single packages, and upgrades for their own sake, which another rule tells of
    script = step.read_script()
    for other in script.commands:
        if other.name in names and other is not command:
            verb = subcommand(other)
            if verb is not None and verb.text != word.text and verb.text in _USES_LISTS:
                return
    folders = MANAGERS[command.name].caches
    if has_mount_over(step, folders) or may_remove(script, folders):
        return
    if _is_alone(script) or _installs_later(step, command, names):
        yield Problem(place_of(word), command=f"{command.name} {word.text}")


def upgrade_alone(subject: Subject, options: Options) -> Iterator[Problem]:
    """A `yum update` of everything in a RUN that installs nothing, where no later RUN does so either."""
    command, step = command_of(subject)
    operands = command.operands(MANAGERS[command.name].valued)
    if len(operands) != 1 or operands[0].text not in {"update", "upgrade"} or step.stage is None:
        return
    if any(is_install(other) for other in step.read_script()) or _installs_later(step, command, (command.name,)):
        return
    yield Problem(place_of(operands[0]), command=f"{command.name} {operands[0].text}")


def _is_alone(script: Script) -> bool:
    """Say whether no command of a script can use package lists."""
    return not script.has_errors and all(
        command.name in _READS_NO_LISTS or (not command.name and bool(command.assignments)) for command in script
    )


def _installs_later(step: Step, command: Command, names: tuple[str, ...]) -> bool:
    """Say whether a later RUN installs by the lists that a step has left."""
    cache = step.model.cache
    key = "last installs", names, command.name
    if key not in cache:
        cache[key] = _last_installs(step.model, names, _UPDATES[command.name])
    return step.stage is not None and cache[key][step.stage.index] > step.index


def _last_installs(model: Model, names: tuple[str, ...], updates: Container[str]) -> list[int]:
    """Return for each stage the last step, in it or in a stage that builds on it, that installs and updates no lists."""
    found = [-1] * len(model.stages)
    for stage in reversed(model.stages):
        for later in stage.steps:
            commands = list(later.read_script().named(*names)) if later.name == "RUN" else []
            if any(is_install(other) for other in commands) and not any(
                (w := subcommand(other)) is not None and w.text in updates for other in commands
            ):
                found[stage.index] = max(found[stage.index], later.index)
        if stage.base is not None:
            found[stage.base.index] = max(found[stage.base.index], found[stage.index])
    return found
    return False


def distribution_upgrade(subject: Subject, options: Options) -> Iterator[Problem]:
    """`apt-get dist-upgrade`, `zypper dup`."""
    command, _ = command_of(subject)
    word = subcommand(command)
    wanted = {"dist-upgrade", "full-upgrade"} if command.name != "zypper" else {"dist-upgrade", "dup"}
    if word is not None and word.text in wanted:
        yield Problem(place_of(word), command=f"{command.name} {word.text}")


_UPGRADES = {
    "apt-get": {"upgrade"},
    "apt": {"upgrade"},
    "apk": {"upgrade"},
    "yum": {"update", "upgrade"},
    "dnf": {"update", "upgrade"},
    "microdnf": {"update", "upgrade"},
    "tdnf": {"update", "upgrade"},
    "zypper": {"update", "up", "patch"},
}


def packages_upgraded(subject: Subject, options: Options) -> Iterator[Problem]:
    """`apt-get upgrade`, `apk upgrade`, `dnf update` of everything; `dnf update openssl` names what it is for."""
    command, _ = command_of(subject)
    operands = command.operands(MANAGERS[command.name].valued)
    if len(operands) == 1 and operands[0].text in _UPGRADES[command.name] and not command.has_flag("--security"):
        yield Problem(place_of(operands[0]), command=f"{command.name} {operands[0].text}")


def go_version_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """`go install …@latest`, and `go install example.com/tool` where no `go.mod` can say which version."""
    command, step = command_of(subject)
    command, origins = with_known_words(command, step)
    operands = command.operands()
    if not operands or operands[0].text not in {"install", "get", "run"}:
        return
    for word in operands[1:]:
        text = word.text
        if re.search(r"@(?:latest|master|main|HEAD|upgrade)$", text) or (
            "@" not in text and operands[0].text != "run" and not word.expands and _is_nowhere(step, text)
        ):
            yield Problem(place_of(word), package=text, related=origins.get(word, ()))


def _is_nowhere(step: Step, package: str) -> bool:
    """Say whether a package of Go comes from no module that is in the stage: nothing was copied, cloned or mounted."""
    match = re.match(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+/[\w.-]+", package)
    if match is None or step.stage is None:
        return False
    for other in step.stage.lineage():
        if other.index > step.index:
            break
        if other.name in {"COPY", "ADD"} and other.instruction.flag("from") is None:
            return False
        workdir = other.settings.get("WORKDIR")
        if workdir is not None and (workdir.value is UNKNOWN or match.group() in workdir.value):
            return False
        text = other.instruction.fragment.text
        if other.name == "RUN" and re.search(r"\bgit\b|\bgo mod\b|--mount|\btar\b|\bunzip\b|\bcd\b", text):
            return False
    return True
