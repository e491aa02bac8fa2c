"""Baselines, and what a branch brings."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from running import devopslint, findings, write
from suppressing import FOLDER

ARGUMENTS = ("--rules-dir", FOLDER, "--select", "house", "--no-cache")
NAME = ".devopslint-baseline.json"
ONE = "FROM a:latest\nRUN x\n"  # user 1, from 1, run 2


def entries(folder: Path) -> list[tuple[str, str, int]]:
    return [(one["rule"], one["path"], one["count"]) for one in json.loads((folder / NAME).read_text())["findings"]]


def left(folder: Path) -> list[str]:
    return [f"{one['rule'].split('/')[1]} {one['path']}:{one['line']}" for one in findings(*ARGUMENTS, cwd=folder)]


def test_it_puts_up_with_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE + "RUN x\nRUN y\n"})
    done = devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{NAME}: 5 findings, 5 added, 0 taken out\n"
    found = entries(tmp_path)
    assert sorted(found) == found
    assert sorted(count for _, _, count in found) == [1, 1, 1, 2]
    assert 'line": 1' not in (tmp_path / NAME).read_text()
    assert left(tmp_path) == []
    # lines that move and blanks that change are the same findings
    write(tmp_path, {"Dockerfile": "# moved\n\nFROM   a:latest\nRUN x\nRUN x\nRUN y\n"})
    assert left(tmp_path) == []
    # a third RUN x is one too many, a RUN z is new
    write(tmp_path, {"Dockerfile": ONE + "RUN x\nRUN x\nRUN y\nRUN z\n"})
    assert left(tmp_path) == ["run Dockerfile:4", "run Dockerfile:6"]


def test_it_is_for_its_own_file(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    write(tmp_path, {"b/Dockerfile": ONE})
    assert left(tmp_path) == ["user b/Dockerfile:1", "from b/Dockerfile:1", "run b/Dockerfile:2"]
    # a file that was renamed keeps its entries
    (tmp_path / "Dockerfile").unlink()
    assert left(tmp_path) == []


def test_it_does_not_grow_unless_told(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    before = (tmp_path / NAME).read_text()
    write(tmp_path, {"Dockerfile": "FROM a:latest\nRUN y\n"})
    done = devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    assert done.returncode == 1
    assert "Dockerfile:2:1: house/run" in done.stdout
    assert (tmp_path / NAME).read_text() == before
    done = devopslint("baseline", *ARGUMENTS, "--prune", cwd=tmp_path)
    assert done.stdout == f"{NAME}: 2 findings, 0 added, 1 taken out\n"
    assert left(tmp_path) == ["run Dockerfile:2"]
    done = devopslint("baseline", *ARGUMENTS, "--grow", cwd=tmp_path)
    assert done.stdout == f"{NAME}: 3 findings, 1 added, 0 taken out\n"


def test_it_says_what_is_no_longer_needed(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE, "b/Dockerfile": ONE})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    write(tmp_path, {"Dockerfile": "FROM a\n"})
    done = devopslint("check", *ARGUMENTS, cwd=tmp_path)
    assert "3 findings in it are gone: `devopslint baseline --prune` takes them out" in done.stdout + done.stderr
    assert done.returncode == 1  # the line of the stage is another one now, and so is what is absent from it
    assert devopslint("check", "b", *ARGUMENTS, "--strict", cwd=tmp_path).returncode == 0


def test_it_can_be_left_aside_and_must_be_sound(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    assert len(findings(*ARGUMENTS, "--no-baseline", cwd=tmp_path)) == 3
    (tmp_path / NAME).rename(tmp_path / "other.json")
    assert findings(*ARGUMENTS, "--baseline", "other.json", cwd=tmp_path) == []
    write(tmp_path, {NAME: '{"format": 1,\n "findings": [}'})
    done = devopslint("check", *ARGUMENTS, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{NAME}:2:15: " in done.stderr


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_only_what_a_branch_brings(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {"Dockerfile": ONE, "b/Dockerfile": ONE, "pod.yaml": "apiVersion: v1\nkind: Pod\n"})
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "switch", "-q", "-c", "topic")
    git(tmp_path, "mv", "b", "c")
    write(tmp_path, {"Dockerfile": "# moved\n" + ONE + "RUN x\n"})
    git(tmp_path, "commit", "-q", "-a", "-m", "two")
    write(tmp_path, {"d/Dockerfile": "FROM a\n"})  # not yet in git
    git(tmp_path, "switch", "-q", "main")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "three")
    git(tmp_path, "switch", "-q", "topic")
    found = findings(*ARGUMENTS, "--diff-base", "main", cwd=tmp_path)
    assert [f"{one['rule']} {one['path']}:{one['line']}" for one in found] == [
        "house/run Dockerfile:4",
        "house/user d/Dockerfile:1",
    ]
    found = findings("Dockerfile", *ARGUMENTS, "--diff-base", "main", cwd=tmp_path)
    assert [f"{one['rule']} {one['path']}:{one['line']}" for one in found] == ["house/run Dockerfile:4"]
    done = devopslint("check", *ARGUMENTS, "--diff-base", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert "git merge-base" in done.stderr
