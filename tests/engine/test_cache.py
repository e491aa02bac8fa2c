"""The cache of results stands everything that can happen to a file, and is never trusted more than it deserves."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from engine_projects import check, everything
from running import clean_environment, write

from devopslint.engine import cache as module
from devopslint.engine.cache import Cache, cached
from devopslint.engine.run import one_by_one

FILES = {f"app{number}/Dockerfile": "FROM nginx\nEXPOSE 22\nCOPY . /srv/\n" for number in range(12)}


class Counted:
    """Judges one by one, and counts what it was given."""

    def __init__(self):
        self.judged = 0

    def __call__(self, judge, tasks):
        self.judged += len(tasks)
        return one_by_one(judge, tasks)


def run(root: Path, kept: Path, environment: str = "e"):
    counted = Counted()
    report = check(root, performer=cached(counted, Cache(str(kept), str(root), environment), prune=True))
    return everything(report), counted.judged


def cache_file(root: Path, kept: Path, environment: str = "e") -> Path:
    return Path(Cache(str(kept), str(root), environment).path)


@pytest.fixture
def project(tmp_path):
    root = write(tmp_path.resolve() / "project", FILES)
    return root, tmp_path / "kept"


def test_nothing_is_judged_twice_until_something_changes(project):
    root, kept = project
    cold, judged = run(root, kept)
    assert judged == 12
    assert run(root, kept) == (cold, 0)
    (root / "app3/.dockerignore").write_text(".git\n")
    (root / "app4/Dockerfile").write_text("FROM node\n")
    # two Dockerfiles, and the ignore file itself
    assert run(root, kept) == (everything(check(root)), 3)


def test_a_file_that_appears_beside_others_is_seen(tmp_path):
    root = write(
        tmp_path.resolve() / "project", {"main.tf": 'resource "aws_s3_bucket" "b" {}\n', "a.tfvars": "a = 1\n"}
    )
    before, _ = run(root, tmp_path / "kept")
    (root / ".terraform.lock.hcl").write_text("# locked\n")
    after, _ = run(root, tmp_path / "kept")
    assert after == everything(check(root)) != before


def test_a_cache_from_another_environment_is_not_used(project):
    root, kept = project
    assert run(root, kept)[1] == 12
    assert run(root, kept, "another version")[1] == 12
    assert run(root, kept)[1] == 0
    os.replace(cache_file(root, kept), cache_file(root, kept, "forged"))
    assert run(root, kept, "forged")[1] == 12


def damage(kind: str, path: Path) -> None:
    content = path.read_bytes()
    if kind == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "random bytes":
        path.write_bytes(random.Random(5).randbytes(len(content)))
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "other schema":
        path.unlink()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE results (a, b)")
    elif kind == "other types":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE results SET result = 7, digest = x'00ff'")
    elif kind == "garbage":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE results SET result = '[[],[],[],0,false,[]]'")
    elif kind == "bytes that are no text":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE results SET result = CAST(x'ff80' AS TEXT)")
    elif kind == "rows exchanged":
        with sqlite3.connect(path) as connection:
            rows = connection.execute("SELECT task, result, digest FROM results").fetchall()
            connection.execute("DELETE FROM results")
            moved = [(rows[i - 1][0], *row[1:]) for i, row in enumerate(rows)]
            connection.executemany("INSERT INTO results VALUES (?, ?, ?)", moved)


KINDS = ["truncated", "random bytes", "empty", "other schema", "other types", "garbage", "bytes that are no text",
         "rows exchanged"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_cache_is_never_trusted_and_made_anew(project, kind):
    root, kept = project
    cold, _ = run(root, kept)
    damage(kind, cache_file(root, kept))
    assert run(root, kept) == (cold, 12)
    assert run(root, kept) == (cold, 0)


def test_flipped_bytes_change_no_result(project):
    root, kept = project
    cold, _ = run(root, kept)
    path = cache_file(root, kept)
    content = path.read_bytes()
    dice = random.Random(11)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        assert run(root, kept)[0] == cold


def test_a_folder_that_can_t_be_written_is_as_good_as_none(project):
    root, kept = project
    kept.write_text("a file where the folder should be")
    assert run(root, kept)[1] == 12
    assert run(root, kept)[1] == 12


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_cache_is_read(project):
    root, kept = project
    run(root, kept)
    cache_file(root, kept).chmod(0o400)
    kept.chmod(0o500)
    try:
        assert run(root, kept)[1] == 0
        (root / "app1/Dockerfile").write_text("FROM a:1\n")
        assert run(root, kept)[0] == everything(check(root))
    finally:
        kept.chmod(0o700)


def test_a_full_disk_costs_the_cache_only(project, monkeypatch):
    root, kept = project

    def connect_with_little_room(path):
        from contextlib import closing

        connection = sqlite3.connect(path)
        connection.execute("PRAGMA max_page_count = 1")
        return closing(connection)

    monkeypatch.setattr(module, "_closing", connect_with_little_room)
    assert run(root, kept)[1] == 12


def test_it_is_bounded(project, monkeypatch):
    root, kept = project
    for number in range(9):
        run(root, kept, f"environment {number}")
        stamp = time.time() - 1000 + number
        os.utime(cache_file(root, kept, f"environment {number}"), (stamp, stamp))
    assert len(list(kept.iterdir())) == module.MOST_ENVIRONMENTS
    assert run(root, kept, "environment 8")[1] == 0
    monkeypatch.setattr(module, "LARGEST_CACHE", 64)
    (root / "app1/Dockerfile").write_text("FROM a:1\n")
    assert run(root, kept, "environment 8")[0] == everything(check(root))
    monkeypatch.setattr(module, "LARGEST_FOLDER", 1)
    run(root, kept, "yet another")
    assert [path.name for path in kept.iterdir()] in ([], [cache_file(root, kept, "yet another").name])


def test_names_that_are_no_text_are_kept_too(project):
    root, kept = project
    try:
        os.makedirs(os.fsencode(root) + b"/caf\xe9")
    except OSError:
        pytest.skip("the file system has names of text only")
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9/Dockerfile")).write_text("FROM nginx\n")
    cold, judged = run(root, kept)
    assert judged == 13
    assert run(root, kept) == (cold, 0)


def _devopslint(root: Path, kept: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "devopslint", "--output", "json", "--jobs", "1", "."],
        cwd=root,
        env=clean_environment(XDG_CACHE_HOME=str(kept)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_two_at_once_and_kills_at_any_moment(tmp_path):
    root = write(tmp_path / "project", {f"{n}/Dockerfile": f"FROM nginx\nEXPOSE 22 {n}\n" for n in range(150)})
    kept = tmp_path / "kept"
    first = _devopslint(root, tmp_path / "other")
    expected = first.communicate()[0]
    assert first.returncode == 1, expected
    dice = random.Random(3)
    for _ in range(8):
        killed = _devopslint(root, kept)
        time.sleep(dice.uniform(0.05, 0.6))
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    for _ in range(2):
        pair = [_devopslint(root, kept) for _ in range(2)]
        for process in pair:
            assert process.communicate() == (expected, b"")
