"""Installs that go by a file of the context which only a later COPY brings."""

from __future__ import annotations

import posixpath
from itertools import islice

from devopslint.artifacts.dockerfile.checks.common import bound_sources, command_of, related_step
from devopslint.artifacts.dockerfile.checks.context import named_sources
from devopslint.artifacts.dockerfile.checks.ignored import context_words
from devopslint.artifacts.dockerfile.lookback import first_before, next_behind, steps_by
from devopslint.knowledge.image_contents import contents, plain_name
from devopslint.knowledge.packages import is_install
from devopslint.knowledge.project_files import PROJECTS
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script, Word

    Options = Mapping[str, Any]

_VERBS = {
    "bun": frozenset({"install", "i"}),
    "bundle": frozenset({"install"}),
    "cargo": frozenset({"build", "fetch"}),
    "composer": frozenset({"install", "i"}),
    "go": frozenset({"build", "mod"}),
    "npm": frozenset({"ci", "clean-install", "install", "i"}),
    "pipenv": frozenset({"install", "sync"}),
    "pnpm": frozenset({"install", "i"}),
    "poetry": frozenset({"install", "sync"}),
    "uv": frozenset({"sync"}),
    "yarn": frozenset({"install"}),
}
"""Package manager → the sub-commands that go by its manifest."""
_BRING_THEIR_FILES = frozenset(
    {"drupal", "ghost", "joomla", "mediawiki", "mongo-express", "monica", "nextcloud", "odoo", "phpmyadmin", "plone",
     "postfixadmin", "redmine", "rocket.chat", "wordpress", "yourls"}
)  # fmt: skip
"""Images of applications, whose working folder has a manifest from the start."""
_MAKES_NO_FILE = frozenset(
    {"addgroup", "adduser", "apk", "apt", "apt-get", "chmod", "chown", "corepack", "dnf", "echo", "export", "groupadd", "mkdir",
     "rm", "set", "useradd", "yum"}
)  # fmt: skip
_VALUED = frozenset({"--registry", "--loglevel", "--omit", "--jobs", "-j", "--network-timeout"})
_ALL = "/"
"""What is no name of a file, for the whole context."""


def file_not_yet_copied(subject: Subject, options: Options) -> Iterator[Problem]:
    """`RUN npm ci` in front of the COPY of package.json, where nothing else can have brought it."""
    command, step = command_of(subject)
    stage = step.stage
    if stage is None or stage.base is not None or step.instruction.onbuild or command.failure_ignored:
        return
    found = _wanted(command)
    image = stage.root_image
    if found is None or contents(image) is None or plain_name(image) in _BRING_THEIR_FILES:
        return
    word, file = found
    if first_before(step, "brings files", lambda earlier: not _brings_nothing(earlier)) is not None:
        return
    if step.instruction.flags and (
        any(True for _ in bound_sources(step)) or "--mount=type=bind" in step.instruction.fragment.text
    ):
        return
    makers = command.script.once("early: make files", _makers)
    if any(other.index < command.index and other is not command.wrapper for other in makers):
        return
    name = posixpath.basename(file)
    copies = steps_by(step.model, ("copied names", stage.index), stage.steps, _copied)
    names = (_ALL, name, "package*.json") if name == "package.json" else (_ALL, name)
    found_behind = [later for one in names if (later := next_behind(step, copies.get(one, ()))) is not None]
    if found_behind:
        later = min(found_behind, key=lambda one: one.index)
        yield Problem(place_of(word), related=[related_step(later, "copied here")], file=file)


def _makers(script: Script) -> list[Command]:
    """Return the first two commands of a script that may make a file: one may be what runs the command that is judged."""
    found = (one for one in script if one.name not in _MAKES_NO_FILE and not is_install(one))
    return list(islice(found, 2))


def _copied(step: Step) -> Iterator[str]:
    """Yield the names of what a COPY brings, without their folders, and `_ALL` for the whole context."""
    if step.name == "COPY" and not step.instruction.onbuild:
        yield from (posixpath.basename(text) for text, _ in named_sources(step))
        if context_words(step):
            yield _ALL


def _wanted(command: Command) -> tuple[Word, str] | None:
    """Return the word that speaks of a file of the context, and that file."""
    if command.name in {"pip", "pip3", "pip2"}:
        value = command.value_of("-r", "--requirement")
        word = next((word for word in command.words if isinstance(value, str) and word.text.endswith(value)), None)
        relative = isinstance(value, str) and value and not value.startswith(("/", "$", "~", "http"))
        return (word, value) if word is not None and relative else None
    verbs, manifest = _VERBS[command.name], PROJECTS[command.name].manifest
    operands = command.operands(_VALUED)
    wanted = 2 if command.name == "go" and operands and operands[0].text == "mod" else 1
    if len(operands) != wanted or operands[0].text not in verbs or command.expands:
        return None
    if command.has_flag(
        "-g", "--global", "--prefix", "-C", "--cwd", "--dir", "--directory", "--project", "--manifest-path"
    ):
        return None
    if wanted == 2 and operands[1].text not in {"download", "tidy", "verify"}:
        return None
    return operands[0], manifest


def _brings_nothing(step: Step) -> bool:
    """Say whether a step certainly puts no file of a project into the stage."""
    if step.name in {"COPY", "ADD"} or step.instruction.onbuild:
        return False
    if step.name != "RUN":
        return True
    script = step.read_script()
    return (
        step.shell_fragment() is not None
        and not script.has_errors
        and not step.instruction.flags
        and all((one.name in _MAKES_NO_FILE or is_install(one)) and not one.redirects for one in script)
    )
