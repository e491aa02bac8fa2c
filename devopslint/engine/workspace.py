"""The files that a run may look at, each read and parsed once."""

from __future__ import annotations

import os
import stat

from devopslint.policy.subject import Place
from devopslint.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from devopslint.syntax.tree import Document, SyntaxProblem

LARGEST_FILE = 10 * 1024 * 1024
"""Bytes; a larger file is not read (`core/too-large`)."""

_SNIFFED = 8192


class Workspace:
    """Files below a root folder. Paths are relative to it, with `/`; nothing outside of it is read.

    `problems` are the faults of reading and parsing, by path: `(rule, place, message)`. `looked_at` is everything that
    was asked of the files since it was last emptied, with a digest of each answer (kept only to `remember`, for a cache):
    when all answers are still the same, so is what was made of them.
    """

    def __init__(self, root: str, *, remember: bool = False) -> None:
        self.root = root
        self.remember = remember
        self.problems: dict[str, list[tuple[str, Place, str]]] = {}
        self.looked_at: dict[tuple[str, str], str] = {}
        self._real_root = ""
        self._folders_inside: dict[str, bool] = {}
        self._sources: dict[str, Source | None] = {}
        self._documents: dict[str, Sequence[Document]] = {}
        self._digests: dict[str, str] = {}

    def exists(self, path: str) -> bool:
        """Say whether `path` is a file inside the root."""
        found = self._is_file(path)
        if self.remember:
            self.looked_at["exists", path] = str(found)
        return found

    def names(self, folder: str) -> Sequence[str]:
        """Return the sorted names of the files and folders in a folder; empty when there is none."""
        names = self._names(folder)
        if self.remember:
            self.looked_at["names", folder] = digest("\n".join(names).encode("utf-8", "surrogateescape"))
        return names

    def source(self, path: str) -> Source | None:
        """Return a file's text; `None`, and a problem, when it can't be read."""
        if path not in self._sources:
            content = self._read(path)
            if self.remember:
                self._digests[path] = "" if content is None else digest(content)
            self._sources[path] = None if content is None else self._decode(path, content)
        if self.remember:
            self.looked_at["source", path] = self._digests[path]
        return self._sources[path]

    def size(self, path: str) -> int:
        """Return the size of a file in bytes; 0 when there is none."""
        try:
            return os.lstat(self._absolute(path)).st_size
        except OSError:
            return 0

    def look_again(self, what: str, path: str) -> str:
        """Return what `looked_at` would hold now for `exists`, `names` or `source` of a path."""
        if what == "exists":
            self.exists(path)
        elif what == "names":
            self.names(path)
        elif path in self._digests:
            return self._digests[path]
        else:
            content = self._read(path)
            self._digests[path] = "" if content is None else digest(content)
            return self._digests[path]
        return self.looked_at[what, path]

    def _is_file(self, path: str) -> bool:
        return path in self._sources or (self._inside(path) and os.path.isfile(self._absolute(path)))

    def _names(self, folder: str) -> Sequence[str]:
        if folder and not self._inside(folder):
            return ()
        try:
            return sorted(os.listdir(self._absolute(folder)))
        except OSError:
            return ()

    def documents(self, path: str) -> Sequence[Document]:
        """Return the YAML or JSON documents of a file, parsed once; its syntax problems are kept."""
        if path not in self._documents:
            source = self.source(path)
            documents: Sequence[Document] = ()
            found: Sequence[SyntaxProblem] = ()
            if source is not None:
                if path.endswith(".json"):
                    from devopslint.syntax.json import read_json

                    documents, found = read_json(source)
                else:
                    from devopslint.syntax.yaml import read_yaml

                    documents, found = read_yaml(source)
                for problem in found:
                    self.add_problem("core/syntax", Place(source, problem.start, problem.end), problem.message)
            self._documents[path] = documents
        return self._documents[path]

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of the texts and trees of files; they are read again when somebody asks."""
        for path in paths:
            self._sources.pop(path, None)
            self._documents.pop(path, None)

    def add_problem(self, rule: str, place: Place, message: str) -> None:
        """Keep a fault of reading or parsing."""
        found = self.problems.setdefault(place.source.path, [])
        if not any(one[0] == rule and one[1].start == place.start for one in found):
            found.append((rule, place, message))

    def _unreadable(self, path: str, rule: str, message: str) -> None:
        self.add_problem(rule, Place(Source(path, ""), 0, 0), message)

    def _absolute(self, path: str) -> str:
        return os.path.join(self.root, *path.split("/")) if path else self.root

    def _inside(self, path: str) -> bool:
        """Say whether a path stays below the root, links followed."""
        if os.path.isabs(path) or ".." in path.split("/"):
            return False
        folder = path.rpartition("/")[0]
        if folder not in self._folders_inside:
            self._folders_inside[folder] = self._really_inside(self._absolute(folder))
        absolute = self._absolute(path)
        return self._folders_inside[folder] and (not os.path.islink(absolute) or self._really_inside(absolute))

    def _really_inside(self, absolute: str) -> bool:
        if not self._real_root:
            self._real_root = os.path.realpath(self.root)
        real = os.path.realpath(absolute)
        return real == self._real_root or real.startswith(self._real_root.rstrip(os.sep) + os.sep)

    def _read(self, path: str) -> bytes | None:
        absolute = self._absolute(path)
        try:
            if not self._inside(path):
                self._unreadable(path, "core/unreadable", "leads out of the repository")
                return None
            status = os.stat(absolute)
            if stat.S_ISDIR(status.st_mode):
                return None
            if not stat.S_ISREG(status.st_mode):
                self._unreadable(path, "core/unreadable", "is no regular file")
                return None
            if status.st_size > LARGEST_FILE:
                size = f"{status.st_size / 1048576:.0f} MiB"
                self._unreadable(
                    path, "core/too-large", f"has {size}, more than the {LARGEST_FILE >> 20} MiB that are read"
                )
                return None
            with open(absolute, "rb") as file:
                return file.read(LARGEST_FILE + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._unreadable(path, "core/unreadable", f"can't be read: {reason.lower()}")
            return None

    def _decode(self, path: str, content: bytes) -> Source | None:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            try:
                source = Source(path, content.decode("utf-16"))
            except UnicodeDecodeError:
                self._unreadable(path, "core/encoding", "is neither UTF-8 nor whole UTF-16")
                return None
            self.add_problem("core/encoding", Place(source, 0, 0), "is UTF-16, which the tools that use it do not read")
            return source
        if b"\0" in content[:_SNIFFED]:
            self._unreadable(path, "core/binary", "is a binary file")
            return None
        if content.startswith(b"\xef\xbb\xbf"):
            content = content[3:]
        try:
            return Source(path, content.decode("utf-8"))
        except UnicodeDecodeError as error:
            source = Source(path, content.decode("latin-1"))
            at = error.start
            message = f"is not UTF-8: byte 0x{content[at]:02X} (the file is judged as if it were Latin-1)"
            self.add_problem("core/encoding", Place(source, at, at + 1), message)
            return source


class MemoryWorkspace(Workspace):
    """Files that are only in memory, by path: standard input, the examples of rules, tests.

    With a `root`, what is not in memory is looked up on disk.
    """

    def __init__(self, files: Mapping[str, str | bytes], root: str = "") -> None:
        super().__init__(root)
        self._files = {
            path: text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            for path, text in files.items()
        }

    def _is_file(self, path: str) -> bool:
        return path in self._files or (bool(self.root) and super()._is_file(path))

    def _names(self, folder: str) -> Sequence[str]:
        prefix = folder + "/" if folder else ""
        names = {path[len(prefix) :].split("/", 1)[0] for path in self._files if path.startswith(prefix)}
        return sorted(names.union(super()._names(folder)) if self.root else names)

    def _read(self, path: str) -> bytes | None:
        if path in self._files:
            return self._files[path]
        return super()._read(path) if self.root else None


def digest(content: bytes) -> str:
    """Return what tells one content from every other."""
    from hashlib import blake2b

    return blake2b(content, digest_size=16).hexdigest()
