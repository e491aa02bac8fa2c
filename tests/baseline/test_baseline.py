"""Baselines, and what a branch brings."""

from __future__ import annotations

import json
from pathlib import Path

from running import devopslint, findings, in_git, write
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


def test_only_what_a_branch_brings(tmp_path: Path) -> None:
    in_git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {"Dockerfile": ONE, "b/Dockerfile": ONE, "pod.yaml": "apiVersion: v1\nkind: Pod\n"})
    in_git(tmp_path, "add", ".")
    in_git(tmp_path, "commit", "-q", "-m", "one")
    in_git(tmp_path, "switch", "-q", "-c", "topic")
    in_git(tmp_path, "mv", "b", "c")
    write(tmp_path, {"Dockerfile": "# moved\n" + ONE + "RUN x\n"})
    in_git(tmp_path, "commit", "-q", "-a", "-m", "two")
    write(tmp_path, {"d/Dockerfile": "FROM a\n"})  # not yet in git
    in_git(tmp_path, "switch", "-q", "main")
    in_git(tmp_path, "commit", "-q", "--allow-empty", "-m", "three")
    in_git(tmp_path, "switch", "-q", "topic")
    found = findings(*ARGUMENTS, "--diff-base", "main", cwd=tmp_path)
    assert [f"{one['rule']} {one['path']}:{one['line']}" for one in found] == [
        "house/run Dockerfile:4",
        "house/user d/Dockerfile:1",
    ]
    found = findings("Dockerfile", *ARGUMENTS, "--diff-base", "main", cwd=tmp_path)
    assert [f"{one['rule']} {one['path']}:{one['line']}" for one in found] == ["house/run Dockerfile:4"]
    for name, message in (
        ("nowhere", "git knows no commit `nowhere`: is it fetched? `git fetch origin nowhere`"),
        ("", "`` is no name of a commit"),
        ("--all", "`--all` is no name of a commit"),
    ):
        done = devopslint("check", *ARGUMENTS, f"--diff-base={name}", cwd=tmp_path)
        assert done.returncode == 2
        assert f"--diff-base: {message}" in done.stderr
    assert devopslint("baseline", *ARGUMENTS, "--diff-base", "main", cwd=tmp_path).returncode == 2


def test_links_are_no_news_to_a_branch(tmp_path: Path) -> None:
    in_git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {"a/Dockerfile": ONE, "b/x": "", "topic.txt": ""})
    for link, target in {
        "b/Dockerfile": "../a/Dockerfile",
        "c": "a",  # a folder: not walked
        "d/Dockerfile": "../c/./Dockerfile",  # through the link to the folder
        "e/Dockerfile": "../b/Dockerfile",  # a link to a link
        "f/Dockerfile": "nothing",
        "g/Dockerfile": "Dockerfile",  # round in a circle
        "h/Dockerfile": "../../Dockerfile",  # out of the repository
        "i/Dockerfile": "/dev/null",
    }.items():
        (tmp_path / link).parent.mkdir(exist_ok=True)
        (tmp_path / link).symlink_to(target)
    in_git(tmp_path, "add", ".")
    in_git(tmp_path, "commit", "-q", "-m", "one")
    arguments = (*ARGUMENTS, "--select", "core")
    assert {one["path"] for one in findings(*arguments, cwd=tmp_path)} == {f"{name}/Dockerfile" for name in "abdefghi"}
    in_git(tmp_path, "switch", "-q", "-c", "topic")
    (tmp_path / "j").mkdir()
    (tmp_path / "j/Dockerfile").symlink_to("../a/Dockerfile")
    in_git(tmp_path, "add", ".")
    in_git(tmp_path, "commit", "-q", "-m", "two")
    found = findings(*arguments, "--diff-base", "main", cwd=tmp_path)
    assert {one["path"] for one in found} == {"j/Dockerfile"}
    # one file by its name
    assert findings("e/Dockerfile", "g/Dockerfile", *arguments, "--diff-base", "main", cwd=tmp_path) == []


STEPS = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: curl a\n      - run: curl b\n"
SHIFTED = STEPS.replace("      - run: curl a", "      - run: echo\n      - run: curl a")
AGAIN = SHIFTED + "      - run: curl b\n"
WORKFLOW = ".github/workflows/a.yml"


def test_what_a_new_step_moves_keeps_its_entry(tmp_path: Path) -> None:
    write(tmp_path, {WORKFLOW: STEPS})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    write(tmp_path, {WORKFLOW: SHIFTED})
    assert left(tmp_path) == []
    write(tmp_path, {WORKFLOW: AGAIN})
    assert left(tmp_path) == [f"curl {WORKFLOW}:9"]
    # and it is written under its new address
    write(tmp_path, {WORKFLOW: SHIFTED})
    done = devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    assert done.stdout == f"{NAME}: 2 findings, 0 added, 0 taken out\n"
    addresses = [one["address"] for one in json.loads((tmp_path / NAME).read_text())["findings"]]
    assert ["jobs.a.steps[1]" in one for one in addresses] == [True, False]


def test_two_files_that_move_at_once_keep_their_entries(tmp_path: Path) -> None:
    write(tmp_path, {"a/x/Dockerfile": ONE, "a/y/Dockerfile": ONE, "z/Dockerfile": "FROM a\n" + ONE})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "z" / "Dockerfile").rename(tmp_path / "z" / "Dockerfile.old")
    # the stage is another one there now, and a line is added elsewhere
    write(tmp_path, {"z/Dockerfile.old": "FROM b AS b\nFROM a\n" + ONE + "CMD a\n"})
    assert left(tmp_path) == ["user z/Dockerfile.old:1"]


def test_what_was_not_looked_for_is_not_gone(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    before = (tmp_path / NAME).read_text()
    narrow = ("--rules-dir", FOLDER, "--select", "house/run", "--no-cache")
    done = devopslint("check", *narrow, cwd=tmp_path)
    assert "gone" not in done.stdout + done.stderr
    assert devopslint("baseline", *narrow, "--prune", cwd=tmp_path).stdout.endswith(", 0 added, 0 taken out\n")
    assert (tmp_path / NAME).read_text() == before
    write(tmp_path, {"Dockerfile": "FROM a:latest\n"})
    done = devopslint("baseline", *narrow, "--prune", cwd=tmp_path)
    assert done.stdout == f"{NAME}: 2 findings, 0 added, 1 taken out\n"


def test_a_damaged_baseline_is_told_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE})
    entry = '{"rule": "a", "path": "b", "address": "", "line": "x", "count": %s}'
    for text, place in (
        ("[]", "1:1: this is no baseline of format 1"),
        ('{"format": 2, "findings": []}', "1:1: this is no baseline of format 1"),
        ('{"format": 1,\n "findings": [\n  {"rule": 1}]}', "3:3: this lacks one of rule"),
        (f'{{"format": 1, "findings": [{entry % 1},\n {entry % 0}]}}', "2:2: a count is at least 1"),
        (f'{{"format": 1, "findings": [{entry % "true"}]}}', "1:28: this has a value of the wrong type"),
        ("<<<<<<< HEAD\n", "1:1: expecting value"),
    ):
        write(tmp_path, {NAME: text})
        for command in ("check", "baseline"):
            done = devopslint(command, *ARGUMENTS, cwd=tmp_path)
            assert done.returncode == 2
            assert f"{NAME}:{place}" in done.stderr, (text, done.stderr)


def committed(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    in_git(folder, "init", "-q", "-b", "main")
    write(folder, files)
    in_git(folder, "add", ".")
    in_git(folder, "commit", "-q", "-m", "one")
    in_git(folder, "switch", "-q", "-c", "topic")
    return folder


def new(folder: Path, *arguments: str, base: str = "main") -> list[str]:
    found = findings(*arguments, *ARGUMENTS, "--diff-base", base, cwd=folder)
    return [f"{one['rule'].split('/')[1]} {one['path']}:{one['line']}" for one in found]


def test_a_change_that_only_moves_brings_nothing_new(tmp_path: Path) -> None:
    committed(tmp_path, {WORKFLOW: STEPS, "a/Dockerfile": ONE, "b/Dockerfile": ONE})
    write(tmp_path, {WORKFLOW: SHIFTED})
    (tmp_path / "a").rename(tmp_path / "c")  # git has not been told of it
    assert new(tmp_path) == []
    write(tmp_path, {WORKFLOW: AGAIN})
    assert new(tmp_path) == [f"curl {WORKFLOW}:9"]
    assert new(tmp_path, WORKFLOW) == [f"curl {WORKFLOW}:9"]
    assert new(tmp_path, "b", "c") == []


def test_what_a_change_does_to_another_file_is_new(tmp_path: Path) -> None:
    use = 'output "y" {\n  value = var.x\n}\n'
    committed(tmp_path, {"a.tf": use, "b.tf": 'variable "x" {}\n'})
    write(tmp_path, {"b.tf": "locals {}\n"})
    arguments = ("--select", "terraform/undeclared-reference", "--diff-base", "main", "--no-cache")
    found = findings(*arguments, cwd=tmp_path)
    assert [(one["path"], one["line"]) for one in found] == [("a.tf", 2)]
    assert [one["path"] for one in findings("a.tf", *arguments, cwd=tmp_path)] == ["a.tf"]
    assert findings("b.tf", *arguments, cwd=tmp_path) == []


def test_a_clone_that_lacks_the_base_says_so(tmp_path: Path) -> None:
    repository = committed(tmp_path / "r", {"Dockerfile": ONE})
    in_git(repository, "commit", "-q", "--allow-empty", "-m", "two")
    in_git(tmp_path, "clone", "-q", "--depth", "1", "-b", "topic", f"file://{repository}", "s")
    in_git(tmp_path / "s", "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    done = devopslint("check", *ARGUMENTS, "--diff-base", "origin/main", cwd=tmp_path / "s")
    assert done.returncode == 2
    assert "have no commit in common: the clone is shallow, `git fetch --unshallow` brings the rest" in done.stderr
    in_git(tmp_path / "s", "fetch", "-q", "--unshallow")
    assert new(tmp_path / "s", base="origin/main") == []


def test_in_a_worktree_a_folder_and_without_a_branch(tmp_path: Path) -> None:
    repository = committed(tmp_path / "r", {"a/b/Dockerfile": ONE})
    in_git(repository, "worktree", "add", "-q", "../w", "-b", "other")
    in_git(tmp_path / "w", "checkout", "-q", "--detach")
    write(tmp_path / "w", {"a/b/Dockerfile": ONE + "RUN z\n", "a/c/Dockerfile": "FROM a\n"})
    assert new(tmp_path / "w") == ["run a/b/Dockerfile:3", "user a/c/Dockerfile:1"]
    assert new(tmp_path / "w" / "a" / "b") == ["run a/b/Dockerfile:3"]
    assert new(tmp_path / "w" / "a", "c") == ["user a/c/Dockerfile:1"]


def test_a_baseline_beside_the_merge_base_is_not_stale(tmp_path: Path) -> None:
    committed(tmp_path, {"Dockerfile": ONE})
    devopslint("baseline", *ARGUMENTS, cwd=tmp_path)
    write(tmp_path, {"b/Dockerfile": "FROM a\n"})
    done = devopslint("check", *ARGUMENTS, "--diff-base", "main", "--output", "concise", cwd=tmp_path)
    assert "gone" not in done.stdout + done.stderr
    assert done.stdout.startswith("b/Dockerfile:1:1: ")


def test_what_a_baseline_has_no_use_for_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a:latest\n"})
    for arguments, said in (
        (("--grow", "--prune"), "--grow and --prune contradict each other: without either what is gone is taken out"),
        (
            ("--prune",),
            ".devopslint-baseline.json is not there, so nothing can be taken out: `devopslint baseline` writes",
        ),
    ):
        done = devopslint("baseline", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"devopslint: {said}")
    for option in ("--output=json", "--statistics", "--fail-on=error", "--add-ignore", "--max-findings=3", "--strict"):
        done = devopslint("baseline", option, cwd=tmp_path)
        assert (done.returncode, "No such option" in done.stderr) == (2, True), option
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]
    gone = devopslint("--baseline", "gone.json", cwd=tmp_path)
    assert gone.stderr == (
        "devopslint: gone.json: can't be read: no such file or directory: `devopslint baseline` writes one\n"
    )
