from __future__ import annotations

import pytest

from devopslint.artifacts.kubernetes.checks.fields import _load
from devopslint.artifacts.kubernetes.checks.versions import RETIRED
from devopslint.artifacts.kubernetes.model import selects, selects_plainly
from devopslint.syntax.source import Source
from devopslint.syntax.yaml import read_yaml


def tree(text):
    [document], _ = read_yaml(Source("a.yaml", text))
    return document.root


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ("matchLabels: {a: b}", "{a: b, c: d}", True),
        ("matchLabels: {a: b}", "{a: c}", False),
        ("matchLabels: {a: b}", "{}", False),
        ("matchLabels: {a: '1'}", "{a: 1}", True),
        ("matchLabels: {a: '${X}'}", "{a: b}", None),
        ("matchLabels: {a: '${X}', b: c}", "{a: b, b: d}", False),
        ("matchExpressions: [{key: a, operator: In, values: [b, c]}]", "{a: c}", True),
        ("matchExpressions: [{key: a, operator: In, values: [b]}]", "{a: c}", False),
        ("matchExpressions: [{key: a, operator: NotIn, values: [b]}]", "{}", True),
        ("matchExpressions: [{key: a, operator: Exists}]", "{a: ''}", True),
        ("matchExpressions: [{key: a, operator: DoesNotExist}]", "{a: ''}", False),
        ("matchLabels: {a: b}\nmatchExpressions: [{key: c, operator: Exists}]", "{a: b}", False),
        ("{}", "{a: b}", True),
    ],
)
def test_selectors(selector, labels, expected):
    assert selects(tree(selector), tree(labels)) is expected


def test_plain_selectors():
    assert selects_plainly(tree("{a: b}"), tree("{a: b}")) is True
    assert selects_plainly(tree("{a: b}"), tree("{a: '{{ x }}'}")) is None
    assert selects_plainly(None, tree("{a: b}")) is None


def test_the_tables_agree():
    kinds = _load()["kinds"]
    for (version, kind), (_, removed, instead) in RETIRED.items():
        if removed:
            assert f"{version} {kind}" not in kinds, (version, kind)
        if instead:
            assert (instead if " " in instead else f"{instead} {kind}") in kinds


def test_every_code_of_the_table_leads_somewhere():
    table = _load()
    for fields in table["types"]:
        for name, code in fields.items():
            if name:
                rest = code.lstrip("[{")
                assert rest in {"s", "i", "n", "b", "q", "x", "o"} or int(rest) < len(table["types"])
