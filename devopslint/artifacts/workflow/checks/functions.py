"""Checks on calls of functions: that they exist, and take what they are given."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.usage import nodes_of
from devopslint.artifacts.workflow.words import nearest
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_ANY = 255
FUNCTIONS = {
    "contains": (2, 2), "startswith": (2, 2), "endswith": (2, 2), "format": (1, _ANY), "join": (1, 2), "tojson": (1, 1),
    "fromjson": (1, 1), "hashfiles": (1, _ANY), "always": (0, 0), "cancelled": (0, 0), "success": (0, _ANY),
    "failure": (0, _ANY), "case": (3, _ANY),
}  # fmt: skip
"""Name in lower case → fewest and most arguments. Source: npm `@actions/expressions` 0.3.61 and GitHub Docs."""
_PLACEHOLDER = lazily(r"\{(\d+)\}")
_WRITTEN = ("contains", "startsWith", "endsWith", "format", "join", "toJSON", "fromJSON", "hashFiles", "always", "cancelled",
            "success", "failure", "case")  # fmt: skip


def is_sound_call(node: Node) -> bool:
    """Say whether a call is of a function that there is, with as many arguments as it takes."""
    fewest, most = FUNCTIONS.get(node.value.lower(), (_ANY, 0))
    return fewest <= len(node.items) <= most and not (node.value.lower() == "format" and _format_fault(node))


def unknown_function(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find calls of functions that do not exist, or with a wrong number of arguments."""
    for usage, node in nodes_of(subject.context, "call"):
        bounds = FUNCTIONS.get(node.value.lower())
        if bounds is None:
            place = usage.place(node.start, node.start + len(node.value))
            yield Problem(place, fault=f"`{node.value}` is no function{nearest(node.value, _WRITTEN)}")
            continue
        fewest, most = bounds
        count = len(node.items)
        if not fewest <= count <= most:
            wanted = str(fewest) if fewest == most else f"at least {fewest}" if count < fewest else f"at most {most}"
            yield Problem(
                usage.place(node.start, node.end),
                fault=f"`{node.value}` takes {wanted} argument{'s'[: wanted != '1']}, not {count}",
            )
        elif node.value.lower() == "case" and count % 2 == 0:
            fault = f"`{node.value}` takes an odd number of arguments: the last is for when no predicate holds"
            yield Problem(usage.place(node.start, node.end), fault=fault)
        elif node.value.lower() == "format":
            fault = _format_fault(node)
            if fault:
                yield Problem(usage.place(node.start, node.end), fault=fault)


def _format_fault(node: Node) -> str:
    template = node.items[0]
    if template.kind != "literal" or not isinstance(template.value, str):
        return ""
    text = template.value.replace("{{", "").replace("}}", "")
    numbers = {int(number) for number in _PLACEHOLDER.findall(text)}
    given = len(node.items) - 1
    if numbers and max(numbers) >= given:
        return f"`format` has `{{{max(numbers)}}}` and only {given} value{'s'[: given != 1]}"
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        return "`format` has a brace that is no `{0}`: a brace that is meant is written twice"
    unused = next((number for number in range(given) if number not in numbers), None)
    return f"`format` has no `{{{unused}}}` for one of its values" if unused is not None else ""


def broken_json(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `fromJSON` of a literal that is no JSON."""
    import json

    for usage, node in nodes_of(subject.context, "call"):
        if node.value.lower() != "fromjson" or len(node.items) != 1:
            continue
        text = node.items[0]
        if text.kind == "literal" and isinstance(text.value, str):
            try:
                json.loads(text.value)
            except RecursionError:
                continue
            except ValueError:
                yield Problem(usage.place(text.start, text.end), text=text.value)
