"""What is wrong with a configuration against the rules that there are, and where."""

from __future__ import annotations

from devopslint.config.settings import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.config.settings import Config, Layer, Override
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Named
    from devopslint.syntax.tree import Path


def check_against_rules(config: Config, rules: Iterable[Rule]) -> list[str]:
    """Return what is to be said of words that select no rule.

    Raises ConfigError when nothing at all is selected, and for options that a rule does not take.
    """
    from devopslint.policy.selection import (
        MOST_HINTS,
        Named,
        SelectionError,
        checked_option,
        names,
        single_words_of,
        words_of,
    )
    from devopslint.policy.suggestion import suggestion

    known = list(rules)
    by_id = {rule.id: rule for rule in known}
    named = Named(known)
    notes = []
    for layer in config.layers:
        unknown = set()
        for path, word, part in _rule_words(layer.values):
            is_id = part == "key"
            if word in by_id or _is_known(word, named, is_id):
                continue
            unknown.add(path)
            if is_id and named.meant(word):
                notes.append(f"{layer.at(path, part)}: `{word}` is no single rule: each has an entry of its own")
                continue
            said = "there is no rule" if is_id else "no rule is selected by"
            names_meant = (single_words_of if is_id else words_of)(known) if len(notes) < MOST_HINTS else ()
            near = suggestion(word, names_meant)
            notes.append(f"{layer.at(path, part)}: {said} `{word}`{near}")
            select = [(*path[:-1], index) for index, _ in enumerate(_at(layer.values, path[:-1]))]
            if path[-2] == "select" and unknown.issuperset(select):
                raise ConfigError(notes[-len(select)])
        for path, settings in _rule_settings(layer.values):
            word = str(path[-1])
            for rule in [by_id[word]] if word in by_id else [rule for rule in known if names(word, rule)]:
                for name, value in (settings.get("options") or {}).items():
                    try:
                        checked_option(rule, name, value)
                    except SelectionError as error:
                        raise ConfigError(f"{layer.at((*path, 'options', name))}: {error}") from None
    return notes


def turned_off_at(rule: Rule, config: Config, overrides: Sequence[Override]) -> str | None:
    """Return the place that leaves a rule out where some overrides hold: the last that says so; `None` when none does."""
    from devopslint.policy.selection import names, selects

    said: list[tuple[Layer, Path, Mapping[str, Any]]] = [(layer, (), layer.values) for layer in config.layers]
    said += [(override.layer, ("overrides", override.index), override.values) for override in overrides]
    for layer, above, values in reversed(said):
        for word, about in (values.get("rules") or {}).items():
            if about.get("level") == "off" and names(word, rule):
                return str(layer.at((*above, "rules", word, "level")))
        for index, word in enumerate(values.get("ignore") or ()):
            if selects(word, rule):
                return str(layer.at((*above, "ignore", index), "value"))
    for layer, above, values in reversed(said):
        if values.get("select"):
            kept = any(selects(word, rule) for word in values["select"])
            return None if kept else layer.at((*above, "select"))
    return None


def _is_known(word: str, named: Named, is_id: bool) -> bool:
    from devopslint.policy.families import name_of_member
    from devopslint.policy.selection import names

    meant = named.meant(word)
    return any(names(word, rule) or name_of_member(rule, word) is not None for rule in meant) if is_id else bool(meant)


def _at(values: Any, path: Path) -> Any:
    for step in path:
        values = values[step]
    return values


def _rule_words(values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, str, str]]:
    for name in ("select", "ignore"):
        for index, word in enumerate(values.get(name) or ()):
            yield (*above, name, index), word, "value"
    for identifier in values.get("rules") or ():
        yield (*above, "rules", identifier), identifier, "key"
    for index, override in enumerate(values.get("overrides") or ()):
        yield from _rule_words(override, ("overrides", index))


def _rule_settings(values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for identifier, settings in (values.get("rules") or {}).items():
        yield (*above, "rules", identifier), settings
    for index, override in enumerate(values.get("overrides") or ()):
        yield from _rule_settings(override, ("overrides", index))
