"""Which files beside those that were asked for a run over the whole comes to: not what git ignores, nor what is excluded."""

from __future__ import annotations

from devopslint.knowledge.git_ignored import may_be_ignored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from devopslint.engine.workspace import Workspace


class Beside:
    """Says which of some files a run over the whole comes to."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._all: frozenset[str] | None = None

    def __call__(self, paths: Iterable[str]) -> list[str]:
        """Return those files, sorted."""
        workspace, excludes = self._workspace, self._workspace.excludes
        kept = sorted(path for path in paths if excludes is None or not excludes(path))
        if not workspace.root or not any(may_be_ignored(path, workspace) for path in kept):
            return kept
        if self._all is None:
            from devopslint.engine.discover import discover

            self._all = frozenset(discover(workspace.root, [workspace.root]).found)
        return [path for path in kept if path in self._all]
