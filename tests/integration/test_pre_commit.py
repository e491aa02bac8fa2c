"""The hook as people have it: under the real pre-commit, in a repository of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from running import ROOT, clean_environment, in_git, write

pytestmark = pytest.mark.xdist_group("pre-commit")
GOOD = 'FROM node:22.21.1-slim\nWORKDIR /app\nCOPY main.js ./\nUSER 1000\nCMD ["node", "main.js"]\n'


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as a repository with one commit: what pre-commit clones."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("devopslint", "rules"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    in_git(folder, "init", "-q")
    in_git(folder, "add", "-A")
    in_git(folder, "commit", "-q", "-m", "All")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit-home")


def pre_commit(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), "PRE_COMMIT_HOME": str(home)}
    del environment["PYTHONPATH"]
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def repository(folder: Path, published: Path) -> Path:
    revision = in_git(published, "rev-parse", "HEAD").strip()
    config = {"repos": [{"repo": str(published), "rev": revision, "hooks": [{"id": "devopslint"}]}]}
    write(
        folder,
        {".pre-commit-config.yaml": yaml.safe_dump(config), "old/Dockerfile": "FROM node:latest\n", "notes.txt": ""},
    )
    in_git(folder, "init", "-q")
    in_git(folder, "add", "-A")
    in_git(folder, "commit", "-q", "-m", "What was there before")
    return folder


def test_the_hook(tmp_path: Path, published: Path, home: Path) -> None:
    folder = repository(tmp_path, published)
    write(folder, {"api/Dockerfile": "FROM node:latest\n", "web/Dockerfile": GOOD, "web/main.js": "", "ü b/x.txt": "x"})
    in_git(folder, "add", "web", "ü b")
    good = pre_commit(folder, home, "run")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout
    write(folder, {"api/settings.yaml": "a: 1\n"})
    in_git(folder, "add", "api")
    bad = pre_commit(folder, home, "run")
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "dockerfile/latest-tag" in bad.stdout
    assert "api/Dockerfile" in bad.stdout
    assert "old/Dockerfile" not in bad.stdout
    assert "web/Dockerfile" not in bad.stdout
    assert "settings.yaml" not in bad.stdout  # of no known kind: pre-commit has named it, no person

    pre_commit(folder, home, "install")
    commit = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "Bad"],
        cwd=folder,
        env={**os.environ, "PRE_COMMIT_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    assert commit.returncode == 1

    write(folder, {".devopslint.yaml": "exclude: [api/**]\n"})
    in_git(folder, "add", ".devopslint.yaml")
    assert pre_commit(folder, home, "run").returncode == 0

    everything = pre_commit(folder, home, "try-repo", str(published), "devopslint-all", "--hook-stage", "manual")
    assert everything.returncode == 1
    assert "old/Dockerfile" in everything.stdout


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("Dockerfile", True),
        ("api/dockerfile", True),
        ("Dockerfile.prod", True),
        ("api/prod.Dockerfile", True),
        ("Containerfile", True),
        (".dockerignore", True),
        ("main.tf", True),
        ("main.tf.json", True),
        ("main.tofu", True),
        ("prod.tfvars", True),
        (".github/workflows/ci.yml", True),
        ("k8s/web.YAML", True),
        ("stack.template", True),
        ("alerts.rules", True),
        ("README.md", False),
        ("main.py", False),
        ("yaml/readme.txt", False),
        ("notes-on-dockerfile.md", False),
    ],
)
def test_the_files_that_the_hook_is_given(path: str, fits: bool) -> None:
    (hook, _) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert bool(re.search(hook["files"], path)) is fits
