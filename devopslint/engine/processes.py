"""Tasks judged in several processes, through any `concurrent.futures.Executor`."""

from __future__ import annotations

import os
import sys

from devopslint.engine.dispatch import dispatches_of
from devopslint.engine.judge import Judge, internal_failure
from devopslint.engine.run import judged, one_by_one
from devopslint.engine.task import Result, Task
from devopslint.engine.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future
    from typing import Any

    from devopslint.engine.progress import Progress
    from devopslint.engine.run import Performer
    from devopslint.engine.scopes import Scope, Scopes
    from devopslint.policy.catalog import RuleFolder
    from devopslint.policy.selection import Selection

BREAK_EVEN = 3 << 18
"""Bytes (with `SMALLEST` for each task) below which one process is quicker than several.

Measured in pairs on two processors that were busy besides: the wall time of two processes was 1.2 to 1.5 times that of
one at 70 to 270 kB, and 0.96 times at 540 kB, for 1.2 to 1.6 times the processor time.
"""
GRACE = 0.5
"""Seconds that a worker has for tidying up when it is to end."""
PATIENCE = 0.25
"""Seconds after which the bar of a terminal is looked after, whether anything is done or not."""
SMALLEST = 500
"""Bytes that a task counts for besides its files."""
BATCHES_PER_WORKER = 6
WORKER_MEMORY = 4 << 30
"""Bytes of address space that a worker may take; a task that wants more fails alone."""


class Setup:
    """What another process needs to judge as this one does; `scopes` are all scopes when there are more than the first."""

    __slots__ = ("kinds", "remember", "root", "scopes")

    def __init__(
        self,
        root: str,
        folders: list[RuleFolder],
        selection: Selection,
        *,
        remember: bool,
        scopes: Scopes | None = None,
    ) -> None:
        self.root = root
        self.scopes: list[Scope] = scopes.all if scopes else [(folders, selection)]
        self.kinds = scopes.kinds if scopes else None
        self.remember = remember


_judges: dict[tuple[bytes, int], Judge] = {}
"""By setup and thread, so that an executor of threads serves as well."""


_judging = False
_is_worker = False


def judge_batch(setup: bytes, batch: Sequence[tuple[str, tuple[str, ...], int]]) -> list[list[Any]]:
    """Judge tasks in a worker and return their results as plain values; `setup` is a pickled `Setup`."""
    import pickle
    from threading import get_ident

    global _judging  # noqa: PLW0603 (a worker does one thing at a time)
    key = setup, get_ident()
    if key not in _judges:
        made: Setup = pickle.loads(setup)  # noqa: S301 (made by our own parent process)
        for folder in (folder for folders, _ in made.scopes for folder in folders):
            folder.open_to_imports()
        workspace = Workspace(made.root, remember=made.remember)
        workspace.kinds = made.kinds
        _judges[key] = Judge(workspace, dispatches_of(made.scopes))
    _judging = True
    try:
        return [result.to_plain() for result in judged(_judges[key], [Task(*task) for task in batch])]
    except KeyboardInterrupt:
        if _is_worker:  # all is tidied up, and the pool is to end
            os._exit(1)
        raise
    finally:
        _judging = False


def cores() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_processes(setup: Setup, jobs: int, *, chosen: bool = False) -> Performer:
    """Return what judges tasks in `jobs` processes when there is enough to do to pay for it, or when they were `chosen`."""

    def perform(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
        if jobs < 2 or len(tasks) < 2:
            return one_by_one(judge, tasks)
        sizes = [sum(map(judge.workspace.size, task.files)) + SMALLEST for task in tasks]
        if not chosen and sum(sizes) < BREAK_EVEN:
            return one_by_one(judge, tasks)
        try:
            return _in_pools(judge, tasks, deal(sizes, jobs * BATCHES_PER_WORKER), setup, jobs)
        except NoProcessesError:
            return one_by_one(judge, tasks)

    return perform


def through(executor: Executor, setup: Setup, workers: int) -> Performer:
    """Return what judges tasks through any executor with so many workers; what it loses is judged in a process here.

    Its workers may be threads, processes or other machines, which need devopslint and the same files at the same root.
    """

    def perform(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
        import pickle

        sizes = [sum(map(judge.workspace.size, task.files)) + SMALLEST for task in tasks]
        run = _Batches(judge, tasks, pickle.dumps(setup))
        left = run.perform(executor, deal(sizes, workers * BATCHES_PER_WORKER), 2 * workers)
        for batch in (*left, *run.lost):
            run.isolate(batch)
        return run.results()

    return perform


class NoProcessesError(Exception):
    """The system gives no further process."""


def _in_pools(judge: Judge, tasks: Sequence[Task], batches: list[list[int]], setup: Setup, jobs: int) -> list[Result]:
    import pickle

    run = _Batches(judge, tasks, pickle.dumps(setup))
    left = batches
    while left:
        pool = _pool(jobs)
        try:
            left = run.perform(pool, left, jobs + 1)
        except BaseException:
            _kill(pool)
            raise
        pool.shutdown(wait=bool(left or run.lost), cancel_futures=True)
    for batch in run.lost:
        run.isolate(batch)
    return run.results()


class _Batches:
    """Batches of tasks under way: their results so far, and what was `lost` with a worker that died."""

    def __init__(self, judge: Judge, tasks: Sequence[Task], setup: bytes) -> None:
        self.lost: list[list[int]] = []
        self._judge = judge
        self._tasks = tasks
        self._setup = setup
        self._results: dict[int, Result] = {}

    def perform(self, executor: Executor, batches: list[list[int]], most_at_once: int) -> list[list[int]]:
        """Judge batches, and return those that were not begun when the executor broke."""
        begun = 0
        under_way = run_batches(executor, self._setup, self._tasks, batches, most_at_once, self._judge.progress)
        for batch, plain in under_way:
            begun += 1
            if plain is None:
                self.lost.append(batch)
            else:
                self._keep(batch, plain)
        return batches[begun:]

    def isolate(self, batch: list[int]) -> None:
        """Judge again, in a process of its own, a batch whose worker died, halving it until the culprit is alone."""
        parts = [batch]
        while parts:
            part = parts.pop()
            plain, message = self._judged_alone(part)
            if plain is not None:
                self._keep(part, plain)
            elif len(part) > 1:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
            else:
                self._results[part[0]] = internal_failure(self._tasks[part[0]], message, self._judge)
                self._judge.progress.step()

    def _judged_alone(self, part: list[int]) -> tuple[list[list[Any]] | None, str]:
        """Return the results of some tasks from a process of their own, or why there are none."""
        from concurrent.futures import BrokenExecutor

        try:
            pool = _pool(1)
        except NoProcessesError:
            return None, "the process that judged this file was lost, and the system gives no other"
        try:
            plain = pool.submit(judge_batch, self._setup, [self._tasks[i].key_parts() for i in part]).result()
        except BrokenExecutor:
            return None, "the process that judged this file was ended by the system, for want of memory or by a fault"
        except Exception as error:  # whatever it is, it must not cost the other tasks
            return None, f"judging failed: {type(error).__name__}: {error}"
        except BaseException:
            _kill(pool)
            raise
        else:
            return plain, ""
        finally:
            pool.shutdown(cancel_futures=True)

    def results(self) -> list[Result]:
        """Return the results of all tasks, in their order."""
        return [self._results[index] for index in range(len(self._tasks))]

    def _keep(self, batch: list[int], plain: list[list[Any]]) -> None:
        self._results.update((index, Result.from_plain(one)) for index, one in zip(batch, plain, strict=True))
        self._judge.progress.step(len(batch))


def run_batches(
    executor: Executor,
    setup: bytes,
    tasks: Sequence[Task],
    batches: Sequence[list[int]],
    most_at_once: int,
    progress: Progress,
) -> Iterator[tuple[list[int], list[list[Any]] | None]]:
    """Yield batches (indexes of tasks) with their plain results, as they come; `None` for one that was lost.

    Only `most_at_once` are under way, so that a worker that dies takes few with it. When the executor breaks, those that
    were under way are yielded as lost, and the rest are not begun.
    """
    from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait

    waiting = iter(batches)
    under_way: dict[Future[list[list[Any]]], list[int]] = {}
    broken = False
    try:
        while True:
            while not broken and len(under_way) < most_at_once and (batch := next(waiting, None)) is not None:
                try:
                    future = executor.submit(judge_batch, setup, [tasks[i].key_parts() for i in batch])
                except Exception:  # it may be broken in its own ways, too
                    broken = True
                    yield batch, None
                else:
                    under_way[future] = batch
            if not under_way:
                return
            done = wait(under_way, PATIENCE if progress.shown else None, FIRST_COMPLETED).done
            progress.step(0)
            for future in done:
                batch = under_way.pop(future)
                try:
                    plain = future.result()
                except Exception as error:  # an executor may lose a batch in its own ways
                    broken = broken or isinstance(error, BrokenExecutor)
                    yield batch, None
                else:
                    yield batch, plain
    finally:
        for future in under_way:
            future.cancel()


def deal(sizes: Sequence[int], parts: int) -> list[list[int]]:
    """Return the indexes of tasks in batches of about equal size, the largest first."""
    target = max(1, sum(sizes) // parts)
    batches: list[list[int]] = []
    batch: list[int] = []
    weight = 0
    for index in sorted(range(len(sizes)), key=lambda index: (-sizes[index], index)):
        batch.append(index)
        weight += sizes[index]
        if weight >= target:
            batches.append(batch)
            batch, weight = [], 0
    return [*batches, batch] if batch else batches


def _pool(jobs: int) -> Any:
    """Return a pool whose workers have started. Raises NoProcessesError."""
    try:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        method = "fork" if sys.platform == "linux" else "spawn"
        pool = ProcessPoolExecutor(jobs, get_context(method), initializer=_begin_worker)
        with _without_interrupts():
            for _ in range(jobs):  # where processes are not forked, each begins when there is something for it
                pool.submit(_begun)
    except (ImportError, OSError) as error:
        raise NoProcessesError from error
    return pool


def _begun() -> None:
    """Do nothing: the first thing submitted makes a pool start its processes."""


class _without_interrupts:  # noqa: N801 (used as a statement)
    """Holds Ctrl-C back while processes start; they never hear of it, and the parent ends them."""

    def __enter__(self) -> None:
        import signal

        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *error: object) -> None:
        import signal

        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, end when it does, tidied up, and take no more memory than is fair."""
    import signal
    from threading import Thread

    global _is_worker  # noqa: PLW0603 (it is one for good)
    _is_worker = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = WORKER_MEMORY if hard == resource.RLIM_INFINITY else min(hard, WORKER_MEMORY)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ImportError, ValueError, OSError):
        return


def _end(_number: int, _frame: object) -> None:
    """End a worker: at once, or by an exception that lets what it is at take its files and processes with it."""
    if _judging:
        raise KeyboardInterrupt
    os._exit(1)


def _end_with_parent() -> None:
    import signal
    import time
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)


def _kill(pool: Any) -> None:
    """End the workers of a pool: those that take longer than a moment to tidy up are not waited for."""
    import time

    processes = list((pool._processes or {}).values())
    for process in processes:
        process.terminate()
    until = time.monotonic() + GRACE
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
