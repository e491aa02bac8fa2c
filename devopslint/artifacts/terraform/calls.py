"""Modules that call modules of the same repository: what a call's `source` leads to, and who calls a folder."""

from __future__ import annotations

from posixpath import normpath
from weakref import WeakKeyDictionary

from devopslint.artifacts.terraform.values import EvaluationError
from devopslint.syntax.hcl import read_hcl
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.artifacts.terraform.module import Declared, Module
    from devopslint.policy.artifact import Workspace
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document

    Loaded = dict[str, tuple[tuple[Source | None, ...], Module]]

_CODE = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")
_MOST_LOADED = 64
_MOST_FOLDERS = 80
_MOST_NESTED = 4
_LIVE = frozenset(
    {"env", "envs", "environment", "environments", "live", "stack", "stacks", "stage", "stages", "deploy", "deployments",
     "root", "roots", "project", "projects", "prod", "production", "staging", "dev", "accounts", "regions", "infra",
     "infrastructure", "terraform"}
)  # fmt: skip
"""Folders below which the modules that are applied stand."""
_loaded: WeakKeyDictionary[Workspace, Loaded] = WeakKeyDictionary()


def load(workspace: Workspace, folder: str, nested: int = 0) -> Module | None:
    """Return the module of a folder, read once while its files stay what they are; `None` when it holds no code."""
    from devopslint.artifacts.terraform.module import Module

    prefix = folder + "/" if folder else ""
    paths = [prefix + name for name in workspace.names(folder) if name.endswith(_CODE)]
    if not any(path.endswith((".tf", ".tofu", ".tf.json", ".tofu.json")) for path in paths):
        return None
    sources = tuple(workspace.source(path) for path in paths if workspace.exists(path))
    known = _loaded.setdefault(workspace, {})
    found = known.get(folder)
    if (
        found is not None
        and len(found[0]) == len(sources)
        and all(a is b for a, b in zip(found[0], sources, strict=True))
    ):
        return found[1]
    documents, broken = read_documents(workspace, paths)
    module = Module(folder, documents, workspace, broken=broken, nested=nested)
    if len(known) >= _MOST_LOADED:
        known.clear()
    known[folder] = sources, module
    return module


def read_documents(workspace: Workspace, paths: list[str]) -> tuple[list[Document], bool]:
    """Return the trees of the files of a folder, and whether one of them could not be read whole."""
    from devopslint.artifacts.terraform.json_syntax import block_tree

    documents: list[Document] = []
    broken = False
    for path in paths:
        if path.endswith(".json"):
            found = workspace.documents(path)
            documents.extend(block_tree(document) for document in found)
            broken = broken or not found
            continue
        source = workspace.source(path)
        if source is None:
            broken = True
        elif not (path.endswith(".tofu") and path[: -len("ofu")] + "f" in paths):
            document, problems = read_hcl(source)
            broken = broken or bool(problems)
            documents.append(document)
    return documents, broken


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
    if folder is None or folder == module.folder or module.nested > _MOST_NESTED:
        return None
    return load(module.workspace, folder, module.nested + 1)


def callers_of(module: Module) -> list[tuple[Module, Declared]]:
    """Return the calls of a folder by modules of the repository that are no examples or tests."""
    name = module.folder.rpartition("/")[2]
    if not name or module.nested > _MOST_NESTED:
        return []
    found: list[tuple[Module, Declared]] = []
    for folder in _near(module.workspace, module.folder):
        if not module.workspace.has_word(folder, (".tf", ".tofu"), name):
            continue
        caller = load(module.workspace, folder, module.nested + 1)
        if caller is None or caller.is_trial:
            continue
        found.extend((caller, call) for call in caller.all("module") if folder_of(caller, call) == module.folder)
    return found


def _near(workspace: Workspace, folder: str) -> list[str]:
    """Return the folders in which a caller may stand: those above, what lies beside those, and environments."""
    found: dict[str, None] = {}
    parts = folder.split("/")
    for depth in range(len(parts) - 1, -1, -1):
        above = "/".join(parts[:depth])
        found[above] = None
        for below in _folders(workspace, above):
            if below != folder and len(found) < _MOST_FOLDERS:
                found[below] = None
                if below.rpartition("/")[2].lower() in _LIVE:
                    for deeper in _folders(workspace, below):
                        found[deeper] = None
                        found.update(dict.fromkeys(_folders(workspace, deeper)))
    return list(found)[:_MOST_FOLDERS]


def _folders(workspace: Workspace, folder: str) -> list[str]:
    prefix = folder + "/" if folder else ""
    names = [name for name in workspace.names(folder) if "." not in name and name not in {"node_modules", "vendor"}]
    return [prefix + name for name in names[:_MOST_FOLDERS] if not workspace.exists(prefix + name)]


def settled(module: Module, value: Any, depth: int = 0) -> Any:
    """Return a value with all expressions in it worked out in the module in which they stand."""
    if depth > 20:
        return UNKNOWN
    if isinstance(value, Expression):
        value = module.value(value)
    if isinstance(value, Map):
        copy = Map(value.start, value.end)
        copy.at, copy.open = value.at, value.open
        copy.update((key, settled(module, item, depth + 1)) for key, item in value.items())
        return copy
    if isinstance(value, Seq):
        items = Seq(value.start, value.end)
        items.at, items.open = value.at, value.open
        items.extend(settled(module, item, depth + 1) for item in value)
        return items
    return value


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
