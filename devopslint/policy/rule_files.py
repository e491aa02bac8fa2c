"""The rule files of a folder, and what tells that they have changed: light, since a checkout asks at every run."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Index = dict[str, dict[str, dict[str, Any]]]
    """Group (`kubernetes`) → id → fields."""

COLD = ("why", "how", "examples")
"""Fields that only reports and rule pages need."""
INDEX_VERSION = 4
_ENDINGS = (".yaml", ".yml")


class RuleFileError(Exception):
    """Rule files that can't be used: `(path, line, column, message)` of each fault, paths as seen from where we are."""

    def __init__(self, faults: list[tuple[str, int, int, str]]) -> None:
        faults = [(_from_here(path), line, column, message) for path, line, column, message in faults]
        super().__init__("\n".join(f"{path}:{line}:{column}: {message}" for path, line, column, message in faults))
        self.faults = faults


def _from_here(path: str) -> str:
    """Return a path relative to the current folder, when it is below it."""
    if not os.path.isabs(path):
        return path
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # the current folder is gone, or on another drive
        return path
    return path if relative.startswith("..") else relative


def rule_files(folder: str) -> Iterator[tuple[str, str]]:
    """Yield `(id, path)` of every rule file below a folder, sorted; names that begin with `.` or `_` are left out.

    Files that stand in the folder itself are rules only when they look like one: `practices.yaml` is none.
    """
    for path in sorted(_files(folder, "", _ENDINGS)):
        identifier = path.rsplit(".", 1)[0]
        if identifier != "practices":
            yield identifier, os.path.join(folder, *path.split("/"))


def _files(folder: str, below: str, endings: tuple[str, ...]) -> Iterator[str]:
    with os.scandir(os.path.join(folder, below) if below else folder) as entries:
        for entry in entries:
            if entry.name[0] in "._":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(folder, f"{below}{entry.name}/", endings)
            elif entry.name.endswith(endings) and not (entry.is_symlink() and entry.is_dir()):
                yield below + entry.name


def fingerprint(folder: str, *, by_content: bool = False) -> str:
    """Return what changes when a rule file, or Python beside it, is added, removed or edited, on one line.

    Size and time tell that of a checkout of ours, which has many. Folders that are mounted, unpacked or copied may have
    one time for all that they ever held: those are told `by_content`.
    """
    stamps: list[tuple[Any, ...]] = [(INDEX_VERSION,)]
    for path in sorted(_files(folder, "", (*_ENDINGS, ".py"))):
        absolute = f"{folder}/{path}"
        try:
            stat = os.stat(absolute)
        except OSError:  # a link to nothing: the reading of it says so
            stat = os.lstat(absolute)
        stamps.append((path, stat.st_size, _digest(absolute) if by_content else stat.st_mtime_ns))
    return repr(stamps)


def _digest(path: str) -> str:
    from devopslint.policy.digests import blake2b
    from devopslint.policy.small_files import UnreadableError, read_bytes

    try:
        return blake2b(read_bytes(path), digest_size=16).hexdigest()
    except UnreadableError as error:
        return error.message


def group_of(identifier: str) -> str:
    """Return the first part of an id (`kubernetes`), or an empty string when it has only one."""
    return identifier.split("/", 1)[0] if "/" in identifier else ""
