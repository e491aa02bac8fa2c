"""Checks of how things are written: outdated syntax, doubled keys, names, the files of a module."""

from __future__ import annotations

from devopslint.artifacts.terraform.indexes import operations_of
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Block, Expanded, Expression, blocks_of, walk
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from tree_sitter import Node

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_NAME = lazily(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_DOT_DIGIT = lazily(r"\.\d")
_OUTDATED = lazily(r"\b(?:lookup|list|map)\(")
_LABEL_OF_NAME = {"resource": 1, "data": 1, "module": 0, "variable": 0, "output": 0}
_TYPE_NAMES = frozenset({"string", "number", "bool", "list", "map", "set", "any"})


def needless_interpolation(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each string that is nothing but `${…}`."""
    for expression in subject.context.expressions_of(subject.value):
        text = expression.text
        if '"${' not in text or '}"' not in text or expression.source.path.endswith(".json"):
            continue
        for node in walk(expression.node, lambda node: node.type != "heredoc_template"):
            if node.type != "quoted_template" or len(node.children) != 3:
                continue
            hole = node.children[1]
            if (
                hole.type != "template_interpolation"
                or hole.end_byte - node.start_byte != len(expression.text_of(node)) - 1
            ):
                continue
            if hole.start_byte != node.start_byte + 1 or _is_key(node):
                continue
            start, end = node.start_byte + expression.shift, node.end_byte + expression.shift
            inner = expression.source.text[start + 3 : end - 2].strip(" ~")
            yield Problem(Place(expression.source, start, end), inner=inner)


def _is_key(node: Node) -> bool:
    """Say whether a template is the key of an object, which may be no bare expression: `{ "${local.a}" = 1 }`."""
    outer = node.parent.parent if node.parent is not None else None
    element = outer.parent if outer is not None else None
    return element is not None and element.type == "object_elem" and element.children[0] == outer


def legacy_index(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each index with a dot: `aws_instance.web.0.id`."""
    for expression in operations_of(subject.context, subject.value):
        if not _DOT_DIGIT.search(expression.text):
            continue
        for node in expression.nodes("legacy_index"):
            start = node.start_byte + expression.shift
            text = expression.source.text
            digits = len(text[start + 1 :]) - len(text[start + 1 :].lstrip("0123456789"))
            end = start + 1 + digits
            yield Problem(Place(expression.source, start, end), index=text[start + 1 : end])


def outdated_function(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each `lookup` without a default, and for `list` and `map`, which are gone."""
    for expression in operations_of(subject.context, subject.value):
        if not _OUTDATED.search(expression.text):
            continue
        for node in expression.nodes("function_call"):
            name_node = node.children[0]
            name = expression.text_of(name_node)
            if name not in {"lookup", "list", "map"}:
                continue
            count = sum(
                part.type == "expression"
                for child in node.children
                if child.type == "function_arguments"
                for part in child.children
            )
            instead = {"list": "`tolist([…])`", "map": "`tomap({…})`", "lookup": "an index"}[name]
            if name != "lookup" or count == 2:
                if _is_type_constraint(subject, expression):
                    continue
                start = name_node.start_byte + expression.shift
                yield Problem(Place(expression.source, start, start + len(name)), function=name, instead=instead)


def _is_type_constraint(subject: Subject, expression: Expression) -> bool:
    """Say whether an expression is the type of a variable, where `list(string)` is no call."""
    variables = subject.value.get("variable")
    return any(
        isinstance(block, Block) and block.get("type") is expression
        for block in (variables if isinstance(variables, Seq) else ())
    )


def quoted_type(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a variable's type in quotes."""
    kind = subject.raw("type")
    if subject.document.source.path.endswith(".json"):
        return
    if isinstance(kind, str) and kind in _TYPE_NAMES:
        yield Problem("type", kind=kind)


def duplicate_keys(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each key that an object holds twice."""
    source = subject.document.source
    stack: list[Any] = [subject.value] if subject.document.may_hold_duplicates else []
    while stack:
        node = stack.pop()
        if node.__class__ is str:
            continue
        if isinstance(node, Map):
            if not isinstance(node, Block):
                for key, (start, end, _, _) in node.duplicates:
                    yield Problem(Place(source, start, end), key=key)
            stack.extend(() if isinstance(node, Expanded) else node.values())
        elif isinstance(node, Expression):
            yield from _duplicates_inside(node)
        elif isinstance(node, Seq):
            stack.extend(node)


def _duplicates_inside(expression: Expression) -> Iterator[Problem]:
    """Yield a problem for each key that an object in an expression (`merge({ a = 1, a = 2 })`) holds twice."""
    if expression.is_plain or expression.text.count("=") + expression.text.count(":") < 2:
        return
    for node in expression.nodes("object"):
        seen: set[str] = set()
        for child in node.children:
            if child.type != "object_elem" or child.child_count < 3:
                continue
            written = expression.text_of(child.children[0])
            key = written.strip('"')
            if written.startswith("(") or "${" in written:
                continue
            if key in seen:
                start = child.children[0].start_byte + expression.shift
                yield Problem(Place(expression.source, start, start + len(written)), key=key)
            seen.add(key)


def naming(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each name that is not written in lower case with underscores."""
    for type_name, index in _LABEL_OF_NAME.items():
        blocks = subject.value.get(type_name)
        for block in blocks if isinstance(blocks, Seq) else ():
            if isinstance(block, Block) and len(block.labels) > index and not _NAME.fullmatch(block.labels[index]):
                yield Problem(Place(subject.document.source, *block.labels.at[index]), name=block.labels[index])
    for block in blocks_of(subject.value, "locals"):
        for name, (start, end, _, _) in block.at.items() if isinstance(block, Block) else ():
            if not _NAME.fullmatch(name.lstrip("_")):
                yield Problem(Place(subject.document.source, start, end), name=name)


def repeated_type(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each resource whose name repeats its type: `aws_s3_bucket.logs_bucket`."""
    block = subject.value
    if len(block.labels) < 2:
        return
    words = str(block.labels[0]).split("_")[1:]
    name = str(block.labels[1])
    if len(words) >= 2 and "_".join(words) in name and name != "_".join(words):
        yield Problem(Place(subject.document.source, *block.labels.at[1]), name=name)


def misplaced_block(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each variable or output that stands outside the file kept for them."""
    module: Module = subject.context
    if not module.has_code or len(module.declared) < int(options["blocks"]):
        return
    for type_name, wanted in (("variable", "variables"), ("output", "outputs")):
        for declared in module.all(type_name):
            name = declared.document.source.path.rpartition("/")[2]
            if wanted[:-1] not in name and declared.block.header is not None:
                yield Problem(
                    Place(declared.document.source, *declared.block.header), what=type_name, file=f"{wanted}.tf"
                )
                break


def missing_readme(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem when a module for others has no README."""
    module: Module = subject.context
    if module.is_root or not module.all("variable") or not module.has_code or not module.folder:
        return
    if not any(name.lower().startswith("readme") for name in module.workspace.names(module.folder)):
        yield Problem()


def missing_files(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each of the standard files that a module does not have."""
    module: Module = subject.context
    if not module.has_code or module.is_partial:
        return
    names = {name.split(".", 1)[0] for name in module.workspace.names(module.folder)}
    for stem in ("main", "variables", "outputs"):
        if stem not in names:
            yield Problem(file=f"{stem}.tf")


def repeated_blocks(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for the last of several resources of a type that differ in literal values only."""
    module: Module = subject.context
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for declared in module.all("resource"):
        block = declared.block
        if len(block) < 3 or {"for_each", "count"} & set(block):
            continue
        groups.setdefault((declared.label(0), _shape(block)), []).append(declared)
    for (type_name, _), members in groups.items():
        if len(members) >= int(options["count"]):
            first = members[0]
            yield Problem(
                Place(first.document.source, *(first.block.header or (0, 0))), type=type_name, number=len(members)
            )


def _shape(block: Map) -> tuple[Any, ...]:
    """Return what stays of a body when literal texts are taken out."""
    shape: list[Any] = []
    for key in sorted(block):
        value = block[key]
        if isinstance(value, Seq) and value and isinstance(value[0], Block):
            shape.append((key, tuple(tuple(sorted(item)) for item in value if isinstance(item, Map))))
        else:
            shape.append((key, "…" if value is UNKNOWN or isinstance(value, (str, Expression, Map)) else repr(value)))
    return tuple(shape)


def provisioner(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each provisioner that runs commands when a resource is made."""
    for block in blocks_of(subject.value, "provisioner"):
        runs = isinstance(block, Block) and block.labels and block.labels[0] in {"local-exec", "remote-exec"}
        if runs and block.header is not None:
            yield Problem(Place(subject.document.source, *block.header), name=block.labels[0])
