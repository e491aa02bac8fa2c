"""What is asked of a module for each of many resources, worked out once."""

from __future__ import annotations

import re

from devopslint.syntax.hcl_nodes import expressions
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.module import Module
    from devopslint.syntax.hcl_nodes import Expression, File

    T = TypeVar("T")

_BOUND = lazily(r"(?:^|,)\s*+(~>|<=?|=?)\s*+v?(\d++)((?:\.\d++)*+)\s*+(?=,|$)")
"""A part of a constraint that has an upper bound: how it is one, the major version, and what follows."""


def once(module: Module, name: str, make: Callable[[Module], T]) -> T:
    """Return what `make` gives for a module, kept under a name."""
    if name not in module.cache:
        module.cache[name] = make(module)
    kept: T = module.cache[name]
    return kept


def operations_of(module: Module, file: File) -> Sequence[Expression]:
    """Return the expressions in a file that are more than references and templates of references."""
    return once(
        module, f"operations of {id(file)}", lambda _: [one for one in module.expressions_of(file) if not one.is_plain]
    )


def resources(module: Module, type_name: str) -> Sequence[Declared]:
    """Return the resources of a type, in the order of the files."""
    return once(module, "resources by type", _by_type).get(type_name, ())


def outputs_of(module: Module, address: str) -> Sequence[str]:
    """Return the names of the outputs whose values refer to something."""
    return once(module, "outputs by address", _outputs).get(address, ())


def calls_with(module: Module, address: str) -> Sequence[Declared]:
    """Return the calls of modules that are given something."""
    return once(module, "calls by address", _calls).get(address, ())


def given(module: Module, call: str, output: str) -> Sequence[Declared]:
    """Return the resources and calls of a module that may be given an output of a call, in the order of the files."""
    return once(module, "given outputs", _given).get((call, output), ())


def first_major(module: Module, provider: str) -> int:
    """Return the lowest major version of a provider that the folder allows; 0 when it says nothing."""
    for text in _versions(module, provider):
        found = None if text.lstrip().startswith("<") else re.search(r"(?:^|[>=~,\s])v?(\d+)", text)
        if found is not None:
            return int(found.group(1))
    return 0


def is_before(module: Module, provider: str, major: int) -> bool:
    """Say whether the folder allows only versions of a provider before a major one."""
    return any(
        _ends_before(operator, int(number), rest, major)
        for text in _versions(module, provider)
        for operator, number, rest in _BOUND.findall(text)
    )


def _versions(module: Module, provider: str) -> Iterator[str]:
    """Yield what a folder says of the versions of a provider that it allows."""
    for settings in module.nested_settings("required_providers"):
        value = module.value(settings.block.get(provider))
        text = value.get("version") if isinstance(value, dict) else value
        if isinstance(text, str):
            yield text


def _ends_before(operator: str, number: int, rest: str, major: int) -> bool:
    if operator == "~>":
        return number < major and bool(rest)  # `~> 4` has no upper bound, `~> 4.0` has
    return number < major or (operator == "<" and number == major and not rest.strip(".0"))


def _by_type(module: Module) -> dict[str, list[Declared]]:
    found: dict[str, list[Declared]] = {}
    for one in module.all("resource"):
        found.setdefault(one.label(0), []).append(one)
    return found


def _outputs(module: Module) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for output in module.all("output"):
        for address in module.referred_by(output.block.get("value")):
            found.setdefault(address, []).append(output.label(0))
    return found


def _calls(module: Module) -> dict[str, list[Declared]]:
    found: dict[str, list[Declared]] = {}
    for call in module.all("module"):
        for address in module.links_of(call, None):
            found.setdefault(address, []).append(call)
    return found


def _given(module: Module) -> dict[tuple[str, str], list[Declared]]:
    found: dict[tuple[str, str], list[Declared]] = {}
    for one in (*module.all("resource"), *module.all("module")):
        named: dict[tuple[str, str], None] = {}
        for expression in expressions([one.block, *one.overrides]):
            for reference in expression.references():
                steps = reference.steps
                if steps[0] == "module" and len(steps) > 2:
                    named.update({(str(steps[1]), str(step)): None for step in steps[2:4]})
        for key in named:
            found.setdefault(key, []).append(one)
    return found
