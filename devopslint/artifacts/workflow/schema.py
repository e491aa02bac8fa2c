"""Walks a workflow or action along GitHub's own definition of its keys.

One walk gives the faults of form (unknown keys, wrong types, missing keys, values that are not allowed) and every string
that may hold an expression, with the contexts and functions that are available there. The table is made by
`scripts/workflow_schema.py`.
"""

from __future__ import annotations

from devopslint.artifacts.workflow.expressions import as_text
from devopslint.artifacts.workflow.schema_words import TYPE_NAMES, choices, type_of, where
from devopslint.artifacts.workflow.words import nearest
from devopslint.knowledge.tables import read_table
from devopslint.syntax.tree import UNKNOWN, Map, Seq, Tagged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.syntax.tree import Path

    Definition = dict[str, Any]
    Alternative = tuple[str, Definition, frozenset[str]]
    Types = Mapping[str, tuple[str, "Forms"]]

_BUILT_IN: dict[str, Any] = {
    "string": {"string": {}},
    "boolean": {"boolean": {}},
    "number": {"number": {}},
    "null": {"null": {}},
    "any": {"one-of": ["null", "boolean", "number", "string", "sequence", "mapping"], "any": True},
    "scalar": {"one-of": ["null", "boolean", "number", "string"]},
    "sequence": {"sequence": {"item-type": "any"}},
    "mapping": {"mapping": {"loose-key-type": "string", "loose-value-type": "any"}},
}
_MAY_BE_EMPTY = frozenset({"workflow-dispatch-input"})
"""What GitHub takes without a value, though its table does not say so."""
_CONDITIONS = frozenset({"job-if", "step-if", "snapshot-if", "runs-if"})
_SCALARS = ("string", "boolean", "number", "null", "allowed-values")
_forms: dict[int, dict[tuple[str, frozenset[str]], Forms]] = {}
"""By table of definitions, name and contexts."""
_types: dict[int, dict[int, Types]] = {}
"""By table of definitions and form of a mapping, which `_forms` keeps."""
_MOST_CHOICES = 4096
"""Lists of keys of which it is kept which definition they fit best."""
_required_keys: dict[int, list[str]] = {}


def load_table() -> dict[str, Any]:
    """Return the table of definitions and context properties."""
    return read_table("artifacts/workflow", "schema")


def walk_document(root: Any, kind: str) -> Walk:
    """Return what a walk over a whole document finds; `kind` is `workflow` or `action`."""
    walk = Walk(load_table()[kind])
    name = f"{kind}-root-strict"
    walk.visit(root, name, walk.forms(name, frozenset()), ())
    return walk


class SchemaProblem:
    """A fault of form.

    `kind` is `unknown-key`, `missing-key`, `wrong-type`, `value`, `clash` (two keys that exclude each other) or `expression`
    (no expression may stand here). `definition` is GitHub's name for the place; `values` fill a message: `key`, `expected`,
    `found`, `hint` (`, did you mean …` or empty), `where`.
    """

    __slots__ = ("definition", "kind", "part", "path", "values")

    def __init__(self, kind: str, definition: str, path: Path, part: str = "value", **values: str) -> None:
        self.kind = kind
        self.definition = definition
        self.path = path
        self.part = part
        self.values = values

    def __repr__(self) -> str:
        return f"<{self.kind} {self.definition} {self.path} {self.values}>"


class Site:
    """A string in which expressions are read: `contexts` holds what is available, `condition` that it is one as a whole."""

    __slots__ = ("condition", "contexts", "definition", "path", "value")

    def __init__(self, path: Path, value: str, contexts: frozenset[str], definition: str, condition: bool) -> None:
        self.path = path
        self.value = value
        self.contexts = contexts
        self.definition = definition
        self.condition = condition


class Forms:
    """What may stand at one kind of place: the definitions without `one-of`, and what is told of them at once.

    `maps` and `lists` are those of mappings and of lists, `available` the contexts that any of them adds, `condition` the
    name of one that is an expression as a whole, `any_text` whether every text but the empty one fits, and `any_plain`
    whether there is nothing to be said of one without an expression. `choices` keeps which of the `maps` some keys fit best,
    `sound` what stands under the keys of mappings of whose keys there is nothing to be said.
    """

    __slots__ = ("all", "any_plain", "any_text", "available", "choices", "condition", "lists", "maps", "sound")

    def __init__(self, alternatives: list[Alternative]) -> None:
        self.all = alternatives
        self.maps = [one for one in alternatives if "mapping" in one[1]]
        self.lists = [one for one in alternatives if "sequence" in one[1]]
        self.available: frozenset[str] = frozenset().union(*(one[2] for one in alternatives))
        self.condition = next((one[0] for one in alternatives if one[0] in _CONDITIONS), "")
        self.any_text = any(_takes_any_text(one[1]) for one in alternatives)
        self.any_plain = self.any_text and not self.condition
        self.choices: dict[tuple[str, ...], Alternative] = {}
        self.sound: dict[tuple[str, ...], Sequence[tuple[str, str, bool, Forms]]] = {}

    def best(self, keys: list[str]) -> Alternative:
        """Return the mapping that some keys fit best."""
        if len(self.maps) == 1:
            return self.maps[0]
        key = tuple(keys)
        found = self.choices.get(key)
        if found is None:
            if len(self.choices) >= _MOST_CHOICES:
                self.choices.clear()
            found = max(self.maps, key=lambda one: _likeness(keys, one[1]))
            self.choices[key] = found
        return found


def _takes_any_text(definition: Definition) -> bool:
    if "any" in definition:
        return True
    return (
        "string" in definition and "allowed-values" not in definition and "constant" not in (definition["string"] or {})
    )


class Walk:
    """The problems and the sites of one document, and whether something in it may be empty."""

    __slots__ = ("_hints", "_known", "_types", "definitions", "may_be_empty", "problems", "sites")

    def __init__(self, definitions: dict[str, Definition]) -> None:
        self.definitions = definitions
        self._hints: dict[Path, str] = {}
        self._known = _forms.setdefault(id(definitions), {})
        self._types = _types.setdefault(id(definitions), {})
        self.problems: list[SchemaProblem] = []
        self.sites: list[Site] = []
        self.may_be_empty = False
        """Whether nothing stands under some key but an event, or it is not known; of faulty forms not all is looked at."""

    def _named(self, name: str) -> Definition:
        definition: Definition = self.definitions.get(name) or _BUILT_IN[name]
        return definition

    def forms(self, name: str, contexts: frozenset[str]) -> Forms:
        """Return the definitions without `one-of` that a name stands for, each with the contexts it adds."""
        key = name, contexts
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Forms(self._find_alternatives(name, contexts))
        return found

    def _find_alternatives(self, name: str, contexts: frozenset[str]) -> list[Alternative]:
        definition = self._named(name)
        contexts = contexts.union(definition.get("context", ()))
        if "one-of" not in definition:
            return [(name, definition, contexts)]
        return [found for one in definition["one-of"] for found in self.forms(one, contexts).all]

    def _types_in(self, alternative: Alternative) -> Types:
        """Return what stands under the keys of a form of a mapping, with its forms; the empty key is any other."""
        found = self._types.get(id(alternative))
        if found is None:
            _, definition, contexts = alternative
            mapping = definition["mapping"]
            properties: dict[str, Any] = mapping.get("properties", {})
            given = {name: one if isinstance(one, str) else one["type"] for name, one in properties.items()}
            if "loose-value-type" in mapping:
                given[""] = mapping["loose-value-type"]
            found = self._types[id(alternative)] = {
                name: (one, self.forms(one, contexts)) for name, one in given.items()
            }
        return found

    def visit(self, node: Any, name: str, forms: Forms, path: Path) -> None:
        """Judge one node by the definition `name`, which has these forms."""
        if node is UNKNOWN:
            self.may_be_empty = True
            return
        if not node and (len(path) != 2 or path[0] != "on"):
            self.may_be_empty = True
        if isinstance(node, Map):
            self._visit_map(node, name, path, forms)
        elif isinstance(node, Seq):
            if not forms.lists:
                self._wrong_type(node, name, path, forms.all)
                return
            _, definition, inner = forms.lists[0]
            below = definition["sequence"]["item-type"]
            below_forms = self.forms(below, inner)
            any_plain = below_forms.any_plain
            for index, item in enumerate(node):
                if item.__class__ is Map and item:
                    self._visit_map(item, below, (*path, index), below_forms)
                elif not (any_plain and item.__class__ is str and item and "${{" not in item):
                    self.visit(item, below, below_forms, (*path, index))
        else:
            self._visit_scalar(node, name, path, forms)

    def _visit_scalar(self, node: Any, name: str, path: Path, forms: Forms) -> None:
        alternatives = forms.all
        if isinstance(node, Tagged):
            self._wrong_type(node, name, path, alternatives)
            return
        condition = forms.condition
        if isinstance(node, str) and ("${{" in node or (condition and node.strip())):
            if forms.available:
                self.sites.append(Site(path, node, forms.available, name, bool(condition) and "${{" not in node))
            elif name == "shell":
                self.sites.append(Site(path, node, forms.available, name, condition=False))
            elif not all("any" in one[1] or one[0] == "string" for one in alternatives) and name != "any":
                self.problems.append(SchemaProblem("expression", name, path, where=where(path)))
            return
        if forms.any_text and node.__class__ is str and node:
            return
        if any(self._fits(node, one[1]) for one in alternatives) or (node is None and name in _MAY_BE_EMPTY):
            return
        allowed = [word for one in alternatives for word in _allowed(one[1])]
        scalars = [one for one in alternatives if any(key in one[1] for key in _SCALARS)]
        if allowed and node is not None and len(scalars) == len([one for one in scalars if _allowed(one[1])]):
            text = as_text(node)
            self.problems.append(
                SchemaProblem(
                    "value",
                    name,
                    path,
                    found=text,
                    hint=nearest(text, allowed),
                    expected=choices(allowed),
                    where=where(path),
                )
            )
        else:
            self._wrong_type(node, name, path, alternatives)

    def _fits(self, node: Any, definition: Definition) -> bool:
        if "any" in definition:
            return True
        if node is None and "null" in definition:
            return True
        if isinstance(node, bool) and "boolean" in definition:
            return True
        if isinstance(node, (int, float)) and not isinstance(node, bool) and "number" in definition:
            return True
        text = as_text(node)
        if "allowed-values" in definition:
            return text in definition["allowed-values"]
        if "string" in definition:
            options = definition["string"] or {}
            if "constant" in options:
                return bool(text == options["constant"])
            return bool(text) or not options.get("require-non-empty")
        return False

    def _visit_map(self, node: Map, name: str, path: Path, forms: Forms) -> None:
        sound = None if node.open else forms.sound.get(tuple(node))
        if sound is None:
            self._judge_keys(node, name, path, forms)
            return
        for key, below, any_plain, below_forms in sound:
            value = node[key]
            if value.__class__ is str:
                if any_plain and value and "${{" not in value:
                    continue
            elif value.__class__ is Map and value:
                self._visit_map(value, below, (*path, key), below_forms)
                continue
            self.visit(value, below, below_forms, (*path, key))

    def _judge_keys(self, node: Map, name: str, path: Path, forms: Forms) -> None:
        maps = forms.maps
        if not maps:
            self._wrong_type(node, name, path, forms.all)
            return
        keys = [key for key in node if key[:3] != "${{"]
        told = _told_by_value(node, maps) if name == "runs-strict" else None
        alternative = told or forms.best(keys)
        chosen, definition, _ = alternative
        mapping = definition["mapping"]
        types = self._types_in(alternative)
        found: list[tuple[str, str, bool, Forms]] = []
        for key in keys:
            below = types.get(key) or types.get("")
            if below is None:
                self._strange_key(key, chosen, path, maps, keys)
                continue
            found.append((key, below[0], below[1].any_plain, below[1]))
            self.visit(node[key], *below, (*path, key))
        if node.open or len(keys) < len(node):
            self.may_be_empty = True
            return
        required = _required(mapping)
        absent = [key for key in required if key not in node]
        if len(absent) == len(required) and len(maps) > 1:
            first = dict.fromkeys(key for _, one, _ in maps for key in _required(one["mapping"])[:1])
            absent = [] if any(key in node for key in first) else [" or ".join(f"`{key}`" for key in list(first)[:2])]
        if not absent and name != "runs-strict" and len(found) == len(node) and len(forms.sound) < _MOST_CHOICES:
            forms.sound[tuple(keys)] = found
        hinted = self._hints.get(path, "")
        for key in absent:
            shown = key if key.startswith("`") else f"`{key}`"
            if not any(f"{word}?" in hinted for word in shown.split(" or ")):
                self.problems.append(SchemaProblem("missing-key", chosen, path, key=shown, where=where(path)))

    def _strange_key(self, key: str, chosen: str, path: Path, maps: list[Alternative], keys: Iterable[str]) -> None:
        known = {word for _, one, _ in maps for word in one["mapping"].get("properties", {})}
        if key in known:
            other = self._required_of(chosen, keys)
            self.problems.append(
                SchemaProblem("clash", chosen, (*path, key), "key", key=key, other=other, where=where(path))
            )
            return
        hint = nearest(key, sorted(known))
        self._hints[path] = f"{self._hints.get(path, '')} {hint}"
        self.problems.append(
            SchemaProblem("unknown-key", chosen, (*path, key), "key", key=key, hint=hint, where=where(path))
        )

    def _required_of(self, chosen: str, keys: Iterable[str]) -> str:
        required = _required(self._named(chosen)["mapping"])
        return next((key for key in required if key in keys), next(iter(required), "it"))

    def _wrong_type(self, node: Any, name: str, path: Path, alternatives: list[Alternative]) -> None:
        kinds: list[str] = []
        for _, definition, _ in alternatives:
            kind = next((key for key in (*_SCALARS, "mapping", "sequence") if key in definition), "")
            kind = TYPE_NAMES.get(kind, kind)
            if kind and kind not in kinds:
                kinds.append(kind)
        self.problems.append(
            SchemaProblem(
                "wrong-type",
                name,
                path,
                "value" if node is not None else "key",
                expected=choices(kinds, quote=False),
                found=type_of(node),
                where=where(path),
            )
        )


def _likeness(keys: list[str], definition: Definition) -> tuple[int, int, int]:
    """Return how well keys fit; of two that exclude each other the form of the earlier one does, as for GitHub."""
    mapping = definition["mapping"]
    properties = mapping.get("properties", {})
    present = sum(key in keys for key in _required(mapping))
    return present, _first(keys, definition), sum(key in properties for key in keys)


def _told_by_value(node: Map, maps: list[Alternative]) -> Alternative | None:
    """Return the form of an action's `runs` that its `using` asks for."""
    using = str(node.get("using", ""))
    kind = {"docker": "container", "composite": "composite"}.get(using, "node" if using.startswith("node") else "-")
    return next((one for one in maps if one[0].startswith(kind)), None)


def _first(keys: list[str], definition: Definition) -> int:
    """Return how early the required keys of a definition stand, so that of two that exclude each other the later is told."""
    return -min((keys.index(key) for key in _required(definition["mapping"]) if key in keys), default=len(keys))


def _required(mapping: dict[str, Any]) -> list[str]:
    """Return the keys that a mapping must have; the tables stay, so that each is looked through once."""
    found = _required_keys.get(id(mapping))
    if found is None:
        properties = mapping.get("properties", {})
        found = [key for key, below in properties.items() if isinstance(below, dict) and below.get("required")]
        _required_keys[id(mapping)] = found
    return found


def _allowed(definition: Definition) -> list[str]:
    if "allowed-values" in definition:
        return list(definition["allowed-values"])
    constant = (definition.get("string") or {}).get("constant")
    return [constant] if constant is not None else []
