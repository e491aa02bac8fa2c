"""Checks of references to blocks that make several instances."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.names import value_references
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_ATTRIBUTE = lazily(r"\.[A-Za-z_]")
_GUARDED = lazily(r"\b(?:try|can)\(")


def missing_instance_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each reference to an attribute of a block with `count` or `for_each` that does not say of which instance."""
    module: Module = subject.context
    several = {
        address: "for_each" if "for_each" in declared.block else "count"
        for address, declared in module.declared.items()
        if "for_each" in declared.block or "count" in declared.block
    }
    if not several:
        return
    for file in module.files:
        for reference, expression in value_references(file):
            length = 3 if reference.steps[0] == "data" else 2
            address = ".".join(str(step) for step in reference.steps[:length])
            if address not in several or _GUARDED.search(expression.text):
                continue
            text = file.source.text[reference.start : reference.end]
            if _ATTRIBUTE.match(text.removeprefix(address)) is not None:
                place = Place(file.source, reference.start, reference.end)
                yield Problem(place, address=address, argument=several[address])
