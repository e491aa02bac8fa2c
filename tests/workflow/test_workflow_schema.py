"""The walk along GitHub's definition: faults of form, and what is available where."""

from __future__ import annotations

import pytest
from workflow_text import job, workflow

from devopslint.artifacts.workflow.bounds import is_bounded, place_of_circle
from devopslint.artifacts.workflow.checks.triggers import glob_fault
from devopslint.artifacts.workflow.schema import load_table, walk_document
from devopslint.knowledge.cron import cron_fault
from devopslint.knowledge.keys import mappings


def faults(text: str) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(one.kind, one.path) for one in workflow(text).walk.problems]


def test_a_sound_workflow_has_no_faults() -> None:
    assert faults("on: push\njobs: {a: {runs-on: x, steps: [{run: make}]}, b: {uses: ./x.yml}}") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: push\njobs: []", [("wrong-type", ("jobs",))]),
        ("jobs: {a: {runs-on: x}}", [("missing-key", ())]),
        ("on: push\njobs: {a: {runs-on: x, stesp: []}}", [("unknown-key", ("jobs", "a", "stesp"))]),
        ("on: psuh\njobs: {a: {runs-on: x}}", [("value", ("on",))]),
        ("on: {push: {branch: x}}\njobs: {a: {runs-on: x}}", [("unknown-key", ("on", "push", "branch"))]),
        (
            "on: push\njobs: {a: {runs-on: x, continue-on-error: maybe}}",
            [("wrong-type", ("jobs", "a", "continue-on-error"))],
        ),
        (
            "on: push\njobs: {a: {runs-on: x, steps: [{run: a, uses: b}]}}",
            [("clash", ("jobs", "a", "steps", 0, "uses"))],
        ),
    ],
)
def test_a_fault_and_its_path(text: str, expected: list[tuple[str, tuple[str | int, ...]]]) -> None:
    assert faults(text) == expected


def test_sound_keys_of_an_action_say_nothing_of_one_with_another_using() -> None:
    def of_action(using: str) -> list[tuple[str, tuple[str | int, ...]]]:
        root = workflow(f"name: a\ndescription: b\nruns: {{using: {using}, main: x.js}}").root
        return [(one.kind, one.path) for one in walk_document(root, "action").problems]

    assert of_action("node24") == []
    assert ("clash", ("runs", "main")) in of_action("composite")
    assert of_action("node24") == []


def test_what_is_available_where() -> None:
    read = job("runs-on: ${{ x }}\nif: y\nsteps:\n  - if: z\n    run: ${{ w }}")
    contexts = {one.path[2:]: one.contexts for one in read.walk.sites}
    assert "secrets" not in contexts[("runs-on",)]
    assert "matrix" not in contexts[("if",)]
    assert "always(0,0)" in contexts[("if",)]
    assert "secrets" not in contexts[("steps", 0, "if")]
    assert {"secrets", "steps", "env"} <= contexts[("steps", 0, "run")]


def test_every_definition_that_is_named_is_there() -> None:
    table = load_table()
    built_in = {"string", "boolean", "number", "null", "any", "scalar", "sequence", "mapping"}
    for kind in ("workflow", "action"):
        definitions = table[kind]
        for definition in definitions.values():
            named = list(definition.get("one-of", ()))
            mapping = definition.get("mapping") or {}
            named += [one if isinstance(one, str) else one["type"] for one in mapping.get("properties", {}).values()]
            assert {name for name in named if name not in definitions} <= built_in


def test_shared_anchors_are_walked_once() -> None:
    read = workflow("on: push\nx: &a {b: 1}\ny: *a\njobs: {}")
    assert len(list(mappings(read.root))) == 3


@pytest.mark.parametrize(
    "cron", ["0 0 * * *", "*/5 1-3 1,15 JAN-mar SUN", "59 23 31 12 6", "0 0 1 */3 1-5/2"]
)  # fmt: skip
def test_sound_schedules(cron: str) -> None:
    assert cron_fault(cron) == ""


@pytest.mark.parametrize("cron", ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7",
                                  "*/0 * * * *", "5-1 * * * *", "@hourly", "a * * * *", "1- * * * *"])  # fmt: skip
def test_faulty_schedules(cron: str) -> None:
    assert cron_fault(cron) != ""


@pytest.mark.parametrize(
    ("pattern", "is_path", "sound"),
    [
        ("main", False, True),
        ("release/**", False, True),
        ("v[0-9]+.*", False, True),
        ("!wip/*", False, True),
        ("refs/heads/main", False, False),
        ("a b", False, False),
        ("main/", False, False),
        ("+x", False, False),
        ("src/**/*.py", True, True),
        ("**", True, True),
        ("a b.txt", True, True),
        ("./src/**", True, False),
        ("/src", True, False),
        ("a/../b", True, False),
        ("", True, False),
    ],
)
def test_patterns(pattern: str, is_path: bool, sound: bool) -> None:
    assert (glob_fault(pattern, is_path=is_path) == "") is sound


LAUGHS = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize("text", ["on: push\njobs: &jobs\n  a: *jobs", LAUGHS])
def test_documents_without_end_are_noticed(text: str) -> None:
    assert not is_bounded(workflow(text).root)


def test_an_endless_document_is_told_at_the_alias_that_leads_back() -> None:
    text = "on: push\njobs: &jobs\n  a: &a {runs-on: x}\n  b: *a\n  c: *jobs\n"
    found = place_of_circle(workflow(text).root)
    assert (text[slice(*found)], text[: found[0]].count("\n")) == ("*jobs", 4)
    assert place_of_circle(workflow("on: push\njobs: {a: &a {runs-on: x}, b: *a}").root) == (0, 1)


def test_what_people_write_has_an_end() -> None:
    assert is_bounded(workflow("on: push\njobs: {a: &a {runs-on: x, steps: [{run: make}]}, b: *a}").root)
