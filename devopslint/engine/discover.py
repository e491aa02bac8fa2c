"""From what was asked for to the files to look at."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from devopslint.policy.globs import IgnoreLines

NEVER_WALKED = frozenset({".git", ".hg", ".svn", ".terraform", "node_modules", ".venv", ".tox", "__pycache__"})
"""Folders that hold no source of this repository, left out when git is not there to say so."""
VENDORED = "vendor/modules.txt"
"""What tells a folder of sources that are others', and only kept here."""
CONFIG_NAME = ".devopslint.yaml"
LARGEST_IGNORE = 1 << 20
"""Characters of a `.gitignore` that are read."""


class PathError(Exception):
    """A path that was asked for and does not exist."""


class Asked:
    """The files of a run: `given` by name, `found` in `folders` (all root-relative), and whether the root itself was asked.

    `excluded` counts those that the configuration has left out. `entries` are what stood in the folders that were
    walked, link or not, as a workspace tells it (`Workspace.look_again`).
    """

    __slots__ = ("entries", "excluded", "folders", "found", "given", "whole")

    def __init__(
        self,
        given: list[str],
        found: list[str],
        whole: bool,
        folders: Sequence[str] = (),
        excluded: int = 0,
        entries: Mapping[str, str] | None = None,
    ) -> None:
        self.entries: Mapping[str, str] = entries or {}
        self.given = given
        self.found = found
        self.whole = whole
        self.folders = folders
        self.excluded = excluded

    def as_found(self, root: str) -> Asked:
        """Return the same with the files that were given by name among those that were found: a tool has named them all."""
        given = {path for path in self.given if not _is_vendored(path, root)}
        found = sorted(given.union(self.found))
        return Asked([], found, self.whole, self.folders, self.excluded, self.entries)

    def looked_at(self) -> set[str] | None:
        """Return the files that a report is about; `None` for all that there are."""
        return None if self.whole else {*self.given, *self.found}


class Places:
    """Where paths that people gave really are: one folder has one name, whatever links lead to it.

    A link out of the repository that a path begins in is not followed: reading it will say so.
    """

    __slots__ = ("_folders",)

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return the absolute path of a file or folder; a file that is a link itself keeps its name."""
        absolute = os.path.abspath(path)
        if os.path.isdir(absolute):
            return self._folder(absolute)
        folder, name = os.path.split(absolute)
        return os.path.join(self._folder(folder), name)

    def _folder(self, absolute: str) -> str:
        if absolute not in self._folders:
            real = os.path.realpath(absolute)
            self._folders[absolute] = real if real == absolute else _followed(absolute)
        return self._folders[absolute]


def _followed(absolute: str) -> str:
    """Follow the links of a path as far as none of them leads out of the repository that it stands in."""
    parts = [part for part in absolute.split(os.sep) if part]
    at = absolute[: absolute.index(os.sep) + 1]
    for index, part in enumerate(parts if os.sep == "/" else parts[1:]):
        step = os.path.join(at, part)
        if os.path.islink(step):
            target, home = os.path.realpath(step), _marked(at)
            if home is not None and not is_below(target, home):
                return os.path.join(at, *parts[index:])
            step = target
        at = step
    return at


def is_below(path: str, folder: str) -> bool:
    """Say whether a path is a folder or leads into it, links left aside."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _marked(folder: str) -> str | None:
    """Return the nearest folder from `folder` upwards that is a repository, else that has a configuration.

    What stands behind a link is none of them.
    """
    for marker in (".git", CONFIG_NAME):
        above = folder
        while True:
            if os.path.exists(os.path.join(above, marker)) and os.path.realpath(above) == above:
                return above
            parent = os.path.dirname(above)
            if parent == above:
                break
            above = parent
    return None


def bounds_of(root: str) -> str:
    """Return the folder that what is found below a root may name files in: the repository.

    Where there is none, the outermost folder above that has a configuration or that this process runs in.
    """
    outermost = folder = root
    if not os.path.exists(os.path.join(root, ".git")):
        here = os.getcwd()
        while (above := os.path.dirname(folder)) != folder:
            folder = above
            if folder == here or os.path.isfile(os.path.join(folder, CONFIG_NAME)):
                outermost = folder
    return outermost


def find_root(paths: Iterable[str]) -> str:
    """Return the folder that paths are relative to: the repository's, else the configuration's, else the common one."""
    places = Places()
    absolute = [places.of(path) for path in paths] or [os.getcwd()]
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]
    common = os.path.commonpath(folders)
    marked = _marked(common)
    if marked is not None:
        return marked
    here = os.getcwd()
    return here if is_below(common, here) else common


def discover(root: str, paths: Iterable[str]) -> Asked:
    """Return the files to look at. Raises PathError for a path that does not exist, or a folder that is elsewhere."""
    given: dict[str, None] = {}
    found: dict[str, None] = {}
    folders = []
    entries: dict[str, str] = {}
    whole = False
    places = Places()
    for path in paths:
        absolute = places.of(path)
        relative = os.path.relpath(absolute, root).replace(os.sep, "/")
        if path and os.path.isdir(absolute):
            if not is_below(os.path.realpath(absolute), os.path.realpath(root)):
                raise PathError(f"{path}: leads out of the repository")
            whole = whole or relative == "."
            folders.append(relative)
            prefix = "" if relative == "." else relative + "/"
            found.update(dict.fromkeys([prefix + name for name in _files_below(absolute, prefix, entries)]))
        elif path and os.path.lexists(absolute):
            given[relative] = None
        else:
            raise PathError(f"{path or '(an empty path)'}: no such file or folder{_meant(path)}")
    names = sorted([name for name in found if name not in given])
    return Asked(sorted(given), names, whole, folders, entries=entries)


def _meant(path: str) -> str:
    """Return what is nearly called like a path that is not there, as a question."""
    from devopslint.policy.suggestion import suggestion

    if "\\" in path and os.path.lexists(slashed := path.replace("\\", "/")):
        return f", did you mean `{slashed}`?"
    above, name = os.path.split(path.rstrip(os.sep))
    try:
        return suggestion(path, [os.path.join(above, one) for one in os.listdir(above or ".")]) if name else ""
    except OSError:
        return ""


def _files_below(folder: str, prefix: str, seen: dict[str, str]) -> Iterable[str]:
    from_git = _git_files(folder)
    if from_git is None:
        return _without_vendored(list(_walk(folder, prefix, seen)))
    return _without_vendored(_there(folder, prefix, from_git, seen))


def _without_vendored(names: list[str]) -> list[str]:
    """Leave out what Go keeps of others' modules: `go mod vendor` writes `modules.txt`, and what is changed there is lost."""
    lists = [name for name in names if name == VENDORED or name.endswith("/" + VENDORED)]
    folders = tuple(name[: -len("modules.txt")] for name in lists)
    return [name for name in names if not name.startswith(folders)] if folders else names


def _is_vendored(path: str, root: str) -> bool:
    """Say whether a file stands in a folder of others' modules."""
    names = path.split("/")
    return any(
        name == "vendor" and os.path.isfile(os.path.join(root, *names[:at], *VENDORED.split("/")))
        for at, name in enumerate(names[:-1])
    )


def _git_files(folder: str) -> list[str] | None:
    """Ask git for the tracked files and the untracked ones that are not ignored; `None` where there is no repository.

    Those that were deleted and not yet committed are among them.
    """
    if not _in_repository(folder):
        return None
    from devopslint.engine.git import NoGitError, ask_git

    try:
        done = ask_git(folder, "ls-files", "-z", "-co", "--exclude-standard")
    except NoGitError:
        return None
    if done.returncode != 0:
        return None
    names = os.fsdecode(done.stdout).split("\0")
    return [name for name in dict.fromkeys(names) if name and not name.endswith("/")]


def _there(root: str, prefix: str, names: Sequence[str], seen: dict[str, str]) -> list[str]:
    """Return those of some files below a folder that exist; each folder above them is looked into once.

    No link to a folder is followed. What stands in the folders is added to `seen` as `_walk` does.
    """
    folders = {""}
    for name in names:
        above = name.rpartition("/")[0]
        while above not in folders:
            folders.add(above)
            above = above.rpartition("/")[0]
    plain: set[str] = set()
    for folder in sorted(folders):  # sorted: a folder before those in it
        below = f"{folder}/" if folder else ""
        if not below or below in plain:
            plain.update([f"{below}{text}" for text in _look_into(root, below, prefix, seen).values() if text])
    return [name for name in names if f"{name}/file" in plain or _is_there(f"{root}/{name}")]


def _is_there(path: str) -> bool:
    """Say whether a path exists that is no plain entry by this name: a link, or a name that a system takes for equal."""
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


def _look_into(root: str, below: str, prefix: str, seen: dict[str, str]) -> dict[str, str | None]:
    """Return the names in a folder, each with what it is (`plain_entry`); none where it can't be read.

    All of it is added to `seen`, where it is plain: by the name of the folder, after the prefix.
    """
    from devopslint.engine.workspace import plain_entry

    try:
        with os.scandir(root + os.sep + below) as scanned:
            entries = {entry.name: plain_entry(entry) for entry in scanned}
    except OSError:
        return {}
    texts = [text for text in entries.values() if text is not None]
    if len(texts) == len(entries):
        texts.sort()
        seen[(prefix + below)[:-1]] = "\0".join(texts)
    return entries


def _walk(root: str, prefix: str, seen: dict[str, str]) -> Iterator[str]:
    """Walk a folder that git does not know, heeding its `.gitignore` files; links to folders are not followed.

    What stands in the folders is added to `seen`.
    """
    stack: list[tuple[str, list[tuple[str, IgnoreLines]]]] = [("", [])]
    while stack:
        below, ignores = stack.pop()
        entries = _look_into(root, below, prefix, seen)
        if ".gitignore" in entries:
            ignores = [*ignores, (below, _ignore_lines(os.path.join(root, below, ".gitignore")))]
        for name, text in entries.items():
            path = below + name
            is_folder = text is not None and text[-1] == "/"
            if (is_folder and name in NEVER_WALKED) or (ignores and _ignored(path, is_folder, ignores)):
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
