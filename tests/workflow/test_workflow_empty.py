"""A workflow in which nothing stands is failed by GitHub on every push, and told of here."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import findings, write

WORKFLOW = ".github/workflows/a.yml"


@pytest.mark.parametrize(
    ("text", "end"), [("", 1), ("\n\n", 1), ("# on: push\n# jobs: {}\n", 11), ("  # later\r\n", 10)]
)
def test_an_empty_workflow_is_told_of_once(text: str, end: int, tmp_path: Path) -> None:
    found = findings("--no-cache", WORKFLOW, cwd=write(tmp_path, {WORKFLOW: text}))
    assert [(one["rule"], one["line"]) for one in found] == [("core/syntax", 1)]
    assert found[0]["message"] == "the workflow is empty: GitHub fails it for want of `on` and `jobs`"
    assert found[0]["end_column"] == end


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("act/action.yml", "", []),
        ("notes.yaml", "# nothing\n", []),
        (WORKFLOW, "on: push\njobs: {a: {uses: ./.github/workflows/b.yml}}\n---\n", []),
        (WORKFLOW, "on: [push\n", ["core/syntax"]),
    ],
)
def test_other_files_are_not_taken_for_empty_workflows(path: str, text: str, told: list[str], tmp_path: Path) -> None:
    called = {".github/workflows/b.yml": "on: workflow_call\njobs: {}\n"}
    found = findings("--no-cache", path, cwd=write(tmp_path, {path: text, **called}))
    assert [one["rule"] for one in found if one["rule"] == "core/syntax"] == told
    assert not any("is empty" in one["message"] for one in found)
