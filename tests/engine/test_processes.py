"""Several processes give what one gives; what dies costs one finding; nothing is left behind."""

from __future__ import annotations

import os
import pty
import random
import select
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from engine_projects import Everything, catalog, check, everything
from running import clean_environment, write

from devopslint.engine import processes, progress
from devopslint.engine.discover import discover
from devopslint.engine.judge import Judge
from devopslint.engine.processes import Setup, in_processes, through
from devopslint.engine.run import Run
from devopslint.engine.workspace import Workspace
from devopslint.policy.selection import Selection

FILES = {f"{number:02}/Dockerfile": f"FROM nginx\nEXPOSE {number}\n" for number in range(40)}
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def root(tmp_path):
    return write(tmp_path.resolve() / "project", FILES)


def setup_of(root: Path) -> Setup:
    return Setup(str(root), catalog().folders, Everything(), remember=False)


def judge_or(action):
    """Return a `Judge.judge` that does something else for the file of number 17."""
    judge = Judge.judge

    def patched(self, task):
        if "17" in task.files[0]:
            action()
        return judge(self, task)

    return patched


def take_all_memory():
    held = []
    while True:
        held.append(bytearray(64 << 20))


ACTIONS = {
    "dies": lambda: os._exit(3),
    "is killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "takes all memory": take_all_memory,
}


@linux_only
@pytest.mark.parametrize("action", ACTIONS)
def test_a_worker_that_is_lost_costs_its_unit_one_finding(root, monkeypatch, action):
    expected = [finding for finding in check(root).findings if finding.path != "17/Dockerfile"]
    monkeypatch.setattr(Judge, "judge", judge_or(ACTIONS[action]))
    monkeypatch.setattr(processes, "WORKER_MEMORY", 1 << 30)
    report = check(root, performer=in_processes(setup_of(root), 2, chosen=True))
    lost = [finding for finding in report.findings if finding.path == "17/Dockerfile"]
    assert [finding.rule for finding in lost] == ["core/internal"]
    assert [finding for finding in report.findings if finding.path != "17/Dockerfile"] == expected
    assert not report.successful


class Lossy(ThreadPoolExecutor):
    """An executor that now and then loses what it was given, and then breaks."""

    def __init__(self):
        super().__init__(2)
        self.dice = random.Random(5)
        self.given = 0

    def submit(self, *arguments, **named):
        self.given += 1
        if self.given > 7:
            raise BrokenExecutor
        if self.dice.random() < 0.3:
            future = Future()
            future.set_exception(ConnectionError("the machine is gone"))
            return future
        return super().submit(*arguments, **named)


def test_any_executor_serves_even_one_that_loses_batches(root):
    expected = everything(check(root))
    with ThreadPoolExecutor(3) as executor:
        assert everything(check(root, performer=through(executor, setup_of(root), 3))) == expected
    with Lossy() as executor:
        assert everything(check(root, performer=through(executor, setup_of(root), 3))) == expected


class Refusing(ThreadPoolExecutor):
    """An executor that cannot be reached after the first batches, and says so in its own way."""

    def submit(self, *arguments, **named):
        self.given = getattr(self, "given", 0) + 1
        if self.given > 3:
            raise ConnectionRefusedError("the cluster is gone")
        return super().submit(*arguments, **named)


def test_an_executor_that_refuses_costs_nothing(root):
    with Refusing(2) as executor:
        assert everything(check(root, performer=through(executor, setup_of(root), 2))) == everything(check(root))


def test_processes_that_are_not_forked_serve_as_well(root):
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # What they are given must be found by them: a selection of the tests is not.
    setup = Setup(str(root), catalog().folders, Selection(), remember=False)
    run = Run(
        Workspace(str(root)),
        catalog(),
        Selection(),
        through_spawned(ProcessPoolExecutor(2, get_context("spawn")), setup),
    )
    asked = discover(str(root), [str(root)])
    expected = Run(Workspace(str(root)), catalog(), Selection()).check(asked)
    assert everything(run.check(asked)) == everything(expected)


def through_spawned(executor, setup):
    def perform(judge, tasks):
        with executor:
            return through(executor, setup, 2)(judge, tasks)

    return perform


def test_a_lost_batch_is_not_judged_here_where_no_process_can_be_started(root, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no more processes")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    with Lossy() as executor:
        report = check(root, performer=through(executor, setup_of(root), 3))
    lost = {finding.path for finding in report.findings if finding.rule == "core/internal"}
    assert lost
    assert {finding.path for finding in report.findings} >= set(FILES)


def test_where_no_process_can_be_started_one_does_all(root, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no more processes")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    report = check(root, performer=in_processes(setup_of(root), 2, chosen=True))
    assert everything(report) == everything(check(root))


def test_little_work_is_done_in_one_process(root, monkeypatch):
    monkeypatch.setattr(processes, "_pool", lambda jobs: pytest.fail("a pool for forty small files"))
    check(root, performer=in_processes(setup_of(root), 2))


def test_batches_hold_everything_once_and_are_of_about_one_size():
    dice = random.Random(1)
    sizes = [dice.randrange(500, 9000) for _ in range(300)]
    batches = processes.deal(sizes, 12)
    assert sorted(index for batch in batches for index in batch) == list(range(300))
    weights = [sum(sizes[index] for index in batch) for batch in batches]
    assert max(weights) < 2 * sum(sizes) / 12


def children(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(name))
    return found


def wait_for(condition, seconds=10.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    return condition()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


SLOW = """
import sys, time
from devopslint.engine.judge import Judge
judge = Judge.judge
def slow(self, task):
    time.sleep(0.05)
    return judge(self, task)
Judge.judge = slow
from devopslint.__main__ import main
sys.exit(main())
"""


def start_slow(root: Path, *arguments: str, stderr=subprocess.PIPE) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, "--no-cache", "--output", "concise", *arguments, "."],
        cwd=root,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,
    )


@linux_only
@pytest.mark.parametrize("to_group", [True, False], ids=["from the terminal", "to the parent"])
def test_an_interrupt_ends_at_once_and_leaves_no_process(tmp_path, to_group):
    root = write(tmp_path.resolve() / "project", {f"{n}/Dockerfile": "FROM nginx\n" for n in range(400)})
    process = start_slow(root, "--jobs", "2")
    workers = wait_for(lambda: len(children(process.pid)) >= 2 and children(process.pid))
    assert workers
    time.sleep(0.3)
    started = time.monotonic()
    (os.killpg if to_group else os.kill)(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=10)
    assert process.returncode == 130
    assert stderr.strip() == b""
    assert time.monotonic() - started < 2
    assert wait_for(lambda: not any(map(alive, workers)))


@linux_only
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_who_is_impatient_gets_the_same(tmp_path, jobs):
    root = write(tmp_path.resolve() / "project", {f"{n}/Dockerfile": "FROM nginx\n" for n in range(400)})
    process = start_slow(root, "--jobs", jobs)
    assert wait_for(lambda: jobs == "1" or len(children(process.pid)) >= 2)
    time.sleep(0.7)
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.005)
    _, stderr = process.communicate(timeout=10)
    assert (process.returncode, stderr.strip()) == (130, b"")


@linux_only
def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    root = write(tmp_path.resolve() / "project", {f"{n}/Dockerfile": "FROM nginx\n" for n in range(400)})
    process = start_slow(root, "--jobs", "2", stderr=subprocess.DEVNULL)
    workers = wait_for(lambda: len(children(process.pid)) >= 2 and children(process.pid))
    process.kill()
    process.wait()
    assert wait_for(lambda: not any(map(alive, workers)))


def on_a_terminal(root: Path, *arguments: str) -> bytes:
    ours, theirs = pty.openpty()
    process = start_slow(root, *arguments, stderr=theirs)
    os.close(theirs)
    written = b""
    while select.select([ours], [], [], 10)[0]:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        written += piece
    process.wait()
    os.close(ours)
    return written


def test_a_bar_while_the_first_files_take_their_time_and_none_after_an_interrupt(tmp_path):
    root = write(tmp_path.resolve() / "project", {f"{n}/Dockerfile": "FROM a:1\n" for n in range(2)})
    ours, theirs = pty.openpty()
    code = SLOW.replace("0.05", "60")
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--no-cache", "--jobs", "2", "--output", "concise", "."],
        cwd=root, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    assert select.select([ours], [], [], 10)[0]
    assert b"checking [" in os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 130
    left = os.read(ours, 65536)
    os.close(ours)
    assert left.rstrip(b"\r\n").endswith(b"\r\x1b[K")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bar_on_a_terminal_after_a_second(tmp_path, jobs):
    count = 30 * int(jobs)
    root = write(tmp_path.resolve() / "project", {f"{n}/Dockerfile": "FROM a:1\n" for n in range(count)})
    written = on_a_terminal(root, "--jobs", jobs)
    assert b"checking [" in written
    assert written.endswith(b"\r\x1b[K")
    assert on_a_terminal(root, "--jobs", jobs, "--quiet") == b""


def test_no_bar_elsewhere_nor_early(monkeypatch, capsys):
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.0)
    bar = progress.Progress(10)
    bar.step(5)
    bar.close()
    assert capsys.readouterr().err == ""
