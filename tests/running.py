"""Runs devopslint as people do: in a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HUMAN = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "GITHUB_ACTIONS",
    "DEVOPSLINT_OUTPUT",
    "COLUMNS",
    "PYTHONDONTWRITEBYTECODE",
)
CACHE = tempfile.TemporaryDirectory(prefix="devopslint-cache-")
"""What devopslint keeps between the runs of the tests, away from what it keeps for the user."""


def clean_environment(**extra: str) -> dict[str, str]:
    """Return the environment without what changes a report, and with some more."""
    environment = {name: value for name, value in os.environ.items() if name not in HUMAN}
    ours = {
        "NO_COLOR": "1",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": CACHE.name,
        "PYTHONPYCACHEPREFIX": f"{CACHE.name}/pyc",
    }
    return {**environment, **ours, **extra}


def in_git(folder: Path, *arguments: str) -> str:
    """Run git as somebody whose own settings do not matter, and return what it printed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    settings = ("-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *settings, *arguments],
        cwd=folder, env={**plain, **names}, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def devopslint(
    *arguments: str | Path, cwd: Path, stdin: bytes | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `devopslint ARGUMENTS` in a folder and return what it wrote and its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "devopslint", *map(str, arguments)],
        cwd=cwd,
        input=stdin if stdin is not None else b"",
        env=clean_environment(**(env or {})),
        capture_output=True,
        check=False,
        timeout=120,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    )


def findings(*arguments: str | Path, cwd: Path, **more: Any) -> list[dict[str, Any]]:
    """Return the findings of a check as its JSON report has them."""
    done = devopslint("check", *arguments, "--output", "json", cwd=cwd, **more)
    assert done.returncode in {0, 1}, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
