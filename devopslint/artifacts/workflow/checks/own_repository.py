"""Checks on actions and workflows that are this repository's own."""

from __future__ import annotations

import re

from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_SAYS_WHERE = ("package.json", "go.mod", "Cargo.toml", "pyproject.toml", "composer.json", "pom.xml", "CITATION.cff")
"""Files at the root that name the repository's own address, and few others."""
_NAMES_IT = (
    r"\b(?:repository|repository-code|homepage|url|module|source|issues|documentation)[\"']?\s{0,20}[:=>]?\s{0,20}[\"']?"
    r"(?:git\+)?(?:https?://|git@|ssh://git@)?"
)
_READMES = ("README.md", "README.rst", "README")


def called_by_full_name(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions and workflows of this repository that are called by its full name, so that another commit of them runs."""
    owner: Step | Job = subject.context
    uses, workspace = owner.uses, owner.workflow.workspace
    if uses is None or uses.kind != "repository" or workspace is None or uses.is_sha:
        return
    if uses.path == owner.workflow.path or not _lies_here(uses, workspace):
        return
    if is_own(uses.slug, workspace, *(_READMES if uses.path else ())) or (
        uses.path.startswith(".github/") and not any(map(workspace.exists, _READMES))
    ):
        yield Problem("uses", uses=uses.text, ref=uses.ref)


def _lies_here(uses: ActionRef, workspace: Workspace) -> bool:
    path = uses.path.strip("/")
    if path.endswith((".yml", ".yaml")):
        return workspace.exists(path)
    folder = f"{path}/" if path else ""
    return workspace.exists(f"{folder}action.yml") or workspace.exists(f"{folder}action.yaml")


def is_own(slug: str, workspace: Workspace, *more: str) -> bool:
    """Say whether a file that describes the project, or one of some more, names a repository, most likely as its own."""
    address = rf"github\.com[/:]{re.escape(slug)}(?![\w-])"
    named = re.compile(rf"{_NAMES_IT}{address}", re.IGNORECASE)
    if any(named.search(_text(name, workspace)) for name in _SAYS_WHERE):
        return True
    return any(re.search(address, _text(name, workspace), re.IGNORECASE) for name in more)


def _text(name: str, workspace: Workspace) -> str:
    source = workspace.source(name) if workspace.exists(name) else None
    return source.text if source is not None else ""
