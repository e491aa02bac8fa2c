"""A request made ready: its root, its configurations, the rules, and what is selected of them where."""

from __future__ import annotations

import os
import sys

from devopslint.config import Config, cache_folder, find_config, is_known, make_known, read_config
from devopslint.engine.discover import CONFIG_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from devopslint.config import Override
    from devopslint.engine.discover import Asked
    from devopslint.engine.profile import Costs
    from devopslint.engine.scopes import Scope, Scopes
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.ignores import Ignoring
    from devopslint.policy.selection import Selection


BASELINE_NAME = ".devopslint-baseline.json"
"""The baseline that counts when it stands at the root."""


class Request:
    """What a check was asked to do; `None` leaves a setting to the configuration."""

    __slots__ = (
        "add_ignore",
        "baseline",
        "category",
        "color",
        "config",
        "diff_base",
        "exit_zero",
        "fail_on",
        "force_exclude",
        "ignore",
        "jobs",
        "min_level",
        "no_baseline",
        "no_cache",
        "no_config",
        "no_ignores",
        "outputs",
        "paths",
        "profile",
        "profile_rules",
        "quiet",
        "rules_dirs",
        "select",
        "show_urls",
        "statistics",
        "stdin_filename",
        "strict",
        "today",
    )

    def __init__(self, paths: Sequence[str] = ()) -> None:
        self.paths: Sequence[str] = paths or (".",)
        self.config: str | None = None
        self.no_config = False
        self.select: Sequence[str] = ()
        self.ignore: Sequence[str] = ()
        self.profile: str | None = None
        self.fail_on: str | None = None
        self.min_level: str | None = None
        self.rules_dirs: Sequence[str] = ()
        self.exit_zero = False
        self.strict = False
        self.force_exclude = False
        self.quiet = False
        self.stdin_filename: str | None = None
        self.outputs: Sequence[str] = ()
        self.color = "auto"
        self.show_urls = "auto"
        self.statistics = False
        self.category = ""
        self.jobs = 0
        self.no_cache = False
        self.profile_rules = False
        self.add_ignore: str | None = None
        self.baseline: str | None = None
        self.no_baseline = False
        self.no_ignores = False
        self.diff_base: str | None = None
        self.today = os.environ.get("DEVOPSLINT_TODAY", "")


class Session:
    """A request made ready: its root, configuration, catalog and selection.

    `scopes` are set when files of different folders or paths are under different rules.
    """

    def __init__(self, request: Request) -> None:
        from devopslint.engine.discover import find_root

        reads_stdin = "-" in request.paths
        places = [path for path in request.paths if path != "-"]
        if reads_stdin and request.stdin_filename:
            places.append(os.path.dirname(request.stdin_filename) or ".")
        self.request = request
        self.root = find_root(places)
        self.costs: Costs | None = None
        self.config = _config(request, self.root, places)
        self.catalog = open_catalog(self.config, request.rules_dirs, "" if request.config else self.root)
        self.selection = _selection(request, self.config)
        self.scopes: Scopes | None = None
        self._excluding = False
        self._config_of: Callable[[str], Config] = lambda path: self.config

    def check_selection(self) -> None:
        """Raise SelectionError or ConfigError when something is selected that does not exist."""
        request = self.request
        if request.select or request.ignore:
            from devopslint.policy.selection import Selection

            Selection(request.select, request.ignore).check_words(self.catalog.rules())
        _check_config(self.config, self.catalog)

    def open_scopes(self, asked: Asked) -> Asked:
        """Find out which configuration holds for which file, and return what is asked without what they exclude."""
        request = self.request
        nested: set[str] = set()
        if not request.no_config and not request.config:
            nested = self._nested(asked)
        if not self.config.layers and not nested:
            return asked
        from devopslint.config_scopes import ConfigScopes

        scopes = ConfigScopes(self.root, self.config, self._scope, nested)
        for config in scopes.all_configs():
            if config is not self.config:
                _check_config(config, open_catalog(config, request.rules_dirs, self.root))
        scopes.set_kinds()
        self._config_of = scopes.config
        self._excluding = any(config.words("exclude") for config in scopes.all_configs())
        asked = self.without_excluded(asked)
        if nested or scopes.kinds is not None or self.config.overrides():
            self.scopes = scopes
        return asked

    def _nested(self, asked: Asked) -> set[str]:
        """Return the folders with a configuration of their own, but that of the session's."""
        own = os.path.dirname(os.path.abspath(self.config.path)) if self.config.path else ""
        nested = nested_folders(self.root, asked.given, asked.found)
        return {folder for folder in nested if os.path.join(self.root, *folder.split("/")) != own}

    def _scope(self, config: Config, overrides: Sequence[Override]) -> Scope:
        if config is self.config and not overrides:
            return self.catalog.folders, self.selection
        catalog = self.catalog if config is self.config else open_catalog(config, self.request.rules_dirs, self.root)
        return catalog.folders, _selection(self.request, config, overrides)

    def without_excluded(self, asked: Asked) -> Asked:
        """Leave out what the configuration of the whole or the nearest one excludes; named files only when forced."""
        if not self._excluding:
            return asked
        from devopslint.engine.discover import Asked

        def kept(path: str) -> bool:
            absolute = os.path.join(self.root, *path.split("/"))
            nearest = self._config_of(path)
            return not (self.config.excludes(absolute) or (nearest is not self.config and nearest.excludes(absolute)))

        given = [path for path in asked.given if kept(path)] if self.request.force_exclude else asked.given
        return Asked(given, [path for path in asked.found if kept(path)], asked.whole)

    def ignoring(self) -> Ignoring:
        """Return how comments that silence findings are taken."""
        from devopslint.policy.ignores import Ignoring

        return Ignoring(
            heeded=not self.request.no_ignores, peers=self.config.flag("peer-ignores", True), today=self.request.today
        )


def nested_folders(root: str, asked: Iterable[str], found: Iterable[str]) -> set[str]:
    """Return the folders below the root with a configuration of their own, above files given by name or found."""
    nested = {path.rpartition("/")[0] for path in found if path.endswith("/" + CONFIG_NAME)}
    seen: set[str] = set()
    for path in asked:
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            if os.path.isfile(os.path.join(root, *folder.split("/"), CONFIG_NAME)):
                nested.add(folder)
            folder = folder.rpartition("/")[0]
    return nested


def _check_config(config: Config, catalog: Catalog) -> None:
    """Check a configuration against the rules, once for each text and each state of the rules."""
    if not any(layer.values.keys() & {"select", "ignore", "rules", "overrides"} for layer in config.layers):
        return
    texts = [layer.source.text for layer in config.layers]
    stamp = "\0".join(["rules", *texts, *(folder.stamp for folder in catalog.folders)])
    if not is_known(stamp):
        from devopslint.config_check import check_against_rules

        check_against_rules(config, catalog.rules())
        make_known(stamp)


def _config(request: Request, root: str, places: Sequence[str]) -> Config:
    if request.no_config:
        return Config()
    if request.config:
        return read_config(request.config)
    folders = [path if os.path.isdir(path) else os.path.dirname(os.path.abspath(path)) for path in places]
    start = os.path.commonpath([os.path.abspath(folder) for folder in folders]) if folders else root
    path = find_config(start, root)
    return read_config(path) if path else Config()


def _selection(request: Request, config: Config, overrides: Sequence[Override] = ()) -> Selection:
    from devopslint.policy.selection import Selection

    select, profile = config.words("select"), config.text("profile", "default")
    ignore = config.words("ignore")
    for override in overrides:
        select = list(override.values.get("select") or select)
        profile = override.values.get("profile") or profile
        ignore += override.values.get("ignore") or ()
    settings = config.rule_settings(overrides)
    return Selection(
        request.select or select,
        [*ignore, *request.ignore],
        request.profile or profile,
        {identifier: said["level"] for identifier, said in settings.items() if "level" in said},
        {identifier: said["options"] for identifier, said in settings.items() if "options" in said},
        [identifier for identifier, said in settings.items() if said.get("ignorable") is False],
    )


def open_catalog(config: Config, rules_dirs: Sequence[str] = (), root: str = "") -> Catalog:
    """Return the catalog: the rules that come with devopslint, and those of the folders that were named.

    A configuration that was found in a repository may be a stranger's: below `root`, where it is given, must be the
    folders that it names.
    """
    from devopslint.engine.artifacts import subject_kinds
    from devopslint.policy.catalog import PACKED_RULES, Catalog, RuleFolder, built_in_folder

    built_in = built_in_folder()
    index = os.path.join(built_in, "_index" if built_in == PACKED_RULES else ".index")
    folders = [RuleFolder(built_in, index, subject_kinds)]
    for folder, trusted in [*((path, True) for path in rules_dirs), *((path, False) for path in config.rules_dirs())]:
        absolute = os.path.abspath(folder)
        if not os.path.isdir(absolute):
            raise RulesFolderError(f"{folder}: no such folder of rules")
        if root and not trusted and not _is_below(absolute, root):
            raise RulesFolderError(f"{folder}: leads out of the repository; give it as --rules-dir if it is yours")
        folders.append(RuleFolder(absolute, _index_of(absolute), subject_kinds, from_user=True, trusted=trusted))
        if trusted and absolute not in sys.path:
            sys.path.append(absolute)
    return Catalog(folders)


def _is_below(path: str, root: str) -> bool:
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)


class RulesFolderError(Exception):
    """A folder of rules that is not there, or that a repository may not name."""


def _index_of(folder: str) -> str:
    from devopslint.engine.workspace import digest

    return os.path.join(cache_folder(), "rules", digest(os.fsencode(folder)))
