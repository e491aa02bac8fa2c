"""Checks on the types of expressions: what has no parts, what can't be compared, what is no text."""

from __future__ import annotations

from devopslint.artifacts.workflow.types import Typing, type_of
from devopslint.artifacts.workflow.usage import usages
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.types import Type
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_NUMBERS = frozenset({"timeout-minutes", "max-parallel", "cancel-timeout-minutes"})
_BOOLEANS = frozenset({"continue-on-error", "fail-fast", "cancel-in-progress"})


def wrong_operand(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find properties of what has none, arguments of a wrong type, and texts where a key takes a number or a boolean."""
    for usage in usages(subject.context):
        if usage.tree is None:
            continue
        found: list[tuple[Node, Node, str]] = []
        whole = Typing(usage, _collector(found)).of(usage.tree)
        for node, about, message in found:
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
    """Say why an expression does not fit a key that takes a number or a boolean; empty when it does."""
    key = usage.site.path[-1] if usage.site.path else ""
    wanted = "number" if key in _NUMBERS else "boolean" if key in _BOOLEANS else ""
    if not wanted or "env" in usage.site.path or "with" in usage.site.path or found.kind in {"any", wanted, "null"}:
        return ""
    alone = usage.whole[0] == 0 and usage.whole[1] == len(usage.site.value)
    if not alone:
        return ""
    hint = ": `fromJSON` makes one of it" if found.kind == "string" else ""
    return f"is {found.words}, and `{key}` takes a {wanted}{hint}"


def object_as_text(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find objects and lists that are put into a text, which reads `Object` or `Array` then."""
    for usage in usages(subject.context):
        if usage.tree is None or not _is_text(usage):
            continue
        found = type_of(usage.tree, usage)
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
    if path[-1:] in {("run",), ("run-name",)}:
        return True
    below = path[-2] if len(path) > 1 else ""
    if below == "env":
        return True
    return below in {"with", "outputs"} and path[0] in {"jobs", "runs"} and isinstance(path[-1], str)


def incomparable(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find comparisons that never hold, or always, because their sides have nothing in common."""
    for usage in usages(subject.context):
        if usage.tree is None:
            continue
        for node in usage.tree.walk():
            if node.kind == "compare":
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
            return f"a text never equals the boolean `{word}`: write `'{word}'`"
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
