"""The model of a folder: what its files declare, what that refers to, and what its variables and locals are worth."""

from __future__ import annotations

from devopslint.artifacts.terraform.declared import DECLARING, Declared, Local
from devopslint.artifacts.terraform.evaluate import evaluate
from devopslint.artifacts.terraform.overrides import is_override, overridden
from devopslint.artifacts.terraform.presence import certainly_set
from devopslint.artifacts.terraform.variables import variable
from devopslint.syntax.hcl_layout import layout_of
from devopslint.syntax.hcl_nodes import Block, Expression, blocks_of, expressions
from devopslint.syntax.tree import UNKNOWN, Candidate, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from devopslint.artifacts.terraform.values import Scope
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.hcl_nodes import File, Reference
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document, SyntaxProblem

    class Repository(Protocol):
        """What a module asks of the other modules of its repository."""

        def callers(self, module: Module) -> Sequence[tuple[Module, Declared]]:
            """Return the calls of a folder, with the modules that they stand in."""

        def givers(self, module: Module) -> Sequence[tuple[Scope, Declared]]:
            """Return the same calls, one for each way in which they are made."""

        def output(self, module: Module, name: str, output: str) -> Any:
            """Return the value of `module.name.output`, UNKNOWN when it can't be known."""

    Origin = tuple[Source, int, int, str]
    Known = tuple[Any, tuple[Origin, ...]]

_UNKNOWN: Sequence[Candidate] = (Candidate(UNKNOWN),)
_NOTHING: Known = (UNKNOWN, ())
_MOST_NESTED = 40
_TEXTS = (".json", ".yaml", ".yml", ".sh", ".txt", ".tpl", ".tftpl", ".tmpl", ".template", ".cfg", ".conf", ".policy")
_UNAPPLIED = frozenset({"example", "examples", "sample", "samples", "test", "tests", "fixture", "fixtures", "testdata"})
_PARTS = frozenset({"fixture", "fixtures", "testdata", "docs"})


class Module:
    """A folder of Terraform files."""

    def __init__(
        self,
        folder: str,
        files: Sequence[Document],
        workspace: Workspace,
        *,
        broken: bool = False,
        problems: Sequence[tuple[Source, SyntaxProblem]] = (),
        repository: Repository | None = None,
    ) -> None:
        self._repository = repository
        self.folder = folder
        self.problems = problems
        """What could not be read, and in which file."""
        self.workspace = workspace
        self.broken = broken
        """Whether a file could not be read whole, so that what seems undeclared may be declared."""
        self.files = [file for file in files if not _is_values(file.source.path)]
        self.values_files = [file for file in files if _is_values(file.source.path)]
        self.blocks = Map()
        self.declared: dict[str, Declared] = {}
        self.duplicates: list[tuple[Declared, Declared]] = []
        self.locals: dict[str, Local] = {}
        self.duplicate_locals: list[tuple[Local, Local]] = []
        self.of_type: dict[str, list[Declared]] = {}
        self.subjects: dict[str, Subject] = {}
        """The subjects of resources by address, filled by the reader."""
        self.indexes: dict[tuple[str, str], Any] = {}
        """What `related` keeps: by type and owner's type, the resources by what they refer to, and those that do not."""
        self._known: dict[tuple[str, str], Known] = {}
        self._working: set[tuple[str, str]] = set()
        self._memo: dict[tuple[str, int, int, int], Sequence[Candidate]] = {}
        self._links: dict[tuple[str, str | None], set[str]] = {}
        self.cache: dict[str, Any] = {}
        """What `indexes.once` keeps."""
        self._references: list[tuple[Reference, Document]] | None = None
        self.written_out = False
        """Whether what `dynamic` blocks make was put beside them."""
        self.asked: set[str] = set()
        """The folders of modules that were read for the values of their outputs."""
        self._callers: Sequence[tuple[Module, Declared]] | None = None
        self._givers: Sequence[tuple[Scope, Declared]] | None = None
        self._is_root: tuple[Sequence[str], bool] | None = None
        """What `is_root` is while the names in the folder stay what they are."""
        self._expressions: dict[int, list[Expression]] = {}
        self.assigned: dict[str, list[tuple[Any, Origin | None]]] | None = None
        """What values files give variables, filled when it is first asked for."""
        for file in sorted(self.files, key=lambda file: is_override(file.source.path)):
            self._take(file)
            file.resolve, file.layout, file.is_set = self.resolve, layout_of, self.is_set

    def _take(self, file: Document) -> None:
        override = is_override(file.source.path)
        for type_name, blocks in file.root.items():
            if not isinstance(blocks, Seq):
                continue
            for index, block in enumerate(blocks):
                if not isinstance(block, Block):
                    continue
                self.blocks.setdefault(type_name, Seq()).add(block, blocks.at[index])
                declared = Declared(block, file)
                if override and declared.address in self.declared:
                    first = self.declared[declared.address]
                    first.block = overridden(first.block, block, file.source)
                    first.overrides = (*first.overrides, block)
                    continue
                self.of_type.setdefault(type_name, []).append(declared)
                if type_name == "locals":
                    self._take_locals(block, file)
                elif type_name in DECLARING:
                    first = self.declared.setdefault(declared.address, declared)
                    if first is not declared and not override and not is_override(first.document.source.path):
                        self.duplicates.append((first, declared))

    def _take_locals(self, block: Block, file: Document) -> None:
        for name, (key_start, key_end, start, end) in block.at.items():
            local = Local(name, block[name], file, (key_start, key_end), (start, end))
            if is_override(file.source.path):
                self.locals[name] = local
                continue
            first = self.locals.setdefault(name, local)
            if first is not local:
                self.duplicate_locals.append((first, local))

    def all(self, type_name: str) -> list[Declared]:
        """Return every block of a type (`variable`, `provider`), in the order of the files."""
        return self.of_type.get(type_name, [])

    @property
    def settings(self) -> list[Declared]:
        """The `terraform` blocks."""
        return self.all("terraform")

    def nested_settings(self, type_name: str) -> list[Declared]:
        """Return the blocks of a type inside the `terraform` blocks: `backend`, `cloud`, `required_providers`."""
        if "terraform" not in self.of_type:
            return []
        return [
            Declared(block, settings.document)
            for settings in self.of_type["terraform"]
            for block in blocks_of(settings.block, type_name)
            if isinstance(block, Block)
        ]

    @property
    def is_root(self) -> bool:
        """Whether this folder is applied by itself: it configures a provider, a backend, or has values for its variables."""
        names = self.workspace.names(self.folder)
        if self._is_root is None or self._is_root[0] is not names:
            self._is_root = names, self._is_applied_with(names)
        return self._is_root[1]

    def _is_applied_with(self, names: Sequence[str]) -> bool:
        if self.nested_settings("backend") or self.nested_settings("cloud"):
            return True
        # A provider block that sets nothing but a version is a leftover of old modules.
        return any(name.endswith((".tfvars", ".tfvars.json")) for name in names) or any(
            not set(provider.block) <= {"version", "alias"} for provider in self.all("provider")
        )

    @property
    def is_trial(self) -> bool:
        """Whether this folder is an example or a test."""
        return bool(_UNAPPLIED & set(self.folder.lower().split("/")))

    @property
    def is_applied(self) -> bool:
        """Whether this is a root module that stands for something that runs, and is no example or test."""
        return self.is_root and not self.is_trial

    @property
    def has_asked_for_callers(self) -> bool:
        """Whether the calls of this folder were looked for."""
        return self._callers is not None and not self.is_root

    @property
    def givers(self) -> Sequence[tuple[Scope, Declared]]:
        """The calls of this folder, each with what knows the values of variables where it stands, of each instance."""
        if self._givers is None:
            self._givers = []
            if self._repository is not None:
                self._givers = self._repository.givers(self)
        return self._givers

    @property
    def callers(self) -> Sequence[tuple[Module, Declared]]:
        """The calls of this folder by other modules of the repository, examples and tests left out."""
        if self._callers is None:
            self._callers = []
            if self._repository is not None and not self.is_root:
                self._callers = self._repository.callers(self)
        return self._callers

    @property
    def is_partial(self) -> bool:
        """Whether the files of this folder are parts that a test or a page puts together, and no module."""
        return bool(_PARTS & set(self.folder.lower().split("/")))

    @property
    def has_code(self) -> bool:
        """Whether the folder declares infrastructure at all, and not only values or tests."""
        return bool(self.of_type.keys() & {"resource", "data", "module", "provider"})

    def path_of(self, name: str) -> str:
        """Return the path of a file of this folder."""
        return f"{self.folder}/{name}" if self.folder else name

    @property
    def main(self) -> Document | None:
        """The file that stands for the folder: `main.tf`, or else the first."""
        for file in self.files:
            if file.source.path.rpartition("/")[2] in {"main.tf", "main.tofu"}:
                return file
        return self.files[0] if self.files else None

    # Values

    def declaration(self, address: str) -> tuple[Block, Source] | None:
        """Return the block that an address names, and the file that it stands in."""
        declared = self.declared.get(address)
        return None if declared is None else (declared.block, declared.document.source)

    def resolve(self, value: Any, subject: Any = None) -> Sequence[Candidate] | None:
        """Return the value of an expression as one candidate; `None` when the value is no expression."""
        if not isinstance(value, Expression):
            return None
        key = (value.source.path, value.start, value.end, id(value.bound) if value.bound else 0)
        found = self._memo.get(key)
        if found is None:
            self._memo[key] = _UNKNOWN  # what a value that is made of itself comes to
            result, origins = evaluate(value, self)
            found = self._memo[key] = (Candidate(result, origins),)
        return found

    def is_set(self, value: Any) -> bool:
        """Say whether an expression whose value can't be known certainly has one."""
        return certainly_set(value, self._is_made)

    def _is_made(self, address: str) -> bool:
        found = self.declared.get(address)
        if found is None or "for_each" in found.block:
            return False
        count = self.value(found.block.get("count", 1))
        return isinstance(count, (int, float)) and count > 0

    def read_file(self, path: str) -> Source | None:
        """Return a text file that an expression names by its path from this folder; `None` when there is none."""
        from posixpath import normpath

        found = normpath(self.path_of(path))
        if not found.endswith(_TEXTS) or found.startswith(("/", "..")) or not self.workspace.exists(found):
            return None
        return self.workspace.source(found)

    def value(self, value: Any) -> Any:
        """Return a value with an expression replaced by what it comes to."""
        found = self.resolve(value)
        return value if found is None else found[0].value

    def lookup(self, kind: str, name: str) -> Known:
        """Return the value of `var.name`, `local.name` or `module.name.output`, UNKNOWN when the files do not say."""
        key = (kind, name)
        if key in self._known:
            return self._known[key]
        if key in self._working or len(self._working) > _MOST_NESTED:
            return _NOTHING
        self._working.add(key)
        found: Known
        try:
            if kind == "module":
                output = self._repository.output(self, *name.split(".", 1)) if self._repository else UNKNOWN
                found = (output, ())
            else:
                local = self.locals.get(name) if kind == "local" else None
                found = variable(self, name) if kind == "var" else local.worth(self) if local else _NOTHING
        finally:
            self._working.discard(key)
        self._known[key] = found
        return found

    # References

    def expressions_of(self, root: File) -> Sequence[Expression]:
        """Return every expression in a file, in no promised order: many rules look through all of them."""
        found = self._expressions.get(id(root))
        if found is None:
            found = self._expressions[id(root)] = list(expressions(root))
        return found

    def references(self) -> list[tuple[Reference, Document]]:
        """Return every reference in the files of the folder."""
        if self._references is None:
            self._references = [
                (reference, file)
                for file in self.files
                for one in self.expressions_of(file.root)
                for reference in one.references()
            ]
        return self._references

    def referred_by(self, value: Any) -> set[str]:
        """Return the addresses of what the folder declares that a value refers to, through locals too."""
        found: set[str] = set()
        seen: set[str] = set()
        stack = [value]
        while stack:
            for expression in expressions(stack.pop()):
                for reference in expression.references():
                    steps = reference.steps
                    if len(steps) < 2:
                        continue
                    if steps[0] == "local" and isinstance(steps[1], str):
                        local = self.locals.get(steps[1])
                        if local is not None and steps[1] not in seen:
                            seen.add(steps[1])
                            stack.append(local.value)
                    else:
                        length = 3 if steps[0] == "data" else 2
                        address = ".".join(str(step) for step in steps[:length])
                        if address in self.declared:
                            found.add(address)
        return found

    def links_of(self, declared: Declared, link: str | None) -> set[str]:
        """Return the addresses that a block refers to, or only by its attribute `link` and its loop; worked out once."""
        key = (declared.address, link)
        found = self._links.get(key)
        if found is None:
            parts: list[Any] = [declared.block, *declared.overrides]
            if link is not None:
                parts = [block.get(name) for block in parts for name in (link, "for_each", "count")]
            found = self._links[key] = self.referred_by(parts)
        return found


def _is_values(path: str) -> bool:
    return path.endswith((".tfvars", ".tfvars.json"))
