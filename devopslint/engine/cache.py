"""Results kept between runs, by content.

A stored result is taken again only when everything that its task asked of the files has the same answer, and the rules,
the selection and the version are the same. It lies in the user's cache folder, never in the repository: what a stranger
commits can't forge a clean result. A cache that can't be read or written is as good as none, and one that is damaged is
begun anew: every row carries a digest of itself, because SQLite notices a damaged page only when its structure is.
"""

from __future__ import annotations

import marshal
import os

from devopslint.engine.reading import digest
from devopslint.engine.task import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.engine.judge import Judge
    from devopslint.engine.task import Task

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

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS results (task BLOB PRIMARY KEY, result BLOB, digest TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS runs (run BLOB PRIMARY KEY, report BLOB, digest TEXT)",
)
_UNAVAILABLE = frozenset({3, 5, 6, 8, 9, 10, 13, 14})
"""SQLite's PERM, BUSY, LOCKED, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN: what says nothing against the content."""


class Cache:
    """The results of one repository under one environment, in one SQLite file.

    It stands being killed and being used twice at once. `environment` is what besides the files decides a result.
    """

    def __init__(self, folder: str, repository: str, environment: str) -> None:
        self.environment = environment
        self._folder = folder
        self._prefix = digest(repository.encode("utf-8", "surrogateescape"))[:24] + "-"
        self.path = os.path.join(folder, self._prefix + digest(environment.encode("utf-8"))[:16] + ".sqlite")

    def load(self) -> Stored:
        """Return the stored results; empty when there are none to be had."""
        rows = self._read("SELECT task, result, digest FROM results")
        return {task: (result, mark) for task, result, mark in rows}

    def load_run(self, run: bytes) -> bytes | None:
        """Return what is stored of a whole run; `None` when it is not there or damaged."""
        for report, mark in self._read("SELECT report, digest FROM runs WHERE run = ?", run):
            if isinstance(report, bytes) and self.mark(run, report) == mark:
                return report
        return None

    def store(self, results: dict[bytes, bytes], gone: Iterable[bytes] = ()) -> None:
        """Keep results by task, and drop tasks that are no more. Failing to is no fault."""
        rows = [(task, result, self.mark(task, result)) for task, result in _bounded(results)]
        self._write(
            ("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows),
            ("DELETE FROM results WHERE task = ?", [(task,) for task in gone]),
        )

    def store_run(self, run: bytes, report: bytes) -> None:
        """Keep a whole run instead of any other. Failing to is no fault."""
        self._write(
            ("DELETE FROM runs WHERE run <> ?", [(run,)]),
            ("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", [(run, report, self.mark(run, report))]),
        )

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
            self._note_use()
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
                for table in _SCHEMA:
                    connection.execute(table)
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

    def _note_use(self) -> None:
        """Let the time of the file be that of its last use, by which the longest unused are known, to the hour."""
        import time

        try:
            if os.stat(self.path).st_mtime < time.time() - 3600:
                os.utime(self.path)
        except OSError:
            return

    def _judge_failure(self, error: Any) -> None:
        """Begin anew after a fault of the content; a disk that is full or a lock says nothing against it."""
        if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF not in _UNAVAILABLE:
            self._discard()

    def _discard(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            _remove(self.path + ending)

    def _tidy(self) -> None:
        """Remove the longest unused caches: of this repository all but a few, of others when all take too much."""
        found = []
        for entry in os.scandir(self._folder):
            if entry.name.endswith(".sqlite") and entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                found.append((entry.path != self.path, -status.st_mtime, entry.path, entry.name, status.st_size))
        total = of_this = 0
        for _, _, path, name, size in sorted(found):
            total += size
            of_this += name.startswith(self._prefix)
            if total > LARGEST_FOLDER or (name.startswith(self._prefix) and of_this > MOST_ENVIRONMENTS):
                total -= size
                for ending in ("", "-journal"):
                    _remove(path + ending)


def _bounded(results: dict[bytes, bytes]) -> Iterable[tuple[bytes, bytes]]:
    total = 0
    for task, result in results.items():
        total += len(result)
        if total > LARGEST_CACHE // 2:
            return
        yield task, result


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass


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
        return Result.from_plain(plain)
    except (ValueError, TypeError, AttributeError, IndexError, EOFError):
        return None
