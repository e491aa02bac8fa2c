"""The rules of a run: those that come with devopslint, and those of folders that people name."""

from __future__ import annotations

import os

from devopslint.config.settings import Config, cache_folder
from devopslint.engine.discover import is_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.policy.catalog import Catalog
    from devopslint.policy.rule import Rule


class RulesFolderError(Exception):
    """A folder of rules that is not there, or that a repository may not name."""


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
    seen = {os.path.realpath(built_in)}
    for folder, place in [*((path, "") for path in rules_dirs), *config.rules_dirs()]:
        absolute = os.path.abspath(folder)
        trusted = not place
        shown = f"{place}: {os.path.relpath(folder)}" if place else folder
        if not os.path.isdir(absolute):
            raise RulesFolderError(f"{shown}: no such folder of rules{_meant(absolute)}")
        if root and not trusted and not is_below(os.path.realpath(absolute), os.path.realpath(root)):
            raise RulesFolderError(f"{shown}: leads out of the repository; give it as --rules-dir if it is yours")
        if os.path.realpath(absolute) in seen:
            continue
        seen.add(os.path.realpath(absolute))
        folders.append(RuleFolder(absolute, _index_of(absolute), subject_kinds, from_user=True, trusted=trusted))
        folders[-1].open_to_imports()
    return Catalog(folders)


def _meant(absolute: str) -> str:
    """Return the folder beside a missing one that has nearly its name, as a question."""
    from devopslint.policy.suggestion import suggestion

    above, name = os.path.split(absolute)
    try:
        return suggestion(name, [entry.name for entry in os.scandir(above) if entry.is_dir()])
    except OSError:
        return ""


def _index_of(folder: str) -> str:
    from devopslint.engine.reading import digest

    return os.path.join(cache_folder(), "rules", digest(os.fsencode(folder)))


def ids_named(word: str, catalog: Catalog) -> list[str]:
    """Return the ids of the rules that a word of a configuration names: an id, a slug, or the id of a peer's rule.

    A word that begins like an id is one; only for others every rule must be read.
    """
    from devopslint.policy.families import members_named
    from devopslint.policy.selection import names

    if "/" in word and word.split("/", 1)[0] in catalog.groups():
        return [word]
    rules = list(catalog.rules())
    return [rule.id for rule in (*rules, *members_named(word, rules)) if names(word, rule)]


def rules_named(identifier: str, rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules that an id, a slug or the id of a peer's rule names.

    Raises SelectionError when there is none, or when the word stands for a whole group of rules.
    """
    from devopslint.policy.families import members_named
    from devopslint.policy.selection import Selection, SelectionError, names

    found = [rule for rule in rules if rule.id == identifier] or [rule for rule in rules if names(identifier, rule)]
    found += members_named(identifier, rules)
    if not found:
        Selection([identifier]).check_words(rules)
        raise SelectionError(f"`{identifier}` is no single rule: see `devopslint rules --select {identifier}`")
    return found
