"""Modules that call modules of the same repository: what a call's `source` leads to, and who calls a folder."""

from __future__ import annotations

from posixpath import normpath
from weakref import WeakKeyDictionary

from devopslint.artifacts.terraform.dynamic import instances, is_left_out
from devopslint.artifacts.terraform.module import Module
from devopslint.artifacts.terraform.uses import instance_of, uses_for
from devopslint.artifacts.terraform.values import EvaluationError
from devopslint.artifacts.terraform.variables import settled
from devopslint.knowledge.folders import likely_folders
from devopslint.syntax.hcl import read_hcl
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.values import Scope
    from devopslint.policy.artifact import Workspace
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document, SyntaxProblem


_CODE = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")
_NATIVE = (".tf", ".tofu")
_MOST_HELD = 4_000_000
"""Letters of files whose modules are kept."""
_MOST_GIVERS = 100
"""So many ways in which a folder is called are looked at."""
_LIVE = frozenset(
    {"env", "envs", "environment", "environments", "live", "stack", "stacks", "stage", "stages", "deploy", "deployments",
     "root", "roots", "project", "projects", "prod", "production", "staging", "dev", "accounts", "regions", "infra",
     "infrastructure", "terraform"}
)  # fmt: skip
"""Folders below which the modules that are applied stand."""
_loaded: WeakKeyDictionary[Workspace, Loaded] = WeakKeyDictionary()


class Loaded:
    """The modules that were read in a workspace, with the files that they are made of."""

    __slots__ = ("_live", "held", "modules")

    def __init__(self) -> None:
        self.modules: dict[str, tuple[tuple[Source | None, ...], Module]] = {}
        self.held = 0
        self._live: dict[str, tuple[Sequence[str], list[str]]] = {}

    def live_folders(self, folder: str, names: Sequence[str]) -> list[str]:
        """Return those of the names in a folder that are folders of what is applied, worked out once while they stay."""
        found = self._live.get(folder)
        if found is None or found[0] is not names:
            live = [name for name in likely_folders(names) if name.lower() in _LIVE]
            found = self._live[folder] = names, live
        return found[1]

    def keep(self, folder: str, sources: tuple[Source | None, ...], module: Module) -> None:
        """Keep a module, and let go of all others when they have become too many."""
        if self.held > _MOST_HELD:
            self.modules.clear()
            self.held = 0
        self.modules[folder] = sources, module
        self.held += sum(len(source.text) for source in sources if source is not None)


def load(workspace: Workspace, folder: str) -> Module | None:
    """Return the module of a folder, read once while its files stay what they are; `None` when it holds no code."""
    prefix = folder + "/" if folder else ""
    paths = [prefix + name for name in workspace.names(folder) if name.endswith(_CODE)]
    if not any(path.endswith((".tf", ".tofu", ".tf.json", ".tofu.json")) for path in paths):
        return None
    return load_files(workspace, folder, [path for path in paths if workspace.exists(path)])


def load_files(workspace: Workspace, folder: str, paths: Sequence[str]) -> Module:
    """Return the module that files make up, read once while they stay what they are."""
    sources = tuple(workspace.source(path) for path in paths)
    loaded = _loaded.setdefault(workspace, Loaded())
    found = loaded.modules.get(folder)
    if found is not None and [id(source) for source in found[0]] == [id(source) for source in sources]:
        return found[1]
    documents, problems, broken = _read(workspace, paths)
    module = Module(folder, documents, workspace, broken=broken, problems=problems, repository=_REPOSITORY)
    loaded.keep(folder, sources, module)
    return module


def _read(
    workspace: Workspace, paths: Sequence[str]
) -> tuple[list[Document], list[tuple[Source, SyntaxProblem]], bool]:
    """Return the trees of files, what could not be read in them, and whether one could not be read whole."""
    documents: list[Document] = []
    told: list[tuple[Source, SyntaxProblem]] = []
    broken = False
    for path in paths:
        if path.endswith(".json"):
            from devopslint.artifacts.terraform.json_syntax import block_tree

            found = workspace.documents(path)
            documents.extend(block_tree(document) for document in found)
            broken = broken or not found
            continue
        source = workspace.source(path)
        if source is None:
            broken = True
            continue
        document, problems = read_hcl(source)
        broken = broken or bool(problems)
        told.extend((source, problem) for problem in problems)
        # OpenTofu takes `x.tofu` in the place of `x.tf`; read together, everything in them would be doubled.
        if not (path.endswith(".tofu") and path[: -len("ofu")] + "f" in paths):
            documents.append(document)
    return documents, told, broken


def folder_of(module: Module, call: Declared) -> str | None:
    """Return the folder that a call's local source names; `None` for a source that is not local."""
    source = call.block.get("source")
    if not isinstance(source, str) or not source.startswith(("./", "../")):
        return None
    found = normpath(module.path_of(source))
    return None if found.startswith("..") else "" if found == "." else found


def target_of(module: Module, call: Declared) -> Module | None:
    """Return the module that a call with a local source leads to; `None` when it can't be read."""
    folder = folder_of(module, call)
    if folder is None or folder == module.folder:
        return None
    module.asked.add(folder)
    return load(module.workspace, folder)


def sources_not_read(module: Module) -> list[str]:
    """Return the sources of the calls that lead to no folder with code in the repository."""
    return [
        source
        for call in module.all("module")
        if isinstance(source := call.block.get("source"), str)
        and ((folder := folder_of(module, call)) is None or not has_code(module.workspace, folder))
    ]


def has_code(workspace: Workspace, folder: str) -> bool:
    """Say whether a folder is a module."""
    return any(name.endswith((".tf", ".tofu", ".tf.json", ".tofu.json")) for name in workspace.names(folder))


def modules_beside(workspace: Workspace, folder: str) -> list[str]:
    """Return the names of the folders beside one that are modules."""
    beside = _folders(workspace, folder.rpartition("/")[0])
    return [path.rpartition("/")[2] for path in beside if has_code(workspace, path)]


def ask_again(module: Module) -> None:
    """Put to the workspace once more what was asked for the values of a module: it may have been for another unit.

    The workspace keeps account of what each unit depends on, and a module answers from memory.
    """
    stack = [module]
    seen = {id(module)}
    while stack:
        one = stack.pop()
        others = [caller for caller, _ in callers_of(one)] if one.has_asked_for_callers else []
        others.extend(found for folder in one.asked if (found := load(one.workspace, folder)) is not None)
        for other in others:
            if id(other) not in seen:
                seen.add(id(other))
                stack.append(other)


def callers_of(module: Module) -> list[tuple[Module, Declared]]:
    """Return the calls of a folder by modules of the repository that are no examples or tests."""
    name = module.folder.rpartition("/")[2]
    if not name:
        return []
    found: list[tuple[Module, Declared]] = []
    for folder in _near_that_name(module.workspace, module.folder, name):
        caller = load(module.workspace, folder)
        if caller is None or caller.is_trial:
            continue
        found.extend((caller, call) for call in caller.all("module") if folder_of(caller, call) == module.folder)
    return found


def givers_of(module: Module) -> list[tuple[Scope, Declared]]:
    """Return the calls of a folder, each with what works out what it gives, for every way in which it is made.

    Those are the ways in which the folder that calls is itself called, and the instances of the call.
    """
    found: list[tuple[Scope, Declared]] = []
    for caller, call in module.callers:
        for scope in uses_for(caller, call.block) or (caller,):
            if is_left_out(scope, call.block):
                continue
            bounds = list(instances(scope, call.block))
            found.extend([(instance_of(scope, bound), call) for bound in bounds] or [(scope, call)])
            if len(found) > _MOST_GIVERS:
                return found
    return found


def _near_that_name(workspace: Workspace, folder: str, word: str) -> list[str]:
    """Return the folders near one whose code calls modules and holds a word.

    That is those above, what lies beside those, and environments.
    """
    found: dict[str, None] = {}

    def look_below(above: str) -> None:
        for name in workspace.folders_with_word(above, _NATIVE, word, "module"):
            found[f"{above}/{name}" if above else name] = None

    loaded = _loaded.setdefault(workspace, Loaded())
    parts = folder.split("/")
    for depth in range(len(parts) - 1, -1, -1):
        above = "/".join(parts[:depth])
        if workspace.has_word(above, _NATIVE, word, "module"):
            found[above] = None
        look_below(above)
        for name in loaded.live_folders(above, workspace.names(above)):
            live = f"{above}/{name}" if above else name
            if live != folder:
                look_below(live)
                for deeper in workspace.folders_with_word(live, _NATIVE, word, "module", deeper=True):
                    found[f"{live}/{deeper}"] = None
    found.pop(folder, None)
    return list(found)


def _folders(workspace: Workspace, folder: str) -> list[str]:
    """Return what may be folders in a folder, by their paths."""
    prefix = folder + "/" if folder else ""
    return [prefix + name for name in likely_folders(workspace.names(folder))]


def output_of(module: Module, name: str, output: str) -> Any:
    """Return the value of `module.name.output`, UNKNOWN when it can't be known."""
    call = module.declared.get(f"module.{name}")
    if call is None or {"count", "for_each"} & set(call.block):
        return UNKNOWN
    target = target_of(module, call)
    declared = target.declared.get(f"output.{output}") if target is not None else None
    if target is None or declared is None or "value" not in declared.block:
        return UNKNOWN
    try:
        return settled(target, declared.block["value"])
    except (EvaluationError, RecursionError):
        return UNKNOWN


class _Repository:
    """What a module asks of the other modules of its repository."""

    callers = staticmethod(callers_of)
    givers = staticmethod(givers_of)
    output = staticmethod(output_of)


_REPOSITORY = _Repository()
