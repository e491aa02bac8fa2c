"""Whole example projects: the exemplary are silent, and a file alone is judged as in the whole."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from running import ROOT, devopslint, findings

FIXTURES = ROOT / "fixtures"
OK = sorted(path for path in (FIXTURES / "ok").iterdir() if path.is_dir())
PROJECTS = [FIXTURES / "demo", *OK]


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a fixture that is a repository of its own, so that the root is the fixture's."""
    copy = tmp_path / request.param.name
    shutil.copytree(request.param, copy)
    subprocess.run(["git", "init", "-q", copy], check=True)
    return copy


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


@pytest.mark.parametrize("project", OK, indirect=True, ids=names(OK))
def test_the_exemplary_are_silent(project: Path) -> None:
    found = findings(cwd=project)
    assert [f"{one['path']}:{one['line']}: {one['rule']}: {one['message']}" for one in found] == []


@pytest.mark.parametrize("project", PROJECTS, indirect=True, ids=names(PROJECTS))
def test_a_file_alone_is_judged_as_in_the_whole(project: Path) -> None:
    whole: dict[str, list[dict[str, Any]]] = {}
    for one in findings("--profile", "strict", cwd=project):
        whole.setdefault(one["path"], []).append(one)
    for path in sorted(path for path in project.rglob("*") if path.is_file() and ".git" not in path.parts):
        name = path.relative_to(project).as_posix()
        alone = findings(name, "--profile", "strict", cwd=project)
        assert alone == whole.get(name, []), name


def test_the_demo_shows_every_artifact() -> None:
    done = devopslint("check", "fixtures/demo", "--output", "json", cwd=ROOT)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert {"dockerfile", "kubernetes", "terraform", "workflow"} <= set(report["summary"]["files"])
    assert {"dockerfile", "kubernetes", "terraform", "workflow"} <= {
        one["rule"].split("/")[0] for one in report["findings"]
    }
    assert len({one["rule"] for one in report["findings"]}) >= 30


@pytest.mark.parametrize("project", [FIXTURES / "demo"], indirect=True, ids=["demo"])
def test_a_report_does_not_hang_on_order_processes_or_cache(project: Path) -> None:
    first = devopslint("--output", "json", "--no-cache", "--jobs", "1", cwd=project).stdout
    for arguments in (("--jobs", "3"), ("--no-cache",), ("infra", "k8s", "api", "."), ("."), ()):
        assert devopslint("--output", "json", *arguments, cwd=project).stdout == first, arguments
