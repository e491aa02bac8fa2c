"""devopslint holds itself to its own rules, the strict ones too, and asks for no exception."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from running import ROOT, devopslint, findings

OURS = [
    ".github",
    ".devopslint.yaml",
    ".pre-commit-config.yaml",
    ".pre-commit-hooks.yaml",
    "action.yml",
    "pyproject.toml",
]


@pytest.fixture
def ourselves(tmp_path: Path) -> Path:
    """What we keep of our own in such files, in a repository of its own: what others are writing meanwhile is not asked."""
    for name in OURS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def test_nothing_is_found(ourselves: Path) -> None:
    found = findings("--profile", "strict", cwd=ourselves)
    assert [f"{one['path']}:{one['line']}: {one['rule']}: {one['message']}" for one in found] == []


def test_everything_is_looked_at(ourselves: Path) -> None:
    listed = devopslint("files", cwd=ourselves).stdout
    names = {line.split()[0] for line in listed.splitlines()}
    assert {"action.yml", ".github/workflows/ci.yml"} <= names


def test_nothing_is_ignored(ourselves: Path) -> None:
    for path in ourselves.rglob("*"):
        if path.is_file() and ".git" not in path.relative_to(ourselves).parts[:1]:
            assert not re.search(r"devopslint:\s*ignore", path.read_text("utf-8")), path
    settings = (ROOT / ".devopslint.yaml").read_text()
    assert not re.search(r"^(ignore|rules|min-level|fail-on):", settings, re.MULTILINE)


def test_no_input_is_part_of_a_script() -> None:
    text = (ROOT / "action.yml").read_text()
    scripts = re.findall(r"run: \|\n((?: {8}.*\n|\n)+)", text) + re.findall(r"run: (?!\|)(.*)", text)
    assert len(scripts) == 3
    assert all("${{" not in script for script in scripts)
