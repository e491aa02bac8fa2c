"""Checks of variables: their types, defaults and validations; of function calls; of version constraints."""

from __future__ import annotations

import re

from devopslint.artifacts.terraform.checks.language import BACKENDS, FUNCTIONS, REMOVED_BACKENDS
from devopslint.artifacts.terraform.indexes import operations_of
from devopslint.artifacts.terraform.overrides import is_override
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Block, Expression, called, expressions, is_spread, plain
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from tree_sitter import Node

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_SIMPLE = frozenset({"string", "number", "bool", "any"})
_COLLECTIONS = frozenset({"list", "set", "map"})
_WORDS = _SIMPLE | _COLLECTIONS
_CONSTRAINT = lazily(r"\s*+(?:=|!=|>|>=|<|<=|~>)?\s*+v?\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\s*")
_SOURCE = lazily(r"(?:(?:[\w-]+\.)+[\w-]+(?::\d+)?/[\w-]+/|[\w-]+/)?[A-Za-z0-9][\w-]*", re.ASCII)
_MOST_DEPTH = 30


def _is_simple(kind: Expression) -> bool:
    """Say whether a type is one word, and a type."""
    return kind.is_plain and kind.text in _WORDS


def _wrong_type(expression: Expression, node: Node, depth: int = 0, *, in_object: bool = False) -> Node | None:
    """Return the part of a type expression that names no type."""
    node = plain(node)
    text = expression.text_of
    if depth > _MOST_DEPTH:
        return None
    if node.type in {"expression", "variable_expr"}:
        return None if text(node) in _SIMPLE or (not depth and text(node) in {"list", "map", "set"}) else node
    if node.type != "function_call":
        return node
    name, parts = called(node, text)
    if name in _COLLECTIONS:
        return _wrong_type(expression, parts[0], depth + 1) if len(parts) == 1 else node
    if name == "optional" and in_object and parts:
        return _wrong_type(expression, parts[0], depth + 1) if len(parts) <= 2 else node
    inner = plain(parts[0]) if len(parts) == 1 else None
    if name == "tuple" and inner is not None and inner.type == "tuple":
        items = [child for child in inner.children if child.type == "expression"]
        return next((bad for item in items if (bad := _wrong_type(expression, item, depth + 1)) is not None), None)
    if name == "object" and inner is not None and inner.type == "object":
        values = [child.children[-1] for child in inner.children if child.type == "object_elem"]
        found = (_wrong_type(expression, value, depth + 1, in_object=True) for value in values)
        return next((bad for bad in found if bad is not None), None)
    return node


def invalid_type(variable: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a type that there is not."""
    kind = variable.raw("type")
    if isinstance(kind, str) and kind not in {"string", "list", "map", "number", "bool", "any"}:
        if not variable.document.source.path.endswith(".json"):
            yield Problem("type", kind=kind)
    elif isinstance(kind, Expression) and not _is_simple(kind) and not kind.text.startswith('"'):
        bad = _wrong_type(kind, kind.node)
        if bad is not None:
            place = Place(kind.source, bad.start_byte + kind.shift, bad.end_byte + kind.shift)
            yield Problem(place, kind=kind.text_of(bad))


def unfitting_default(variable: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a default that is no constant, or that is not of the variable's type."""
    default = variable.raw("default")
    if default is MISSING:
        return
    for expression in expressions(default):
        if expression.references() or expression.nodes("function_call"):
            word = "a reference" if expression.references() else "a function call"
            yield Problem(Place(expression.source, expression.start, expression.end), problem=f"can't hold {word}")
            return
    kind = variable.raw("type")
    if not isinstance(kind, Expression) or isinstance(default, Expression) or default is None or default is UNKNOWN:
        return
    found = None
    if _is_simple(kind):
        found = _unfit_simple(kind.text, default, ("default",))
    elif _wrong_type(kind, kind.node) is None:
        found = _unfit(kind, kind.node, default, ("default",), 0)
    if found is not None:
        yield Problem(found[0], problem=found[1])


def _unfit(expression: Expression, node: Node, value: Any, path: Path, depth: int) -> tuple[Path, str] | None:
    """Return where a value does not fit a type, and why."""
    node = plain(node)
    if isinstance(value, Expression) or value is UNKNOWN or value is None or depth > _MOST_DEPTH:
        return None
    if node.type != "function_call":
        return _unfit_simple(expression.text_of(node), value, path)
    name, parts = called(node, expression.text_of)
    if name == "optional":
        return _unfit(expression, parts[0], value, path, depth + 1)
    inner = plain(parts[0])
    if name in {"map", "object"}:
        if not isinstance(value, Map):
            return path, f"is no {name}"
        if name == "map":
            found = (_unfit(expression, inner, one, (*path, key), depth + 1) for key, one in value.items())
            return next((bad for bad in found if bad is not None), None)
        return _unfit_object(expression, inner, value, path, depth)
    if not isinstance(value, Seq):
        return path, f"is no {name}"
    if name == "tuple":
        items = [child for child in inner.children if child.type == "expression"]
        if len(items) != len(value):
            return path, f"must hold {len(items)} values"
    else:
        items = [inner] * len(value)
    pairs = enumerate(zip(items, value, strict=True))
    found = (_unfit(expression, item, one, (*path, index), depth + 1) for index, (item, one) in pairs)
    return next((bad for bad in found if bad is not None), None)


def _unfit_simple(name: str, value: Any, path: Path) -> tuple[Path, str] | None:
    if name in _COLLECTIONS:
        fits = isinstance(value, Map if name == "map" else Seq)
    elif name == "string":
        fits = not isinstance(value, (Map, Seq))
    elif name == "number":
        fits = (
            not isinstance(value, (Map, Seq, bool))
            and re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", str(value)) is not None
        )
    elif name == "bool":
        fits = isinstance(value, bool) or value in ("true", "false")
    else:
        fits = True
    return None if fits else (path, f"is no {name}")


def _unfit_object(expression: Expression, node: Node, value: Map, path: Path, depth: int) -> tuple[Path, str] | None:
    for child in node.children:
        if child.type != "object_elem" or child.child_count < 3:
            continue
        key = expression.text_of(child.children[0]).strip('"')
        kind = plain(child.children[-1])
        if key in value:
            found = _unfit(expression, kind, value[key], (*path, key), depth + 1)
            if found is not None:
                return found
        elif not expression.text_of(kind).startswith("optional(") and not value.open:
            return path, f"lacks `{key}`"
    return None


def aimless_validation(variable: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each validation whose condition does not speak of its variable."""
    name = variable.address.partition(".")[2]
    for index, block in _blocks(variable.value, "validation"):
        if "condition" not in block:
            continue
        condition = block["condition"]
        references = condition.references() if isinstance(condition, Expression) else []
        if condition is not UNKNOWN and not any(reference.steps[:2] == ("var", name) for reference in references):
            yield Problem(("validation", index, "condition"), name=name)


def invalid_call(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each call of a function that there is not, or with too few or too many arguments."""
    if subject.type != "tf":
        return
    types = {id(block.get("type")) for _, block in _blocks(subject.value, "variable")}
    for expression in operations_of(subject.context, subject.value):
        if "(" not in expression.text or id(expression) in types:
            continue
        for node in expression.nodes("function_call"):
            name, parts = called(node, expression.text_of)
            name = name.removeprefix("core::")
            if "::" in name:
                continue
            first = node.children[0]
            place = Place(expression.source, first.start_byte + expression.shift, first.end_byte + expression.shift)
            bounds = FUNCTIONS.get(name)
            if bounds is None:
                from difflib import get_close_matches

                close = get_close_matches(name, list(FUNCTIONS), 1, 0.7)
                hint = f", did you mean `{close[0]}`?" if close else ""
                yield Problem(place, name=name, problem=f"is no function of Terraform{hint}")
                continue
            if len(parts) > bounds[1] or (len(parts) < bounds[0] and not is_spread(node)):
                wanted = f"{bounds[0]}" if bounds[0] == bounds[1] else f"at least {bounds[0]}"
                if len(parts) > bounds[1] and bounds[0] != bounds[1]:
                    wanted = f"at most {bounds[1]}"
                word = "argument" if wanted.endswith("1") else "arguments"
                yield Problem(place, name=name, problem=f"takes {wanted} {word}, not {len(parts)}")


def invalid_constraint(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each version constraint and provider source that Terraform can't read."""
    module: Module = subject.context
    for settings in module.settings:
        yield from _constraint(settings.block, "required_version", settings.document.source)
    for declared in module.nested_settings("required_providers"):
        for name, entry in declared.block.items():
            source = declared.document.source
            if isinstance(entry, Map) and not isinstance(entry, Block):
                yield from _constraint(entry, "version", source)
                address = entry.get("source")
                if isinstance(address, str) and not _SOURCE.fullmatch(address):
                    yield Problem(Place(source, *entry.at["source"][2:]), value=address, what="address of a provider")
            elif isinstance(entry, str):
                yield from _constraint(declared.block, name, source)
    for declared in (*module.all("module"), *module.all("provider")):
        yield from _constraint(declared.block, "version", declared.document.source)


def _constraint(owner: Map, name: str, source: Any) -> Iterator[Problem]:
    value = owner.get(name)
    if isinstance(value, str) and not all(_CONSTRAINT.fullmatch(part) for part in value.split(",")):
        yield Problem(Place(source, *owner.at[name][2:]), value=value, what="version constraint")


def invalid_backend(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each backend that there is not, a second one, and each reference in one."""
    module: Module = subject.context
    found = [*module.nested_settings("backend"), *module.nested_settings("cloud")]
    for index, declared in enumerate(found):
        source = declared.document.source
        name = declared.label(0)
        header = declared.block.header
        if header is None:
            continue
        if index and not any(is_override(one.document.source.path) for one in found):
            yield Problem(Place(source, *header), problem="a module keeps its state in one place only")
        if declared.block.type == "backend" and name and name not in BACKENDS:
            gone = "was removed from Terraform" if name in REMOVED_BACKENDS else "is none that Terraform has"
            yield Problem(Place(source, *header), problem=f"backend `{name}` {gone}")
        for expression in expressions(declared.block):
            if expression.references():
                place = Place(source, expression.start, expression.end)
                yield Problem(place, problem="Terraform reads the backend first: no reference may stand in it")


def _blocks(owner: Mapping[str, Any], name: str) -> Iterator[tuple[int, Block]]:
    """Yield the blocks of a name, with their numbers; an argument of that name is none."""
    found = owner.get(name)
    if isinstance(found, Seq):
        yield from ((index, block) for index, block in enumerate(found) if isinstance(block, Block))
