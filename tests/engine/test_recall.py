"""A whole run is recalled only when nothing that it asked has another answer."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from house import COMMON
from recalled_project import EDITS, FILES, Project
from running import write

from devopslint.__main__ import main
from devopslint.engine import recall as module
from devopslint.engine.recall import FOUND, SEEN

RULE = (
    "title: A rule of the house\nlevel: error\npractice: infrastructure/documented\non: dockerfile.instruction.FROM\n"
    "forbid:\n  image: {exists: true}\nmessage: it is so\n" + COMMON
)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path.resolve())


def test_what_has_not_changed_is_not_judged(project):
    cold = project.run()
    assert project.judged
    assert project.run() == cold == project.cold()
    assert not project.judged


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_seen_though_the_times_stay(project, edit):
    before = project.run()
    files = [path for path in project.root.rglob("*") if path.is_file()]
    times = {path: os.stat(path) for path in files}
    edit(project.root)
    for path, status in times.items():
        if path.exists() and not path.is_symlink():
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert project.run() == project.cold()
    assert project.run() == project.cold()
    assert before != project.cold() or os.geteuid() == 0


def test_the_day_counts_where_a_comment_has_one(project):
    before = project.run()
    after = project.run(today="2027-02-01")
    assert project.judged
    assert after == project.cold(today="2027-02-01") != before
    (project.root / "other/Dockerfile").unlink()
    without = project.run()
    assert project.run(today="2027-02-01") == without
    assert project.judged, "a day that was given counts as one that was asked"


def test_another_question_or_environment_is_another_run(project):
    project.run()
    for again in ({"paths": ["app"]}, {"paths": ["app/Dockerfile"]}, {"environment": "f"}):
        project.run(*again.pop("paths", ()), **again)
        assert project.judged


@pytest.mark.parametrize("path", ["app/Dockerfile", "app/.dockerignore"])
def test_what_changes_in_the_course_of_a_run_is_not_kept(project, path):
    project.run("app/Dockerfile", after=lambda: write(project.root, {path: "FROM scratch\n"}))
    assert project.run("app/Dockerfile") == project.cold("app/Dockerfile")
    assert project.judged


def test_a_run_that_failed_is_not_kept(project, monkeypatch):
    from devopslint.artifacts import dockerfile

    monkeypatch.setattr(dockerfile, "read", lambda unit: 1 / 0)
    assert not project.run()[0][-1]
    monkeypatch.undo()
    assert project.run() == project.cold()


SETTINGS = [
    {".devopslint.yaml": "rules:\n  dockerfile/exposed-ssh-port: {ignorable: true}\n"},
    {".devopslint.yaml": "rules:\n  dockerfile/exposed-ssh-port: {ignorable: false}\n"},
    {".devopslint.yaml": "overrides:\n- paths: ['app/**']\n  ignore: [dockerfile]\n"},
    {".devopslint.yaml": "overrides:\n- paths: ['app/**']\n  rules: {dockerfile/exposed-ssh-port: {level: note}}\n"},
    {"app/.devopslint.yaml": "select: [containers]\n"},
    {
        ".devopslint.yaml": "rules:\n  dockerfile/exposed-ssh-port: {level: note}\n",
        "app/.devopslint.yaml": "extend: ../.devopslint.yaml\n",
    },
    {"app/.devopslint.yaml": "rules-dirs: [policy]\n", "app/policy/house/a.yaml": RULE},
    {"app/.devopslint.yaml": "rules-dirs: [policy]\n", "app/policy/house/a.yaml": RULE.replace("it is so", "so it is")},
]


def test_every_setting_counts(tmp_path, capsys, monkeypatch):
    more = {f"more/{number}/Dockerfile": "FROM a:1\n" for number in range(9)}
    unseen = {".gitignore": "/.devopslint.yaml\npolicy/\n"}  # what is set is no file of the run
    root = write(tmp_path / "project", {**FILES, **more, **unseen})
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))

    def said(*arguments: str) -> str:
        main(["--output", "json", *arguments, "."])
        return capsys.readouterr().out

    seen = set()
    for setting in SETTINGS:
        write(root, setting)
        cold = said("--no-cache")
        assert said() == cold
        with monkeypatch.context() as patch:
            patch.setattr("devopslint.engine.run.tasks_for", None)
            assert said() == cold
        seen.add(cold)
        for path in setting:
            if "policy" not in path:
                (root / path).unlink()
    assert len(seen) == len(SETTINGS)


def test_damage_is_noticed(project):
    cold = project.run()
    for part in (SEEN, FOUND):
        path = project.place_of(part)
        content = path.read_bytes()
        dice = random.Random(11)
        for _ in range(40):
            damaged = bytearray(content)
            for _ in range(3):
                damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
            path.write_bytes(damaged)
            assert project.run() == cold
            assert project.judged
        for damaged in (b"", content[:70], content[:-1], content + b"\0"):
            path.write_bytes(damaged)
            assert project.run() == cold
            assert project.judged, damaged
    project.place_of(SEEN).write_bytes(project.place_of(FOUND).read_bytes())
    assert project.run() == cold
    assert project.judged
    project.run()
    assert not project.judged


def test_it_is_bounded(project, monkeypatch):
    for paths in ([], ["app"], ["other"]):
        project.run(*paths)
    assert len(list(Path(project.kept).iterdir())) == 2
    monkeypatch.setattr(module, "LARGEST_RUN", 10)
    project.run()
    project.run()
    assert project.judged
