"""Checks of the shape of blocks: their types, labels and arguments, as the language lays them down."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.language import (
    ARGUMENTS,
    BLOCKS,
    LABELS,
    NESTED_LABELS,
    PROVIDER_KEYS,
    REQUIRED,
    RESERVED_VARIABLES,
)
from devopslint.artifacts.terraform.indexes import once
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Block, Expanded
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Mark

    Options = Mapping[str, Any]

_IDENTIFIER = lazily(r"[^\W\d][\w-]*")
_NAME_LABEL = {
    "resource": 1,
    "data": 1,
    "ephemeral": 1,
    "action": 1,
    "variable": 0,
    "output": 0,
    "module": 0,
    "check": 0,
}


def _hint(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), 1, 0.6)
    return f", did you mean `{close[0]}`?" if close else ""


def _blocks(file: Subject) -> Sequence[tuple[Block, str, Block | None]]:
    """Return every block of a file with the name of what it is (a provisioner's type), and the block that holds it."""
    root = file.value
    return once(file.context, f"blocks of {id(root)}", lambda _: list(_blocks_below(root)))


def _blocks_below(root: Any) -> Iterator[tuple[Block, str, Block | None]]:
    """Yield every block of a file with the name of what it is (a provisioner's type), and the block that holds it."""
    stack: list[tuple[Any, Block | None]] = [(root, None)]
    while stack:
        node, owner = stack.pop()
        for value in node.values():
            for block in value if isinstance(value, Seq) else ():
                if isinstance(block, Block) and not isinstance(block, Expanded):
                    yield block, _kind(block, owner), owner
                    stack.append((block, block))


def _kind(block: Block, owner: Block | None) -> str:
    """Return the name under which the tables have a block; an empty text for one that belongs to a provider."""
    if owner is None:
        return block.type
    if block.type == "provisioner" and block.labels:
        return str(block.labels[0])
    expected = BLOCKS.get(owner.type, frozenset())
    if block.type == "lifecycle" and owner.type in {"resource", "data", "ephemeral"}:
        return "lifecycle"
    return block.type if block.type in expected and block.type != "data" else ""


def _is_native(subject: Subject) -> bool:
    return subject.type == "tf" and not subject.document.source.path.endswith(".json")


def unknown_block(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each block or attribute of a file, and each block inside of one of the language's, that there is not."""
    if not _is_native(subject):
        return
    source = subject.document.source
    for name, value in subject.value.items():
        if name in LABELS:
            continue
        if not isinstance(value, Seq) or not value or not isinstance(value[0], Block):
            place = Place(source, *subject.value.at[name][:2])
            yield Problem(place, what="argument", name=name, where="a file", hint="")
            continue
        for block in value:
            yield Problem(
                Place(source, *block.header), what="block", name=name, where="a file", hint=_hint(name, LABELS)
            )
    for block, kind, _ in _blocks(subject):
        if kind not in BLOCKS and kind not in ARGUMENTS:
            continue
        for name, value in block.items():
            is_block = isinstance(value, Seq) and bool(value) and isinstance(value[0], Block)
            if is_block and name not in BLOCKS.get(kind, frozenset()) and name != "dynamic":
                hint = "" if name not in ARGUMENTS.get(kind, ()) else f", write `{name} = …`"
                hint = hint or _hint(name, BLOCKS.get(kind, ()))
                for inner in value:
                    yield Problem(Place(source, *inner.header), what="block", name=name, where=f"`{kind}`", hint=hint)


def unknown_argument(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each argument of a block of the language that it does not take."""
    if subject.type != "tf":
        return
    source = subject.document.source
    for block, kind, _ in _blocks(subject):
        known = ARGUMENTS.get(kind)
        if known is not None:
            for name, value in block.items():
                is_block = value is UNKNOWN or (isinstance(value, Seq) and value and isinstance(value[0], Block))
                if name in known or is_block or name in BLOCKS.get(kind, ()):
                    continue
                hint = _hint(name, known)
                yield Problem(Place(source, *block.at[name][:2]), name=name, where=f"`{kind}`", hint=hint)
        if kind == "required_providers":
            for provider, entry in block.items():
                for name in entry if isinstance(entry, Map) and not isinstance(entry, Block) else ():
                    if name not in PROVIDER_KEYS:
                        place = Place(source, *entry.at[name][:2])
                        hint = _hint(name, PROVIDER_KEYS)
                        yield Problem(place, name=name, where=f"required provider `{provider}`", hint=hint)


def missing_argument(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each block of the language that lacks an argument which it must have."""
    source = subject.document.source
    stem = source.path.rpartition("/")[2].split(".", 1)[0]
    if subject.type != "tf" or stem == "override" or stem.endswith("_override"):
        return
    for block, kind, _ in _blocks(subject):
        for group in REQUIRED.get(kind, ()):
            if not any(name in block for name in group) and block.header is not None:
                wanted = " or ".join(f"`{name}`" for name in group)
                yield Problem(Place(source, *block.header), what=f"`{kind}`", wanted=wanted)


def wrong_labels(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each block that has more or fewer labels than its type takes."""
    if not _is_native(subject):
        return
    source = subject.document.source
    for block, _, owner in _blocks(subject):
        wanted = LABELS.get(block.type) if owner is None else None
        if owner is not None and owner.type in NESTED_LABELS.get(block.type, ((), 0))[0]:
            wanted = NESTED_LABELS[block.type][1]
        if owner is not None and owner.type == "terraform" and block.type in {"cloud", "required_providers"}:
            wanted = 0
        if wanted is None or len(block.labels) == wanted or block.header is None:
            continue
        mark: Mark = block.header
        if len(block.labels) > wanted:
            mark = block.labels.at[wanted][0], block.labels.at[-1][1]
        labels = {0: "no label", 1: "one label", 2: "two labels, a type and a name"}[wanted]
        yield Problem(Place(source, *mark), what=block.type, labels=labels)


def invalid_name(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each name that is no identifier, and each variable whose name a `module` block keeps for itself."""
    if subject.type != "tf":
        return
    source = subject.document.source
    for type_name, index in _NAME_LABEL.items():
        blocks = subject.value.get(type_name)
        for block in blocks if isinstance(blocks, Seq) else ():
            if not isinstance(block, Block) or len(block.labels) <= index:
                continue
            name = str(block.labels[index])
            if not _IDENTIFIER.fullmatch(name):
                problem = "is no name: it must begin with a letter or `_`, and hold letters, digits, `_` and `-` only"
            elif type_name == "variable" and name in RESERVED_VARIABLES:
                problem = "can't be a variable: it means something in a `module` block"
            else:
                continue
            yield Problem(Place(source, *block.labels.at[index]), name=name, problem=problem)


def call_arguments(call: Subject, options: Options) -> Iterator[Problem]:
    """Yield what a call of a local module passes that it has no variable for, and what it must pass and does not."""
    from devopslint.artifacts.terraform.calls import target_of

    module: Module = call.context
    declared = module.declared.get(call.address)
    target = None if declared is None or module.is_partial else target_of(module, declared)
    if target is None or target.broken:
        return
    variables = {one.label(0): one.block for one in target.all("variable")}
    given = {name for name in call.value if name not in _META}
    for name in call.value:
        value = call.value[name]
        if name in _META or name in variables or (isinstance(value, Seq) and value and isinstance(value[0], Block)):
            continue
        yield Problem((name,), part="key", problem=f"has no variable `{name}`{_hint(name, variables)}")
    for name, block in variables.items():
        if "default" not in block and name not in given:
            yield Problem(problem=f"needs a value for `{name}`")


def missing_module(call: Subject, options: Options) -> Iterator[Problem]:
    """Yield the source of a call that names no module, where others stand beside it: of a lone file nobody knows."""
    from devopslint.artifacts.terraform.calls import folder_of, has_code, modules_beside

    module: Module = call.context
    declared = module.declared.get(call.address)
    folder = None if declared is None or module.is_partial or module.is_trial else folder_of(module, declared)
    if not folder or has_code(module.workspace, folder) or _MADE.search(folder):
        return
    beside = [name for name in modules_beside(module.workspace, folder) if name != module.folder.rpartition("/")[2]]
    if beside:
        source = call.value["source"]
        above, slash, name = source.rstrip("/").rpartition("/")
        yield Problem("source", name=source, hint=_hint(above + slash + name, [above + slash + one for one in beside]))


_MADE = lazily(r"(?:^|/)(?:\.|build|dist|gen|generated|out|target|tmp|vendor)(?:/|$)")
"""Folders that a build writes."""
_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on", "lifecycle"})
