"""Which rules run, and as what."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.rule import Rule

MOST_HINTS = 10
"""Words that select nothing, of which it is said what was probably meant: each is compared with all names."""


class SelectionError(ValueError):
    """A selection that names something that does not exist, or an option that a rule does not take."""


class Selection:
    """What a run, its configuration and its command line say of the rules.

    `select` and `ignore` hold ids, slugs, artifacts, tags, practices, ids of peers, or globs over ids. `levels` maps ids
    to `error`, `warning`, `note` or `off`; `options` maps ids to the values of their options; `not_ignorable` are the ids
    of rules that no comment silences; `without` are names of analysers that are switched off.
    """

    __slots__ = ("ignore", "levels", "not_ignorable", "options", "profile", "select", "without")

    def __init__(
        self,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        profile: str = "default",
        levels: Mapping[str, str] | None = None,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        not_ignorable: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> None:
        self.select = select
        self.ignore = ignore
        self.profile = profile
        self.levels = levels or {}
        self.options = options or {}
        self.not_ignorable = not_ignorable
        self.without = without

    def stamp(self) -> str:
        """Return what changes when anything of the selection does."""
        parts = (list(self.select), list(self.ignore), self.profile, sorted(self.levels.items()), sorted(self.without))
        options = sorted((name, sorted(values.items())) for name, values in self.options.items())
        return repr((parts, sorted(self.not_ignorable), options))

    def chosen(self, rules: Iterable[Rule], always: frozenset[str] = frozenset()) -> list[Rule]:
        """Return the rules that run, their levels and options set; those of `always` unless they are taken out by name.

        Raises SelectionError for an option of a wrong type.
        """
        chosen = []
        for rule in rules:
            if not self.runs(rule) and (rule.id not in always or self._taken_out(rule)):
                continue
            chosen.append(self._tuned(rule))
        return chosen

    def _tuned(self, rule: Rule) -> Rule:
        """Return a rule as it is set here: itself, or one of its own where something is set, for rules are shared."""
        level = self.levels.get(rule.id, rule.level)
        options = {name: checked_option(rule, name, value) for name, value in self.options.get(rule.id, {}).items()}
        return rule if level == rule.level and not options else rule.tuned(level, options)

    def runs(self, rule: Rule) -> bool:
        """Say whether a rule runs."""
        if self._taken_out(rule):
            return False
        from devopslint.policy.families import reaches

        if not self.select:
            return self._on_by_itself(rule) or rule.id in self.levels or any(reaches(one, rule) for one in self.levels)
        named = any(names(word, rule) or reaches(word, rule) for word in self.select)
        return named or (self._on_by_itself(rule) and any(selects(word, rule) for word in self.select))

    def _taken_out(self, rule: Rule) -> bool:
        family = rule.raw.get("family")
        return (
            self.levels.get(rule.id) == "off"
            or (family is not None and self.levels.get(family) == "off" and rule.id not in self.levels)
            or (rule.analyser != "" and rule.analyser in self.without)
            or any(selects(word, rule) for word in self.ignore)
        )

    def _on_by_itself(self, rule: Rule) -> bool:
        if rule.raw.get("preview") or rule.raw.get("named"):
            return False
        return self.profile == "strict" or rule.raw.get("profile", "default") == "default"

    def check_words(self, rules: Iterable[Rule]) -> None:
        """Raise SelectionError for a word that selects no rule at all."""
        for message in self.unknown(rules).values():
            raise SelectionError(message)

    def unknown(self, rules: Iterable[Rule]) -> dict[str, str]:
        """Return every word that selects no rule at all, with what to say of it.

        Raises SelectionError when none of the words under `select` does: a run of no rules would look like success.
        """
        rules = list(rules)
        named = Named(rules)
        said: dict[str, str] = {}
        for word in (*self.select, *self.ignore, *self.levels, *self.options, *self.not_ignorable):
            if word not in said and not named.meant(word):
                from devopslint.policy.suggestion import suggestion

                near = suggestion(word, words_of(rules)) if len(said) < MOST_HINTS else ""
                said[word] = f"no rule is selected by `{word}`{near or ': `devopslint rules` lists them'}"
        if self.select and all(word in said for word in self.select):
            raise SelectionError(said[self.select[0]])
        return said


def names(word: str, rule: Rule) -> bool:
    """Say whether a word names this one rule: by id, by slug, or by the id of a peer's rule, under any of its names."""
    identifier = rule.id
    if identifier == word or identifier.endswith("/" + word):
        return True
    equivalents = rule.raw.get("equivalents", ())
    if not equivalents:
        return False
    from devopslint.policy.peers import ALIAS_FORM, equals

    wanted = equals(word) if ALIAS_FORM.match(word) or ":" in word else (word.lower(),)
    return any(peer in wanted or peer.partition(":")[2] in wanted for peer in map(str.lower, equivalents))


def selects(word: str, rule: Rule) -> bool:
    """Say whether a word selects a rule, by name or as one of many."""
    raw = rule.raw
    family = raw.get("family")
    return (
        word in {"all", "default"}
        or names(word, rule)
        or (family is not None and (family == word or family.endswith("/" + word)))
        or rule.id.startswith(word.rstrip("/") + "/")
        or word in raw.get("tags", ())
        or raw["practice"] == word
        or raw["practice"].startswith(word.rstrip("/") + "/")
        or ("*" in word and _fits(word, rule))
    )


class Named:
    """Rules, to be asked what a word means: by name, as one of many, or as a family that a member is of."""

    __slots__ = ("_families", "_meant", "_names", "_rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        from devopslint.policy.families import is_family

        self._rules = list(rules)
        self._names = text_of_names(self._rules)
        self._families = [rule for rule in self._rules if is_family(rule)]
        self._meant: dict[str, list[Rule]] = {}

    def meant(self, word: str) -> list[Rule]:
        """Return the rules that a word means; most words that mean none are asked only of families."""
        if word not in self._meant:
            from devopslint.policy.families import reaches

            asked = self._rules if may_select(word, self._names) else self._families
            self._meant[word] = [rule for rule in asked if word == "*" or selects(word, rule) or reaches(word, rule)]
        return self._meant[word]


def text_of_names(rules: Iterable[Rule]) -> str:
    """Return a text, in lower case, in which every name of some rules stands: what is not in it selects none of them."""
    found: list[str] = []
    for rule in rules:
        raw = rule.raw
        found += (rule.id, raw["practice"], raw.get("family") or "", *raw.get("tags", ()), *raw.get("equivalents", ()))
    return "\n".join(found).lower()


def may_select(word: str, names: str) -> bool:
    """Say whether a word may select one of the rules with these names: globs and other names of peers may."""
    from devopslint.policy.peers import ALIAS_FORM

    plain = word.rstrip("/").lower()
    return (
        plain in names or word in {"all", "default"} or "*" in word or ":" in word or ALIAS_FORM.match(word) is not None
    )


def _fits(word: str, rule: Rule) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(rule.id, word) or fnmatchcase(rule.raw["practice"], word)


def checked_option(rule: Rule, name: str, value: Any) -> Any:
    """Return the value of an option. Raises SelectionError when the rule has no such option, or one of another type."""
    options = rule.raw.get("options", {})
    declared = options.get(name)
    if declared is None:
        from devopslint.policy.suggestion import suggestion

        hint = suggestion(name, options) or (f": choose from {', '.join(options)}" if options else "")
        raise SelectionError(f"rule `{rule.id}` has no option `{name}`{hint}")
    types: dict[str, tuple[type, ...]] = {
        "integer": (int,),
        "number": (int, float),
        "string": (str,),
        "boolean": (bool,),
        "list": (list, tuple),
    }
    if not isinstance(value, types[declared["type"]]) or (isinstance(value, bool) and declared["type"] != "boolean"):
        raise SelectionError(f"option `{name}` of rule `{rule.id}` is of type {declared['type']}")
    return value


def single_words_of(rules: Iterable[Rule]) -> Iterable[str]:
    """Return every word that names single rules: ids, slugs, ids of peers."""
    known: dict[str, None] = {}
    for rule in rules:
        known.update(dict.fromkeys((rule.id, rule.id.rsplit("/", 1)[-1])))
        known.update(dict.fromkeys(peer.split(":", 1)[1] for peer in rule.raw.get("equivalents", ())))
    return known


def words_of(rules: Iterable[Rule]) -> Iterable[str]:
    """Return every word that selects some rule, globs left out."""
    rules = list(rules)
    known = dict.fromkeys(single_words_of(rules))
    for rule in rules:
        known.update(dict.fromkeys((rule.id.split("/", 1)[0], rule.raw["practice"], *rule.raw.get("tags", ()))))
    return known
