"""From the files of a folder to the subjects that rules are about."""

from __future__ import annotations

from devopslint.artifacts.terraform.calls import ask_again, load_files, sources_not_read
from devopslint.artifacts.terraform.dynamic import instances, is_left_out, write_out, written_for
from devopslint.artifacts.terraform.inner import inner_subjects
from devopslint.artifacts.terraform.registry import registry_subjects
from devopslint.artifacts.terraform.related import related_of
from devopslint.artifacts.terraform.uses import instance_of, uses_for
from devopslint.policy.subject import Subject
from devopslint.syntax.tree import Document, Map, Seq, header_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.module import Module
    from devopslint.artifacts.terraform.values import Scope
    from devopslint.policy.artifact import Unit

_BLOCK_KINDS = {
    "resource": "terraform.resource",
    "data": "terraform.data",
    "variable": "terraform.variable",
    "output": "terraform.output",
    "provider": "terraform.provider",
    "module": "terraform.module_call",
    "terraform": "terraform.settings",
}
_TYPED = frozenset({"resource", "data", "provider"})
_LOOPED = frozenset({"resource", "data"})
_COUNTED = frozenset({"resource", "data", "module"})


def read_unit(unit: Unit) -> Iterator[Subject]:
    """Yield the subjects of a folder; what can't be read is told to the unit."""
    first = unit.files[0]
    if first.endswith((".tfstate", ".tfstate.backup")):
        yield from _state(unit, first)
        return
    module = load_files(unit.workspace, first.rpartition("/")[0], unit.files)
    ask_again(module)
    for source, problem in module.problems:
        unit.syntax_problem(source, problem)
    unit.modules_not_read = sources_not_read(module)
    yield from module_subjects(module)
    if any(one.type.startswith("kubernetes_") for one in module.subjects.values()):
        from devopslint.artifacts.terraform.kubernetes import manifests

        unit.guests.append(("kubernetes", list(manifests(module))))


def module_subjects(module: Module) -> list[Subject]:
    """Return the subjects of a module: itself, its files, its blocks, its local values."""
    write_out(module)
    subjects: list[Subject] = []
    blocks: list[Subject] = []
    for type_name, kind in _BLOCK_KINDS.items():
        for declared in module.all(type_name):
            block = declared.block
            if type_name in _COUNTED and ("count" in block or "for_each" in block) and is_left_out(module, block):
                continue
            subject = _block_subject(module, declared, kind)
            if type_name == "resource":
                module.subjects[declared.address] = subject
            elif type_name == "module":
                blocks.extend(registry_subjects(module, declared))
            made = list(_made(module, subject)) if type_name in _LOOPED else [subject]
            blocks.extend(made)
            if type_name == "resource":
                blocks.extend(inner for one in made for inner in inner_subjects(one))
    for backend in module.nested_settings("backend"):
        blocks.append(_block_subject(module, backend, "terraform.backend"))
    main = module.main
    if main is not None:
        items = [item for value in main.root.values() if isinstance(value, Seq) for item in value]
        header = min([mark for item in items if (mark := header_of(item)) is not None], default=None)
        subjects.append(
            Subject(
                "terraform.module",
                module.blocks,
                document=main,
                address=module.folder or ".",
                header=header or (0, 0),
                context=module,
            )
        )
    for file in (*module.files, *module.values_files):
        kind = "tfvars" if file in module.values_files else "tf"
        subjects.append(Subject("terraform.file", file.root, document=file, type=kind, header=(0, 0), context=module))
    for local in module.locals.values():
        subjects.append(
            Subject(
                "terraform.local",
                local.value,
                document=local.document,
                address=f"local.{local.name}",
                header=local.key,
                context=module,
            )
        )
    return subjects + blocks


def _block_subject(module: Module, declared: Declared, kind: str) -> Subject:
    block = declared.block
    typed = block.type in _TYPED or kind == "terraform.backend"
    return Subject(
        kind,
        block,
        document=declared.document,
        address=declared.address,
        type=declared.label(0) if typed else "",
        header=block.header,
        context=module,
        related=related_of(module, declared) if kind == "terraform.resource" else None,
    )


def _made(module: Module, subject: Subject) -> Iterator[Subject]:
    """Yield the subject of a block for each way in which its folder is called and for each instance, where they differ."""
    block = subject.value
    is_looped = "count" in block or "for_each" in block
    uses = uses_for(module, block)
    for scope in uses or (module,):
        if is_looped and is_left_out(scope, block):
            continue
        bounds = list(instances(scope, block)) if is_looped else []
        if bounds:
            yield from (_within(instance_of(scope, bound), subject, module) for bound in bounds)
        else:
            yield _within(scope, subject, module) if uses else subject


def _within(scope: Scope, subject: Subject, module: Module) -> Subject:
    """Return the subject of a block where its expressions are worth what a scope says."""
    document = Document(subject.document.source, subject.document.root)
    document.resolve, document.layout, document.is_set = scope.resolve, subject.document.layout, subject.document.is_set
    return Subject(
        subject.kind,
        written_for(scope, subject.value, certain=module.is_root),
        document=document,
        address=subject.address,
        type=subject.type,
        header=subject.header,
        context=subject.context,
        related=subject.related,
    )


def _state(unit: Unit, path: str) -> Iterator[Subject]:
    source = unit.workspace.source(path)
    if source is not None:
        first_line = len(source.line(1))
        yield Subject("terraform.state", Map(), document=Document(source, Map()), address=path, header=(0, first_line))
