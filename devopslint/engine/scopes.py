"""Which rules hold where: one scope for all files, unless configurations say otherwise."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devopslint.policy.catalog import RuleFolder
    from devopslint.policy.globs import GlobSet
    from devopslint.policy.selection import Selection

    Scope = tuple[list[RuleFolder], Selection]
    """The folders of rules, and what is selected of them."""


class Kinds:
    """What configurations say of the kinds of files: the deepest folder (`""` or ending in `/`) that is above counts."""

    __slots__ = ("by_folder",)

    def __init__(self, by_folder: Mapping[str, Sequence[tuple[str, GlobSet]]]) -> None:
        self.by_folder = sorted(by_folder.items(), key=lambda one: -len(one[0]))

    def of(self, path: str) -> str | None:
        """Return the name of an artifact, `none` for a file that is to be left alone, or `None` when nothing is said."""
        for folder, kinds in self.by_folder:
            if path.startswith(folder):
                return next((kind for kind, globs in kinds if globs.fits(path[len(folder) :])), None)
        return None

    def stamp(self) -> str:
        """Return what changes when anything of the kinds does."""
        return repr([(folder, [(kind, globs.globs) for kind, globs in kinds]) for folder, kinds in self.by_folder])


class Scopes:
    """The scopes of a run, the first of which is the one of the whole; others are added as files of theirs are met."""

    __slots__ = ("all", "kinds")

    def __init__(self, first: Scope, kinds: Kinds | None = None) -> None:
        self.all: list[Scope] = [first]
        self.kinds = kinds

    def of(self, path: str) -> int:
        """Return the index of the scope of a file."""
        return 0

    def selection(self, path: str) -> Selection:
        """Return what is selected for a file."""
        return self.all[self.of(path)][1]
