"""What a variable is worth: its default, what values files give it, what the callers of the folder pass."""

from __future__ import annotations

from devopslint.artifacts.terraform.object_types import completed
from devopslint.artifacts.terraform.overrides import where_set
from devopslint.artifacts.terraform.values import rebuilt
from devopslint.syntax.hcl_nodes import Block, Expression, Overriding
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document

    Origin = tuple[Source, int, int, str]
    Known = tuple[Any, tuple[Origin, ...]]

    class Evaluating(Protocol):
        """What works out expressions."""

        def value(self, value: Any) -> Any:
            """Return a value with an expression replaced by what it comes to."""

    class Folder(Evaluating, Protocol):
        """What a module knows of its variables."""

        assigned: dict[str, list[tuple[Any, Origin | None]]] | None
        values_files: list[Document]

        @property
        def givers(self) -> Sequence[tuple[Evaluating, Any]]:
            """The calls of this folder, each with what works out what it gives."""

        def declaration(self, address: str) -> tuple[Block, Source] | None:
            """Return the block that an address names, and the file that it stands in."""


_NOTHING: tuple[Any, tuple[()]] = (UNKNOWN, ())


def variable(module: Folder, name: str) -> Known:
    """Return the value of a variable, UNKNOWN when the files do not say or callers differ, and where it comes from."""
    if not module.givers:
        return _completed(module, name, *_by_itself(module, name))
    found = [given(module, name, *giver) for giver in module.givers]
    first = found[0][0]
    if any(value is UNKNOWN or value.__class__ is not first.__class__ or value != first for value, _ in found):
        return _NOTHING
    return found[0]


def given(module: Folder, name: str, caller: Evaluating, call: Any) -> Known:
    """Return what a variable is worth for one call of the folder, UNKNOWN when the files do not say, and why."""
    if name not in call.block:
        return _completed(module, name, *_by_itself(module, name))
    value = settled(caller, call.block[name])
    declared = module.declaration(f"var.{name}")
    if value is None and declared is not None and declared[0].get("nullable") is False:
        return _completed(module, name, *_by_itself(module, name))  # null stands for the default
    origin = (*where_set(call.block, name, call.document.source), f"`{call.address}` sets `var.{name}`")
    return _completed(module, name, value, origin)


def _completed(module: Folder, name: str, value: Any, origin: Origin | None) -> Known:
    declared = module.declaration(f"var.{name}")
    if declared is None or value is MISSING or value is UNKNOWN or isinstance(value, Expression):
        return _NOTHING
    return completed(value, declared[0].get("type"), module.value), (origin,) if origin else ()


def _by_itself(module: Folder, name: str) -> tuple[Any, Origin | None]:
    """Return what a variable is worth where no caller sets it: its default, or what values files give it."""
    declared = module.declaration(f"var.{name}")
    if declared is None:
        return UNKNOWN, None
    block, source = declared
    value: Any = block.get("default", MISSING)
    origin: Origin | None = None
    if value is not MISSING:
        origin = (*where_set(block, "default", source), f"default of `var.{name}`")
        if isinstance(value, Overriding):
            value = module.value(value)
    for other, place in _assignments(module).get(name, ()):
        if place is None and not _equal_scalars(other, value):
            # A values file that has to be named on the command line: it may or may not be used.
            return UNKNOWN, None
        if place is not None:
            value, origin = other, place
    return value, origin


def settled(module: Evaluating, value: Any, depth: int = 0) -> Any:
    """Return a value with all expressions in it worked out in the module in which they stand."""
    if depth > 20:
        return UNKNOWN
    if isinstance(value, Expression):
        value = module.value(value)
    if isinstance(value, (Map, Seq)):
        return rebuilt(value, lambda item: settled(module, item, depth + 1))
    return value


def _assignments(module: Folder) -> dict[str, list[tuple[Any, Origin | None]]]:
    """Return what values files give variables; the place is `None` for files that are not read by themselves."""
    if module.assigned is None:
        module.assigned = {}
        automatic = [file for file in module.values_files if is_automatic(file.source.path)]
        others = [file for file in module.values_files if not is_automatic(file.source.path)]
        for file in (
            *others,
            *sorted(automatic, key=lambda file: (".auto." in file.source.path, file.source.path)),
        ):
            for name, (_, _, start, end) in file.root.at.items():
                place = (file.source, start, end, f"value of `var.{name}`") if file in automatic else None
                module.assigned.setdefault(name, []).append((file.root[name], place))
    return module.assigned


def is_automatic(path: str) -> bool:
    """Say whether Terraform reads a file of values without being told to."""
    name = path.rpartition("/")[2]
    return name in {"terraform.tfvars", "terraform.tfvars.json"} or name.endswith((".auto.tfvars", ".auto.tfvars.json"))


def _equal_scalars(left: Any, right: Any) -> bool:
    return isinstance(left, (str, int, float, bool)) and left.__class__ is right.__class__ and left == right
