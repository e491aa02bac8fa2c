"""What must hold of every call of the command line, whatever is edited between two: warm equals cold, alone equals whole."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from engine_projects import FILES, edits
from house import COMMON
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from running import ROOT, write

from devopslint.__main__ import main

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""To make a failing project smaller takes minutes, and it is small."""
CONFIGS = st.sampled_from(
    [
        "select: [all]\n",
        "profile: strict\nignore: [containers]\n",
        "overrides:\n  - paths: ['app/**']\n    ignore: [dockerfile]\n",
        "exclude: [infra, '*.json']\n",
        "kinds:\n  kubernetes: ['k8s/*']\n  none: ['app/web.dockerfile']\n",
        "rules:\n  dockerfile/untagged-image: {level: note}\n  dockerfile/missing-user: {ignorable: false}\n",
        "min-level: warning\npeer-ignores: false\n",
        "rules-dirs: [policy]\n",
    ]
)
RULES = st.sampled_from(["image: {equals: nginx}", "image: {matches: node}", "name: {exists: false}"]).map(
    lambda forbid: (
        "title: A rule of the house\nlevel: error\npractice: infrastructure/documented\non: dockerfile.instruction.FROM\n"
        f"forbid:\n  {forbid}\nmessage: it is so\n" + COMMON
    )
)
SETTINGS: dict[str, st.SearchStrategy[str]] = {
    ".devopslint.yaml": CONFIGS,
    "app/.devopslint.yaml": CONFIGS.map(
        lambda text: text.replace("rules-dirs: [policy]", "extend: ../.devopslint.yaml")
    ),
    "policy/house/a.yaml": RULES,
    ".gitignore": st.sampled_from(["k8s/\n", "*.tf\n!main.tf\n", "app/*\n", ".github/workflows/b.yml\n"]),
    "infra/.gitignore": st.sampled_from(["*\n", "child/\n"]),
}
"""What people set, beside what is checked."""
EVERYTHING = FILES | SETTINGS
WHOLE = st.fixed_dictionaries({}, optional=EVERYTHING).filter(bool)
ARGUMENTS = st.sampled_from(
    [(), ("--today", "2020-01-01"), ("--jobs", "1"), ("--no-ignores",), ("app", "infra"), ("k8s",)]
)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[dict[str, str], tuple[str, ...]]]:
    """Return states of a project, each some edits after the one before, and how it is looked at."""
    project = draw(WHOLE)
    states = [(project, draw(ARGUMENTS))]
    for _ in range(draw(st.integers(1, 4))):
        with mock.patch.dict(FILES, EVERYTHING):
            project = edits(draw, project)
        states.append((project, draw(ARGUMENTS)))
    return states


def replace(root: Path, files: dict[str, str]) -> None:
    for path in sorted(root.rglob("*"), reverse=True):
        if ".git" not in path.relative_to(root).parts:
            path.rmdir() if path.is_dir() else path.unlink()
    for folder in ("app", "infra", "k8s", "policy"):
        (root / folder).mkdir(exist_ok=True)
    write(root, dict(files))


def run(*arguments: str) -> tuple[int, str, str]:
    out, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
        code = main(["check", "--output", "json", *arguments])
    return code, out.getvalue(), told.getvalue()


@settings(max_examples=25, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(histories())
def test_a_warm_call_equals_a_cold_one_after_any_edits(history: Any) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        tempfile.TemporaryDirectory() as kept,
        pytest.MonkeyPatch.context() as patch,
    ):
        root = Path(name).resolve()
        subprocess.run(["git", "init", "-q", root], check=True)
        patch.chdir(root)
        patch.setenv("XDG_CACHE_HOME", kept)
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setattr("devopslint.commands.performer.FEW_FILES", 0)
        for files, arguments in history:
            replace(root, files)
            warm = run(*arguments)
            assert warm == run("--no-cache", *arguments)
            assert warm == run(*arguments)
            event(f"exit code {warm[0]}")
            assert warm[0] < 2 or "devopslint:" in warm[2], warm


@settings(max_examples=15, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(WHOLE)
def test_a_file_alone_equals_the_whole_under_any_settings(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        root = Path(name).resolve()
        subprocess.run(["git", "init", "-q", root], check=True)
        patch.chdir(root)
        replace(root, files)
        code, whole, told = run("--no-cache")
        if code == 2:
            assert "devopslint:" in told
            return
        by_path: dict[str, list[Any]] = {}
        for finding in json.loads(whole)["findings"]:
            by_path.setdefault(finding["path"], []).append(finding)
        looked_at = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        for path in looked_at:
            code, alone, told = run("--no-cache", "--force-exclude", path)
            assert code < 2, told
            assert json.loads(alone)["findings"] == by_path.get(path, []), path


@pytest.mark.parametrize(
    "name", [*sorted(path.name for path in (ROOT / "fixtures/ok").iterdir() if path.is_dir()), "demo"]
)
def test_a_file_of_a_fixture_is_judged_alike_from_wherever_it_is_named(name: str, tmp_path: Path) -> None:
    source = ROOT / "fixtures/demo" if name == "demo" else ROOT / "fixtures/ok" / name
    root = tmp_path.resolve() / "project"
    shutil.copytree(source, root, symlinks=True)
    subprocess.run(["git", "init", "-q", root], check=True)
    (tmp_path / "link").symlink_to(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        _, whole, _ = run("--no-cache", "--select", "all", "--profile", "strict")
        by_path: dict[str, list[Any]] = {}
        for finding in json.loads(whole)["findings"]:
            by_path.setdefault(finding["path"], []).append(finding)
        for number, path in enumerate(sorted(path for path in root.rglob("*") if path.is_file())):
            below = path.relative_to(root)
            if ".git" in below.parts:
                continue
            ways = [(path.parent, path.name), (Path("/"), str(path)), (tmp_path, f"link/{below}"), (root, str(below))]
            cwd, given = ways[number % len(ways)]
            patch.chdir(cwd)
            _, alone, _ = run("--no-cache", "--select", "all", "--profile", "strict", given)
            assert json.loads(alone)["findings"] == by_path.get(below.as_posix(), []), (cwd, given)
