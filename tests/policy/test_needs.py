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
from devopslint.policy.needs import asked_of, keys_of, settling, standing
from devopslint.policy.rule import Rule
from devopslint.policy.subject import Place, Subject


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ({"image": {"exists": True}}, {"image"}),
        ({"image": "nginx", "spec.ports[0].name": ["a", "b"]}, {"image", "spec", "spec.ports"}),
        ({"ports[0].name": "a", "[0].name": "b"}, {"ports"}),
        ({"all": [{"a": {"matches": "x"}}, {"b": {"lower": {"in": ["x"]}}}]}, {"a", "b"}),
        ({"a": {"any_item": {"equals": 1}, "not": 3}}, {"a"}),
        ({"a": {"option": "words"}}, {"a"}),
        ({"a": {"exists": False}}, set()),
        ({"a": {"not_in": [1]}, "b": {"not_matches": "x"}, "c": {"each": {"equals": 1}}}, set()),
        ({"a": {"equals": "x", "default": "x"}}, set()),
        ({'["a.b"]': 1, '["a.b"].c': 1}, set()),
        ({'a["b.c"]': 1}, {"a", "a.b.c"}),
        ({"any": [{"a": 1, "b": 1}, {"b.c": 1}]}, {"b"}),
        ({"any": [{"a.b": 1}, {"a.c": 1}]}, {"a"}),
        ({"any": [{"a": 1}, {"b": 1}], "not": {"c": 1}, "related": {"d": {"e": 1}}, ".": {"exists": True}}, set()),
        ({"not": {"c": {"not_in": [1]}}}, {"c"}),
        ({"a": {"lower": {"not_in": ["x"]}}, "b": {"length": {"not_in": [1]}}}, set()),
        ({"a": {"length": {"min": 1}}, "b": {"not": {"exists": False}}}, {"a", "b"}),
        ({"a": {"any": [1, {"exists": True}]}, "b": {"any": [1, {"exists": False}]}}, {"a"}),
        ({"a": {"all": [1, {"exists": False}]}}, {"a"}),
        ({"a": {"exists": {"option": "wanted"}}}, set()),
    ],
)
def test_keys_without_which_a_condition_is_false(raw: dict[str, Any], keys: set[str]) -> None:
    assert settling(raw, False) == keys


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ({"a": {"each": {"equals": 1}}}, {"a"}),
        ({"a": {"each": {"equals": 1}}, "b": {"not_in": [1]}}, set()),
        ({"a.b": {"exists": False}, "a": {"each": {"equals": 1}}}, {"a"}),
        ({"any": [{"a": {"exists": False}}, {"b": {"not": 1}}, {"c": 1}]}, {"a", "b"}),
        ({"not": {"c": 1, "d": 2}}, {"c", "d"}),
        ({"a": {"exists": True}}, set()),
        ({"a": {"default": 1, "min": 1}}, set()),
    ],
)
def test_keys_without_which_a_condition_is_true(raw: dict[str, Any], keys: set[str]) -> None:
    assert settling(raw, True) == keys


def test_keys_of_a_rule() -> None:
    assert keys_of({"when": {"image": "nginx"}, "forbid": {"ports": 1}}) == {"image", "ports"}
    assert keys_of({"when": {"image": "nginx"}, "check": "a:b"}) == {"image"}
    assert keys_of({"forbid": {"ports": 1}}) == {"ports"}
    assert keys_of({"require": {"image": "nginx"}}) == frozenset()
    assert keys_of({"require": {"image": {"each": {"type": "string"}}}}) == {"image"}
    assert keys_of({"require": {"image": "nginx"}, "forbid": {"ports": 1}}) == frozenset()
    assert keys_of({"require": {"ports": {"not_in": [2]}}, "forbid": {"ports": 1}}) == {"ports"}
    assert keys_of({"check": "a:b"}) == frozenset()


def rule(identifier: str, **fields: Any) -> Rule:
    return Rule(identifier, {"level": "error", "on": ["some.thing"], **fields})


def met(table: Table, one: Subject) -> list[str]:
    return [found.id for found in table.rules_for(one)]


def test_rules_meet_subjects_with_the_keys_that_they_need() -> None:
    rules = [rule("a", forbid={"image": "x"}), rule("b", require={"image": "x"}), rule("c", forbid={"owner.name": "x"})]
    table = Table({"some.thing": rules})
    assert met(table, subject("image: nginx")) == ["a", "b"]
    assert met(table, subject("{image: null, owner: {name: x}}")) == ["a", "b", "c"]
    assert met(table, subject("other: 1")) == ["b"]
    assert met(table, subject("[image]")) == ["a", "b", "c"]
    owned = subject("{image: nginx, name: x}")
    parents = {"owner": owned}
    assert met(table, Subject("some.thing", owned.value, document=owned.document, parents=parents)) == ["a", "b", "c"]
    owned.value.open = True
    assert met(table, owned) == ["a", "b", "c"]


def test_rules_meet_subjects_whose_values_have_the_keys_that_they_need() -> None:
    rules = [rule("a", forbid={"spec.type": "x"}), rule("b", forbid={"owner.name": "x"}), rule("c", forbid={"spec": 1})]
    table = Table({"some.thing": rules})
    assert met(table, subject("{spec: {type: y}, owner: {name: y}}")) == ["a", "b", "c"]
    assert met(table, subject("{spec: {other: y}}")) == ["c"]
    assert met(table, subject("{spec: [{type: y}]}")) == ["a", "c"]
    assert met(table, subject("{spec: x}")) == ["a", "c"]
    opened = subject("{spec: {other: y}}")
    opened.value["spec"].open = True
    assert met(table, opened) == ["a", "c"]
    for owner, found in (("{name: x}", ["b"]), ("{other: x}", [])):
        one = subject("{owner: {name: x}}")
        assert (
            met(table, Subject("some.thing", one.value, document=one.document, parents={"owner": subject(owner)}))
            == found
        )


def test_an_owner_of_an_owner_is_there() -> None:
    table = Table({"some.thing": [rule("a", forbid={"owner.folder.name": "x"})]})
    owner = subject("{other: x}")
    one = Subject("some.thing", owner.value, document=owner.document, parents={"owner": owner})
    assert met(table, one) == []
    owner.parents = {"folder": subject("name: x")}
    assert met(table, one) == ["a"]


def test_rules_meet_units_with_the_words_that_they_need() -> None:
    table = Table({"some.thing": [rule("a", needs=["curl", "wget"]), rule("b"), rule("c", needs=["git"])]})
    one = subject("image: nginx")
    assert met(table, one) == ["a", "b", "c"]
    assert met(table.narrowed(frozenset({"wget"})), one) == ["a", "b"]
    assert met(table.narrowed(frozenset()), one) == ["b"]


def test_rules_meet_subjects_with_the_signs_that_they_ask_for() -> None:
    table = Table(
        {"some.thing": [rule("a", signs=["red", "blue"]), rule("b", needs=["git"]), rule("c", signs=["old"])]}
    )
    one = subject("image: nginx")
    assert met(table, one) == ["a", "b", "c"]
    for signs, found in (({"blue", "new"}, ["a", "b"]), ({"old", "red"}, ["a", "b", "c"]), (set(), ["b"])):
        one.signs = frozenset(signs)
        assert met(table, one) == found
        assert met(table.narrowed(frozenset()), one) == [name for name in found if name != "b"]


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


def test_what_lacks_a_key_settles_a_condition() -> None:
    """Every condition of our rules that needs a key is told so of a subject without it, whatever its other parts say."""
    told = {False: 0, True: 0}
    for rule in open_catalog(Config()).rules():
        for part in ("when", "require", "forbid"):
            for truth in told if part in rule.raw else ():
                condition = compile_condition(rule.raw[part], part == "forbid", rule.options)
                for key in settling(rule.raw[part], truth):
                    first, dot, _ = key.partition(".")
                    lacking = subject(f'"{first}": {{other: 1}}' if dot else "other: 1")
                    assert condition(Evaluation(lacking), ()) is truth, (rule.id, part, key)
                    told[truth] += 1
    assert told[False] > 200
    assert told[True] > 20


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ({"when": {"image": "x"}, "forbid": {"spec.ports[0].name": 1}}, {"image", "spec.ports"}),
        ({"require": {"any": [{"a": 1}, {"not": {"b[0]": {"each": {"c": 1}}}}]}}, {"a", "b"}),
        ({"require": {"a": 1, ".": {"exists": True}}}, None),
        ({"forbid": {"a": 1, "related": {"b": None}}}, None),
        ({"forbid": {"[0].a": 1}}, None),
        ({"when": {"a": 1}, "check": "a:b"}, None),
        ({"when": {"a": 1}, "analyser": "shellcheck"}, None),
    ],
)
def test_keys_that_a_rule_asks_for(raw: dict[str, Any], keys: set[str] | None) -> None:
    assert asked_of(raw) == keys


def verdict(one: Rule, owner: Subject) -> Any:
    problems, undecided = one.judge(owner)
    at = [
        problem.at if isinstance(problem.at, Place) else owner.place(problem.at, problem.part) for problem in problems
    ]
    texts = [(problem.values, one.message(owner, problem)) for problem in problems]
    return [(place.start, place.end) for place in at], texts, undecided


def test_what_is_settled_is_said_of_all_that_have_nothing_of_what_is_asked_for() -> None:
    """Of every rule of ours, at the first subject and at those that follow, wherever these stand."""
    at_fault = 0
    for one in open_catalog(Config()).rules():
        if asked_of(one.raw):
            for text in ("other: 1", "\n\nanother:\n  one: 1"):
                said = verdict(one, subject(text))
                assert verdict(one.settled(), subject(text)) == said, one.id
                at_fault += bool(said[0])
    assert at_fault > 20


def test_rules_are_settled_for_subjects_without_what_they_ask_for() -> None:
    one = rule("a", require={"spec.image": "x"}, message="no image")
    table = Table({"some.thing": [one]})
    assert table.rules_for(subject("other: 1")) == [one.settled()]
    assert table.rules_for(subject("spec: {other: 1}")) == [one.settled()]
    assert table.rules_for(subject("spec: {image: x}")) == [one]
    assert one.settled() is one.settled()
    settled = one.settled()
    one.use_options({})
    assert one.settled() is not settled
