"""Checks of names: what is referred to and not declared, declared and not used, declared twice."""

from __future__ import annotations

from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.hcl_nodes import Block, expressions
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Declared, Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.hcl_nodes import Reference
    from devopslint.syntax.tree import Document

    Options = Mapping[str, Any]

_RESERVED = frozenset(
    {"var", "local", "module", "data", "each", "count", "self", "path", "terraform", "ephemeral", "provider", "action",
     "list", "string", "number", "bool", "any", "map", "set", "object", "tuple", "optional"}
)  # fmt: skip
_NO_REFERENCES = frozenset({"moved", "removed", "import", "check"})
"""Blocks that name what may be gone, or what is elsewhere."""
_NAMES_ONLY = frozenset({"provider", "providers", "lifecycle"})
"""Attributes and blocks whose traversals are no references to values."""


def undeclared(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each reference to a variable, local, resource, data source or module that is not there."""
    module: Module = subject.context
    if module.broken or module.is_partial:
        return
    for file in module.files:
        iterators = set(_iterators(file.root))
        for reference in _value_references(file):
            name = _declaration(reference, iterators)
            if name is not None and not _is_declared(module, name):
                yield Problem(Place(file.source, reference.start, reference.end), name=name, hint=_hint(module, name))


def _value_references(file: Document) -> Iterator[Reference]:
    for type_name, blocks in file.root.items():
        if type_name in _NO_REFERENCES or not isinstance(blocks, Seq):
            continue
        for block in blocks:
            if not isinstance(block, Map):
                continue
            for key, value in block.items():
                if key in _NAMES_ONLY or (type_name == "variable" and key == "type"):
                    continue
                for expression in expressions(value):
                    yield from expression.references()


def _iterators(root: Any) -> Iterator[str]:
    """Yield the names that `dynamic` blocks give to their items."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Block):
            if node.type == "dynamic" and node.labels:
                yield node.labels[0]
                iterator = node.get("iterator")
                if iterator is not None:
                    yield getattr(iterator, "text", str(iterator))
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _declaration(reference: Reference, iterators: set[str]) -> str | None:
    """Return the address of what a reference needs to be declared: `var.x`, `local.x`, `data.t.n`, `t.n`."""
    steps = reference.steps
    head = steps[0]
    names = [step for step in steps[:3] if isinstance(step, str)]
    if head in iterators and names[1:2] in (["key"], ["value"]):
        return None
    if head in {"var", "local", "module"}:
        return f"{head}.{steps[1]}" if len(names) >= 2 and isinstance(steps[1], str) else None
    if head in {"data", "ephemeral"}:
        return ".".join(names) if len(names) == 3 and steps[:3] == tuple(names) else None
    if head in _RESERVED or head in iterators or not isinstance(head, str) or "_" not in head:
        return None
    if len(steps) < 2 or not isinstance(steps[1], str) or steps[1] in {"key", "value"}:
        return None
    return f"{head}.{steps[1]}"


def _is_declared(module: Module, name: str) -> bool:
    return name in module.declared or (name.startswith("local.") and name[6:] in module.locals)


def _hint(module: Module, name: str) -> str:
    from difflib import get_close_matches

    known = [*module.declared, *(f"local.{local}" for local in module.locals)]
    prefix = name.partition(".")[0] + "."
    close = get_close_matches(name, [one for one in known if one.startswith(prefix)], 1, 0.8)
    return f", did you mean `{close[0]}`?" if close else ""


def _used(module: Module) -> set[str]:
    """Return the addresses that something in the folder refers to."""
    found: set[str] = set()
    for reference, _ in module.references():
        steps = [str(step) for step in reference.steps[:3]]
        found.add(".".join(steps[:2]))
        found.add(".".join(steps))
    return found


def unused(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each variable, local or data source that nothing in the folder refers to."""
    module: Module = subject.context
    if module.broken or module.is_partial or not (module.has_code or module.locals or module.all("output")):
        return
    used = _used(module)
    for declared in module.all("variable"):
        if declared.address not in used:
            yield _unused(declared, "variable", declared.label(0))
    for local in module.locals.values():
        # What begins with `_` is kept for the check that its value makes.
        if f"local.{local.name}" not in used and not local.name.startswith("_"):
            yield Problem(Place(local.document.source, *local.key), what="local value", name=local.name)
    for declared in module.all("data"):
        if declared.address not in used and not {"lifecycle", "depends_on"} & set(declared.block):
            yield _unused(declared, "data source", declared.address)


def _unused(declared: Declared, what: str, name: str) -> Problem:
    return Problem(Place(declared.document.source, *(declared.block.header or (0, 0))), what=what, name=name)


def duplicates(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each block that has the type and name of an earlier one."""
    module: Module = subject.context
    if module.is_partial:
        return
    for first, later in module.duplicates:
        place = Place(first.document.source, *(first.block.header or (0, 0)))
        yield Problem(
            Place(later.document.source, *(later.block.header or (0, 0))),
            related=[Related(place, f"`{first.address}` stands here first")],
            name=later.address,
        )


def unused_provider(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each required provider of which nothing in the folder is made."""
    module: Module = subject.context
    if module.broken or module.is_partial or not module.has_code:
        return
    used = set(_providers_in_use(module))
    for block in module.nested_settings("required_providers"):
        for name, (start, end, _, _) in block.block.at.items():
            if name not in used:
                yield Problem(Place(block.document.source, start, end), name=name)


def _providers_in_use(module: Module) -> Iterator[str]:
    for type_name in ("resource", "data", "ephemeral"):
        for declared in module.all(type_name):
            yield declared.label(0).partition("_")[0]
            chosen = declared.block.get("provider")
            if chosen is not None:
                yield str(getattr(chosen, "text", chosen)).partition(".")[0]
    for declared in module.all("provider"):
        yield declared.label(0)
    for call in module.all("module"):
        providers = call.block.get("providers")
        if isinstance(providers, Map):
            for name, value in providers.items():
                yield name.partition(".")[0]
                yield str(getattr(value, "text", value)).partition(".")[0]
        else:
            # A module without the argument inherits the default providers of its caller.
            yield from (name for block in module.nested_settings("required_providers") for name in block.block)
    for expression in (one for file in module.files for one in expressions(file.root)):
        text = expression.text
        if "provider::" in text:
            yield from (part.partition("::")[0] for part in text.split("provider::")[1:])


def providers_without_version(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each provider in use that no `required_providers` gives a version."""
    module: Module = subject.context
    if module.broken:
        return
    required: dict[str, Any] = {}
    for block in module.nested_settings("required_providers"):
        for name, value in block.block.items():
            place = Place(block.document.source, *block.block.at[name][:2])
            required[name] = value
            if isinstance(value, Map) and "version" not in value and not value.open:
                yield Problem(place, name=name)
    for declared in (*module.all("provider"), *module.all("resource"), *module.all("data")):
        block_type = declared.block.type
        name = declared.label(0) if block_type == "provider" else declared.label(0).partition("_")[0]
        if declared.block.get("provider") is not None and block_type != "provider":
            continue
        if not name or name in required or name == "terraform":
            continue
        if block_type == "provider" and "version" in declared.block:
            required[name] = declared.block
            continue
        required[name] = declared.block
        if block_type != "provider" and any(
            one.label(0) == name and "version" in one.block for one in module.all("provider")
        ):
            continue
        yield Problem(Place(declared.document.source, *(declared.block.header or (0, 0))), name=name)
