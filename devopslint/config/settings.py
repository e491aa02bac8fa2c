"""The configuration: the nearest `.devopslint.yaml`, with what it extends, read and checked.

The nearest file counts alone; only `extend` brings in another, whose lists come first and whose single values are
replaced. Paths and globs are relative to the folder of the file that they stand in.
"""

from __future__ import annotations

import os

from devopslint.engine.discover import CONFIG_NAME, is_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.policy.globs import GlobSet
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Path


MOST_FAULTS = 20
"""Faults of one configuration that are told at once."""
MOST_LAYERS = 64
"""Files that one configuration may be made of: what extends two and is itself extended twice, doubles."""


class ConfigError(Exception):
    """A configuration that can't be used; the text has path, line and column."""


class Layer:
    """One configuration file: its folder, its text, and what it says."""

    __slots__ = ("_excluded", "folder", "path", "source", "values")

    def __init__(self, path: str, source: Source, values: Mapping[str, Any]) -> None:
        self._excluded: GlobSet | None = None
        self.path = path
        self.folder = os.path.realpath(os.path.dirname(path) or ".")
        self.source = source
        self.values = values

    def excluded(self) -> GlobSet:
        """Return the globs under `exclude`."""
        if self._excluded is None:
            from devopslint.policy.globs import GlobSet

            self._excluded = GlobSet(list(self.values.get("exclude") or ()))
        return self._excluded

    def at(self, path: Path, part: str = "key") -> str:
        """Return `file:line:column` of a setting."""
        from devopslint.syntax.tree import locate

        mark = locate(self.values, path, part) or (0, 0)
        line, column = self.source.position(mark[0])
        return f"{self.source.path}:{line}:{column}"


class Override:
    """What holds for some paths only: one entry of `overrides`, and the layer that it stands in."""

    __slots__ = ("_globs", "index", "layer", "values")

    def __init__(self, layer: Layer, index: int, values: Mapping[str, Any]) -> None:
        self.layer = layer
        self.index = index
        self.values = values
        self._globs: Any = None

    def fits(self, absolute: str) -> bool:
        """Say whether a file (absolute path) is meant."""
        if self._globs is None:
            from devopslint.policy.globs import GlobSet

            self._globs = GlobSet(list(self.values["paths"]))
        below = path_below(absolute, self.layer.folder)
        return below is not None and bool(self._globs.fits(below))


class Config:
    """What the layers of a configuration say, those that are extended first; nothing where there is no layer."""

    __slots__ = ("layers",)

    def __init__(self, layers: Sequence[Layer] = ()) -> None:
        self.layers = layers

    @property
    def path(self) -> str:
        """The path of the file itself; empty when there is none."""
        return self.layers[-1].path if self.layers else ""

    def single(self, name: str) -> tuple[Any, Layer | None]:
        """Return the last value given for a setting, and the layer that gives it."""
        for layer in reversed(self.layers):
            if layer.values.get(name) is not None:
                return layer.values[name], layer
        return None, None

    def text(self, name: str, default: str) -> str:
        """Return a string, or `default`."""
        value, layer = self.single(name)
        return default if layer is None else str(value)

    def flag(self, name: str, default: bool) -> bool:
        """Return a truth, or `default`."""
        value, layer = self.single(name)
        return default if layer is None else bool(value)

    def words(self, name: str) -> list[str]:
        """Return a list of strings: that of the last layer for `select`, those of all layers for others."""
        if name == "select":
            value, _ = self.single(name)
            return list(value or ())
        return [word for layer in self.layers for word in layer.values.get(name) or ()]

    def overrides(self) -> list[Override]:
        """Return the overrides of all layers, in the order in which they hold."""
        return [
            Override(layer, index, values)
            for layer in self.layers
            for index, values in enumerate(layer.values.get("overrides") or ())
        ]

    def rule_settings(
        self, overrides: Sequence[Override] = (), ids_of: Callable[[str], Iterable[str]] = lambda word: (word,)
    ) -> dict[str, dict[str, Any]]:
        """Return id → what is said of that rule (`level`, `options`, `ignorable`), options merged one by one.

        `ids_of` returns the ids of the rules that a word under `rules` names.
        """
        merged: dict[str, dict[str, Any]] = {}
        for values in (*(layer.values for layer in self.layers), *(override.values for override in overrides)):
            for word, said in (values.get("rules") or {}).items():
                for identifier in ids_of(word):
                    settings = merged.setdefault(identifier, {})
                    options = {**settings.get("options", {}), **(said.get("options") or {})}
                    settings.update(said)
                    if options:
                        settings["options"] = options
        return merged

    def rules_dirs(self) -> list[tuple[str, str]]:
        """Return the user's folders of rules as absolute paths, each with the place that names it."""
        return [
            (os.path.normpath(os.path.join(layer.folder, folder)), layer.at(("rules-dirs", index), "value"))
            for layer in self.layers
            for index, folder in enumerate(layer.values.get("rules-dirs") or ())
        ]

    def baseline(self) -> str | None:
        """Return the path of the baseline that is named, or `None`."""
        value, layer = self.single("baseline")
        return None if layer is None else os.path.join(layer.folder, value)

    def own_baseline_at(self, other: Config) -> str | None:
        """Return the place that names a baseline, when it is none that another configuration names as well."""
        _, layer = self.single("baseline")
        return layer.at(("baseline",), "value") if layer is not None and self.baseline() != other.baseline() else None

    def excluded_at(self, absolute: str) -> str | None:
        """Return the place of the `exclude` that leaves a file (absolute path) out; `None` for one that is kept."""
        for layer in self.layers:
            below = path_below(absolute, layer.folder) if layer.values.get("exclude") else None
            if below is not None and layer.excluded().fits(below):
                return layer.at(("exclude",))
        return None


def path_below(absolute: str, folder: str) -> str | None:
    """Return a path relative to a folder, with `/`; `None` for what is not below it."""
    prefix = folder.rstrip(os.sep) + os.sep
    return absolute[len(prefix) :].replace(os.sep, "/") if absolute.startswith(prefix) else None


def find_config(start: str, root: str) -> str | None:
    """Return the path of the nearest configuration from `start` up to `root`, both folders."""
    folder = os.path.abspath(start)
    while True:
        path = os.path.join(folder, CONFIG_NAME)
        if os.path.isfile(path):
            return path
        parent = os.path.dirname(folder)
        if folder in {root, parent}:
            return None
        folder = parent


def read_config(path: str, inside: str = "") -> Config:
    """Return the configuration in a file, with what it extends. Raises ConfigError when it is no valid one.

    What was found in a repository may be a stranger's, and brings in nothing that is not `inside` of it.
    """
    layers = []
    for layer in _layers(path, (), "", inside):
        layers.append(layer)
        if len(layers) > MOST_LAYERS:
            raise ConfigError(f"{os.path.relpath(path)}:1:1: `extend` brings in more than {MOST_LAYERS} files")
    return Config(layers)


def _layers(path: str, trail: tuple[str, ...], asked_at: str, inside: str) -> Iterator[Layer]:
    """Yield what a file extends, then the file itself."""
    real = os.path.realpath(path)
    if inside and not is_below(real, os.path.realpath(inside)):
        shown = os.path.relpath(path)
        raise ConfigError(
            f"{asked_at or shown}: {shown} leads out of the repository; give it as --config if it is yours"
        )
    if real in trail:
        raise ConfigError(f"{asked_at}: `extend` goes round in a circle: {os.path.relpath(path)} is already read")
    layer = _read_layer(path, asked_at)
    extended = layer.values.get("extend") or ()
    for index, other in enumerate([extended] if isinstance(extended, str) else extended):
        place = ("extend",) if isinstance(extended, str) else ("extend", index)
        if "://" in other:
            raise ConfigError(f"{layer.at(place, 'value')}: `{other}` is no file here: nothing is fetched")
        yield from _layers(os.path.join(layer.folder, other), (*trail, real), layer.at(place, "value"), inside)
    yield layer


def _read_layer(path: str, asked_at: str) -> Layer:
    from devopslint.policy.small_files import UnreadableError, read_small
    from devopslint.syntax.tree import Map
    from devopslint.syntax.yaml import read_yaml

    shown = os.path.relpath(path)
    try:
        source = read_small(path, shown)
    except UnreadableError as error:
        where = f"{shown}:{error.line}:{error.column}" if error.line else shown
        raise ConfigError(f"{asked_at}: {where}: {error}" if asked_at else f"{where}: {error}") from None
    documents, problems = read_yaml(source, templated=False)
    if problems:
        raise ConfigError(_at(source, problems[0].start, problems[0].message))
    if len(documents) > 1:
        raise ConfigError(_at(source, 0, "a configuration is one document"))
    root = documents[0].root if documents else None
    if root is None:
        if not documents and source.text.lstrip().startswith("{{"):  # a template, of which nothing is left as YAML
            raise ConfigError(_at(source, source.text.index("{"), "this should be a mapping"))
        return Layer(path, source, Map())
    _validate(source, root)
    return Layer(path, source, root)


def _validate(source: Source, root: Any) -> None:
    """Check against the schema, once for each text: `jsonschema` costs more than a whole run."""
    if known_notes(source.text) is None:
        from devopslint.config.schema import config_faults

        faults = config_faults(root)
        if faults:
            told = [_at(source, *fault) for fault in faults[:MOST_FAULTS]]
            if len(faults) > MOST_FAULTS:
                told.append(f"{source.path}: and {len(faults) - MOST_FAULTS} more")
            raise ConfigError("\n".join(told))
        make_known(source.text)


def known_notes(text: str) -> list[str] | None:
    """Return what there is to say of a text that has been found good before, by this version; `None` for a new one."""
    try:
        with open(_marker(text), encoding="utf-8") as file:
            return file.read().splitlines()
    except (OSError, UnicodeDecodeError):
        return None


def make_known(text: str, notes: Sequence[str] = ()) -> None:
    """Remember that a text is good, and what there is to say of it."""
    marker = _marker(text)
    try:
        os.makedirs(os.path.dirname(marker), exist_ok=True)
        temporary = f"{marker}.{os.getpid()}"
        with open(temporary, "w", encoding="utf-8") as file:
            file.writelines(" ".join(note.split()) + "\n" for note in notes)
        os.replace(temporary, marker)
    except (OSError, UnicodeEncodeError):
        return


def _marker(text: str) -> str:
    import hashlib

    from devopslint import __version__

    schema = os.path.join(os.path.dirname(os.path.abspath(__file__)), "config.schema.json")
    stamp = f"{__version__}\n{os.stat(schema).st_mtime_ns}\n{text}"
    return os.path.join(cache_folder(), "config", hashlib.sha256(stamp.encode()).hexdigest()[:32])


def cache_folder() -> str:
    """Return the folder of what devopslint keeps between runs for this user.

    A relative one is none, as the specification of `XDG_CACHE_HOME` says, for it would be the repository's; the same for
    a user without a home. Then it is a folder that can't be made, and nothing is kept.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base if os.path.isabs(base) else os.devnull, "devopslint")


def _at(source: Source, offset: int, message: str) -> str:
    line, column = source.position(offset)
    return f"{source.path}:{line}:{column}: {message}"
