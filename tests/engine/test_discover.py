"""What git lists is looked for in its folder: what is gone is left out, and no link is taken for a folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from running import in_git, write

from devopslint.engine.discover import Asked, discover

FILES = ("Dockerfile", "a/Dockerfile", "a/b/c/main.tf", "d/x.yaml")


def found_in(root: Path, *paths: str) -> Asked:
    return discover(str(root), [str(root / path) for path in paths or (".",)])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(tmp_path.resolve() / "root", dict.fromkeys(FILES, "x\n"))
    in_git(root, "init", "-q")
    in_git(root, "add", ".")
    return root


@pytest.mark.parametrize("path", [".", "a"])
def test_git_and_a_walk_tell_the_same_of_the_folders(root: Path, path: str) -> None:
    by_git = found_in(root, path)
    (root / ".git").rename(root.with_name("kept"))
    (root / ".git").mkdir()  # the walk must meet a folder of this name, too, but no repository
    by_walk = found_in(root, path)
    assert by_git.found == by_walk.found == [name for name in FILES if path == "." or name.startswith("a/")]
    assert by_git.entries == by_walk.entries
    assert by_git.entries["a/b"] == "c/"  # it has no file itself


def test_what_is_gone_is_left_out(root: Path) -> None:
    (root / "d/x.yaml").unlink()
    shutil.rmtree(root / "a/b")
    assert found_in(root).found == ["Dockerfile", "a/Dockerfile"]


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_link_where_git_has_a_folder_is_no_folder(root: Path) -> None:
    outside = write(root.with_name("outside"), {"Dockerfile": "x\n", "b/c/main.tf": "x\n"})
    shutil.rmtree(root / "a")
    (root / "a").symlink_to(outside)
    entries = found_in(root).entries
    assert not entries.keys() & {"a", "a/b", "a/b/c"}
    assert "" not in entries  # what the link leads to may change, so what stands there is asked anew
    assert entries["d"] == "x.yaml/file"
