"""Which rules meet which subjects."""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.policy.core import ALWAYS, INTERNAL
from devopslint.policy.families import member_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devopslint.engine.scopes import Scope
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Selection

    Dispatches = Callable[[int], "Dispatch"]
    Table = dict[str, list[Rule]]
    """Subject kind (`kind` or `kind.type`) → the rules on it."""


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


class Dispatch:
    """The rules of a run, by artifact and subject kind; those of an artifact are loaded when its first unit comes."""

    def __init__(self, catalog: Catalog, selection: Selection) -> None:
        self.catalog = catalog
        self.selection = selection
        catalog.check_user_rules()
        self.core = {rule.id: rule for rule in selection.chosen(catalog.group("core"), ALWAYS)}
        self.core.update({rule.id: rule for rule in catalog.group("core") if rule.id == INTERNAL})
        self._shared: list[Rule] | None = None
        self._tables: dict[str, Table] = {}
        self._members: dict[tuple[str, str, str], Rule | None] = {}
        self._wanted: dict[str, frozenset[str]] = {}
        self._meeting: dict[tuple[int, str, str], Sequence[Rule]] = {}

    def stamp(self) -> str:
        """Return what changes when a rule or the selection does."""
        return "\n".join((self.selection.stamp(), *(folder.stamp for folder in self.catalog.folders)))

    def table(self, artifact: str) -> Table:
        """Return the rules of an artifact, and those of groups that are no artifact's, by the kind that they are on."""
        if artifact not in self._tables:
            table: Table = {}
            for rule in (*self.selection.chosen(self.catalog.group(artifact)), *self._rules_for_all()):
                for kind in rule.on:
                    table.setdefault(kind, []).append(rule)
            self._tables[artifact] = table
        return self._tables[artifact]

    def wanted(self, artifact: str) -> frozenset[str]:
        """Return the kinds (and `kind.type`s) that the rules of an artifact are on."""
        if artifact not in self._wanted:
            self._wanted[artifact] = frozenset(self.table(artifact))
        return self._wanted[artifact]

    def rules_for(self, table: Table, kind: str, type_name: str) -> Sequence[Rule]:
        """Return the rules that meet a subject of a kind and a type."""
        typed = table.get(f"{kind}.{type_name}") if type_name else None
        if typed is None:
            return table.get(kind, ())
        key = id(table), kind, type_name
        if key not in self._meeting:
            self._meeting[key] = [*table.get(kind, ()), *typed]
        return self._meeting[key]

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
