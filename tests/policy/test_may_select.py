"""What is asked of every rule only when it may select one."""

from __future__ import annotations

from engine_projects import catalog

from devopslint.policy.selection import may_select, selects, text_of_names, words_of

RULES = list(catalog().rules())
NAMES = text_of_names(RULES)


def test_whatever_selects_a_rule_may_select_one():
    words = {word for word in words_of(RULES) if word}
    words |= {word.upper() for word in words} | {rule.id.rpartition("/")[2] for rule in RULES}
    words |= {rule.id.split("/")[0] + "/" for rule in RULES} | {"all", "default", "*", "terraform/aws/*", "AVD-DS-0002"}
    for rule in RULES:
        words |= {peer.partition(":")[2] for peer in rule.raw.get("equivalents", ())}
    assert len(words) > 3000
    unseen = [word for word in words if not may_select(word, NAMES)]
    assert [word for word in unseen if any(selects(word, rule) for rule in RULES)] == []


def test_what_nothing_is_called_selects_nothing():
    assert not may_select("latst-17", NAMES)
    assert not may_select("no-such-rule/", NAMES)
