"""What git leaves out, as far as the `.gitignore` files of a repository tell."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.policy.artifact import Workspace


def may_be_ignored(path: str, workspace: Workspace) -> bool:
    """Say whether a line of a `.gitignore` fits a file or a folder above it: cheaper than to ask git, which tells for sure."""
    from devopslint.policy.globs import IgnoreLines

    names = path.split("/")
    for depth in range(len(names)):
        ignoring = "/".join([*names[:depth], ".gitignore"])
        source = workspace.source(ignoring) if workspace.exists(ignoring) else None
        if source is None:
            continue
        lines = IgnoreLines(source.text.split("\n"))
        for end in range(depth + 1, len(names) + 1):
            if lines.verdict("/".join(names[depth:end]), end < len(names)):
                return True
    return False
