"""The script of our GitHub Action, run as a runner would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from running import ROOT, write

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A folder as a runner has it, with devopslint where the action installs it."""
    script = f'#!/bin/sh\nexec "{sys.executable}" -m devopslint "$@"\n'
    write(tmp_path, {"temp/devopslint/bin/devopslint": script, "work/my app/Dockerfile": "FROM a:latest\nUSER 1\n"})
    (tmp_path / "temp/devopslint/bin/devopslint").chmod(0o755)
    return tmp_path


def run(runner: Path, **inputs: str) -> tuple[str, dict[str, str], str]:
    """Run the step that checks; return what it prints, its outputs, and the summary of the job."""
    known = {name: str(one["default"]) for name, one in ACTION["inputs"].items()} | {"may-write": "true"} | inputs
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(runner / "temp"),
        "GITHUB_OUTPUT": str(runner / "output"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "GITHUB_ACTIONS": "true",
        **{name: known[name.removeprefix("INPUT_").lower().replace("_", "-")] for name in STEPS["Check"]["env"]},
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["Check"]["run"]]
    done = subprocess.run(command, cwd=runner / "work", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in (runner / "output").read_text().splitlines())
    summary = runner / "summary"
    return done.stdout + done.stderr, outputs, summary.read_text() if summary.exists() else ""


def test_a_report_sarif_and_the_exit_code(runner: Path) -> None:
    said, outputs, summary = run(runner, paths="my app\n\nmy app/Dockerfile", args="--select=latest-tag")
    assert outputs == {"upload": "true", "exit-code": "1"}
    assert said.startswith("error[dockerfile/latest-tag]")
    assert (said.count("::error"), summary) == (0, "")
    log = json.loads((runner / "work" / "devopslint.sarif").read_text())
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20app/Dockerfile"


@pytest.mark.parametrize("inputs", [{"upload": "false"}, {"upload": "auto", "may-write": "false"}])
def test_annotations_where_nothing_is_uploaded(runner: Path, inputs: dict[str, str]) -> None:
    said, outputs, summary = run(runner, args="--select=latest-tag", **inputs)
    assert outputs == {"upload": "false", "exit-code": "1"}
    assert said.count("::error file=my app/Dockerfile,line=1,") == 1
    assert "| error | `my app/Dockerfile:1:6` |" in summary


@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"fail-on": "never"}, "0"), ({"args": "--select=nothing-at-all"}, "2"), ({"paths": "gone"}, "2")],
)
def test_exit_codes(runner: Path, inputs: dict[str, str], code: str) -> None:
    assert run(runner, **inputs)[1]["exit-code"] == code


def test_every_input_is_used_and_the_upload_is_pinned() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in text] == []
    action, _, commit = STEPS["Upload SARIF"]["uses"].partition("@")
    assert action == "github/codeql-action/upload-sarif"
    assert len(commit) == 40
    assert "exit-code != '2'" in STEPS["Upload SARIF"]["if"]
