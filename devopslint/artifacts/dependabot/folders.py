"""Checks on the folders that Dependabot is told to look at: that they are there, with a manifest in them.

Source: GitHub Docs, "Dependabot supported ecosystems", and the names of files that the fetchers of dependabot-core ask for.
"""

from __future__ import annotations

import re

from devopslint.knowledge.submodules import is_within, paths_of_submodules
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_MANIFESTS = {
    "npm": ("package.json", r"package\.json"), "bun": ("package.json", r"package\.json"),
    "pip": ("requirements.txt", r".*\.(?:txt|in|toml)|setup\.(?:py|cfg)|Pipfile(?:\.lock)?|requirements"),
    "uv": ("pyproject.toml", r"(?:pyproject|uv)\.toml|uv\.lock|.*\.txt|.*\.in|requirements|.*\.py"),
    "gomod": ("go.mod", r"go\.(?:mod|work)"),
    "cargo": ("Cargo.toml", r"Cargo\.toml"), "bundler": ("Gemfile", r"Gemfile|gems\.rb|.*\.gemspec"),
    "composer": ("composer.json", r"composer\.json"), "maven": ("pom.xml", r"pom\.xml|\.mvn"),
    "gradle": ("build.gradle", r".*\.gradle(?:\.kts)?|gradle|gradle\.lockfile|.*\.versions\.toml"),
    "mix": ("mix.exs", r"mix\.exs"), "pub": ("pubspec.yaml", r"pubspec\.yaml"),
    "elm": ("elm.json", r"elm(?:-package)?\.json"), "swift": ("Package.swift", r"Package\.swift|.*\.xcodeproj"),
    "docker": ("Dockerfile", r"(?i:.*(?:docker|container)file.*)|.*\.ya?ml"),
    "docker-compose": ("compose.yaml", r"(?i:.*compose.*\.ya?ml)"),
    "terraform": ("*.tf", r".*\.(?:tf|hcl)"), "opentofu": ("*.tf", r".*\.(?:tf|tofu|hcl)"),
    "gitsubmodule": (".gitmodules", r"\.gitmodules"), "helm": ("Chart.yaml", r"(?i:chart\.ya?ml|values.*\.ya?ml)"),
}  # fmt: skip
"""Ecosystem → what its manifest is called, and the pattern of what lies in a folder that Dependabot can work with."""
_DOCUMENTS = lazily(r"(?:README|LICEN[CS]E|CONTRIBUTING|CHANGELOG)\b", re.IGNORECASE)
_ENOUGH_NAMES, _DEEPEST, _MOST_FOLDERS = 4, 2, 200


def folder_without_manifest(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find updates for a folder in which the repository has no manifest of the ecosystem."""
    update, workspace = subject.value, subject.context
    known = _MANIFESTS.get(str(update.get("package-ecosystem")))
    path = subject.document.source.path
    if known is None or workspace is None or update.get("target-branch") is not None:
        return
    root = path[: path.rfind(".github/")]
    name, pattern = known
    folders: list[tuple[Any, tuple[str | int, ...]]] = [(update.get("directory"), ("directory",))]
    several = update.get("directories")
    if isinstance(several, Seq):
        folders.extend((one, ("directories", index)) for index, one in enumerate(several))
    for folder, at in folders:
        if not isinstance(folder, str) or re.search(r"[*?\[{$]", folder):
            continue
        inner = root + folder.strip("/").removeprefix("./")
        inner = inner.rstrip("/").removesuffix("/.")
        if is_within(folder.strip("/").removeprefix("./"), paths_of_submodules(workspace, root)):
            continue
        names = list(workspace.names(inner))
        if name == "requirements.txt":
            names += [
                one
                for below in names
                for one in workspace.names(f"{inner}/{below}".strip("/"))
                if one.endswith((".txt", ".in"))
            ]
        if not any(re.fullmatch(pattern, one) for one in names) and _is_seen(workspace, root, pattern):
            fault = f"there is no folder `{folder}`" if not names else f"there is no `{name}` in `{folder}`"
            yield Problem(at, fault=fault)


def _is_seen(workspace: Workspace, root: str, pattern: str) -> bool:
    """Say whether the repository is there to see: it has documents, several files, or such a manifest elsewhere."""
    names = [name for name in workspace.names(root.rstrip("/")) if not name.startswith(".")]
    if any(_DOCUMENTS.match(name) for name in names) or len(names) >= _ENOUGH_NAMES:
        return True
    open_folders = [(root, 0)]
    for folder, depth in open_folders:
        for name in workspace.names(folder.rstrip("/")):
            if re.fullmatch(pattern, name):
                return True
            if depth < _DEEPEST and "." not in name and len(open_folders) < _MOST_FOLDERS:
                open_folders.append((f"{folder}{name}/", depth + 1))
    return False
