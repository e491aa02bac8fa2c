"""Installs that ask for a lock file which the repository does not have."""

from __future__ import annotations

import posixpath
import re

from devopslint.knowledge.project_files import PROJECTS
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.ground import Ground
    from devopslint.syntax.shell import Command

_MAKES_LOCK = lazily(
    r"lock|\bnpm (?:i|install|init)\b|\byarn(?:\s*$|\s+install|\s+import)|\bpnpm (?:i|install|import)\b"
    r"|\bbun (?:i|install|add)\b|\buv (?:sync|add|run)\b",
    re.MULTILINE,
)
_VALUED = frozenset({"--registry", "--loglevel", "--cache", "--omit", "--filter", "-w", "--workspace"})


def lock_asked_for(command: Command, ground: Ground, folder: str) -> tuple[Problem, tuple[str, ...]] | None:
    """Return the lock file that an install needs, by the names that it may have, when only its manifest is there."""
    project = PROJECTS.get(command.name)
    if project is None or command.name_word is None or command.expands or not ground.pristine:
        return None
    locks, manifest = project.locks, project.manifest
    operands = command.operands(_VALUED)
    verb = operands[0].text if operands else ""
    if verb not in project.locked or (project.asks and not command.has_flag(*project.asks)):
        return None
    if command.has_flag("--prefix", "--cwd", "-C", "--dir", "--directory", "--project", "-g", "--global"):
        return None
    if ground.has(posixpath.join(folder, manifest)) is not True:
        return None
    if any(ground.has(posixpath.join(above, lock)) is not False for above in folders_up(folder) for lock in locks):
        return None
    if _MAKES_LOCK.search(ground.text):
        return None
    end = operands[0].end if operands else command.name_word.end
    place = place_in(command.fragment, command.name_word.start, end)
    problem = Problem(place, command=f"{command.name} {verb}".strip(), lock=locks[0], manifest=manifest)
    return problem, tuple(posixpath.normpath(posixpath.join(folder, lock)) for lock in locks)


def folders_up(folder: str) -> Iterator[str]:
    """Yield a folder and those above it."""
    while folder not in {"", "."}:
        yield folder
        folder = posixpath.dirname(folder)
    yield "."
