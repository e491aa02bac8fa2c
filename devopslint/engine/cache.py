"""Results kept between runs, by content.

A stored result is taken again only when everything that its task asked of the files has the same answer, and the rules,
the selection and the version are the same. It lies in the user's cache folder, never in the repository: what a stranger
commits can't forge a clean result. A cache that can't be read or written is as good as none.
"""

from __future__ import annotations

import json
import os

from devopslint.engine.task import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.engine.judge import Judge
    from devopslint.engine.task import Task

    Performer = Callable[[Judge, Sequence[Task]], Iterable[Result]]

LARGEST_CACHE = 256 << 20
"""Bytes; a larger file is begun anew."""
_SCHEMA = "CREATE TABLE IF NOT EXISTS results (task TEXT PRIMARY KEY, environment TEXT, result TEXT) WITHOUT ROWID"


class Cache:
    """The results of one repository, in one SQLite file, which stands being killed and being used twice at once."""

    def __init__(self, path: str, environment: str) -> None:
        self.path = path
        self.environment = environment

    def load(self) -> dict[str, str]:
        """Return the stored results of this environment, by task; empty when there are none to be trusted."""
        import sqlite3

        if not os.path.exists(self.path):
            return {}
        try:
            with _closing(self.path) as connection:
                rows = connection.execute("SELECT task, result FROM results WHERE environment = ?", (self.environment,))
                return dict(rows.fetchall())
        except sqlite3.OperationalError:
            return {}
        except sqlite3.DatabaseError:
            self._discard()
            return {}

    def store(self, results: dict[str, str], gone: Iterable[str] = ()) -> None:
        """Keep results by task, and drop tasks that are no more. Failing to is no fault."""
        import sqlite3

        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            if os.path.exists(self.path) and os.path.getsize(self.path) > LARGEST_CACHE:
                self._discard()
            with _closing(self.path) as connection:
                connection.execute(_SCHEMA)
                rows = [(task, self.environment, result) for task, result in results.items()]
                connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows)
                connection.executemany("DELETE FROM results WHERE task = ?", [(task,) for task in gone])
                connection.commit()
        except sqlite3.OperationalError:
            return
        except sqlite3.DatabaseError:
            self._discard()
        except OSError:
            return

    def _discard(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            try:
                os.remove(self.path + ending)
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
        keys = ["\0".join(task.key_parts()[1]) + "\0" + task.artifact for task in tasks]
        found = [_still_holding(stored.get(key), judge) for key in keys]
        missing = [index for index, result in enumerate(found) if result is None]
        fresh: dict[str, str] = {}
        for index, result in zip(missing, performer(judge, [tasks[index] for index in missing]), strict=True):
            found[index] = result
            if not result.failed:
                fresh[keys[index]] = json.dumps(result.to_plain(), separators=(",", ":"))
        gone = set(stored).difference(keys) if prune else ()
        if fresh or gone:
            cache.store(fresh, gone)
        return [result for result in found if result is not None]

    return perform


def _still_holding(text: str | None, judge: Judge) -> Result | None:
    if text is None:
        return None
    try:
        result = Result.from_plain(json.loads(text))
        workspace = judge.workspace
        if all(workspace.look_again(what, path) == answer for what, path, answer in result.looked_at):
            return result
    except (ValueError, TypeError, KeyError):
        return None
    return None
