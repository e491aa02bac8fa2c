"""Every rule file is sound, and its examples hold: the first tests of every rule."""

from __future__ import annotations

import os
from typing import Any

import pytest

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.analysis import missing
from devopslint.engine.examples import failures
from devopslint.policy import rule as rule_module
from devopslint.policy.subject import Subject
from devopslint.syntax.tree import MISSING

CATALOG = open_catalog(Config())
value_at = rule_module._value_at
RULES = {rule.id: rule for rule in CATALOG.rules()}
PEER_RULES = os.path.join(os.path.dirname(__file__), "data", "peer-rule-ids.txt")


@pytest.mark.parametrize("identifier", RULES)
def test_examples_hold(identifier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if why := missing(RULES[identifier]):
        pytest.skip(why)
    unfilled: set[str] = set()

    def noted(subject: Subject, name: str) -> Any:
        value = value_at(subject, name)
        if value is MISSING:
            unfilled.add(name)
        return value

    monkeypatch.setattr(rule_module, "_value_at", noted)
    assert list(failures(CATALOG, RULES[identifier], CATALOG.info(identifier).examples)) == []
    assert unfilled == set(), "the message names what neither the check nor the subject has"


@pytest.mark.parametrize("identifier", RULES)
def test_there_is_a_bad_example_and_two_good_ones(identifier: str) -> None:
    examples = CATALOG.info(identifier).examples
    assert sum("good" in example for example in examples) >= 2
    if not identifier.startswith("core/"):
        assert any("bad" in example for example in examples)


@pytest.mark.parametrize("identifier", RULES)
def test_the_words_are_in_style(identifier: str) -> None:
    info = CATALOG.info(identifier)
    assert info.title[0].isupper() or info.title[0] in "`."
    assert not info.title.endswith(".")
    message = info.message
    assert not message.endswith(".")
    assert message[0] in "`{'.*" or message[0].islower() or message.split()[0].isupper() or message[1].isupper()
    assert info.why.endswith((".", "`", ")", ":", "!", "?"))
    assert info.references or identifier.startswith("core/"), "a rule names where its facts come from"


def peer_ids() -> frozenset[str]:
    """The ids that the rules of peers are known by, one `peer:ID` a line."""
    with open(PEER_RULES, encoding="utf-8") as file:
        return frozenset(line.strip() for line in file)


def test_equivalents_are_ids_that_exist() -> None:
    known = peer_ids()
    unknown = {
        f"{identifier}: {peer}"
        for identifier in RULES
        for peer in CATALOG.info(identifier).equivalents
        if peer not in known
    }
    assert sorted(unknown) == []
