"""The submodules of a repository, whose files are those of another one."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from devopslint.policy.artifact import Workspace

_PATH = lazily(r"^[ \t]*path[ \t]*=[ \t]*\"?([^\s\"]+)\"?[ \t]*$", re.MULTILINE)


def paths_of_submodules(workspace: Workspace, root: str) -> tuple[str, ...]:
    """Return the folders of the submodules of the repository whose root is a folder (with a `/` unless it is empty)."""
    path = f"{root}.gitmodules"
    source = workspace.source(path) if workspace.exists(path) else None
    return tuple(one.strip("/") for one in _PATH.findall(source.text)) if source is not None else ()


def is_within(path: str, folders: Iterable[str]) -> bool:
    """Say whether a path from the root of the repository is one of some folders, or leads into one."""
    return any(path == one or path.startswith(one + "/") for one in folders)


def may_reach(pattern: str, folders: Iterable[str]) -> bool:
    """Say whether a pattern with wildcards, from the root of the repository, may fit what lies in one of some folders."""
    parts = pattern.strip("/").split("/")
    return any(_leads_into(parts, one.split("/")) for one in folders)


def _leads_into(parts: list[str], names: list[str]) -> bool:
    for index, name in enumerate(names):
        if index == len(parts) or not ("**" in parts[index] or fnmatchcase(name, parts[index])):
            return False
        if "**" in parts[index]:
            return True
    return True
