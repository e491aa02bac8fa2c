"""From what was asked for to the files to look at."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from devopslint.policy.globs import IgnoreLines

NEVER_WALKED = frozenset({".git", ".hg", ".svn", ".terraform", "node_modules", ".venv", ".tox", "__pycache__"})
"""Folders that hold no source of this repository, left out when git is not there to say so."""
CONFIG_NAME = ".devopslint.yaml"
LARGEST_IGNORE = 1 << 20
"""Characters of a `.gitignore` that are read."""


class PathError(Exception):
    """A path that was asked for and does not exist."""


class Asked:
    """The files of a run: `given` by name, `found` in `folders` (all root-relative), and whether the root itself was asked.

    `excluded` counts those that the configuration has left out.
    """

    __slots__ = ("excluded", "folders", "found", "given", "whole")

    def __init__(
        self, given: list[str], found: list[str], whole: bool, folders: Sequence[str] = (), excluded: int = 0
    ) -> None:
        self.given = given
        self.found = found
        self.whole = whole
        self.folders = folders
        self.excluded = excluded

    def looked_at(self) -> set[str] | None:
        """Return the files that a report is about; `None` for all that there are."""
        return None if self.whole else {*self.given, *self.found}


def find_root(paths: Iterable[str]) -> str:
    """Return the folder that paths are relative to: the repository's, else the configuration's, else the common one."""
    absolute = [os.path.abspath(path) for path in paths] or [os.getcwd()]
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]
    common = os.path.commonpath(folders)
    for marker in (".git", CONFIG_NAME):
        folder = common
        while True:
            if os.path.exists(os.path.join(folder, marker)):
                return folder
            parent = os.path.dirname(folder)
            if parent == folder:
                break
            folder = parent
    here = os.getcwd()
    return here if common == here or common.startswith(here.rstrip(os.sep) + os.sep) else common


def discover(root: str, paths: Iterable[str]) -> Asked:
    """Return the files to look at. Raises PathError for a path that does not exist."""
    given: dict[str, None] = {}
    found: dict[str, None] = {}
    folders = []
    whole = False
    for path in paths:
        absolute = os.path.abspath(path)
        relative = os.path.relpath(absolute, root).replace(os.sep, "/")
        if path and os.path.isdir(absolute):
            whole = whole or relative == "."
            folders.append(relative)
            prefix = "" if relative == "." else relative + "/"
            found.update(dict.fromkeys(prefix + name for name in _files_below(absolute)))
        elif path and os.path.lexists(absolute):
            given[relative] = None
        else:
            raise PathError(f"{path or '(an empty path)'}: no such file or folder{_meant(path)}")
    return Asked(sorted(given), sorted(name for name in found if name not in given), whole, folders)


def _meant(path: str) -> str:
    """Return what is nearly called like a path that is not there, as a question."""
    from devopslint.policy.suggestion import suggestion

    above, name = os.path.split(path.rstrip(os.sep))
    try:
        return suggestion(path, [os.path.join(above, one) for one in os.listdir(above or ".")]) if name else ""
    except OSError:
        return ""


def _files_below(folder: str) -> Iterable[str]:
    from_git = _git_files(folder)
    return _walk(folder) if from_git is None else from_git


def _git_files(folder: str) -> list[str] | None:
    """Ask git for the tracked files and the untracked ones that are not ignored; `None` where there is no repository."""
    if not _in_repository(folder):
        return None
    import subprocess

    safely = ("core.fsmonitor=false", "core.hooksPath=" + os.devnull, "safe.bareRepository=explicit")
    command = ["git", *(word for setting in safely for word in ("-c", setting)), "--no-pager", "--no-optional-locks"]
    command += ["ls-files", "-z", "-co", "--exclude-standard"]
    try:
        done = subprocess.run(  # noqa: S603 (no word of it comes from the repository)
            command, cwd=folder, env=_environment_for_git(), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return None
    if done.returncode != 0:
        return None
    names = os.fsdecode(done.stdout).split("\0")
    return [name for name in dict.fromkeys(names) if name and not name.endswith("/") and _is_there(f"{folder}/{name}")]


def _environment_for_git() -> dict[str, str]:
    """Return the environment without what could send git to another repository, or have it run or trace something."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _HARMLESS}
    return {**kept, "LC_ALL": "C"}


_HARMLESS = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_CEILING_DIRECTORIES"})
"""What the user says of configuration files and of how far up to look."""


def _is_there(path: str) -> bool:
    """Say whether a path exists: git lists what was deleted and not yet committed."""
    try:
        os.lstat(path)
    except (OSError, ValueError):
        return False
    return True


def _in_repository(folder: str) -> bool:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent


def _walk(root: str) -> Iterator[str]:
    """Walk a folder that git does not know, heeding its `.gitignore` files; links to folders are not followed."""
    stack: list[tuple[str, list[tuple[str, IgnoreLines]]]] = [("", [])]
    while stack:
        below, ignores = stack.pop()
        try:
            entries = sorted(os.scandir(os.path.join(root, below)), key=lambda entry: entry.name)
        except OSError:
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = [*ignores, (below, _ignore_lines(os.path.join(root, below, ".gitignore")))]
        for entry in entries:
            path = below + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if (is_folder and entry.name in NEVER_WALKED) or _ignored(path, is_folder, ignores):
                continue
            if is_folder:
                stack.append((path + "/", ignores))
            else:
                yield path


def _ignored(path: str, is_folder: bool, ignores: list[tuple[str, IgnoreLines]]) -> bool:
    for below, lines in reversed(ignores):
        verdict = lines.verdict(path[len(below) :], is_folder)
        if verdict is not None:
            return verdict
    return False


def _ignore_lines(path: str) -> IgnoreLines:
    from devopslint.policy.globs import IgnoreLines

    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return IgnoreLines(())
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            return IgnoreLines(file.read(LARGEST_IGNORE).split("\n"))
    except OSError:
        return IgnoreLines(())
