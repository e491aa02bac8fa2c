"""How the tasks of a run are judged: in this process, in several, or not at all when the cache has the result."""

from __future__ import annotations

import os
import sys

from devopslint.config.settings import cache_folder
from devopslint.engine.discover import is_below
from devopslint.engine.reading import LARGEST_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.commands.request import Request
    from devopslint.commands.session import Session
    from devopslint.engine.discover import Asked
    from devopslint.engine.recall import Memory
    from devopslint.engine.run import Performer

FEW_FILES = 8
"""Files below which neither a cache nor processes pay for what it costs to open them."""


def memory_for(request: Request, session: Session, asked: Asked) -> Memory | None:
    """Return what remembers whole runs; `None` for one that nothing is kept of."""
    if request.profile_rules or request.no_cache or _is_small(request, asked):
        return None
    folder = os.path.join(cache_folder(), "results")
    if is_below(os.path.realpath(folder), os.path.realpath(session.root)):
        return None  # what lies in the repository may be a stranger's
    from devopslint.engine.cache import Cache
    from devopslint.engine.recall import Memory

    cache = Cache(folder, os.path.realpath(session.root), _environment(session))
    return Memory(cache, session.stamp_of_scopes() + session.excluding)


def performer_for(request: Request, session: Session, asked: Asked, memory: Memory | None) -> Performer:
    """Return how tasks are judged: a few files at once in this process, folders from the cache and in processes."""
    from devopslint.engine.run import one_by_one

    if request.quiet:
        from devopslint.engine.progress import silence

        silence()
    if request.profile_rules:
        from devopslint.engine.profile import Costs, profiled

        session.costs = Costs()
        return profiled(session.costs)
    if _is_small(request, asked):
        return one_by_one
    from devopslint.engine.cache import cached
    from devopslint.engine.processes import Setup, cores, in_processes

    folders, selection, scopes = session.catalog.folders, session.selection, session.scopes
    setup = Setup(session.root, folders, selection, remember=not request.no_cache, scopes=scopes)
    performer = in_processes(setup, request.jobs or cores(), chosen=request.jobs > 1)
    return performer if memory is None else cached(performer, memory.cache, prune=asked.whole)


def _is_small(request: Request, asked: Asked) -> bool:
    return len(asked.found) + len(asked.given) < FEW_FILES and not request.jobs


def _environment(session: Session) -> str:
    """Return what, besides the files, decides the result of a task: version, code, rules and selection."""
    from devopslint import __version__
    from devopslint.engine.analysis import stamp
    from devopslint.engine.reading import digest

    kinds = session.scopes.kinds if session.scopes else None
    parts = [__version__, sys.version, kinds.stamp() if kinds else "", session.selection.stamp()]
    parts += [stamp(), *(folder.stamp for folder in session.catalog.folders)]
    parts.extend(_stamps_of_code(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    if _trusted(session):
        parts.extend(_stamps_of_users_code(session))
    for library in ("yaml", "tree_sitter", "tree_sitter_bash", "tree_sitter_hcl"):
        parts.append(_stamp_of_library(library))
    return digest("\0".join(parts).encode("utf-8", "surrogateescape"))


def _stamps_of_code(folder: str) -> list[str]:
    """Return size and time of every module below a folder: code changes while its version stays the same."""
    stamps = []
    for below, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            if name.endswith((".py", ".json", ".so", ".pyd")):
                status = os.stat(os.path.join(below, name))
                stamps.append(f"{below}/{name}:{status.st_size}:{status.st_mtime_ns}")
    return sorted(stamps)


def _stamps_of_users_code(session: Session) -> Iterator[str]:
    """Yield the digest of every file in the user's folders of rules, and of every module that their checks import."""
    from devopslint.commands.imports import files_imported
    from devopslint.engine.reading import digest
    from devopslint.policy.small_files import UnreadableError, read_bytes

    own = [rule for rule in session.catalog.rules() if rule.from_user and "check" in rule.raw]
    paths = files_imported(rule.raw["check"].partition(":")[0] for rule in own)
    for folder in _trusted(session):
        for below, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name != "__pycache__"]
            paths.update(os.path.join(below, name) for name in names)
    for path in sorted(paths):
        try:
            yield f"{path}:{digest(read_bytes(path, LARGEST_FILE))}"
        except UnreadableError as error:
            yield f"{path}:{error.message}"


def _trusted(session: Session) -> list[str]:
    return [folder.folder for folder in session.catalog.folders if folder.from_user and folder.trusted]


def _stamp_of_library(name: str) -> str:
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec(name)
    if spec is None or spec.origin is None:
        return name
    status = os.stat(spec.origin)
    return f"{name}:{status.st_size}:{status.st_mtime_ns}"
