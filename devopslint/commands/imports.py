"""Which files the Python of a user's rules is made of: its modules and what they import, found without running any."""

from __future__ import annotations

import ast
import os
import sys

from devopslint.policy.small_files import UnreadableError, read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_MODULES = 2000
"""Modules that are followed; what imports more is a library, which says by its version that it has changed."""
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def files_imported(names: Iterable[str]) -> set[str]:
    """Return the files of some modules and of all that they import anywhere; the standard library and ours left out.

    Of an installed library only what is named itself is among them.
    """
    found: set[str] = set()
    seen: set[str] = set()
    waiting = sorted(set(names))
    while waiting and len(seen) < MOST_MODULES:
        name = waiting.pop()
        if name in seen or name.partition(".")[0] in sys.stdlib_module_names or name.partition(".")[0] == "devopslint":
            continue
        seen.add(name)
        path, package = _file_of(name)
        if path and path not in found:
            found.add(path)
            if _INSTALLED.isdisjoint(path.split(os.sep)):
                waiting.extend(_imports(path, package))
        parent = name.rpartition(".")[0]
        if parent:
            waiting.append(parent)
    return found


def _file_of(name: str) -> tuple[str, str]:
    """Return the file of a module, and the package that its relative imports start from; empty for what is none."""
    from importlib.util import find_spec

    try:
        spec = find_spec(name)
    except (Exception, SystemExit):  # looking for `a.b` runs `a`, and that can be anything
        return "", ""
    if spec is None or spec.origin is None or not os.path.isfile(spec.origin):
        return "", ""
    package = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
    return spec.origin, package


def _imports(path: str, package: str) -> Iterator[str]:
    try:
        tree = ast.parse(read_bytes(path))
    except (UnreadableError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            steps = package.split(".") if node.level else []
            base = ".".join((*steps[: len(steps) - node.level + 1], *([node.module] if node.module else [])))
            if base:
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")
