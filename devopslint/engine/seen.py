"""What a run has asked of the files, and whether every answer is still the same.

Contents decide. A file is read again unless its status says that nothing has been written to it since it was read: the
same times of content and status, size and number, and both times well before the run that read it began. So it is with
git's index; what git calls racy is read here, too.
"""

from __future__ import annotations

import os
import stat
import time

from devopslint.engine.reading import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.engine.task import Result
    from devopslint.engine.workspace import Workspace

    Answers = dict[tuple[str, str], str]
    """What was answered to a question and a path."""
    Stamp = tuple[int, int, int, int, int]
    """Times of content and status, size, number, device."""

MARGIN = 3_000_000_000
"""Nanoseconds that a change must be older than a run for a stamp to tell: the coarsest file systems count two seconds."""
STAMPS_TELL = os.name == "posix"
"""Whether a file has a time of its status, which nobody can set; elsewhere every file is read."""


class Seen:
    """Folders that were looked into, with their entries, and files that were read, with the answers.

    The stamps are those of files, `None` where they do not tell.
    """

    __slots__ = ("answers", "entries", "files", "folders", "stamps")

    def __init__(
        self,
        folders: Sequence[str],
        entries: Sequence[str],
        files: Sequence[str],
        answers: Sequence[str],
        stamps: list[Stamp | None],
    ) -> None:
        self.folders = folders
        self.entries = entries
        self.files = files
        self.answers = answers
        self.stamps = stamps

    def to_plain(self) -> tuple[Any, ...]:
        """Return it as lists, strings and numbers."""
        return self.folders, self.entries, self.files, self.answers, self.stamps

    def digest(self) -> str:
        """Return what tells these answers from all others."""
        lists = (self.folders, self.entries, self.files, self.answers)
        return digest("\1".join(["\0".join(one) for one in lists]).encode("utf-8", "surrogateescape"))

    def holds(self, workspace: Workspace, listed: Mapping[str, str]) -> bool:
        """Say whether every answer is the same now; `listed` are entries that are known already."""
        look_again = workspace.look_again
        known = dict(listed)
        for folder, entries in zip(self.folders, self.entries, strict=True):  # sorted: a folder before those in it
            there = known.get(folder)
            if there is None:
                there = known[folder] = "" if _is_absent(folder, known) else look_again("entries", folder)
            if there != entries:
                return False
        begun = time.time_ns()
        above, inside = None, False
        for index, path in enumerate(self.files):
            folder = path.rpartition("/")[0]
            if folder != above:
                above, inside = folder, workspace.is_inside(folder)
            now = stamp_of(workspace, path) if inside and STAMPS_TELL else None
            if now is not None and now == self.stamps[index]:
                continue
            if look_again("source", path) != self.answers[index]:
                return False
            self._renew(index, now, begun, workspace)
        return True

    def _renew(self, index: int, before: Stamp | None, begun: int, workspace: Workspace) -> None:
        """Take the stamp of a file that was read between two looks at it."""
        if before is not None and _tells(before, begun) and stamp_of(workspace, self.files[index]) == before:
            self.stamps[index] = before


def _is_absent(folder: str, listed: Mapping[str, str]) -> bool:
    """Say whether a folder is not there, as what stands beside it tells: many are asked for where none is."""
    above, _, name = folder.rpartition("/")
    beside = listed.get(above) if folder else None
    return beside is not None and f"\0{name}/\0" not in f"\0{beside}\0"


def stamp_of(workspace: Workspace, path: str) -> Stamp | None:
    """Return the stamp of a file in a folder inside the root; `None` for a link, and for what is no file."""
    try:
        status = os.lstat(workspace.absolute(path))
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev


def stamps_of(workspace: Workspace, paths: Iterable[str]) -> dict[str, Stamp]:
    """Return the stamps of the files that have one."""
    stamps = ((path, stamp_of(workspace, path)) for path in paths) if STAMPS_TELL else ()
    return {path: stamp for path, stamp in stamps if stamp is not None}


def _tells(stamp: Stamp, begun: int) -> bool:
    """Say whether another stamp would have come of every write to the file since a run began."""
    return max(stamp[0], stamp[1]) < begun - MARGIN


def seen_in(
    results: Iterable[Result], shown: Iterable[str], workspace: Workspace, before: Mapping[str, Stamp], begun: int
) -> Seen | None:
    """Return all that a run has asked; `None` when something has changed since it was answered.

    `shown` are files that reports show lines of, `before` the stamps that files had when the run had `begun`.
    """
    seen: Answers = {**workspace.looked_at_before, **workspace.looked_at}
    for result in results:
        seen.update(((what, path), answer) for what, path, answer in result.looked_at)
    folders, files = _questions(seen, shown, workspace)
    look_again = workspace.look_again
    entries = [look_again("entries", folder) for folder in folders]
    answers = [seen.get(("source", path)) or look_again("source", path) for path in files]
    if not _are_as_seen(dict(zip(folders, entries, strict=True)), seen):
        return None
    after = stamps_of(workspace, [path for path in files if path in before])
    stamps: list[Stamp | None] = [None] * len(files)
    for index, path in enumerate(files):
        stamp = after.get(path)
        if stamp is not None and stamp == before[path] and _tells(stamp, begun):
            stamps[index] = stamp
    return Seen(folders, entries, files, answers, stamps)


def _questions(
    seen: Iterable[tuple[str, str]], shown: Iterable[str], workspace: Workspace
) -> tuple[list[str], list[str]]:
    """Return which folders and files were asked for: whether a file exists is answered by the entries of its folder."""
    from devopslint.engine.words import folders_below, joined  # not for a run that is only recalled

    folders: set[str] = set()
    files = set(shown)
    sought: set[tuple[str, str]] = set()
    for what, path in seen:
        if what == "source":
            files.add(path)
        elif what == "names":
            folders.add(path)
        elif what == "exists":
            folders.add(path.rpartition("/")[0])
        else:  # a word that is sought in the files of a folder with some endings, or of those below it
            sought.add((what.rpartition("\0")[0], path))
    for what, path in sought:  # once for all words
        kind, *endings = what.split("\0")
        kind = kind.partition(":")[0]
        folder = path.rpartition("/")[0] if kind == "beside" else path
        looked_in = [""]
        if kind in {"below", "deeper"}:
            looked_in = folders_below(folder, workspace.names, deeper=kind == "deeper")
            above = folders_below(folder, workspace.names, deeper=False)
            folders.update(joined(folder, name) for name in (*above, *looked_in))
        folders.add(folder)
        for one in looked_in:
            there = joined(folder, one) if one else folder
            files.update(joined(there, name) for name in workspace.names(there) if name.endswith(tuple(endings)))
    return sorted(folders), sorted(files)


def _are_as_seen(entries: Mapping[str, str], seen: Answers) -> bool:
    """Say whether folders with these entries give the answers that were seen."""
    kinds: dict[str, dict[str, str]] = {}
    for folder, text in entries.items():
        kinds[folder] = dict(one.split("/") for one in text.split("\0")) if text else {}
    for (what, path), answer in seen.items():
        if what == "exists":
            folder, _, name = path.rpartition("/")
            now = "1" if kinds[folder].get(name) else "0"
        elif what == "names":
            now = digest("\0".join(sorted(kinds[path])).encode("utf-8", "surrogateescape"))
        else:
            continue
        if now != answer:
            return False
    return True
