"""A request made ready: its root, its configurations, the rules, and what is selected of them where."""

from __future__ import annotations

import os

from devopslint.commands.catalog import ids_named, open_catalog
from devopslint.commands.request import Request, UsageError, check_usage
from devopslint.config.settings import Config, find_config, known_notes, make_known, read_config
from devopslint.engine.discover import CONFIG_NAME, bounds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devopslint.config.scopes import ConfigScopes
    from devopslint.config.settings import Override
    from devopslint.engine.discover import Asked
    from devopslint.engine.profile import Costs
    from devopslint.engine.scopes import Scope
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.ignores import Ignoring
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Selection


BASELINE_NAME = ".devopslint-baseline.json"
"""The baseline that counts when it stands at the root."""
MISNAMED = (".devopslint.yml", ".devopslint.json", "devopslint.yaml", "devopslint.yml")
"""Names under which people look for their configuration in vain."""


class Session:
    """A request made ready: its root, configuration, catalog and selection.

    `scopes` are set when files of different folders or paths are under different rules.
    """

    def __init__(self, request: Request) -> None:
        from devopslint.engine.discover import Places, find_root

        check_usage(request)
        place_of = Places().of
        places = [place_of(path) for path in request.paths if path != "-"]
        if not places and request.stdin_filename:
            places.append(place_of(os.path.dirname(request.stdin_filename) or "."))
        self.request = request
        self.root = find_root(places)
        self.costs: Costs | None = None
        self.config = _config(request, self.root, places)
        self.catalog = open_catalog(self.config, request.rules_dirs, "" if request.config else self.root)
        self._modes = _modes(request, self.config)
        self.selection = _selection(request, self.config, self.catalog)
        self.scopes: ConfigScopes | None = None
        self.notes: list[str] = []
        self.excluding = ""
        """What the configurations exclude, when they do."""
        self._config_of: Callable[[str], Config] = lambda path: self.config

    def check_selection(self) -> None:
        """Note what was selected or left out that does not exist. Raises SelectionError or ConfigError when nothing is left."""
        request = self.request
        if request.select or request.ignore:
            from devopslint.policy.selection import Selection

            self.notes += Selection(request.select, request.ignore).unknown(self.catalog.rules()).values()
        self.notes += _notes_on(self.config, self.catalog)
        if not (self.config.layers or request.no_config or request.config):
            self.notes += [
                f"{name} is not read: a configuration is called {CONFIG_NAME}"
                for name in MISNAMED
                if os.path.exists(os.path.join(self.root, name))
            ]
        if {*self.selection.select} - {"all", "default"} or "on" in self._modes.values():
            self._check_analysers()

    def _check_analysers(self) -> None:
        """Note what can't be looked for because an analyser is not installed.

        Raises UsageError when one is switched on, SelectionError when nothing else is selected.
        """
        from devopslint.engine.analysis import absent_words, analyser

        for name, mode in self._modes.items():
            why = analyser(name).missing() if mode == "on" else ""
            if why:
                raise UsageError(f"{name} is switched on: {why}")
        select = self.selection.select
        absent = absent_words(select, self.catalog.rules()) if select else {}
        if absent and len(absent) == len({*select}):
            from devopslint.policy.selection import SelectionError

            raise SelectionError(next(iter(absent.values())))
        self.notes += absent.values()

    def setting(self, path: str, name: str, default: str) -> str:
        """Return what the configuration of a file says for a setting that is one word."""
        return self._config_of(path).text(name, default)

    def open_scopes(self, asked: Asked) -> Asked:
        """Find out which configuration holds for which file, and return what is asked without what they exclude."""
        request = self.request
        nested: set[str] = set()
        if not request.no_config and not request.config:
            nested = self._nested(asked)
        if not self.config.layers and not nested:
            return asked
        from devopslint.config.scopes import ConfigScopes

        scopes = ConfigScopes(self.root, self.config, self._scope, nested)
        for config in scopes.all_configs():
            if config is not self.config:
                self.notes += _notes_on(config, open_catalog(config, request.rules_dirs, self.root))
                place = config.own_baseline_at(self.config)
                if place and not request.no_baseline:
                    self.notes.append(f"{place}: this baseline counts only when its folder is checked by itself")
        scopes.set_kinds()
        self._config_of = scopes.config
        excluded = sorted((config.path, config.words("exclude")) for config in scopes.all_configs())
        self.excluding = repr(excluded) if any(words for _, words in excluded) else ""
        asked = self.without_excluded(asked)
        if nested or scopes.kinds is not None or self.config.overrides():
            self.scopes = scopes
        return asked

    def _nested(self, asked: Asked) -> set[str]:
        """Return the folders with a configuration of their own, but that of the session's."""
        own = os.path.realpath(os.path.dirname(self.config.path) or ".") if self.config.path else ""
        nested = nested_folders(self.root, asked)
        return {folder for folder in nested if os.path.join(self.root, *folder.split("/")) != own}

    def _scope(self, config: Config, overrides: Sequence[Override]) -> Scope:
        if config is self.config and not overrides:
            return self.catalog.folders, self.selection
        catalog = self.catalog if config is self.config else open_catalog(config, self.request.rules_dirs, self.root)
        return catalog.folders, _selection(self.request, config, catalog, overrides)

    def without_excluded(self, asked: Asked) -> Asked:
        """Leave out of what was found what the configuration of the whole or the nearest one excludes."""
        if not self.excluding:
            return asked
        from devopslint.engine.discover import Asked

        def kept(path: str) -> bool:
            return self.excluded_at(path) is None

        found = [path for path in asked.found if kept(path)]
        excluded = len(asked.found) - len(found)
        return Asked(asked.given, found, asked.whole, asked.folders, excluded, asked.entries)

    def excluded_at(self, path: str) -> str | None:
        """Return the place of the `exclude` that leaves a file out; `None` for one that is kept."""
        absolute = os.path.join(self.root, *path.split("/"))
        return self.config.excluded_at(absolute) or self._config_of(path).excluded_at(absolute)

    def turned_off_at(self, rule: Rule, path: str) -> str | None:
        """Return the place in the configuration of a file that leaves a rule out; `None` when no word of it does."""
        from devopslint.config.against_rules import turned_off_at
        from devopslint.config.scopes import ConfigScopes

        overrides = self.scopes.overrides(path) if isinstance(self.scopes, ConfigScopes) else []
        return turned_off_at(rule, self._config_of(path), overrides)

    def stamp_of_scopes(self) -> str:
        """Return what changes when one of several configurations does, or the rules that it names; empty for a single one."""
        if self.scopes is None:
            return ""
        stamps = []
        for config in self.scopes.all_configs():
            folders = open_catalog(config, self.request.rules_dirs, self.root).folders
            layers = [(layer.folder, layer.values) for layer in config.layers]
            stamps.append(repr((layers, [folder.stamp for folder in folders])))
        return "\n".join(sorted(stamps))

    def ignoring(self) -> Ignoring:
        """Return how comments that silence findings are taken."""
        from devopslint.policy.ignores import Ignoring

        return Ignoring(
            heeded=not self.request.no_ignores,
            heeds_peers=lambda path: self._config_of(path).flag("peer-ignores", True),
            today=self.request.today,
        )


def nested_folders(root: str, asked: Asked) -> set[str]:
    """Return the folders below the root with a configuration of their own, above files given by name or found."""
    nested: set[str] = set()
    seen: set[str] = set()
    listed = asked.entries
    for path in (*asked.given, *asked.found):  # a configuration may be there that is no file of the repository
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            entries = listed.get(folder)  # what was walked has been looked into: nothing need be asked again
            may_have_one = entries is None or CONFIG_NAME in entries
            if may_have_one and os.path.isfile(os.path.join(root, *folder.split("/"), CONFIG_NAME)):
                nested.add(folder)
            folder = folder.rpartition("/")[0]
    return nested


def _notes_on(config: Config, catalog: Catalog) -> list[str]:
    """Check a configuration against the rules, once for each text and each state of the rules; return what to say of it."""
    if not any(layer.values.keys() & {"select", "ignore", "rules", "overrides"} for layer in config.layers):
        return []
    texts = [part for layer in config.layers for part in (layer.source.path, layer.source.text)]
    stamp = "\0".join(["rules", *texts, *(folder.stamp for folder in catalog.folders)])
    notes = known_notes(stamp)
    if notes is None:
        from devopslint.config.against_rules import check_against_rules

        notes = check_against_rules(config, catalog.rules())
        make_known(stamp, notes)
    return notes


def _config(request: Request, root: str, places: Sequence[str]) -> Config:
    if request.no_config:
        return Config()
    if request.config:
        return read_config(request.config)
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in places]
    start = os.path.commonpath(folders) if folders else root
    path = find_config(start, root)
    return read_config(path, bounds_of(root)) if path else Config()


def _selection(request: Request, config: Config, catalog: Catalog, overrides: Sequence[Override] = ()) -> Selection:
    from devopslint.policy.selection import Selection

    select, profile = config.words("select"), config.text("profile", "default")
    ignore = config.words("ignore")
    for override in overrides:
        select = list(override.values.get("select") or select)
        profile = override.values.get("profile") or profile
        ignore += override.values.get("ignore") or ()
    settings = config.rule_settings(overrides, lambda word: ids_named(word, catalog))
    return Selection(
        request.select or select,
        [*ignore, *request.ignore],
        request.profile or profile,
        {identifier: said["level"] for identifier, said in settings.items() if "level" in said},
        {identifier: said["options"] for identifier, said in settings.items() if "options" in said},
        [identifier for identifier, said in settings.items() if said.get("ignorable") is False],
        [name for name, mode in _modes(request, config).items() if mode == "off"],
    )


def _modes(request: Request, config: Config) -> dict[str, str]:
    """Return for each analyser whether it is `on`, `off`, or runs where it is installed (`auto`)."""
    from devopslint.engine.analysis import analyser_names

    return {name: request.analysers.get(name) or config.text(name, "auto") for name in analyser_names()}
