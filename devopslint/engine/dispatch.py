"""Which rules meet which subjects."""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.policy.core import ALWAYS, INTERNAL
from devopslint.policy.families import member_of
from devopslint.policy.needs import Sought, asked_of, keys_of
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from devopslint.engine.scopes import Scope
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Selection
    from devopslint.policy.subject import Subject

    Dispatches = Callable[[int], "Dispatch"]
    Needy = tuple[Rule, frozenset[str], frozenset[str] | None]

_NOTHING = Map()
MOST_KEPT = 500
"""Combinations of words, of keys, or of a kind and signs, for which the rules that may find something are kept."""


def dispatches_of(scopes: Sequence[Scope], first: Dispatch | None = None) -> Dispatches:
    """Return what gives the rules of a scope by its index; each scope has a catalog, levels and options of its own."""
    made: dict[int, Dispatch] = {} if first is None else {0: first}

    def dispatch(index: int) -> Dispatch:
        if index not in made:
            from devopslint.policy.catalog import Catalog

            folders, selection = scopes[index]
            made[index] = Dispatch(Catalog(folders), selection)
        return made[index]

    return dispatch


class Meeting:
    """The rules that subjects of one kind and type meet; those that need keys meet the ones that have them."""

    __slots__ = ("below", "by_keys", "by_words", "keys", "rules", "words")

    def __init__(self, rules: list[Needy]) -> None:
        self.rules = rules
        """The rules, the keys that each needs, and those that are all it asks for."""
        self.keys = frozenset().union(*[keys.union(asked or ()) for _, keys, asked in rules])
        """All keys that some rule needs or asks for."""
        self.below: dict[str, dict[str, str]] = {}
        """Of those of the value of a key, by this key: their names, and how they are called."""
        for key in self.keys:
            first, dot, name = key.partition(".")
            if dot:
                self.below.setdefault(first, {})[name] = key
        self.by_keys: dict[frozenset[str], list[Rule]] = {}
        """For each of the combinations of these keys that have been met: the rules that need no other."""
        self.words = frozenset(word for rule, *_ in rules for word in rule.needs)
        """All words that some rule needs."""
        self.by_words: dict[frozenset[str], Meeting] = {}
        """For each of the combinations of these words that have been met: those that may find something."""

    def having(self, keys: frozenset[str]) -> list[Rule]:
        """Return the rules that need no other keys than these, and keep them."""
        if len(self.by_keys) > MOST_KEPT:
            self.by_keys.clear()
        found = self.by_keys[keys] = [
            rule.settled() if asked and keys.isdisjoint(asked) else rule
            for rule, needed, asked in self.rules
            if needed <= keys
        ]
        return found

    def keys_in(self, subject: Subject) -> frozenset[str]:
        """Return those of the keys that a subject has, or may have."""
        value = subject.value
        if not isinstance(value, Map) or value.open:
            return self.keys
        parents = subject.parents
        keys = [*self.keys.intersection(value), *self.keys.intersection(parents)]
        for first, names in self.below.items():
            node = value.get(first, _NOTHING)
            if first in parents:
                node = parents[first].value
                keys += [names[name] for name in parents[first].parents if name in names]
            if not isinstance(node, Map) or node.open:
                keys += names.values()
            elif node:
                keys += [names[name] for name in node if name in names]
        return frozenset(keys)

    def showing(self, signs: frozenset[str]) -> Meeting:
        """Return the rules that may find something in subjects that have these signs."""
        apart = signs.isdisjoint
        return Meeting([one for one in self.rules if not one[0].signs or not apart(one[0].signs)])

    def where(self, words: frozenset[str]) -> Meeting:
        """Return the rules that may find something where of all words these stand, and keep them."""
        if not self.words:
            return self
        words &= self.words
        found = self.by_words.get(words)
        if found is None:
            if len(self.by_words) > MOST_KEPT:
                self.by_words.clear()
            apart = words.isdisjoint
            found = Meeting([one for one in self.rules if not one[0].needs or not apart(one[0].needs)])
            self.by_words[words] = found
        return found


class Table:
    """Rules by the subject kind (`kind` or `kind.type`) that they are on.

    With `words` it is the table of a unit: of the words that rules need only these stand in its files.
    """

    __slots__ = ("_meetings", "_rules", "_whole", "_words")

    def __init__(
        self, rules: Mapping[str, list[Rule]], whole: Table | None = None, words: frozenset[str] = frozenset()
    ) -> None:
        self._rules = rules
        self._whole = whole
        self._words = words
        self._meetings: dict[tuple[str, str, frozenset[str] | None], Meeting] = {}

    def __bool__(self) -> bool:
        return bool(self._rules)

    def kinds(self) -> Iterable[str]:
        """Return the kinds (and `kind.type`s) that there are rules on."""
        return self._rules.keys()

    def narrowed(self, words: frozenset[str]) -> Table:
        """Return the rules that may find something where these of the words that rules need stand."""
        return Table(self._rules, self, words)

    def without(self, identifiers: frozenset[str]) -> Table:
        """Return the table without some rules."""
        return Table({on: [rule for rule in rules if rule.id not in identifiers] for on, rules in self._rules.items()})

    def all_on(self, kind: str, type_name: str) -> list[Rule]:
        """Return the rules on a kind and a type, whatever they need."""
        found = self._rules.get(kind, [])
        typed = self._rules.get(f"{kind}.{type_name}") if type_name else None
        return found if typed is None else [*found, *typed]

    def rules_for(self, subject: Subject) -> Sequence[Rule]:
        """Return the rules that may find something in a subject."""
        met = subject.kind, subject.type, subject.signs
        meeting = self._meetings.get(met) or self._meeting(*met)
        keys = meeting.keys_in(subject) if meeting.keys else meeting.keys
        found = meeting.by_keys.get(keys)
        return meeting.having(keys) if found is None else found

    def _meeting(self, kind: str, type_name: str, signs: frozenset[str] | None) -> Meeting:
        found = self._meetings.get((kind, type_name, signs))
        if found is None:
            if self._whole is not None:
                found = self._whole._meeting(kind, type_name, signs).where(self._words)
            elif signs is not None:
                found = self._meeting(kind, type_name, None).showing(signs)
            else:
                rules = self.all_on(kind, type_name)
                found = Meeting([(rule, keys_of(rule.raw), asked_of(rule.raw)) for rule in rules])
            if len(self._meetings) > MOST_KEPT:
                self._meetings.clear()
            self._meetings[kind, type_name, signs] = found
        return found


class Dispatch:
    """The rules of a run, by artifact and subject kind; those of an artifact are loaded when its first unit comes."""

    def __init__(self, catalog: Catalog, selection: Selection) -> None:
        self.catalog = catalog
        self.selection = selection
        catalog.check_user_rules()
        self.core = {rule.id: rule for rule in catalog.group("core") if rule.id == INTERNAL}
        self.core.update({rule.id: rule for rule in selection.chosen(catalog.group("core"), ALWAYS)})
        self._shared: list[Rule] | None = None
        self._tables: dict[str, Table] = {}
        self._guests: dict[str, Table] = {}
        self._members: dict[tuple[str, str, str], Rule | None] = {}
        self._wanted: dict[str, frozenset[str]] = {}
        self._sought: dict[str, Sought] = {}
        self._narrowed: dict[tuple[str, frozenset[str]], Table] = {}

    def stamp(self) -> str:
        """Return what changes when a rule or the selection does."""
        return "\n".join((self.selection.stamp(), *(folder.stamp for folder in self.catalog.folders)))

    def table(self, artifact: str) -> Table:
        """Return the rules of an artifact, and those of groups that are no artifact's."""
        if artifact not in self._tables:
            table: dict[str, list[Rule]] = {}
            for rule in (*self.selection.chosen(self.catalog.group(artifact)), *self._rules_for_all()):
                for kind in rule.on:
                    table.setdefault(kind, []).append(rule)
            self._tables[artifact] = Table(table)
            self._sought[artifact] = Sought(word for rules in table.values() for rule in rules for word in rule.needs)
        return self._tables[artifact]

    def guest_table(self, artifact: str) -> Table:
        """Return the rules of an artifact that judge its documents in the files of others, whatever words stand there."""
        if artifact not in self._guests:
            spared: frozenset[str] = artifacts()[artifact].NOT_OF_GUESTS  # type: ignore[attr-defined]
            self._guests[artifact] = self.table(artifact).without(spared)
        return self._guests[artifact]

    def wanted(self, artifact: str) -> frozenset[str]:
        """Return the kinds (and `kind.type`s) that the rules of an artifact are on."""
        if artifact not in self._wanted:
            self._wanted[artifact] = frozenset(self.table(artifact).kinds())
        return self._wanted[artifact]

    def narrowed(self, artifact: str, texts: Iterable[str]) -> Table:
        """Return the rules of an artifact that may find something where some texts stand."""
        table = self.table(artifact)
        words = self._sought[artifact].standing(texts)
        found = self._narrowed.get((artifact, words))
        if found is None:
            if len(self._narrowed) > MOST_KEPT:
                self._narrowed.clear()
            found = self._narrowed[artifact, words] = table.narrowed(words)
        return found

    rules_for = staticmethod(Table.rules_for)
    """Returns the rules of a table that may find something in a subject."""

    def member(self, family: Rule, name: str, level: str) -> Rule | None:
        """Return the member of a family that a finding of a level belongs to; `None` when it does not run."""
        key = family.id, name, level
        if key not in self._members:
            member = member_of(family, name, self.selection.levels.get(family.id, level))
            chosen = self.selection.chosen([member])
            self._members[key] = chosen[0] if chosen else None
        return self._members[key]

    def _rules_for_all(self) -> list[Rule]:
        if self._shared is None:
            own = {*artifacts(), "core"}
            groups = [group for group in self.catalog.groups() if group not in own]
            self._shared = [rule for group in groups for rule in self.selection.chosen(self.catalog.group(group))]
        return self._shared
