"""Checks of names: what is referred to and not declared, declared and not used, declared twice."""

from __future__ import annotations

from devopslint.artifacts.terraform.declared import Declared
from devopslint.artifacts.terraform.indexes import once
from devopslint.artifacts.terraform.overrides import is_override
from devopslint.artifacts.terraform.variables import is_automatic
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.hcl_nodes import Block, Expression, expressions
from devopslint.syntax.tree import Map, Seq

_MOST_KNOWN = 256
"""Names of one sort among which what was meant is looked for."""
_MOST_HINTS = 10
"""Names that nothing declares in one folder for which it is."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.hcl_nodes import Reference
    from devopslint.syntax.tree import Document

    Options = Mapping[str, Any]

_RESERVED = frozenset(
    {"var", "local", "module", "data", "each", "count", "self", "path", "terraform", "ephemeral", "provider", "action",
     "list", "string", "number", "bool", "any", "map", "set", "object", "tuple", "optional"}
)  # fmt: skip
_NO_REFERENCES = frozenset({"moved", "removed", "import", "check", "terraform"})
"""Blocks that name what may be gone, or what is elsewhere."""
_BARE_WORDS = {"dynamic": ("iterator",), "provisioner": ("when", "on_failure")}
"""Block types and the arguments in which a word stands for itself."""
_WORDS_OF = {"path": {"module", "root", "cwd"}, "terraform": {"workspace", "applying"}}
_NAMES_ONLY = frozenset({"provider", "providers", "lifecycle"})
"""Attributes and blocks whose traversals are no references to values."""


def undeclared(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each reference to a variable, local, resource, data source or module that is not there."""
    module: Module = subject.context
    if module.broken or module.is_partial:
        return
    for file in module.files:
        may_loop = "dynamic" in file.source.text or file.source.path.endswith(".json")
        iterators = set(_iterators(file.root) if may_loop else ())
        for reference, expression in value_references(file):
            name = _declaration(reference, iterators)
            if name is None:
                continue
            place = Place(file.source, reference.start, reference.end)
            if not _is_declared(module, name):
                yield Problem(place, name=name, hint=_hint(module, name))
            elif name.startswith("module.") and "try(" not in expression.text and "can(" not in expression.text:
                missing = _missing_output(module, reference)
                if missing is not None:
                    yield Problem(place, name=f"{name}.{missing[0]}", hint=_hint_of_output(module, name, *missing))


def value_references(file: Document) -> Iterator[tuple[Reference, Expression]]:
    """Yield the references of a file to values, each with the expression that it stands in."""
    for type_name, blocks in file.root.items():
        if type_name in _NO_REFERENCES or not isinstance(blocks, Seq):
            continue
        for block in blocks:
            if not isinstance(block, Map):
                continue
            for key, value in block.items():
                if key in _NAMES_ONLY or value.__class__ is str or (type_name == "variable" and key == "type"):
                    continue
                if value.__class__ is Expression:
                    for reference in value.references():
                        yield reference, value
                    continue
                bare = value.__class__ is Seq and {
                    id(inner.get(name))
                    for inner in _blocks_below(value)
                    for name in _BARE_WORDS.get(inner.type, ())
                    if name in inner
                }
                for expression in expressions(value):
                    if not bare or id(expression) not in bare:
                        for reference in expression.references():
                            yield reference, expression


def _blocks_below(value: Seq) -> Iterator[Block]:
    stack = [value]
    while stack:
        for block in stack.pop():
            if isinstance(block, Block):
                yield block
                stack.extend(inner for inner in block.values() if inner.__class__ is Seq)


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
    if head in _WORDS_OF and len(names) > 1 and steps[1] not in _WORDS_OF[str(head)]:
        return f"{head}.{steps[1]}"
    if head in _RESERVED or head in iterators or not isinstance(head, str):
        return None
    if len(steps) < 2:
        return head
    if not isinstance(steps[1], str) or steps[1] in {"key", "value"}:
        return None
    return f"{head}.{steps[1]}"


def _missing_output(module: Module, reference: Reference) -> tuple[str, Module] | None:
    """Return the name of an output that a local module does not have, and that module."""
    from devopslint.artifacts.terraform.calls import target_of

    call = module.declared.get(f"module.{reference.steps[1]}")
    at = 3 if call is not None and {"count", "for_each"} & set(call.block) else 2
    if call is None or len(reference.steps) <= at or not isinstance(reference.steps[at], str):
        return None
    target = target_of(module, call)
    if target is None or target.broken or f"output.{reference.steps[at]}" in target.declared:
        return None
    return str(reference.steps[at]), target


def _is_declared(module: Module, name: str) -> bool:
    return name in module.declared or (name.startswith("local.") and name[6:] in module.locals)


def _hint(module: Module, name: str) -> str:
    if "." not in name:
        heads = ("var", "local")
        found = next((f"{head}.{name}" for head in heads if _is_declared(module, f"{head}.{name}")), None)
        return f", did you mean `{found}`?" if found else ": a text stands in quotes"
    known = once(module, "known by prefix", _known_by_prefix).get(name.partition(".")[0], [])
    close = _closest(module, name, known, 0.8)
    return f", did you mean `{close}`?" if close else ""


def _hint_of_output(module: Module, call: str, name: str, target: Module) -> str:
    close = _closest(module, name, [output.label(0) for output in target.all("output")], 0.65)
    return f", did you mean `{call}.{close}`?" if close else ""


def _closest(module: Module, name: str, known: list[str], likeness: float) -> str:
    """Return the known name that is most like one, empty when none is, or when too much is asked."""
    asked = module.cache["hints"] = module.cache.get("hints", 0) + 1
    if len(known) > _MOST_KNOWN or asked > _MOST_HINTS:
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, 1, likeness)), "")


def _known_by_prefix(module: Module) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in (*module.declared, *(f"local.{local}" for local in module.locals)):
        found.setdefault(name.partition(".")[0], []).append(name)
    return found


def _used(module: Module) -> set[str]:
    """Return the addresses that something in the folder refers to."""
    found: set[str] = set()
    for reference, _ in module.references():
        steps = [str(step) for step in reference.steps[:3]]
        found.add(".".join(steps[:2]))
        found.add(".".join(steps))
    return found


def unused(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each variable, local, data source or other configuration of a provider that nothing uses."""
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
    for declared in module.all("provider"):
        alias = declared.block.get("alias")
        if isinstance(alias, str) and f"{declared.label(0)}.{alias}" not in used:
            yield _unused(declared, "provider", f"{declared.label(0)}.{alias}")
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
    for first, later in (*module.duplicates, *_more_duplicates(module)):
        place = Place(first.document.source, *(first.block.header or (0, 0)))
        yield Problem(
            Place(later.document.source, *(later.block.header or (0, 0))),
            related=[Related(place, f"`{first.address}` stands here first")],
            name=later.address,
        )
    for first_local, later_local in module.duplicate_locals:
        yield Problem(
            Place(later_local.document.source, *later_local.key),
            related=[Related(Place(first_local.document.source, *first_local.key), "it stands here first")],
            name=f"local.{later_local.name}",
        )


def _more_duplicates(module: Module) -> Iterator[tuple[Declared, Declared]]:
    """Yield the second configuration of a provider without an alias or with the same, and of required providers."""
    seen: dict[str, Declared] = {}
    for declared in (*module.all("provider"), *module.nested_settings("required_providers")):
        if is_override(declared.document.source.path):
            continue
        alias = declared.block.get("alias", "")
        key = f"{declared.address}/{alias}" if isinstance(alias, str) else ""
        if key and "for_each" not in declared.block and seen.setdefault(key, declared) is not declared:
            yield seen[key], declared


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
    made = (one for kind in ("resource", "data", "ephemeral") for one in module.all(kind))
    for declared in (*made, *_checked_data(module)):
        yield declared.label(0).partition("_")[0]
        yield _provider_of(declared)
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
    for expression in (one for file in module.files for one in module.expressions_of(file.root)):
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
    made = (one for kind in ("resource", "data", "ephemeral") for one in module.all(kind))
    for declared in (*module.all("provider"), *made, *_checked_data(module)):
        is_provider = declared.block.type == "provider"
        name = declared.label(0) if is_provider else _provider_of(declared)
        if not name or name in required or name == "terraform":
            continue
        required[name] = declared.block
        providers = [declared] if is_provider else [one for one in module.all("provider") if one.label(0) == name]
        if not any("version" in one.block for one in providers):
            yield Problem(Place(declared.document.source, *(declared.block.header or (0, 0))), name=name)


def _checked_data(module: Module) -> Iterator[Declared]:
    """Yield the data sources that `check` blocks hold."""
    for declared in module.all("check"):
        sources = declared.block.get("data")
        for source in sources if isinstance(sources, Seq) else ():
            if isinstance(source, Block):
                yield Declared(source, declared.document)


def _provider_of(declared: Declared) -> str:
    """Return the provider of a resource or data source by the name that it has here."""
    chosen = declared.block.get("provider")
    if chosen is None:
        return declared.label(0).partition("_")[0]
    return str(getattr(chosen, "text", chosen)).partition(".")[0]


def undeclared_provider(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each `provider = aws.west` and item of `providers` whose configuration no file of the folder has."""
    module: Module = subject.context
    if module.broken or module.is_partial:
        return
    known = {f"{one.label(0)}.{one.block.get('alias')}" for one in module.all("provider") if "alias" in one.block}
    for block in module.nested_settings("required_providers"):
        for expression in expressions(block.block):
            known.update(reference.text for reference in expression.references())
    for type_name in ("resource", "data", "ephemeral", "module"):
        for declared in module.all(type_name):
            value = declared.block.get("providers" if type_name == "module" else "provider")
            for expression in expressions(value):
                for reference in expression.references():
                    if len(reference.steps) == 2 and reference.text not in known and reference.steps[0] != "each":
                        place = Place(expression.source, reference.start, reference.end)
                        yield Problem(place, name=reference.text)


def value_without_variable(file: Subject, options: Options) -> Iterator[Problem]:
    """Yield each value of a file that Terraform reads by itself for which no file of the folder has a variable."""
    module: Module = file.context
    if module.broken or module.is_partial or not module.files or not is_automatic(file.document.source.path):
        return
    if module.workspace.exists(module.path_of("terragrunt.hcl")):
        return  # which brings files of elsewhere into the folder
    for name in file.value:
        if f"var.{name}" not in module.declared and not name.startswith("//"):
            hint = _hint(module, f"var.{name}").replace("var.", "")
            yield Problem((name,), part="key", name=name, hint=hint)


def providers_without_source(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each required provider that does not say where it comes from."""
    module: Module = subject.context
    for block in module.nested_settings("required_providers"):
        for name, value in block.block.items():
            if isinstance(value, str) or (isinstance(value, Map) and "source" not in value and not value.open):
                yield Problem(Place(block.document.source, *block.block.at[name][:2]), name=name)
