"""The files that a run may look at, each read and parsed once."""

from __future__ import annotations

import os
import stat

from devopslint.engine.reading import (
    LARGEST_FILE,
    Unread,
    answer,
    decode,
    digest,
    parse,
    read_regular,
    too_large,
    unreadable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from devopslint.engine.reading import Fault
    from devopslint.engine.scopes import Kinds
    from devopslint.engine.words import Texts
    from devopslint.policy.subject import Place
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document

MOST_PROBLEMS = 100
"""Faults of reading and parsing that are told of one file."""
MOST_HELD = 32 << 20
"""Characters (those of a parsed file count fivefold) that are kept between two tasks."""


class Workspace:
    """Files below a root folder. Paths are relative to it, with `/`; nothing outside of it is read.

    The files are taken to stand still while a run lasts: every answer is given once and kept. Between `begin_task` and
    the next, `problems` are the faults of reading and parsing, by path, of the files that were asked for, as
    `(rule, place, message)`, and `looked_at` is everything that was asked, with a digest of each answer (kept only to
    `remember`, for a cache): when all answers are still the same, so is what was made of them. `looked_at_before` is
    what was asked before. `excludes` says of a file that nobody asked for whether the configuration leaves it out.
    """

    def __init__(self, root: str, *, remember: bool = False) -> None:
        self.root = root
        self.remember = remember
        self.kinds: Kinds | None = None
        self.excludes: Callable[[str], bool] | None = None
        self.problems: dict[str, list[Fault]] = {}
        self.looked_at: dict[tuple[str, str], str] = {}
        self.looked_at_before: dict[tuple[str, str], str] = {}
        self._real_root = ""
        self._folders_inside: dict[str, bool] = {}
        self._walked: dict[str, str | None] = {}
        self._exists: dict[str, bool] = {}
        self._listings: dict[str, Sequence[str]] = {}
        self._listing_digests: dict[str, str] = {}
        self._name_sets: dict[str, frozenset[str]] = {}
        self._texts: Texts | None = None
        self._sources: dict[str, Source | None] = {}
        self._documents: dict[str, Sequence[Document]] = {}
        self._reading: dict[str, Fault] = {}
        self._parsing: dict[str, list[Fault]] = {}
        self._digests: dict[str, str] = {}
        self._held = 0

    def forced_kind(self, path: str) -> str | None:
        """Return the artifact that the configuration makes of a file, `none`, or `None` when it leaves it to the file."""
        return None if self.kinds is None else self.kinds.of(path)

    def know_folders(self, entries: Mapping[str, str]) -> None:
        """Take folders for such as stay below the root: they were walked, no link led there, and this stood in them."""
        self._walked.update(entries)

    def begin_task(self) -> None:
        """Empty `problems` and `looked_at`; let go of texts and trees when they have become many."""
        self.problems = {}
        self.looked_at_before.update(self.looked_at)
        self.looked_at = {}
        if self._held > MOST_HELD:
            self.forget(list(self._sources))

    def exists(self, path: str) -> bool:
        """Say whether `path` is a file inside the root."""
        found = self._exists.get(path)
        if found is None:
            found = self._exists[path] = self._is_file(path)
        if self.remember:
            self.looked_at["exists", path] = "1" if found else "0"
        return found

    def existing(self, folder: str, names: Sequence[str]) -> Sequence[str]:
        """Return which of some names are files in a folder, in the order in which they are given."""
        if not self.remember and self._names_in(folder).isdisjoint(names):
            return ()
        prefix = folder + "/" if folder else ""
        return [name for name in names if self.exists(prefix + name)]

    def names(self, folder: str) -> Sequence[str]:
        """Return the sorted names of the files and folders in a folder; empty when there is none."""
        if self.remember:
            self.looked_at["names", folder] = self._listing_digest(folder)
        return self._listing(folder)

    def has_word(self, folder: str, endings: tuple[str, ...], word: str, among: str = "") -> bool:
        """Say whether a word stands in a file of a folder (not of those below) whose name has one of some endings.

        A word is a run of letters, digits, `_` and `-`, or several of those joined by dots. The files are read once
        for all questions. With `among`, only files count that hold that text, which is soon seen.
        """
        return self._answer(f"word:{among}" if among else "word", endings, word, folder) == "1"

    def folders_with_word(
        self, folder: str, endings: tuple[str, ...], word: str, among: str = "", *, deeper: bool = False
    ) -> Sequence[str]:
        """Return the sorted names of the folders directly below a folder for which `has_word` is true.

        With `deeper` the paths of those in them. What has a dot in its name, or is fetched, is no such folder.
        """
        kind = "deeper" if deeper else "below"
        found = self._answer(f"{kind}:{among}" if among else kind, endings, word, folder)
        return found.split("\0") if found else ()

    def files_with_word(self, folder: str, endings: tuple[str, ...], word: str) -> Sequence[str]:
        """Return the sorted names of the files of a folder that `has_word` is true of."""
        found = self._answer("files", endings, word, folder)
        return found.split("\0") if found else ()

    def has_beside(self, path: str, endings: tuple[str, ...], name: str) -> bool:
        """Say whether a name stands, alone or in a longer one, in another file of the folder with one of some endings."""
        return self._answer("beside", endings, name, path) == "1"

    def source(self, path: str) -> Source | None:
        """Return a file's text; `None`, and a problem, when it can't be read."""
        if path not in self._sources or (self.remember and path not in self._digests):
            self._take(path)
        if self.remember:
            self.looked_at["source", path] = self._digests[path]
        if (fault := self._reading.get(path)) is not None:
            self._tell(path, fault)
        return self._sources[path]

    def size(self, path: str) -> int:
        """Return the size of a file in bytes; 0 when there is none."""
        try:
            return os.lstat(self.absolute(path)).st_size
        except (OSError, ValueError):
            return 0

    def look_again(self, what: str, path: str) -> str:
        """Return what `looked_at` would hold now for a question; an empty string for one that nobody asks any more."""
        if what == "source":
            if path not in self._digests:
                self._digests[path] = answer(self._read(path))
            return self._digests[path]
        if what == "exists":
            return "1" if self.exists(path) else "0"
        if what == "names":
            return self._listing_digest(path)
        if what == "entries":
            return self._entries(path)
        return self._in_texts(what, path)

    def documents(self, path: str) -> Sequence[Document]:
        """Return the YAML or JSON documents of a file, parsed once; its syntax problems are kept."""
        source = self.source(path)
        if path not in self._documents:
            documents: Sequence[Document] = ()
            if source is not None:
                from devopslint.policy.subject import Place

                documents, problems = parse(source)
                self._parsing[path] = [
                    ("core/syntax", Place(source, one.start, one.end), one.message)
                    for one in problems[: MOST_PROBLEMS + 1]
                ]
                self._held += 4 * len(source.text)
            self._documents[path] = documents
        for fault in self._parsing.get(path, ()):
            self._tell(path, fault)
        return self._documents[path]

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of the texts and trees of files; they are read again when somebody asks."""
        for path in paths:
            source = self._sources.pop(path, None)
            if source is not None:
                self._held -= len(source.text)
                if self._documents.pop(path, None) is not None:
                    self._held -= 4 * len(source.text)
                self._reading.pop(path, None)
                self._parsing.pop(path, None)

    def add_problem(self, rule: str, place: Place, message: str) -> None:
        """Keep a fault of a file, up to a bound, for the task that is being judged."""
        self._tell(place.source.path, (rule, place, message))

    def _tell(self, path: str, fault: Fault) -> None:
        found = self.problems.setdefault(path, [])
        if any(one[0] == fault[0] and one[1].start == fault[1].start for one in found):
            return
        if len(found) < MOST_PROBLEMS:
            found.append(fault)
        elif len(found) == MOST_PROBLEMS:
            found.append((fault[0], fault[1], f"has more than {MOST_PROBLEMS} faults; no more of them are reported"))

    def _take(self, path: str) -> None:
        content = self._read(path)
        if self.remember:
            self._digests[path] = answer(content)
        source: Source | None = None
        fault: Fault | None = None
        if isinstance(content, Unread):
            fault = unreadable(path, content.rule, content.message)
        elif content is not None:
            source, fault = decode(path, content)
        if source is not None:
            self._held += len(source.text)
        if fault is not None:
            self._reading[path] = fault
        self._sources[path] = source

    def _listing(self, folder: str) -> Sequence[str]:
        if folder not in self._listings:
            self._listings[folder] = self._names(folder)
        return self._listings[folder]

    def _names_in(self, folder: str) -> frozenset[str]:
        """Return what stands in a folder: many names that tools look for are asked of each, and few are there."""
        if folder not in self._name_sets:
            self._name_sets[folder] = frozenset(self._listing(folder))
        return self._name_sets[folder]

    def _listing_digest(self, folder: str) -> str:
        """Return what tells one listing from another, made when first wanted: a listing may be older than `remember`."""
        if folder not in self._listing_digests:
            names = "\0".join(self._listing(folder))
            self._listing_digests[folder] = digest(names.encode("utf-8", "surrogateescape"))
        return self._listing_digests[folder]

    def _entries(self, folder: str) -> str:
        """Return the names in a folder with what each one is: enough to say which files exist there."""
        try:
            if folder not in self._walked and self._status(folder) is None:
                return ""
            with os.scandir(self.absolute(folder)) as entries:
                return "\0".join(sorted([self._entry(folder, one) for one in entries]))
        except (OSError, ValueError):
            return ""

    def _entry(self, folder: str, entry: os.DirEntry[str]) -> str:
        text = plain_entry(entry)
        path = f"{folder}/{entry.name}" if folder else entry.name
        if text is None:
            return f"{entry.name}/file" if self._is_file(path) else f"{entry.name}/"
        if text[-1] == "/" and not _is_of_git(text):
            self._walked[path] = None
        return text

    def _answer(self, kind: str, endings: tuple[str, ...], word: str, path: str) -> str:
        """Answer a question on a word in files with some endings, and keep account of it."""
        what = "\0".join((kind, *endings, word))
        found = self._in_texts(what, path)
        if self.remember:
            self.looked_at[what, path] = found
        return found

    def _in_texts(self, what: str, path: str) -> str:
        if self._texts is None:
            from devopslint.engine.words import Texts

            self._texts = Texts(self._listing, self._read)
        return self._texts.answer(what, path)

    def _is_file(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        try:
            if name not in self._names_in(folder):
                return False
            status = self._status(path)
        except (OSError, ValueError):
            return False
        return status is not None and stat.S_ISREG(status.st_mode)

    def _names(self, folder: str) -> Sequence[str]:
        entries = self._walked.get(folder)
        if entries is not None:
            return sorted([entry.partition("/")[0] for entry in entries.split("\0")]) if entries else ()
        try:
            return sorted(os.listdir(self.absolute(folder))) if self._status(folder) is not None else ()
        except (OSError, ValueError):
            return ()

    def _read(self, path: str) -> bytes | Unread | None:
        """Return the content of a file, why it can't be read, or `None` for a folder, which is no fault."""
        try:
            status = self._status(path)
            if status is None:
                return Unread("core/unreadable", "leads out of the repository")
            return read_regular(self.absolute(path), status)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return Unread("core/unreadable", f"can't be read: {reason.lower()}")

    def absolute(self, path: str) -> str:
        """Return the absolute path of a file or folder."""
        return f"{self.root}/{path}" if path else self.root

    def _status(self, path: str) -> os.stat_result | None:
        """Return the status of a file or folder, `None` when it does not stay below the root, links followed, or is git's.

        Raises OSError for what is not there, and ValueError for what can't be a path.
        """
        if path.startswith("/") or (".." in path and ".." in path.split("/")) or _is_of_git(path):
            return None
        if os.sep != "/" and (os.sep in path or ":" in path):
            return None
        absolute = self.absolute(path)
        if not path:
            return os.stat(absolute)
        if not self.is_inside(path.rpartition("/")[0]):
            return None
        status = os.lstat(absolute)
        if stat.S_ISLNK(status.st_mode):
            return os.stat(absolute) if self._really_inside(absolute) else None
        return status

    def is_inside(self, folder: str) -> bool:
        """Say whether a folder stays below the root: what is no link does when the folder above it does."""
        if folder in self._walked:
            return True
        known = self._folders_inside
        unknown = []
        while folder not in known:
            unknown.append(folder)
            if not folder:
                break
            folder = folder.rpartition("/")[0]
        for one in reversed(unknown):
            absolute = self.absolute(one)
            try:
                is_link = stat.S_ISLNK(os.lstat(absolute).st_mode)
            except OSError:
                is_link = True
            known[one] = self._really_inside(absolute) if is_link else not one or known[one.rpartition("/")[0]]
        return known[unknown[0] if unknown else folder]

    def _really_inside(self, absolute: str) -> bool:
        if not self._real_root:
            self._real_root = os.path.realpath(self.root)
        real = os.path.realpath(absolute)
        prefix = self._real_root.rstrip(os.sep) + os.sep
        return real == self._real_root or (real.startswith(prefix) and not _is_of_git(real[len(prefix) :]))


def plain_entry(entry: os.DirEntry[str]) -> str | None:
    """Return the name of an entry with what it is; `None` for a link, and for what may be git's: that is not seen at once."""
    name = entry.name
    if entry.is_dir(follow_symlinks=False):
        return name + "/"
    if entry.is_file(follow_symlinks=False) and name.lower() != ".git":
        return name + "/file"
    return None


def _is_of_git(path: str) -> bool:
    """Say whether a path leads into git's own folder, where credentials stand that a link could bring into a report."""
    lower = path.lower()
    return ".git" in lower and ".git" in lower.replace(os.sep, "/").split("/")


class MemoryWorkspace(Workspace):
    """Files that are only in memory, by path: standard input, the examples of rules, tests.

    With a `root`, what is not in memory is looked up on disk.
    """

    def __init__(self, files: Mapping[str, str | bytes], root: str = "") -> None:
        super().__init__(root)
        self._files = {
            path: text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            for path, text in files.items()
        }

    def _is_file(self, path: str) -> bool:
        return path in self._files or (bool(self.root) and super()._is_file(path))

    def _names(self, folder: str) -> Sequence[str]:
        prefix = folder + "/" if folder else ""
        names = {path[len(prefix) :].split("/", 1)[0] for path in self._files if path.startswith(prefix)}
        return sorted(names.union(super()._names(folder)) if self.root else names)

    def _read(self, path: str) -> bytes | Unread | None:
        content = self._files.get(path)
        if content is None:
            return super()._read(path) if self.root else None
        return content if len(content) <= LARGEST_FILE else too_large(len(content))
