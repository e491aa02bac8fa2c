"""Checks on installs that do not keep to the lock file."""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.workflow.called import repository_root
from devopslint.artifacts.workflow.checks.absent_locks import folders_up
from devopslint.artifacts.workflow.model import step_of
from devopslint.knowledge.project_files import PROJECTS
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script

    Options = Mapping[str, Any]

_UPDATES = {
    "npm": ("update", "up", "upgrade"), "yarn": ("upgrade", "up"), "pnpm": ("update", "up", "upgrade"), "bun": ("update",),
    "composer": ("update",), "bundle": ("update",), "poetry": ("update",), "pipenv": ("update",), "pdm": ("update",),
}  # fmt: skip
"""Command → first words that write a new lock file."""
_LETS_GO = frozenset({"--no-immutable", "--no-frozen-lockfile", "--no-lockfile", "--no-lock", "--skip-lock"})
_KEEPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "yarn": (("", "install"), ("--frozen-lockfile", "--immutable", "--production")),
    "bun": (("install", "i"), ("--frozen-lockfile", "--production", "-p")),
    "uv": (("sync",), ("--locked", "--frozen")),
    "pipenv": (("install",), ("--deploy", "--ignore-pipfile")),
    "bundle": (("install",), ("--frozen", "--deployment")),
    "dotnet": (("restore",), ("--locked-mode",)),
}
"""Command → its first words that install, and the options that make it keep to the lock file."""

_MAKES_NEW_LOCK = lazily(r"\bnpm (?:audit fix|update|up)\b|\brm\b[^\n;&|]*package-lock\.json|\bncu\b|npm-check-updates")
"""What a script is there to write a new lock file with."""


def updated_in_pipeline(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find installs that write a new lock file, in runs that are to test what the old one says."""
    command, step = subject.context.command, step_of(subject)
    found = list(_writing_new_locks(command))
    if found and step is not None and not _is_for_updates(step) and not _has_none(command, step):
        yield from found


def _writing_new_locks(command: Command) -> Iterator[Problem]:
    loose = next((word for word in command.words if word.text in _LETS_GO), None)
    if loose is not None:
        yield Problem(Place(command.fragment.source, *loose.mark), command=f"{command.name} {loose.text}")
    words = command.operands()
    if len(words) != 1 or words[0].text not in _UPDATES.get(command.name, ()) or command.name_word is None:
        return
    if not command.has_flag("--prefer-lowest", "--prefer-stable", "-g", "--global", "--lock", "--dry-run"):
        place = place_in(command.fragment, command.name_word.start, words[0].end)
        yield Problem(place, command=f"{command.name} {words[0].text}")


def _is_for_updates(step: Step) -> bool:
    """Say whether the workflow is there to bring updates."""
    return not step.workflow.has_trigger("push", "pull_request", "merge_group", "release") or _is_called_for_updates(
        step
    )


def _is_called_for_updates(step: Step) -> bool:
    names = f"{step.workflow.path} {step.workflow.root.get('name', '')} {step.job.key} {step.job.value.get('name', '')}".lower()
    return any(word in names for word in ("update", "upgrade", "bump", "depend", "nightly", "latest", "canary", "next"))


def _has_none(command: Command, step: Step) -> bool:
    """Say whether the folder that an install runs in, or one above, has the manifest, and none of them a lock file."""
    workspace, root, project = step.workflow.workspace, repository_root(step.workflow), PROJECTS.get(command.name)
    folder = _folder_of(command, step)
    if workspace is None or root is None or folder is None or project is None:
        return False
    has_manifest = False
    for above in folders_up(folder):
        start = posixpath.normpath(f"{root}{above}/")
        has_manifest = has_manifest or workspace.exists(posixpath.normpath(f"{start}/{project.manifest}"))
        if any(workspace.exists(posixpath.normpath(f"{start}/{lock}")) for lock in project.locks):
            return False
    return has_manifest


def _folder_of(command: Command, step: Step) -> str | None:
    """Return the folder of the repository that a command works in; `None` when that is not known."""
    folder, path = step.run_setting("working-directory")
    parts = [folder if path else ""]
    for other in command.script.once("moves", _moves):
        if other.index < command.index:
            parts.extend(word.value for word in other.operands()[:1])
    given = command.value_of("--prefix", "--cwd", "-C", "--dir", "--directory")
    parts.append("" if given is None else given)
    if not all(isinstance(part, str) and re.match(r"(?:[\w.][^$]*)?$", part) for part in parts):
        return None
    found = posixpath.normpath("/".join(part for part in parts if part) or ".")
    return None if found.startswith("..") else found


def _moves(script: Script) -> list[Command]:
    return [command for command in script.named("cd", "pushd") if not command.subshell]


def _makes_new_lock(script: Script) -> bool:
    return _MAKES_NEW_LOCK.search(script.fragment.text) is not None


def npm_install(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `npm install` of a project's dependencies, which may change the lock file instead of keeping to it."""
    command, step = subject.context.command, step_of(subject)
    if command.name != "npm" or step is None or command.expands:
        return
    valued = frozenset({"--prefix", "-C", "--registry", "--loglevel", "--omit", "--cache"})
    operands = command.operands(valued)
    flags = ("-g", "--global", "--package-lock-only", "--no-save", "--no-package-lock")
    installs = [word.text for word in operands] in (["install"], ["i"], ["install-test"], ["it"])
    if not installs or command.has_flag(*flags) or _has_none(command, step) or _is_called_for_updates(step):
        return
    if not command.script.once("makes new lock", _makes_new_lock):
        start = command.name_word.start if command.name_word is not None else command.start
        place = place_in(command.fragment, start, operands[0].end)
        yield Problem(place, command=f"npm {operands[0].text}")


def unlocked_install(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find installs that are not told to keep to the lock file."""
    command, step = subject.context.command, step_of(subject)
    if step is None or command.expands or command.name not in _KEEPS:
        return
    firsts, keeping = _KEEPS[command.name]
    words = command.operands()
    first = words[0].text if words else ""
    frozen = {"BUNDLE_FROZEN", "BUNDLE_DEPLOYMENT", "UV_LOCKED", "UV_FROZEN", "YARN_ENABLE_IMMUTABLE_INSTALLS"}
    set_by = any(not frozen.isdisjoint(env) for env, _ in step.env_owners())
    if first not in firsts or len(words) > 1 or command.has_flag(*keeping, "--version", "-v", "--help") or set_by:
        return
    assert command.name_word is not None
    end = words[0].end if words else command.name_word.end
    place = place_in(command.fragment, command.name_word.start, end)
    yield Problem(place, command=f"{command.name} {first}".strip(), keeping=keeping[0])
