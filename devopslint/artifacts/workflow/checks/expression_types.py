"""Checks on the types of expressions: what has no parts, what can't be compared, what is no text."""

from __future__ import annotations

from devopslint.artifacts.workflow.checks.contexts import parts_instead
from devopslint.artifacts.workflow.types import BOOLEAN, NUMBER, STRING, Type, Typing, type_of
from devopslint.artifacts.workflow.usage import nodes_of, usages
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_NUMBERS = frozenset({"timeout-minutes", "max-parallel", "cancel-timeout-minutes"})
_BOOLEANS = frozenset({"continue-on-error", "fail-fast", "cancel-in-progress"})
_TEXTS = frozenset({"run", "run-name", "name", "working-directory", "shell", "url", "group", "image", "options"})


def wrong_operand(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find properties of what has none, arguments of a wrong type, and texts where a key takes a number or a boolean."""
    for usage in usages(subject.context):
        if usage.tree is None:
            continue
        found: list[tuple[Node, Node, str]] = []
        whole = Typing(usage, _collector(found)).of(usage.tree)
        for node, about, message in found:
            if any(one.kind in {"property", "index"} and parts_instead(one) for one in (about, node)):
                continue  # `unknown-context` tells that there is no such part
            shown = usage.site.value[about.start : about.end]
            yield Problem(usage.place(node.start, node.end), what=shown, fault=message)
        fault = _key_fault(usage, whole)
        if fault:
            node = usage.tree
            shown = usage.site.value[node.start : node.end]
            yield Problem(usage.place(node.start, node.end), what=shown, fault=fault)


def _collector(found: list[tuple[Node, Node, str]]) -> Callable[[Node, Node, str], None]:
    return lambda node, about, message: found.append((node, about, message))


def _key_fault(usage: Usage, found: Type) -> str:
    """Say why an expression does not fit a key that takes no text; empty when it does."""
    value, (start, end) = usage.site.value, usage.whole
    if value[:start].strip() or value[end:].strip():
        found = STRING
    wanted = _wanted(usage.site.path)
    if not wanted or found.kind in {"any", wanted.kind, "null"}:
        return ""
    hint = ": `fromJSON` makes one of it" if found.kind == "string" else ""
    return f"is {found.words}, and `{usage.site.path[-1]}` takes {wanted.words}{hint}"


def _wanted(path: Path) -> Type | None:
    """Return the type that a key takes, `None` when it takes a text or several types."""
    key, below = path[-1] if path else "", path[-2:-1]
    if {"env", "with", "inputs"} & set(path[:-1]):
        return None
    if path[-3:-1] == ("strategy", "matrix"):
        return Type("array")
    if "matrix" in path[:-1]:
        return None
    if key in _NUMBERS:
        return NUMBER
    if key in _BOOLEANS:
        return BOOLEAN
    is_mapping = key in {"strategy", "services", "env"} or (key == "matrix" and below == ("strategy",))
    return Type("object") if is_mapping and below not in {("outputs",), ("secrets",)} else None


def object_as_text(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find objects and lists that are put into a text, which reads `Object` or `Array` then."""
    for usage in usages(subject.context):
        if usage.tree is None or not _is_text(usage):
            continue
        found = type_of(usage.tree, usage)
        if usage.tree.kind == "literal" and usage.tree.value is None:
            yield Problem(usage.place(usage.tree.start, usage.tree.end), what="null", kind=found.words, text="")
        if found.is_composite and usage.tree.path() != ("secrets", "*"):
            start, end = usage.tree.start, usage.tree.end
            yield Problem(
                usage.place(start, end),
                what=usage.site.value[start:end],
                kind=found.words,
                text="Object" if found.kind == "object" else "Array",
            )


def _is_text(usage: Usage) -> bool:
    """Say whether an expression stands where nothing but a text is taken."""
    path = usage.site.path
    below = path[-2] if len(path) > 1 else ""
    if below == "env" or "matrix" in path[:-1]:
        return below == "env"
    if path[-1] in _TEXTS and below != "inputs":
        return True
    return below in {"with", "outputs", "secrets"} and path[0] in {"jobs", "runs"} and isinstance(path[-1], str)


def incomparable(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find comparisons that never hold, or always, because their sides have nothing in common."""
    for usage, node in nodes_of(subject.context, "compare"):
        fault = _comparison_fault(node, usage)
        if fault:
            shown = usage.site.value[node.start : node.end]
            yield Problem(usage.place(node.start, node.end), comparison=" ".join(shown.split()), fault=fault)


def _comparison_fault(node: Node, usage: Usage) -> str:
    if all(item.kind == "literal" for item in node.items):
        return ""
    types = [type_of(item, usage) for item in node.items]
    if node.value not in {"==", "!="}:
        return next(
            (f"{one.words} is neither greater nor less than anything" for one in types
             if one.is_composite or one.kind in {"boolean", "null"}), ""
        )  # fmt: skip
    for at in (0, 1):
        one, other, literal = types[at], types[1 - at], node.items[1 - at]
        if one.is_composite and other.is_scalar and other.kind != "null":
            return f"{one.words} never equals {other.words}"
        value = literal.value if literal.kind == "literal" else None
        if one.kind in {"boolean", "number"} and isinstance(value, str) and not _is_number(value):
            return f"{one.words} never equals the text `'{value}'`: leave the quotes out"
        if one.kind == "string" and isinstance(value, bool):
            word = "true" if value else "false"
            return f"the text `'{word}'` is not the boolean `{word}`: write `'{word}'`"
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
