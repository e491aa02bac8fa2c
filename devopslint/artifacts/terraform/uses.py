"""A folder as those who call it use it: what its expressions are worth for each call, where the calls differ."""

from __future__ import annotations

from devopslint.artifacts.terraform.evaluate import resolver
from devopslint.artifacts.terraform.indexes import once
from devopslint.artifacts.terraform.variables import given
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.artifacts.terraform.values import Origin, Resolve, Scope
    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source

    Known = tuple[Any, tuple[Origin, ...]]
    Values = Mapping[str, Known]

_MOST_USES = 10
"""So many different ways of calling a folder are looked at."""
_NOTHING: Known = (UNKNOWN, ())


class Instance:
    """A scope in which expressions are resolved otherwise: for one instance of a block, for one subject."""

    __slots__ = ("lookup", "read_file", "resolve")

    def __init__(self, scope: Scope, resolve: Resolve) -> None:
        self.lookup, self.read_file, self.resolve = scope.lookup, scope.read_file, resolve

    def value(self, value: Any) -> Any:
        """Return a value with an expression replaced by what it comes to."""
        found = self.resolve(value)
        return value if found is None else found[0].value


class Use:
    """What the variables and locals of a folder are worth for one who calls it; a scope as its module is one."""

    __slots__ = ("_locals", "_module", "_values", "resolve")

    def __init__(self, module: Module, values: Values) -> None:
        self._module = module
        self._values = values
        self._locals: dict[str, Known] = {}
        self.resolve = resolver(self, {})

    def lookup(self, kind: str, name: str) -> Known:
        """Return the value of `var.name`, `local.name` or `module.name.output`, and where it comes from."""
        if kind == "var" and name in self._values:
            return self._values[name]
        local = self._module.locals.get(name) if kind == "local" else None
        if local is None:
            return self._module.lookup(kind, name)
        found = self._locals.get(name)
        if found is None:
            self._locals[name] = _NOTHING  # what a local that is made of itself comes to
            found = self._locals[name] = local.worth(self)
        return found

    def read_file(self, path: str) -> Source | None:
        """Return a text file that an expression names by its path from the folder; `None` when there is none."""
        return self._module.read_file(path)

    def value(self, value: Any) -> Any:
        """Return a value with an expression replaced by what it comes to."""
        found = self.resolve(value)
        return value if found is None else found[0].value


def instance_of(scope: Scope, bound: Mapping[str, Any]) -> Instance:
    """Return what expressions are worth in one instance of a block, where `bound` says what `each` or `count` is worth."""
    return Instance(scope, resolver(scope, bound))


def scope_of(subject: Subject) -> Scope:
    """Return what the expressions of a subject are worth, be it one of several instances, or for one of several calls."""
    module: Module = subject.context
    resolve = subject.document.resolve
    if resolve is None or resolve == module.resolve:
        return module
    return Instance(module, resolve)  # type: ignore[arg-type]  # those of Terraform need no subject


def uses_for(module: Module, value: Any) -> Sequence[Use]:
    """Return the ways of calling a folder by which a value in it differs; none where it does not."""
    # Who calls a folder is not looked for where it takes nothing.
    uses = once(module, "uses", _uses) if module.all("variable") else ()
    asked = module.referred_by(value) if uses else ()
    found: list[tuple[Use, list[Any]]] = []
    for use, values in uses:
        row = [value for name, (value, _) in values.items() if f"var.{name}" in asked]
        if row and not any(_are_equal(row, other) for _, other in found):
            found.append((use, row))
    return [use for use, _ in found] if len(found) > 1 else ()


def _uses(module: Module) -> list[tuple[Use, Values]]:
    givers = module.givers
    names = dict.fromkeys(name for _, call in givers for name in call.block if f"var.{name}" in module.declared)
    found: list[Values] = []
    if len(givers) > 1:
        columns = {name: [given(module, name, *giver) for giver in givers] for name in names}
        for name in names:
            first, *others = [value for value, _ in columns[name]]
            if all(_are_equal([first], [other]) for other in others):
                del columns[name]
        for index in range(len(givers)):
            values = {name: column[index] for name, column in columns.items()}
            row = [value for value, _ in values.values()]
            if row and not any(_are_equal(row, [value for value, _ in other.values()]) for other in found):
                found.append(values)
    return [(Use(module, values), values) for values in found[:_MOST_USES]]


def _are_equal(left: list[Any], right: list[Any]) -> bool:
    return all(one.__class__ is other.__class__ and one == other for one, other in zip(left, right, strict=True))
