"""What a step hands to an action: the case of names, and switches in all their spellings."""

from __future__ import annotations

from typing import Any

import pytest
from workflow_text import job

from devopslint.artifacts.workflow.inputs import InputName, keeps_credentials, switch
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.usage import usages_at
from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.examples import failures
from devopslint.syntax.source import Source
from devopslint.syntax.tree import Map, locate
from devopslint.syntax.yaml import read_yaml

CATALOG = open_catalog(Config())
STEPS = "steps:\n  - uses: example/act@v1\n    env: {Ref: a}\n    with: {Ref: '${{ github.sha }}', path: x}"


def test_names_of_inputs_do_not_mind_case() -> None:
    step = job(STEPS).steps[0]
    assert step.inputs.get("ref") == "${{ github.sha }}"
    assert "ref" in step.inputs
    assert "refs" not in step.inputs
    assert not {"ref", "repository"}.isdisjoint(step.inputs)
    assert {"ref", "path"} == set(step.inputs)


def test_names_of_inputs_are_shown_as_written() -> None:
    assert [f"{name}" for name in job(STEPS).steps[0].inputs] == ["Ref", "path"]


def test_an_input_is_found_in_the_file_by_any_spelling() -> None:
    workflow = job(STEPS)
    step = workflow.steps[0]
    mark = locate(step.value, ("with", "ref"), "key")
    assert mark is not None
    assert workflow.document.source.text[slice(*mark)] == "Ref"
    assert len(usages_at(workflow, (*step.path, "with", "ref"))) == 1
    fragment = workflow.fragment((*step.path, "with", "ref"))
    assert fragment is not None
    assert fragment.text == "${{ github.sha }}"


def test_names_of_variables_mind_case() -> None:
    assert "ref" not in job(STEPS).steps[0].env


def test_names_without_capitals_stay_plain() -> None:
    inputs = job("steps: [{uses: a/b@v1, with: {path: x}}]").steps[0].inputs
    assert type(next(iter(inputs))) is str


def test_names_of_inputs_are_equal_to_texts_only() -> None:
    assert InputName("Ref") == "rEF"
    assert InputName("Ref") != "refs"
    assert InputName("Ref") != 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True), ("true", True), ("True", True), ("TRUE", True), (False, False), ("false", False), ("FALSE", False),
        ("yes", None), (1, None), (None, None), ("${{ inputs.x }}", None),
    ],
)  # fmt: skip
def test_switches_in_all_their_spellings(value: Any, expected: bool | None) -> None:
    assert switch(value) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True), ({"persist-credentials": "TRUE"}, True), ({"persist-credentials": "FALSE"}, False),
        ({"persist-credentials": "no"}, False), ({"persist-credentials": None}, False),
        ({"persist-credentials": "${{ inputs.keep }}"}, None),
    ],
)  # fmt: skip
def test_what_a_checkout_leaves_behind(given: dict[str, Any], expected: bool | None) -> None:
    inputs = Map()
    inputs.update(given)
    assert keeps_credentials(inputs) is expected


def in_capitals(text: str) -> str:
    """Return a workflow or action with the names of all inputs, of steps and of called workflows, in capitals."""
    documents, problems = read_yaml(Source("ci.yml", text))
    root = documents[0].root if documents and not problems else None
    jobs = [job for job in map_at(root, "jobs").values() if isinstance(job, Map)]
    steps = [step for job in [*jobs, map_at(root, "runs")] for step in job.get("steps", ()) if isinstance(step, Map)]
    letters = list(text)
    for owner in [*jobs, *steps]:
        for name, (start, end, _, _) in map_at(owner, "with").at.items():
            if text[start:end] == name and "uses" in owner:
                letters[start:end] = name.upper()
    return "".join(letters)


def examples_in_capitals(identifier: str) -> list[dict[str, Any]]:
    changed = []
    for example in CATALOG.info(identifier).examples:
        kind = "bad" if "bad" in example else "good"
        files = example[kind]
        new = (
            {path: in_capitals(text) for path, text in files.items()} if isinstance(files, dict) else in_capitals(files)
        )
        if new != files:
            changed.append({**example, kind: new})
    return changed


@pytest.mark.parametrize("identifier", [rule.id for rule in CATALOG.rules() if rule.id.startswith("workflow/")])
def test_inputs_in_capitals_change_nothing(identifier: str) -> None:
    assert list(failures(CATALOG, CATALOG.rule(identifier), examples_in_capitals(identifier))) == []
