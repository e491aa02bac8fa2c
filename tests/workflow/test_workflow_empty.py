"""A workflow in which nothing stands is failed by GitHub on every push, and told of here."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import findings, write

WORKFLOW = ".github/workflows/a.yml"


@pytest.mark.parametrize(
    ("text", "end"),
    [("", 1), ("\n\n", 1), ("# on: push\n# jobs: {}\n", 11), ("  # later\r\n", 10), ("---\nnull\n", 4)],
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
        ("roles/a/tasks/action.yml", "- debug:\n", []),
        (WORKFLOW, "{% include 'x' %}\n", []),
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


@pytest.mark.parametrize(
    ("path", "text", "line", "columns", "said"),
    [
        (WORKFLOW, "# later\n  ../shared/ci.yml\n", 2, (3, 19), "a workflow is a mapping with `on` and `jobs`, no single value"),
        (WORKFLOW, "7\n", 1, (1, 2), "a workflow is a mapping with `on` and `jobs`, no single value"),
        (WORKFLOW, "- on: push\n", 1, (3, 11), "a workflow is a mapping with `on` and `jobs`, no list"),
        ("action.yml", "", 1, (1, 1), "the action is empty: GitHub can't use it without `name` and `runs`"),
        (".github/actions/a/action.yaml", "# a\n", 1, (1, 4), "the action is empty: GitHub can't use it without `name` and `runs`"),
        ("action.yml", "runs\n", 1, (1, 5), "an action is a mapping with `name` and `runs`, no single value"),
    ],
)  # fmt: skip
def test_what_is_no_mapping(
    path: str, text: str, line: int, columns: tuple[int, int], said: str, tmp_path: Path
) -> None:
    found = [
        one for one in findings("--no-cache", path, cwd=write(tmp_path, {path: text})) if one["rule"] == "core/syntax"
    ]
    assert [(one["line"], one["column"], one["end_column"], one["message"]) for one in found] == [
        (line, *columns, said)
    ]


@pytest.mark.parametrize("text", ["", "# later\n", "---\n", "null\n"])
def test_an_empty_configuration_of_dependabot(text: str, tmp_path: Path) -> None:
    path = ".github/dependabot.yml"
    found = findings("--no-cache", path, cwd=write(tmp_path, {path: text}))
    assert {(one["rule"], one["line"], one["column"]) for one in found} == {("dependabot/invalid-dependabot", 1, 1)}
    assert [one["message"].partition(": ")[2] for one in found] == [
        "`updates` is missing from the file",
        "`version` is missing from the file",
    ]
