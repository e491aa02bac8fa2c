"""Which rules run, and as what."""

from __future__ import annotations

from typing import Any

import pytest

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.policy.rule import Rule
from devopslint.policy.selection import Selection, SelectionError


def rule(identifier: str, **raw: Any) -> Rule:
    return Rule(identifier, {"level": "warning", "practice": "containers/small", "on": ["x.y"], **raw})


def rules() -> list[Rule]:
    return [
        rule("docker/latest", tags=["supply-chain"], equivalents=["hadolint:DL3007", "trivy:DS-0001"]),
        rule("docker/aws/key", tags=["security"], practice="security/secrets-management", level="error"),
        rule("docker/taste", profile="strict"),
        rule("docker/young", preview=True),
        rule("docker/count", options={"most": {"type": "integer", "default": 3}}),
    ]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ["latest", "aws/key", "count"]),
        (Selection(profile="strict"), ["latest", "aws/key", "taste", "count"]),
        (Selection(["all"]), ["latest", "aws/key", "count"]),
        (Selection(["docker"]), ["latest", "aws/key", "count"]),
        (Selection(["docker"], profile="strict"), ["latest", "aws/key", "taste", "count"]),
        (Selection(["docker/aws"]), ["aws/key"]),
        (Selection(["security"]), ["aws/key"]),
        (Selection(["containers"]), ["latest", "count"]),
        (Selection(["docker/l*"]), ["latest"]),
        # what is named runs, be it strict or young; what is one of many does not
        (Selection(["docker/taste"]), ["taste"]),
        (Selection(["young"]), ["young"]),
        (Selection(["docker/*"]), ["latest", "aws/key", "count"]),
        (Selection(["DL3007", "key"]), ["latest", "aws/key"]),
        (Selection(["trivy:DS-0001"]), ["latest"]),
        # ignoring wins
        (Selection(["docker"], ["DL3007"]), ["aws/key", "count"]),
        (Selection(["docker/latest"], ["docker"]), []),
        (Selection(levels={"docker/latest": "off"}), ["aws/key", "count"]),
        (Selection(levels={"docker/taste": "note"}), ["latest", "aws/key", "taste", "count"]),
    ],
)
def test_what_runs(selection: Selection, expected: list[str]) -> None:
    assert [one.id for one in selection.chosen(rules())] == [f"docker/{slug}" for slug in expected]


def test_levels_and_options_are_set() -> None:
    chosen = Selection(levels={"docker/latest": "error"}, options={"docker/count": {"most": 5}}).chosen(rules())
    assert {one.id: one.level for one in chosen}["docker/latest"] == "error"
    assert chosen[-1].options == {"most": 5}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(["docker/latst"]), "did you mean `docker/latest`?"),
        (Selection(ignore=["secrity"]), "did you mean `security`?"),
        (Selection(["DL3008"]), "did you mean `DL3007`?"),
        (Selection(levels={"nothing/here": "off"}), "no rule is selected by `nothing/here`"),
    ],
)
def test_words_that_select_nothing(selection: Selection, message: str) -> None:
    with pytest.raises(SelectionError, match="no rule is selected by") as caught:
        selection.check_words(rules())
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"most": "5"}, "is of type integer"),
        ({"most": True}, "is of type integer"),
        ({"least": 1}, "has no option `least`"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SelectionError, match=message):
        Selection(options={"docker/count": options}).chosen(rules())


def test_what_one_selection_sets_stays_with_it():
    catalog = open_catalog(Config())
    rule = next(one for one in catalog.group("dockerfile") if one.raw.get("options") and one.level != "error")
    name, declared = next(
        (name, one) for name, one in rule.raw["options"].items() if one["type"] in {"list", "integer"}
    )
    other = [*declared["default"], "x"] if declared["type"] == "list" else declared["default"] + 1
    tuned = Selection(levels={rule.id: "error"}, options={rule.id: {name: other}}).chosen([rule])[0]
    assert (tuned.level, tuned.options[name]) == ("error", other)
    plain = Selection([rule.id]).chosen([rule])[0]
    assert (plain.level, plain.options[name]) == (rule.raw["level"], declared["default"])


def test_what_was_meant_is_said_of_the_first_words_only() -> None:
    said = Selection(ignore=[f"docker/lates{number}" for number in range(30)]).unknown(rules())
    assert [" did you mean" in one for one in said.values()] == [True] * 10 + [False] * 20
