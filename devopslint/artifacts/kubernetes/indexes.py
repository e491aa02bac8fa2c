"""Objects of a manifest found by name, namespace or label, so that each of many may ask for the others."""

from __future__ import annotations

from heapq import merge

from devopslint.artifacts.kubernetes.values import plain
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    Label = tuple[str, str]
    One = Any
    """An object of a manifest: what has a `namespace`."""
    Numbered = tuple[int, One]


class Firsts:
    """The first object of each key that may be in a namespace: one that is not given may be any."""

    __slots__ = ("_anywhere", "_in")

    def __init__(self, pairs: Iterable[tuple[object, One]]) -> None:
        self._in: dict[tuple[str, str | None], Numbered] = {}
        self._anywhere: dict[str, Numbered] = {}
        for index, (key, one) in enumerate(pairs):
            if isinstance(key, str):
                self._in.setdefault((key, _given(one.namespace)), (index, one))
                self._anywhere.setdefault(key, (index, one))

    def first(self, keys: Iterable[str], namespace: object) -> One | None:
        """Return the first object that has one of some keys."""
        found: list[Numbered] = []
        for key in keys:
            if isinstance(namespace, str):
                found += [self._in[at] for at in ((key, namespace), (key, None)) if at in self._in]
            elif key in self._anywhere:
                found.append(self._anywhere[key])
        return min(found, key=lambda one: one[0])[1] if found else None


class Spread:
    """Objects in their order, by namespace."""

    __slots__ = ("_all", "_in")

    def __init__(self) -> None:
        self._all: list[Numbered] = []
        self._in: dict[str | None, list[Numbered]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, index: int, one: One) -> None:
        """Add an object behind those that are there."""
        self._all.append((index, one))
        self._in.setdefault(_given(one.namespace), []).append((index, one))

    def within(self, namespace: object) -> Iterable[Numbered]:
        """Return those that may be in a namespace."""
        if not isinstance(namespace, str):
            return self._all
        own, loose = self._in.get(namespace, ()), self._in.get(None, ())
        return merge(own, loose, key=_number) if own and loose else own or loose


class Labelled:
    """Objects by the labels that they or their pods have."""

    __slots__ = ("_all", "_by_label", "_unknown")

    def __init__(self, labels_by_object: Iterable[tuple[One, object]]) -> None:
        self._all = Spread()
        self._by_label: dict[Label, Spread] = {}
        self._unknown = Spread()
        for index, (one, labels) in enumerate(labels_by_object):
            self._all.add(index, one)
            known = _pairs_of(labels)
            if known is None:
                self._unknown.add(index, one)
            for label in known or ():
                self._by_label.setdefault(label, Spread()).add(index, one)

    def having(self, selector: object, namespace: object) -> Iterator[One]:
        """Yield those of a namespace that a selector may select; all of them when it asks for no label."""
        nothing = Spread()
        asked = [[self._by_label.get(label, nothing) for label in labels] for labels in needed(selector)]
        if not asked:
            return (one for _, one in self._all.within(namespace))
        fewest = min(asked, key=lambda spreads: sum(map(len, spreads)))
        return (one for _, one in merge(*(found.within(namespace) for found in (*fewest, self._unknown)), key=_number))


class Selectors:
    """Objects by what they select."""

    __slots__ = ("_all", "_by_label", "_loose")

    def __init__(self, selectors: Iterable[tuple[object, One]]) -> None:
        self._all = Spread()
        self._by_label: dict[Label, Spread] = {}
        self._loose = Spread()
        for index, (selector, one) in enumerate(selectors):
            self._all.add(index, one)
            asked = needed(selector)
            for label in {*asked[0]} if asked else ():
                self._by_label.setdefault(label, Spread()).add(index, one)
            if not asked:
                self._loose.add(index, one)

    def meeting(self, labels: object, namespace: object) -> Iterator[One]:
        """Yield those that may be in a namespace and select what has some labels."""
        known = _pairs_of(labels)
        if known is None:
            return (one for _, one in self._all.within(namespace))
        found = [self._by_label[label] for label in known if label in self._by_label]
        return (one for _, one in merge(*(some.within(namespace) for some in (*found, self._loose)), key=_number))


def needed(selector: object) -> list[Sequence[Label]]:
    """Return what a selector (plain, or with matchLabels and matchExpressions) asks for: of each list one label at least."""
    if not isinstance(selector, Map):
        return []
    expressions = selector.get("matchExpressions")
    pairs = selector.get("matchLabels") if "matchLabels" in selector or expressions is not None else selector
    found: list[Sequence[Label]] = [
        ((key, str(value)),)
        for key, value in (pairs.items() if isinstance(pairs, Map) else ())
        if plain(value) and value is not None
    ]
    for one in expressions if isinstance(expressions, Seq) else ():
        if isinstance(one, Map) and not one.open and one.get("operator") == "In":
            key, values = one.get("key"), one.get("values")
            if isinstance(key, str) and isinstance(values, Seq) and not values.open and all(map(plain, values)):
                found.append([(key, str(value)) for value in values])
    return found


def key_of(selector: object) -> object:
    """Return what is the same for selectors that select the same, as far as is seen easily."""
    if not isinstance(selector, Map) or selector.open:
        return id(selector)
    pairs = selector["matchLabels"] if selector.keys() == {"matchLabels"} else selector
    known = _pairs_of(pairs)
    return id(selector) if known is None else (pairs is selector, *sorted(known))


def _pairs_of(labels: object) -> list[Label] | None:
    """Return labels as texts; `None` when not all of them are known."""
    if not isinstance(labels, Map) or labels.open or not all(map(plain, labels.values())):
        return None
    return [(key, str(value)) for key, value in labels.items()]


def _given(namespace: object) -> str | None:
    return namespace if isinstance(namespace, str) else None


def _number(numbered: Numbered) -> int:
    return numbered[0]
