"""Package managers in RUN: confirmation, caches, versions, signatures."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import (
    command_of,
    has_mount,
    has_mount_over,
    in_words,
    may_remove,
    removes,
    runs_mention,
    ships,
)
from devopslint.artifacts.dockerfile.known_words import with_known_words
from devopslint.knowledge.package_managers import MANAGERS
from devopslint.knowledge.packages import are_bound, has_version, is_install, packages, subcommand
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_OPTION_VARIABLE = lazily(r"^\$\{?\w*(?:OPT|FLAG|ARG)", re.IGNORECASE)
_NO_RECOMMENDS = lazily(r"install-recommends\W+(?:0|false|no)\b", re.IGNORECASE)
_SETTINGS_OF_MANAGER = lazily(r"/etc/(?:apt/apt\.conf|dnf/|yum|zypp/|pacman)|\.condarc")
"""Where a COPY puts what may tell a package manager not to ask."""
_ASSUME_YES = lazily(r"(?<!--)(?:assume-?yes|always[-_]yes)", re.IGNORECASE)
_SETTING = lazily(r"(?:-o\s*|--option[=\s])[\"']?[\w:-]{1,100}=\S+")
"""A setting for one call of apt-get; settings for all stand in files."""
_VALUED_OF_YARN = frozenset({"--cwd", "--network-timeout", "--cache-folder", "--modules-folder", "--registry"})
_NEW_YARN = lazily(r"berry|\.yarn")
_CACHE_OFF = lazily(r"(?<!--)no-cache-dir")


def asks_for_confirmation(subject: Subject, options: Options) -> Iterator[Problem]:
    """An install, upgrade or removal that waits for an answer nobody gives."""
    command, step = command_of(subject)
    word = subcommand(command)
    manager = MANAGERS[command.name]
    if word is None or word.text not in manager.asks or command.has_flag("--help"):
        return
    if command.piped_from is not None or command.has_flag(*manager.yes) or _quiet_enough(command):
        return
    if [w for w in command.words if w.expands and w.text.startswith("$") and w.start < word.start]:
        return
    if command.redirects and any(redirect.operator.startswith("<") for redirect in command.redirects):
        return
    if [w for w in command.words if "$" in w.text and _OPTION_VARIABLE.match(w.text)]:
        return
    if _copies_settings(step.model):
        return
    own = " ".join(command.args)
    if _ASSUME_YES.search(own) or runs_mention(step.model, _ASSUME_YES, _SETTING):
        return
    yield Problem(place_of(word), command=f"{command.name} {word.text}")


def _copies_settings(model: Model) -> bool:
    """Say whether a COPY brings settings of a package manager: not to ask, to take no more than is needed."""
    if "copies settings" not in model.cache:
        copies = (step.instruction.text for step in model.steps if step.name in {"COPY", "ADD"})
        model.cache["copies settings"] = any(_SETTINGS_OF_MANAGER.search(text) for text in copies)
    return bool(model.cache["copies settings"])


def _quiet_enough(command: Command) -> bool:
    """`-q=2` and `-q -q` of apt-get imply `-y`."""
    if command.name not in {"apt-get", "apt"} or not [w for w in command.words if "q" in w.text and w.text[0] == "-"]:
        return False
    level = command.value_of("-q", "--quiet")
    count = sum(
        w.text.count("q") if re.fullmatch(r"-[a-zA-Z]+", w.text) else w.text == "--quiet" for w in command.words
    )
    return level in {"2", "3"} or count >= 2


def apt_lists_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """`apt-get update` whose lists stay in the layer."""
    command, step = command_of(subject)
    word = subcommand(command)
    if word is None or word.text != "update" or not ships(step):
        return
    manager, script = MANAGERS["apt-get"], step.read_script()
    if has_mount_over(step, manager.caches) or may_remove(script, manager.caches):
        return
    if any(manager.cleans & set(other.args) for other in script.named("apt-get", "apt")):
        return
    yield Problem(place_of(word), command=command.name)


def cache_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """An install with yum, dnf, microdnf or zypper without the clean-up in the same RUN."""
    command, step = command_of(subject)
    word = subcommand(command)
    manager = MANAGERS[command.name]
    if word is None or word.text not in manager.fills or not ships(step):
        return
    script = step.read_script()
    if any(
        other.words and (w := subcommand(other)) is not None and w.text in manager.cleans
        for other in script.named(*manager.kin)
    ):
        return
    if any(manager.cleans & set(other.args) for other in script.named(*manager.kin)):
        return
    if has_mount_over(step, manager.caches) or may_remove(script, manager.caches):
        return
    if any(
        other.index > command.index and (w := subcommand(other)) is not None and w.text in manager.fills
        for other in script.named(command.name)
    ):
        return
    yield Problem(place_of(word), command=f"{command.name} {word.text}")


def apk_cache_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """`apk add` that leaves the index in the layer."""
    yield from _add_with_index(subject, removed=False)


def apk_cache_removed_by_hand(subject: Subject, options: Options) -> Iterator[Problem]:
    """`apk add` whose index the same script removes, where `--no-cache` would not keep any."""
    yield from _add_with_index(subject, removed=True)


def _add_with_index(subject: Subject, *, removed: bool) -> Iterator[Problem]:
    command, step = command_of(subject)
    word = subcommand(command)
    if word is None or word.text != "add" or command.has_flag("--no-cache") or not ships(step):
        return
    folders = MANAGERS["apk"].caches
    script = step.read_script()
    if has_mount_over(step, folders) or (not removes(script, folders) if removed else may_remove(script, folders)):
        return
    if any(w.expands and w.start < word.end for w in command.words) or any(
        "cache" in other.args for other in script.named("apk")
    ):
        return
    yield Problem(place_of(word))


def pip_cache_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """`pip install` that leaves downloaded and built wheels in the layer."""
    command, step = command_of(subject)
    word = subcommand(command)
    if word is None or word.text != "install" or not ships(step):
        return
    if command.wrapper is not None and command.wrapper.name == "uv":
        return
    if command.has_flag("--no-cache-dir", "--cache-dir") or any(
        w.expands and w.start < word.start for w in command.words
    ):
        return
    held = step.scope.get("PIP_NO_CACHE_DIR")
    if held is not None and (held.value is UNKNOWN or held.value != ""):
        return
    script = step.read_script()
    settings = {a.name for other in script for a in other.assignments}
    if "PIP_NO_CACHE_DIR" in settings or has_mount(step, "cache", "tmpfs"):
        return
    if may_remove(script, ("/root/.cache/pip",)) or any(
        ".cache" in w.text for c in script.named("rm") for w in c.words
    ):
        return
    if any(c.args[:1] == ["cache"] for c in script.named("pip", "pip3")) or runs_mention(step.model, _CACHE_OFF):
        return
    yield Problem(place_of(word), command=f"{command.name} install")


def yarn_cache_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """`yarn install` without `yarn cache clean` in the same RUN."""
    command, step = command_of(subject)
    operands = command.operands(_VALUED_OF_YARN)
    verb = (
        operands[0].text
        if operands
        else ("install" if not any(f in command.flags for f in ("--version", "-v")) else "")
    )
    if verb not in {"install", "add"} or not ships(step) or command.expands:
        return
    script = step.read_script()
    if has_mount(step, "cache", "tmpfs") or command.has_flag("--cache-folder", "--immutable"):
        return
    if any("cache" in other.args for other in script.named("yarn")) or may_remove(
        script, ("/usr/local/share/.cache", "/root/.cache")
    ):
        return
    if any(
        other.index > command.index and other.args[:1] in (["install"], ["add"], []) for other in script.named("yarn")
    ):
        return
    if runs_mention(step.model, _NEW_YARN):
        return
    yield Problem(place_of(operands[0]) if operands else ())


def recommends_installed(subject: Subject, options: Options) -> Iterator[Problem]:
    """`apt-get install` that brings recommended packages along."""
    command, step = command_of(subject)
    word = subcommand(command)
    if word is None or word.text != "install" or not ships(step):
        return
    if not packages(command) and (command.wrapper is None or command.wrapper.name != "xargs"):
        return
    if command.has_flag("--no-install-recommends", "--no-recommends", "--install-recommends"):
        return
    if [w for w in command.words if w.expands and w.start < word.end] or _NO_RECOMMENDS.search(" ".join(command.args)):
        return
    if runs_mention(step.model, _NO_RECOMMENDS, _SETTING) or _copies_settings(step.model):
        return
    yield Problem(place_of(word), command=f"{command.name} install")


def version_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Packages without a version: one problem for a command, at the first of them."""
    command, step = command_of(subject)
    command, origins = with_known_words(command, step)
    if not is_install(command) or are_bound(command):
        return
    manager = MANAGERS[command.name]
    ignored = set(options.get("ignore", ()))
    found = [
        word
        for word in packages(command)
        if not has_version(manager, word) and not word.expands and _bare(word.text) not in ignored
    ]
    if found:
        yield Problem(place_of(found[0]), packages=in_words(found), related=origins.get(found[0], ()))


def _bare(text: str) -> str:
    return re.split(r"[\[<>=!~;@]", text.lower())[0] if not text.startswith("@") else text
