"""What a stranger's `.git`, or a program beside it, has to say to git is not obeyed, whatever git is asked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from running import devopslint, in_git, write

ONE = "FROM nginx\n"


@pytest.fixture
def spy(tmp_path: Path) -> Path:
    """A program that leaves a line in `done` when it is run."""
    path = write(tmp_path, {"spy": f'#!/bin/sh\necho "$@" >> {tmp_path}/done\ncat\n'}) / "spy"
    path.chmod(0o755)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository on a branch that renames a file and adds a line to it, with an edit that is not committed."""
    root = write(tmp_path / "root", {"a/Dockerfile": ONE + "LABEL a=b\n" * 20, ".gitattributes": "* filter=f diff=f\n"})
    in_git(root, "init", "-q", "-b", "base")
    in_git(root, "add", ".")
    in_git(root, "commit", "-qm", "a")
    in_git(root, "checkout", "-qb", "branch")
    in_git(root, "mv", "a/Dockerfile", "a/web.dockerfile")
    in_git(root, "commit", "-qm", "b")
    with open(root / "a/web.dockerfile", "a") as file:
        file.write("EXPOSE 22\n")
    return root


def rules_found(root: Path, *arguments: str) -> list[str]:
    ended = devopslint("--output", "json", *arguments, cwd=root)
    assert ended.returncode in {0, 1}, ended.stderr
    return [one["rule"] for one in json.loads(ended.stdout)["findings"]]


def test_neither_filters_nor_hooks_are_run_for_a_base(root: Path, spy: Path) -> None:
    for name in ("clean", "smudge", "process"):
        in_git(root, "config", f"filter.f.{name}", f"{spy} {name}")
    for name in ("diff.f.textconv", "diff.f.command", "diff.external", "core.fsmonitor", "core.pager", "gpg.program"):
        in_git(root, "config", name, f"{spy} {name}")
    for name in ("post-index-change", "reference-transaction", "pre-auto-gc"):
        write(root / ".git/hooks", {name: spy.read_text()})
        (root / ".git/hooks" / name).chmod(0o755)
    assert "dockerfile/exposed-ssh-port" in rules_found(root, "--diff-base", "base")
    assert "dockerfile/untagged-image" not in rules_found(root, "--diff-base", "base")
    assert not spy.with_name("done").exists()


def test_what_is_missing_is_not_fetched(root: Path, spy: Path) -> None:
    settings = {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{spy} fetch",
        "protocol.ext.allow": "always",
    }
    for name, value in settings.items():
        in_git(root, "config", name, value)
    blob = in_git(root, "rev-parse", "base:a/Dockerfile")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert rules_found(root)
    ended = devopslint("--diff-base", "base", cwd=root)
    assert ended.returncode == 2
    assert "devopslint: git" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not spy.with_name("done").exists()


def test_a_base_that_git_has_only_in_part_is_no_empty_one(root: Path) -> None:
    in_git(root, "checkout", "-q", "--", ".")
    in_git(root, "mv", "a/web.dockerfile", "a/Dockerfile")
    in_git(root, "commit", "-qm", "c")
    with open(root / "a/Dockerfile", "a") as file:
        file.write("EXPOSE 22\n")
    in_git(root, "commit", "-qam", "d")
    blob = in_git(root, "rev-parse", "base:a/Dockerfile")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    ended = devopslint("--diff-base", "base", cwd=root)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("way", ["", "."])
def test_no_program_of_the_repository_is_taken_for_git(root: Path, spy: Path, way: str) -> None:
    write(root, {"git": spy.read_text()})
    (root / "git").chmod(0o755)
    ended = devopslint(".", cwd=root, env={"PATH": os.pathsep.join((way, os.environ["PATH"]))})
    assert ended.returncode == 1
    assert not spy.with_name("done").exists()


def test_without_git_the_folder_is_walked(root: Path) -> None:
    ended = devopslint("--output", "concise", cwd=root, env={"PATH": "/nowhere"})
    assert "a/web.dockerfile:1:6: error[dockerfile/untagged-image]" in ended.stdout
    based = devopslint("--diff-base", "base", cwd=root, env={"PATH": "/nowhere"})
    assert based.returncode == 2
    assert "git can't be run" in based.stderr
