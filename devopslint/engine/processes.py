"""Tasks judged in several processes, through any `concurrent.futures.Executor`."""

from __future__ import annotations

import os
import sys
import time

from devopslint.engine.dispatch import Dispatch
from devopslint.engine.judge import Judge, internal_failure
from devopslint.engine.run import one_by_one
from devopslint.engine.task import Result, Task
from devopslint.engine.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor, Future
    from typing import Any

    from devopslint.policy.catalog import RuleFolder
    from devopslint.policy.selection import Selection

BREAK_EVEN = 256
"""Tasks below which one process is quicker: starting two costs about as much as judging a hundred small files."""
BATCHES_PER_WORKER = 6
WORKER_MEMORY = 4 << 30
"""Bytes of address space that a worker may take; a task that wants more fails alone."""


class Setup:
    """What another process needs to judge as this one does."""

    __slots__ = ("folders", "remember", "root", "selection")

    def __init__(self, root: str, folders: list[RuleFolder], selection: Selection, *, remember: bool) -> None:
        self.root = root
        self.folders = folders
        self.selection = selection
        self.remember = remember


_judges: dict[bytes, Judge] = {}


def judge_batch(setup: bytes, batch: Sequence[tuple[str, tuple[str, ...]]]) -> list[list[Any]]:
    """Judge tasks in a worker and return their results as plain values; `setup` is a pickled `Setup`."""
    import pickle

    if setup not in _judges:
        from devopslint.policy.catalog import Catalog

        made: Setup = pickle.loads(setup)  # noqa: S301 (made by our own parent process)
        _judges[setup] = Judge(
            Workspace(made.root, remember=made.remember), Dispatch(Catalog(made.folders), made.selection)
        )
    judge = _judges[setup]
    return [result.to_plain() for result in one_by_one(judge, [Task(*task) for task in batch])]


def cores() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_processes(setup: Setup, jobs: int) -> Callable[[Judge, Sequence[Task]], Iterable[Result]]:
    """Return what judges tasks in `jobs` processes when there are enough of them to pay for it."""

    def perform(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
        if jobs < 2 or len(tasks) < BREAK_EVEN:
            return one_by_one(judge, tasks)
        return _in_pool(judge, tasks, setup, jobs)

    return perform


def _in_pool(judge: Judge, tasks: Sequence[Task], setup: Setup, jobs: int) -> list[Result]:
    import pickle

    packed = pickle.dumps(setup)
    batches = deal(tasks, judge.workspace, jobs * BATCHES_PER_WORKER)
    results: dict[int, Result] = {}
    retry: list[int] = []
    pool = _pool(jobs)
    try:
        for batch, plain in run_batches(pool, packed, tasks, batches):
            if plain is None:
                retry.extend(batch)
            else:
                results.update((index, Result.from_plain(one)) for index, one in zip(batch, plain, strict=True))
    except BaseException:
        _kill(pool)
        raise
    pool.shutdown(wait=False, cancel_futures=True)
    for index in sorted(retry):
        results[index] = _alone(judge, tasks[index], packed)
    return [results[index] for index in range(len(tasks))]


def run_batches(
    executor: Executor, setup: bytes, tasks: Sequence[Task], batches: Sequence[list[int]]
) -> Iterable[tuple[list[int], list[list[Any]] | None]]:
    """Yield each batch (indexes of tasks) with its plain results, as they come; `None` when its worker died."""
    from concurrent.futures import BrokenExecutor, as_completed

    futures: dict[Future[list[list[Any]]], list[int]] = {}
    lost: list[list[int]] = []
    for batch in batches:
        try:
            futures[executor.submit(judge_batch, setup, [tasks[i].key_parts() for i in batch])] = batch
        except BrokenExecutor:
            lost.append(batch)
    started = time.monotonic()
    for done, future in enumerate(as_completed(futures), 1):
        try:
            yield futures[future], future.result()
        except BrokenExecutor:
            yield futures[future], None
        show_progress(done, len(batches), started)
    for batch in lost:
        yield batch, None


def show_progress(done: int, total: int, started: float) -> None:
    """Draw a bar on standard error, when it is a terminal and the run has taken a second."""
    if not sys.stderr.isatty() or time.monotonic() - started < 1:
        return
    width = 30
    filled = width * done // total
    end = "\r\033[K" if done == total else ""
    sys.stderr.write(f"\rchecking [{'#' * filled}{' ' * (width - filled)}] {100 * done // total} %{end}")
    sys.stderr.flush()


def deal(tasks: Sequence[Task], workspace: Workspace, parts: int) -> list[list[int]]:
    """Return the indexes of tasks in batches of about equal size of files, the largest first."""
    sizes = [sum(map(workspace.size, task.files)) + 500 for task in tasks]
    target = max(1, sum(sizes) // parts)
    batches: list[list[int]] = []
    batch: list[int] = []
    weight = 0
    for index in sorted(range(len(tasks)), key=lambda index: (-sizes[index], index)):
        batch.append(index)
        weight += sizes[index]
        if weight >= target:
            batches.append(batch)
            batch, weight = [], 0
    return [*batches, batch] if batch else batches


def _alone(judge: Judge, task: Task, setup: bytes) -> Result:
    """Judge again, in a process of its own, a task whose worker died; it may have been another's fault."""
    from concurrent.futures import BrokenExecutor

    with _pool(1) as pool:
        try:
            return Result.from_plain(pool.submit(judge_batch, setup, [task.key_parts()]).result()[0])
        except BrokenExecutor:
            message = "the process that judged this file was ended by the system, for want of memory or by a fault"
            return internal_failure(task, message, judge.dispatch)


def _pool(jobs: int) -> Any:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    method = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(jobs, get_context(method), initializer=_bound_memory)


def _bound_memory() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = WORKER_MEMORY if hard == resource.RLIM_INFINITY else min(hard, WORKER_MEMORY)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ImportError, ValueError, OSError):
        return


def _kill(pool: Any) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
