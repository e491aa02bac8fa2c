"""A file is not read again when its status says that nothing was written to it, and read when it might have been."""

from __future__ import annotations

import os

import pytest
from recalled_project import EDITS, FILES, Project
from running import write

from devopslint.engine import seen, workspace
from devopslint.engine.reading import read_regular

pytestmark = pytest.mark.skipif(not seen.STAMPS_TELL, reason="here every file is read")
AGES = 10**18


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path.resolve())


@pytest.fixture
def old(monkeypatch):
    """Let every file be old enough for its stamp to tell."""
    monkeypatch.setattr(seen, "MARGIN", -AGES)


def read_in(project: Project, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Run over a project in which nothing has changed, and return the files that were read."""
    read = set()

    def noted(path, status):
        if os.path.isfile(path):
            read.add(os.path.relpath(path, project.root))
        return read_regular(path, status)

    with monkeypatch.context() as patch:
        patch.setattr(workspace, "read_regular", noted)
        found = project.run()
    assert not project.judged
    assert found == project.cold()
    return read


def test_what_is_old_is_not_read(project, monkeypatch, old):
    project.run()
    assert read_in(project, monkeypatch) == set()


def test_what_is_young_is_read(project, monkeypatch):
    project.run()
    assert read_in(project, monkeypatch) == set(FILES)


def test_what_was_young_is_read_no_more_when_it_is_old(project, monkeypatch):
    project.run()
    monkeypatch.setattr(seen, "MARGIN", -AGES)
    assert read_in(project, monkeypatch) == set(FILES)
    assert read_in(project, monkeypatch) == set()


def test_what_has_another_time_and_the_same_content_is_read_once(project, monkeypatch, old):
    project.run()
    os.utime(project.root / "k8s/a.yaml", (1, 1))
    assert read_in(project, monkeypatch) == {"k8s/a.yaml"}
    assert read_in(project, monkeypatch) == set()


def test_what_is_written_anew_with_the_same_content_is_read_once(project, monkeypatch, old):
    project.run()
    path = project.root / "app/Dockerfile"
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    os.replace(copy, path)
    assert read_in(project, monkeypatch) == {"app/Dockerfile"}
    assert read_in(project, monkeypatch) == set()


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_seen_though_time_and_size_stay(project, old, edit):
    project.run()
    project.run()
    assert not project.judged
    statuses = {path: os.stat(path) for path in project.root.rglob("*") if path.is_file()}
    edit(project.root)
    for path, status in statuses.items():
        if path.exists() and not path.is_symlink():
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert project.run() == project.cold()
    assert project.run() == project.cold()


def test_a_link_is_followed_every_time(project, monkeypatch, old):
    write(project.root, {"texts/a": FILES["app/Dockerfile"]})
    (project.root / "app/Dockerfile").unlink()
    (project.root / "app/Dockerfile").symlink_to("../texts/a")
    project.run()
    assert "app/Dockerfile" in read_in(project, monkeypatch)
    (project.root / "texts/a").write_text("FROM scratch\n")
    assert project.run() == project.cold()


def test_what_is_written_in_the_course_of_a_run_has_no_stamp(project, old):
    path = project.root / "app/Dockerfile"
    before = os.stat(path)

    def write_meanwhile() -> None:
        path.write_text(FILES["app/Dockerfile"].replace("22", "80"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    project.run(after=write_meanwhile)
    assert project.run() == project.cold()
    assert project.judged
