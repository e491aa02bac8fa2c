"""How the tasks of a run are judged: in this process, in several, or not at all when the cache has the result."""

from __future__ import annotations

import os
import sys

from devopslint.config.settings import cache_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.commands.request import Request
    from devopslint.commands.session import Session
    from devopslint.engine.discover import Asked
    from devopslint.engine.run import Performer

FEW_FILES = 8
"""Files below which neither a cache nor processes pay for what it costs to open them."""


def performer_for(request: Request, session: Session, asked: Asked) -> Performer:
    """Return how tasks are judged: a few files at once in this process, folders from the cache and in processes."""
    from devopslint.engine.run import one_by_one

    if request.quiet:
        from devopslint.engine.progress import silence

        silence()
    if request.profile_rules:
        from devopslint.engine.profile import Costs, profiled

        session.costs = Costs()
        return profiled(session.costs)
    if len(asked.found) + len(asked.given) < FEW_FILES and not request.jobs:
        return one_by_one
    from devopslint.engine.cache import Cache, cached
    from devopslint.engine.processes import Setup, cores, in_processes

    folders, selection, scopes = session.catalog.folders, session.selection, session.scopes
    setup = Setup(session.root, folders, selection, remember=not request.no_cache, scopes=scopes)
    performer = in_processes(setup, request.jobs or cores(), chosen=request.jobs > 1)
    if request.no_cache:
        return performer
    folder = os.path.join(cache_folder(), "results")
    return cached(performer, Cache(folder, os.path.realpath(session.root), _environment(session)), prune=asked.whole)


def _environment(session: Session) -> str:
    """Return what, besides the files, decides the result of a task: version, code, rules and selection."""
    from devopslint import __version__
    from devopslint.engine.analysis import stamp
    from devopslint.engine.workspace import digest

    kinds = session.scopes.kinds if session.scopes else None
    parts = [__version__, sys.version, kinds.stamp() if kinds else "", session.selection.stamp()]
    parts += [stamp(), *(folder.stamp for folder in session.catalog.folders)]
    folders = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    folders += [folder.folder for folder in session.catalog.folders if folder.from_user and folder.trusted]
    for folder in folders:
        parts.extend(_stamps_of_code(folder))
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


def _stamp_of_library(name: str) -> str:
    from importlib.util import find_spec

    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return name
    status = os.stat(spec.origin)
    return f"{name}:{status.st_size}:{status.st_mtime_ns}"
