"""From configurations to scopes: the nearest configuration of each file, with the overrides that its path fits."""

from __future__ import annotations

import os

from devopslint.config.settings import Config, Override, read_config
from devopslint.engine.discover import CONFIG_NAME, bounds_of
from devopslint.engine.scopes import Kinds, Scopes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from devopslint.engine.scopes import Scope
    from devopslint.policy.globs import GlobSet

    MakeScope = Callable[[Config, Sequence[Override]], Scope]


class ConfigScopes(Scopes):
    """The scopes of a run with overrides or with several configurations.

    `nested` are the folders below the root (`""` is the root) that have a configuration of their own.
    """

    __slots__ = ("_by_folder", "_configs", "_indexes", "_make", "_overrides", "_root", "nested")

    def __init__(self, root: str, first: Config, make: MakeScope, nested: Iterable[str] = ()) -> None:
        self._root = root
        self._make = make
        self.nested = set(nested)
        self._configs: dict[str, Config] = {"": first}
        self._by_folder: dict[str, Config] = {}
        self._overrides: dict[int, list[Override]] = {}
        self._indexes: dict[tuple[int, tuple[int, ...]], int] = {(id(first), ()): 0}
        super().__init__(make(first, ()))

    def config(self, path: str) -> Config:
        """Return the configuration that holds for a file. Raises ConfigError."""
        folder = path.rpartition("/")[0]
        if folder not in self._by_folder:
            self._by_folder[folder] = self._nearest(folder)
        return self._by_folder[folder]

    def overrides(self, path: str) -> list[Override]:
        """Return the overrides that hold for a file, in their order."""
        config = self.config(path)
        if id(config) not in self._overrides:
            self._overrides[id(config)] = config.overrides()
        absolute = os.path.join(self._root, *path.split("/"))
        return [override for override in self._overrides[id(config)] if override.fits(absolute)]

    def of(self, path: str) -> int:
        """Return the index of the scope of a file, made when it is the first of it."""
        config, overrides = self.config(path), self.overrides(path)
        known = self._overrides[id(config)]
        key = (id(config), tuple(known.index(override) for override in overrides))
        if key not in self._indexes:
            self._indexes[key] = len(self.all)
            self.all.append(self._make(config, overrides))
        return self._indexes[key]

    def all_configs(self) -> list[Config]:
        """Return every configuration that holds somewhere."""
        for folder in self.nested:
            self._nearest(folder)
        return list(self._configs.values())

    def set_kinds(self) -> None:
        """Gather what all configurations say of the kinds of files."""
        by_folder: dict[str, list[tuple[str, GlobSet]]] = {}
        for folder, config in ((folder, self._nearest(folder)) for folder in ("", *self.nested)):
            found = kinds_of(config, os.path.join(self._root, folder) if folder else self._root)
            if found or folder:
                by_folder[folder + "/" if folder else ""] = found
        if any(by_folder.values()):
            self.kinds = Kinds(by_folder)

    def _read(self, folder: str) -> Config:
        return read_config(os.path.join(self._root, *folder.split("/"), CONFIG_NAME), bounds_of(self._root))

    def _nearest(self, folder: str) -> Config:
        while folder and folder not in self.nested:
            folder = folder.rpartition("/")[0]
        if folder not in self._configs:
            self._configs[folder] = self._read(folder)
        return self._configs[folder]


def kinds_of(config: Config, folder: str) -> list[tuple[str, GlobSet]]:
    """Return the kinds of a configuration with their globs made relative to `folder`, the later layers first."""
    from devopslint.policy.globs import GlobSet

    found = []
    for layer in reversed(config.layers):
        above = os.path.relpath(folder, layer.folder).replace(os.sep, "/")
        below = os.path.relpath(layer.folder, folder).replace(os.sep, "/")
        for kind, globs in (layer.values.get("kinds") or {}).items():
            if not above.startswith(".."):
                moved = [one for glob in globs if (one := _moved(glob, above)) is not None]
            else:
                moved = [] if below.startswith("..") else [_raised(glob, below) for glob in globs]
            found.append((kind, GlobSet(moved)))
    return sorted(found, key=lambda one: one[0] != "none")


def _moved(glob: str, above: str) -> str | None:
    """Return a glob of a folder as one of a folder further down (`above` from it); `None` when it can't fit there."""
    if above == "." or "/" not in glob.rstrip("/") or glob.startswith("**/"):
        return glob
    text = glob.removeprefix("/").removeprefix("./")
    if text.startswith(above + "/"):
        return "/" + text[len(above) + 1 :]
    return "**" if above == text or above.startswith(text.removesuffix("/**") + "/") else None


def _raised(glob: str, below: str) -> str:
    """Return a glob of a folder as one of a folder above it, from which that is `below`."""
    text = glob.removeprefix("/").removeprefix("./").removeprefix("**/")
    anywhere = "/" not in glob.rstrip("/") or glob.startswith("**/")
    return f"/{below}/**/{text}" if anywhere else f"/{below}/{text}"
