"""Checks on installs that do not keep to the lock file."""

from __future__ import annotations

from devopslint.knowledge.project_files import PROJECTS
from devopslint.policy.subject import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

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


def updated_in_pipeline(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find installs that write a new lock file, in runs that are to test what the old one says."""
    command, step = subject.context.command, subject.context.owner
    if step is None or not hasattr(step, "job") or _is_for_updates(step) or _has_none(command.name, step):
        return
    loose = next((word for word in command.words if word.text in _LETS_GO), None)
    if loose is not None:
        yield Problem(Place(command.fragment.source, *loose.mark), command=f"{command.name} {loose.text}")
    words = command.operands()
    if len(words) != 1 or words[0].text not in _UPDATES.get(command.name, ()) or command.name_word is None:
        return
    if not command.has_flag("--prefer-lowest", "--prefer-stable", "-g", "--global", "--lock", "--dry-run"):
        place = Place(command.fragment.source, *command.fragment.mark(command.name_word.start, words[0].end))
        yield Problem(place, command=f"{command.name} {words[0].text}")


def _is_for_updates(step: Step) -> bool:
    """Say whether the workflow is there to bring updates."""
    names = f"{step.workflow.path} {step.workflow.root.get('name', '')} {step.job.key} {step.job.value.get('name', '')}".lower()
    if not step.workflow.has_trigger("push", "pull_request", "merge_group", "release"):
        return True
    return any(word in names for word in ("update", "upgrade", "bump", "depend", "nightly", "latest", "canary", "next"))


def _has_none(tool: str, step: Step) -> bool:
    """Say whether the repository has the tool's manifest at its root and no lock file beside it."""
    workspace, project = step.workflow.workspace, PROJECTS.get(tool)
    return (
        workspace is not None
        and project is not None
        and workspace.exists(project.manifest)
        and not any(workspace.exists(lock) for lock in project.locks)
    )


def unlocked_install(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find installs that are not told to keep to the lock file."""
    command, step = subject.context.command, subject.context.owner
    if step is None or not hasattr(step, "job") or command.expands or command.name not in _KEEPS:
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
    place = Place(command.fragment.source, *command.fragment.mark(command.name_word.start, end))
    yield Problem(place, command=f"{command.name} {first}".strip(), keeping=keeping[0])
