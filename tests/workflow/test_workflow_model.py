"""Workflows as people think of them: triggers, jobs, permissions, shells, matrices, and what expressions come to."""

from __future__ import annotations

import pytest
from workflow_text import job, workflow

from devopslint.artifacts.workflow.actions import parse_uses
from devopslint.artifacts.workflow.resolve import resolve_in
from devopslint.syntax.tree import UNKNOWN


@pytest.mark.parametrize(
    ("on", "names"),
    [
        ("push", ["push"]),
        ("[push, pull_request]", ["push", "pull_request"]),
        ("{push: , schedule: []}", ["push", "schedule"]),
    ],
)
def test_triggers_in_every_form(on: str, names: list[str]) -> None:
    assert list(workflow(f"on: {on}\njobs: {{}}").triggers) == names


@pytest.mark.parametrize(
    ("top", "own", "expected"),
    [
        ("", "", None),
        ("permissions: read-all", "", "read"),
        ("permissions: write-all", "permissions: {contents: read}", "none"),
        ("permissions: {packages: write}", "", "write"),
        ("permissions: {packages: write}", "permissions: {}", "none"),
        ("", "permissions: {packages: read}", "read"),
    ],
)
def test_the_permissions_of_a_job(top: str, own: str, expected: str | None) -> None:
    text = f"on: push\n{top}\njobs:\n  a:\n    runs-on: x\n    {own}\n    steps: []\n"
    assert workflow(text).jobs["a"].grants("packages") == expected


@pytest.mark.parametrize(
    ("keys", "shell"),
    [
        ("runs-on: ubuntu-latest", "bash"),
        ("runs-on: windows-2022", "pwsh"),
        ("runs-on: [self-hosted, Windows]", "pwsh"),
        ("runs-on: ${{ vars.X }}", None),
        ("runs-on: ${{ matrix.os }}\nstrategy: {matrix: {os: [ubuntu-latest, macos-15]}}", "bash"),
        ("runs-on: ${{ matrix.os }}\nstrategy: {matrix: {os: [ubuntu-latest, windows-2022]}}", None),
        ("runs-on: windows-2022\ndefaults: {run: {shell: bash}}", "bash"),
    ],
)
def test_the_shell_of_a_step(keys: str, shell: str | None) -> None:
    assert job(keys + "\nsteps: [{run: make}]").jobs["a"].steps[0].shell == shell


@pytest.mark.parametrize(
    ("written", "shell", "is_read"),
    [
        ("/bin/bash -e {0}", "bash", True),
        ("bash -x {0}", "bash", True),
        ("sh -l {0}", "sh", True),
        ("C:\\tools\\cygwin\\bin\\bash.exe -o igncr {0}", "bash", True),
        ("msys2 {0}", "bash", True),
        ("/usr/bin/env -u ENV /bin/sh -eu {0}", "sh", True),
        ('script -q -e -c "bash --noprofile -eo pipefail {0}"', "bash", True),
        ("sudo bash {0}", "bash", True),
        ("python {0}", "python", False),
        ("node {0}", "node", False),
        ("Rscript {0}", "rscript", False),
        ("cmd /C CALL {0}", "cmd", False),
        ("pwsh -File {0}", "pwsh", False),
        ("powershell", "powershell", False),
        ("${{ inputs.shell }}", None, False),
        ("nu {0}", "nu", False),
    ],
)
def test_the_shell_that_is_written(written: str, shell: str | None, is_read: bool) -> None:
    step = job(f"runs-on: windows-2022\nsteps: [{{run: make, shell: '{written}'}}]").jobs["a"].steps[0]
    assert (step.shell, step.is_shell) == (shell, is_read)


@pytest.mark.parametrize(
    ("script", "shell"),
    [
        ("make", "bash"),
        ("Write-Host $env:PATH", None),
        ("$x = Get-ChildItem .", None),
        ("cd a; Remove-Item b", None),
        ("echo Get-Content; cat Write-Up", "bash"),
    ],
)
def test_powershell_on_a_runner_of_ones_own(script: str, shell: str | None) -> None:
    assert job(f"runs-on: self-hosted\nsteps: [{{run: '{script}'}}]").jobs["a"].steps[0].shell == shell


def test_all_that_comes_before_a_job() -> None:
    read = workflow("on: push\njobs: {a: {}, b: {needs: a}, c: {needs: [b, nobody]}, d: {needs: c}}")
    assert read.jobs["d"].needs_closure() == {"a", "b", "c"}


def rows(matrix: str) -> list[dict[str, object]]:
    found = job(f"runs-on: x\nstrategy:\n  matrix: {matrix}").jobs["a"].matrix
    assert found is not None
    return [{key: value for key, (value, _) in row.items()} for row in found.rows]


def test_a_matrix_is_the_product_of_its_vectors() -> None:
    assert rows("{a: [1, 2], b: [x, y]}") == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
        {"a": 2, "b": "y"},
    ]


def test_exclusions_take_away_what_agrees_with_them() -> None:
    assert rows("{a: [1, 2], b: [x, y], exclude: [{a: 1}, {a: 2, b: y}]}") == [{"a": 2, "b": "x"}]


def test_inclusions_extend_or_add() -> None:
    # GitHub Docs, "Expanding or adding matrix configurations".
    found = rows(
        "{fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: cat}, "
        "{fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]}"
    )
    assert found == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_a_matrix_with_expressions_has_no_rows() -> None:
    assert rows("{a: [1, '${{ vars.X }}']}") == []
    assert rows("{include: '${{ fromJSON(vars.X) }}'}") == []


def test_a_matrix_beyond_what_github_allows_is_not_spelled_out() -> None:
    assert rows(f"{{a: {list(range(20))}, b: {list(range(20))}}}") == []


JOB = """
runs-on: x
env: {VERSION: "22", WHICH: "${{ matrix.os }}", OPEN: "${{ vars.X }}"}
strategy:
  matrix:
    os: [debian, alpine]
    box: [{name: big, cpu: 8}]
steps:
  - run: echo LATE=1 >> $GITHUB_ENV
  - env: {LATE: "0", VERSION: "24"}
    run: make
"""


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("plain", None),
        ("node:${{ env.VERSION }}", ["node:22"]),
        ("${{ matrix.os }}", ["debian", "alpine"]),
        ("${{ matrix.os }}-${{ matrix.box.cpu }}", ["debian-8", "alpine-8"]),
        ("${{ matrix.box.name }}", ["big"]),
        ("${{ env.WHICH }}", ["debian", "alpine"]),
        ("${{ env.OPEN }}", [UNKNOWN]),
        ("${{ env.NOBODY }}", [UNKNOWN]),
        ("${{ 'a' }}b", ["ab"]),
        ("${{ true }}", [True]),
        ("${{ inputs.x }}", [UNKNOWN]),
        ("${{ broken", [UNKNOWN]),
        ("${{ env.VERSION || 'x' }}", [UNKNOWN]),
    ],
)
def test_what_a_string_comes_to_in_a_job(text: str, values: list[object] | None) -> None:
    found = resolve_in(text, job(JOB).jobs["a"])
    assert (found if found is None else [one.value for one in found]) == values


def test_the_innermost_variable_counts() -> None:
    found = resolve_in("${{ env.VERSION }}", job(JOB).jobs["a"].steps[1])
    assert found is not None
    assert [one.value for one in found] == ["24"]


def test_what_an_earlier_step_may_have_set_is_unknown() -> None:
    found = resolve_in("${{ env.LATE }}", job(JOB).jobs["a"].steps[1])
    assert found is not None
    assert [one.value for one in found] == [UNKNOWN]


def test_a_value_tells_where_it_came_from() -> None:
    read = job(JOB)
    found = resolve_in("${{ env.WHICH }}", read.jobs["a"])
    assert found is not None
    text = read.document.source.text
    assert [[text[start:end] for _, start, end, _ in one.origins] for one in found] == [
        ['"${{ matrix.os }}"', "debian"],
        ['"${{ matrix.os }}"', "alpine"],
    ]


@pytest.mark.parametrize(
    ("text", "kind", "name", "ref"),
    [
        ("actions/checkout@v6", "repository", "actions/checkout", "v6"),
        ("Docker/Build-Push-Action@v6", "repository", "docker/build-push-action", "v6"),
        ("github/codeql-action/init@v4", "repository", "github/codeql-action/init", "v4"),
        ("./a/b", "local", "./a/b", ""),
        ("docker://alpine:3", "docker", "docker://alpine:3", ""),
        ("checkout@v6", "invalid", "checkout@v6", ""),
        ("actions/checkout", "invalid", "actions/checkout", ""),
    ],
)
def test_what_uses_means(text: str, kind: str, name: str, ref: str) -> None:
    found = parse_uses(text)
    assert (found.kind, found.name, found.ref) == (kind, name, ref)


@pytest.mark.parametrize(
    ("ref", "sha", "branch", "major"),
    [
        ("v4", False, False, 4),
        ("v4.1.2", False, False, 4),
        ("0.33.1", False, False, 0),
        ("main", False, True, None),
        ("release/v1", False, False, 1),
        ("08c6903cd8c0fde910a37f88322edcfb5dd907a8", True, False, None),
    ],
)
def test_what_a_ref_is(ref: str, sha: bool, branch: bool, major: int | None) -> None:
    found = parse_uses(f"octo/tools@{ref}")
    assert (found.is_sha, found.is_branch, found.major) == (sha, branch, major)


def test_steps_of_a_parallel_group_are_steps() -> None:
    one = job(
        "steps:\n  - run: a\n  - parallel:\n      - {id: b, run: b}\n      - text\n      - {run: c}\n  - run: d"
    ).jobs["a"]
    assert [step.run for step in one.steps] == ["a", None, "b", "c", "d"]
    assert [step.below for step in one.steps][2:4] == [("steps", 1, "parallel", 0), ("steps", 1, "parallel", 2)]
    assert one.step_at(("steps", 1, "parallel", 2, "run")) is one.steps[3]
    assert one.step_at(("steps", 1, "parallel", 1)) is one.steps[1]
    assert one.step_at(("steps", 3)) is None
    assert one.step("b") is one.steps[2]
    assert [step.run for step in one.steps[3].before] == ["a", None, "b"]


def test_a_group_that_many_steps_share_is_taken_up_once() -> None:
    shared = "".join("  - parallel: *group\n" for _ in range(50))
    one = job(f"steps:\n  - parallel: &group\n      - run: a\n      - run: b\n{shared}").jobs["a"]
    assert [step.run for step in one.steps if step.run] == ["a", "b"]
