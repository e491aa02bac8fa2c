"""What rules need: subjects and files that lack it are spared, and nothing would have been found in them."""

from __future__ import annotations

from typing import Any

import pytest
from subjects import subject

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.dispatch import Table
from devopslint.policy.conditions import compile_condition
from devopslint.policy.evaluation import Evaluation
from devopslint.policy.needs import keys_of, needed, standing
from devopslint.policy.rule import Rule
from devopslint.policy.subject import Subject


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ({"image": {"exists": True}}, {"image"}),
        ({"image": "nginx", "spec.ports[0].name": ["a", "b"]}, {"image", "spec"}),
        ({"all": [{"a": {"matches": "x"}}, {"b": {"lower": {"in": ["x"]}}}]}, {"a", "b"}),
        ({"a": {"any_item": {"equals": 1}, "not": 3}}, {"a"}),
        ({"a": {"option": "words"}}, {"a"}),
        ({"a": {"exists": False}}, set()),
        ({"a": {"not_in": [1]}, "b": {"not_matches": "x"}, "c": {"each": {"equals": 1}}}, set()),
        ({"a": {"equals": "x", "default": "x"}}, set()),
        ({"any": [{"a": 1, "b": 1}, {"b.c": 1}]}, {"b"}),
        ({"any": [{"a": 1}, {"b": 1}], "not": {"c": 1}, "related": {"d": {"e": 1}}, ".": {"exists": True}}, set()),
        ({"a": {"lower": {"not_in": ["x"]}}, "b": {"length": {"max": 1}}}, set()),
    ],
)
def test_needed_keys(raw: dict[str, Any], keys: set[str]) -> None:
    assert needed(raw) == keys


def test_keys_of_a_rule() -> None:
    assert keys_of({"when": {"image": "nginx"}, "forbid": {"ports": 1}}) == {"image"}
    assert keys_of({"forbid": {"ports": 1}}) == {"ports"}
    assert keys_of({"require": {"image": "nginx"}}) == frozenset()
    assert keys_of({"require": {"image": "nginx"}, "forbid": {"ports": 1}}) == frozenset()


def rule(identifier: str, **fields: Any) -> Rule:
    return Rule(identifier, {"level": "error", "on": ["some.thing"], **fields})


def met(table: Table, one: Subject) -> list[str]:
    return [found.id for found in table.rules_for(one)]


def test_rules_meet_subjects_with_the_keys_that_they_need() -> None:
    rules = [rule("a", forbid={"image": "x"}), rule("b", require={"image": "x"}), rule("c", forbid={"owner.name": "x"})]
    table = Table({"some.thing": rules})
    assert met(table, subject("image: nginx")) == ["a", "b"]
    assert met(table, subject("{image: null, owner: {}}")) == ["a", "b", "c"]
    assert met(table, subject("other: 1")) == ["b"]
    assert met(table, subject("[image]")) == ["a", "b", "c"]
    owned = subject("image: nginx")
    parents = {"owner": owned}
    assert met(table, Subject("some.thing", owned.value, document=owned.document, parents=parents)) == ["a", "b", "c"]
    owned.value.open = True
    assert met(table, owned) == ["a", "b", "c"]


def test_rules_meet_units_with_the_words_that_they_need() -> None:
    table = Table({"some.thing": [rule("a", needs=["curl", "wget"]), rule("b"), rule("c", needs=["git"])]})
    one = subject("image: nginx")
    assert met(table, one) == ["a", "b", "c"]
    assert met(table.narrowed(frozenset({"wget"})), one) == ["a", "b"]
    assert met(table.narrowed(frozenset()), one) == ["b"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("run: curl x", {"curl"}),
        ("RUN CURL x", {"curl"}),
        ("RUN cu\\\nrl x", {"curl"}),
        ("RUN cu`  \r\n  rl x", {"curl"}),
        ('run: "cu\\x72l"', {"curl", "a/b"}),
        ('{"run": "a\\/b"}', {"a/b"}),
        ("run: cu rl\nuses: a", set()),
    ],
)
def test_words_that_stand_in_a_text(text: str, found: set[str]) -> None:
    assert standing(["curl", "a/b"], ["nothing", text]) == found


def test_what_lacks_a_key_is_told_false() -> None:
    """Of every condition of our rules that needs a key, an empty subject is told false, whatever its other parts say."""
    empty = subject("other: 1")
    told = 0
    for rule in open_catalog(Config()).rules():
        for part in ("when", "forbid"):
            raw = rule.raw.get(part)
            if raw is not None and needed(raw):
                condition = compile_condition(raw, part == "forbid", rule.options)
                assert condition(Evaluation(empty), ()) is False, rule.id
                told += 1
    assert told > 100
