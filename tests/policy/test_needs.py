"""What a condition needs: what lacks it is spared, and would have been told false by the whole condition."""

from __future__ import annotations

from typing import Any

import pytest
from subjects import subject

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.policy.conditions import Evaluation, compile_condition
from devopslint.policy.needs import lacking, needed
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
        ({"any": [{"a": 1}, {"b": 1}], "not": {"c": 1}, "related": {"d": {"e": 1}}, ".": {"exists": True}}, set()),
        ({"a": {"lower": {"not_in": ["x"]}}, "b": {"length": {"max": 1}}}, set()),
    ],
)
def test_needed_keys(raw: dict[str, Any], keys: set[str]) -> None:
    assert needed(raw) == keys


def test_subjects_that_lack_a_key() -> None:
    lacks = lacking([{"image": "nginx"}, None, {"owner.name": "web"}])
    assert lacks is not None
    assert lacks(subject("image: nginx"))
    assert not lacks(subject("{image: null, owner: {}}"))
    owned = subject("image: nginx")
    assert not lacks(Subject("thing", owned.value, document=owned.document, parents={"owner": owned}))
    owned.value.open = True
    assert not lacks(owned)
    assert lacking([{"image": {"exists": False}}, None]) is None


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
