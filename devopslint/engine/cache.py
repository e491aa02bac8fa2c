"""Results kept between runs, by content.

A stored result is taken again only when everything that its task asked of the files has the same answer, and the rules,
the selection and the version are the same. It lies in the user's cache folder, never in the repository: what a stranger
commits can't forge a clean result. A cache that can't be read or written is as good as none, and one that is damaged is
begun anew: every row carries a digest of itself, because SQLite notices a damaged page only when its structure is.
"""

from __future__ import annotations

import marshal
import os

from devopslint.engine import shelf
from devopslint.engine.reading import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.engine.judge import Judge
    from devopslint.engine.task import Result, Task

    Performer = Callable[[Judge, Sequence[Task]], Iterable[Result]]
    Answers = dict[tuple[str, str], str]
    """What the workspace answers now to a question and a path."""
    Stored = dict[bytes, tuple[bytes, str]]
    """Task → its result, marshalled, and the digest of both: nothing is unmarshalled that is not as it was written."""

LARGEST_CACHE = 256 << 20
"""Bytes of the file of one repository and environment; a larger one is begun anew."""
LARGEST_RESULT = 4 << 20
"""Bytes of a result; a larger one is not kept."""
LARGEST_FOLDER = 1 << 30
"""Bytes of all caches of a user; the longest unused are removed."""
MOST_ENVIRONMENTS = 4
"""Caches of one repository that are kept: other versions, other rules, other selections."""

MOST_REPORTS = 8
"""Reports of one repository and environment that are kept as they were written: other formats, other files."""

_SCHEMA = "CREATE TABLE IF NOT EXISTS results (task BLOB PRIMARY KEY, result BLOB, digest TEXT) WITHOUT ROWID"
_REPORT = ".report-"
_FORGOTTEN = 3600
"""Seconds after which a file that was to take another's place never will: its writer was killed."""
_UNAVAILABLE = frozenset({3, 5, 6, 8, 9, 10, 13, 14})
"""SQLite's PERM, BUSY, LOCKED, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN: what says nothing against the content."""


class Cache:
    """The results of one repository under one environment: those of tasks in one SQLite file, others in files beside it.

    It stands being killed and being used twice at once. `environment` is what besides the files decides a result.
    """

    def __init__(self, folder: str, repository: str, environment: str) -> None:
        self.environment = environment
        self._folder = folder
        self._prefix = digest(repository.encode("utf-8", "surrogateescape"))[:24] + "-"
        self._stem = os.path.join(folder, self._prefix + digest(environment.encode("utf-8"))[:16])
        self.path = self._stem + ".sqlite"

    def load(self) -> Stored:
        """Return the stored results; empty when there are none to be had."""
        rows = self._read("SELECT task, result, digest FROM results")
        return {task: (result, mark) for task, result, mark in rows}

    def load_run(self, part: str, key: bytes, largest: int) -> memoryview | None:
        """Return what is stored of a whole run, of its parts one; `None` when it is not there or damaged."""
        content = shelf.load(self.place_of(part), self._own(key), largest=largest)
        if content is not None:
            self._note_use(self.place_of(part))
        return content

    def load_report(self, key: bytes, largest: int) -> memoryview | None:
        """Return a report as it was written; `None` when it is not there or damaged."""
        return shelf.load(self.place_of(_report(key)), self._own(key), largest=largest, quick=True)

    def place_of(self, part: str) -> str:
        """Return the path of a file beside that of the results."""
        return self._stem + part

    def store(self, results: dict[bytes, bytes], gone: Iterable[bytes] = ()) -> None:
        """Keep results by task, and drop tasks that are no more. Failing to is no fault."""
        rows = [(task, result, self.mark(task, result)) for task, result in _bounded(results)]
        self._write(
            ("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows),
            ("DELETE FROM results WHERE task = ?", [(task,) for task in gone]),
        )

    def store_run(self, part: str, key: bytes, content: bytes, largest: int) -> bool:
        """Keep a part of a whole run instead of that of any other, and say whether that could be done."""
        return shelf.store(self.place_of(part), self._own(key), content, largest=largest)

    def store_report(self, key: bytes, content: bytes, largest: int) -> None:
        """Keep a report as it was written, with a few others. Failing to is no fault."""
        if shelf.store(self.place_of(_report(key)), self._own(key), content, largest=largest, quick=True):
            self._tidy_quietly()

    def _own(self, key: bytes) -> bytes:
        return b"\0".join((self.environment.encode("utf-8"), key))

    def _read(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        if not os.path.exists(self.path):
            return []
        try:
            import sqlite3
        except ImportError:
            return []
        try:
            with _closing(self.path) as connection:
                rows: list[tuple[Any, ...]] = connection.execute(question, values).fetchall()
            self._note_use(self.path)
            return rows
        except sqlite3.Error as error:
            self._judge_failure(error)
        except (ValueError, TypeError, MemoryError):
            self._discard()
        return []

    def _write(self, *changes: tuple[str, Sequence[tuple[Any, ...]]]) -> None:
        try:
            import sqlite3
        except ImportError:
            return
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            if os.path.exists(self.path) and os.path.getsize(self.path) > LARGEST_CACHE:
                self._discard()
            with _closing(self.path) as connection:
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute(_SCHEMA)
                for change, rows in changes:
                    connection.executemany(change, rows)
                connection.commit()
            self._tidy()
        except sqlite3.Error as error:
            self._judge_failure(error)
        except OSError:
            return

    def mark(self, key: bytes, content: bytes) -> str:
        """Return the digest that a row carries."""
        return digest(b"\0".join((self.environment.encode("utf-8"), key, content)))

    def _note_use(self, path: str) -> None:
        """Let the time of a file be that of its last use, by which the longest unused are known, to the hour."""
        import time

        try:
            if os.stat(path).st_mtime < time.time() - 3600:
                os.utime(path)
        except OSError:
            return

    def _judge_failure(self, error: Any) -> None:
        """Begin anew after a fault of the content; a disk that is full or a lock says nothing against it."""
        if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF not in _UNAVAILABLE:
            self._discard()

    def _discard(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            shelf.remove(self.path + ending)

    def _tidy_quietly(self) -> None:
        try:
            self._tidy()
        except OSError:
            return

    def _tidy(self) -> None:
        """Remove the longest unused caches: of this repository all but a few, of others when all take too much."""
        import time

        begun = time.time()
        caches: dict[str, list[tuple[float, str, int]]] = {}
        for entry in os.scandir(self._folder):
            if not entry.is_file(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if not entry.name.endswith(shelf.TEMPORARY):
                caches.setdefault(entry.name.partition(".")[0], []).append(
                    (-status.st_mtime, entry.path, status.st_size)
                )
            elif status.st_mtime < begun - _FORGOTTEN:
                shelf.remove(entry.path)
        own = os.path.basename(self._stem)
        reports = sorted(one for one in caches.get(own, ()) if one[1].startswith(self._stem + _REPORT))
        for one in reports[MOST_REPORTS:]:
            caches[own].remove(one)
            shelf.remove(one[1])
        total = of_this = 0
        for _, _, name in sorted((name != own, min(files)[0], name) for name, files in caches.items()):
            files = caches[name]
            size = sum(one[2] for one in files)
            total += size
            of_this += name.startswith(self._prefix)
            if total > LARGEST_FOLDER or (name.startswith(self._prefix) and of_this > MOST_ENVIRONMENTS):
                total -= size
                for _, path, _ in files:
                    shelf.remove(path)


def _report(key: bytes) -> str:
    return _REPORT + digest(key)[:16]


def _bounded(results: dict[bytes, bytes]) -> Iterable[tuple[bytes, bytes]]:
    total = 0
    for task, result in results.items():
        total += len(result)
        if total > LARGEST_CACHE // 2:
            return
        yield task, result


def _closing(path: str) -> Any:
    import sqlite3
    from contextlib import closing

    return closing(sqlite3.connect(path, timeout=2))


def cached(performer: Performer, cache: Cache, *, prune: bool) -> Performer:
    """Return what gives stored results where they still hold, and judges the rest; `prune` drops tasks not asked for."""

    def perform(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
        judge.workspace.remember = True
        stored = cache.load()
        keys = [_key(task, judge) for task in tasks]
        answers: Answers = {}
        found = []
        for key in keys:
            found.append(_still_holding(cache, key, stored.get(key), judge, answers))
            judge.progress.step(found[-1] is not None)
        missing = [index for index, result in enumerate(found) if result is None]
        fresh: dict[bytes, bytes] = {}
        gone = set(stored).difference(keys) if prune else set()
        for index, result in zip(missing, performer(judge, [tasks[index] for index in missing]), strict=True):
            found[index] = result
            if result.failed or result.passing:
                gone.add(keys[index])
                continue
            content = marshal.dumps(result.to_plain())
            if len(content) <= LARGEST_RESULT:
                fresh[keys[index]] = content
        if fresh or (gone and stored):
            cache.store(fresh, gone)
        return [result for result in found if result is not None]

    return perform


def _key(task: Task, judge: Judge) -> bytes:
    artifact, files, scope = task.key_parts()
    rules = judge.dispatches(scope).stamp() if scope else ""
    return "\0".join((rules, artifact, *files)).encode("utf-8", "surrogateescape")


def _still_holding(
    cache: Cache, key: bytes, stored: tuple[bytes, str] | None, judge: Judge, answers: Answers
) -> Result | None:
    """Return a stored result if everything that was asked for it still has the same answer; `answers` are those known."""
    if stored is None:
        return None
    try:
        content, mark = stored
        if cache.mark(key, content) != mark:
            return None
        plain = marshal.loads(content)  # noqa: S302 (its digest is right)
        look_again = judge.workspace.look_again
        for what, path, answer in plain[-1]:
            key_of_answer = what, path
            found = answers.get(key_of_answer)
            if found is None:
                found = answers[key_of_answer] = look_again(what, path)
            if found != answer:
                return None
        from devopslint.engine.task import Result

        return Result.from_plain(plain)
    except (ValueError, TypeError, AttributeError, IndexError, EOFError):
        return None
