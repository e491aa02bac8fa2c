"""The signs of a step, by which rules are spared those that have nothing for them."""

from __future__ import annotations

import pytest
from engine_projects import catalog
from workflow_text import job

from devopslint.artifacts.workflow.signs import signs_of

SHA = "11bd71901bbe5b1630ceea73d27597364c9af683"
CASES: list[tuple[str, set[str]]] = [
    ("uses: actions/checkout@v6", {"actions/checkout", "moving-official"}),
    ("uses: actions/checkout@v4", {"actions/checkout", "moving-official", "node20"}),
    ("uses: Actions/Checkout@v2", {"actions/checkout", "moving-official", "older-node"}),
    ("{uses: actions/checkout@v6, with: {path: a}}", {"actions/checkout", "moving-official", "inputs", "known-inputs"}),
    (f"uses: actions/checkout@{SHA}", {"actions/checkout", "node20", "older-node"}),
    ("uses: actions/checkout", {"actions/checkout", "invalid"}),
    ("uses: actions/upload-artifact@v7", {"actions/upload-artifact", "moving-official", "refused", "required-inputs"}),
    ("uses: actions-rs/cargo@main", {"archived", "branch", "moving", "required-inputs"}),
    ("{uses: actions-rs/cargo@v9, with: {}}", {"archived", "moving", "required-inputs"}),
    (
        "{uses: nick-fields/retry@v9, with: {command: a}}",
        {"moving", "inputs", "known-inputs", "required-inputs", "script-inputs"},
    ),
    ("uses: house/tool@main", {"branch", "moving"}),
    ("uses: house/tool@1a2b3c4", {"moving", "short-sha"}),
    (f"uses: house/tool@{SHA}", set()),
    (f"uses: house/tool/./a@{SHA}", {"hidden-path"}),
    (f"uses: house/tool/.github/workflows/a.yml@{SHA}", {"workflow-path"}),
    ("uses: dtolnay/rust-toolchain@stable", {"moving", "required-inputs"}),
    (f"uses: action/checkout@{SHA}", {"misspelled"}),
    ("uses: ./a", {"local"}),
    ("uses: ./a/../b", {"local", "hidden-path"}),
    ("{uses: docker://alpine, with: {args: a}}", {"docker", "inputs", "script-inputs"}),
    ("run: make", set()),
    ("run: ls | wc", {"|"}),
    ("run: '${{ github.sha }}'", {"${{"}),
    ("run: docker push a", {"docker", "push"}),
    ('run: "docker pu\\\\\\nsh a"', {"docker", "push"}),
    ("run: gh pr list", {"gh"}),
    ("run: sh -ec a", {"gives-code"}),
    ("run: eval a", {"eval"}),
    ("run: twine upload a; nuget push b; gem push c", {"twine", "nuget", "push", "gem"}),
    ("run: cosign sign a; npm publish --provenance", {"cosign", "publish", "--provenance"}),
    ("{uses: ./a, run: eval a}", {"local", "eval"}),
    ("name: nothing", set()),
    (f"uses: tj-actions/changed-files@{SHA}", {"vulnerable", "node20", "older-node"}),
    (f"uses: ncipollo/release-action@{SHA}", {"writes"}),
    (f"uses: azure/setup-helm@{SHA}", {"newest-tool", "node20", "older-node"}),
]


def signs(step: str) -> frozenset[str]:
    step = step[1:-1] if step.startswith("{") else step
    return signs_of(job(f"runs-on: ubuntu-latest\nsteps: [{{{step}}}]").jobs["a"].steps[0])


@pytest.mark.parametrize(("step", "found"), CASES)
def test_signs_of_a_step(step: str, found: set[str]) -> None:
    assert signs(step) == found


def test_every_sign_that_a_rule_asks_for_is_shown_by_some_step() -> None:
    """A rule that asks for a sign which no step shows would never be asked."""
    asked = {sign for rule in catalog().group("workflow") for sign in rule.signs}
    names = {sign for sign in asked if "/" in sign}
    assert asked - names <= {sign for _, found in CASES for sign in found}
    assert [name for name in names if name not in signs(f"uses: {name}@{SHA}")] == []
