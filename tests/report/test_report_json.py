from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from devopslint.policy.finding import Location, Summary, Suppression
from devopslint.syntax.source import Span

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "schemas" / "report-1.json").read_text(encoding="utf-8"))


def value_of(build, report, **options):
    text = build.render("json", report, **options)
    assert text.isascii()
    assert text.count("\n") == 1
    value = json.loads(text)
    jsonschema.validate(value, SCHEMA, cls=jsonschema.Draft202012Validator)
    return value


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_whole_report(build):
    rule = build.rule(tags=("security",), security_severity=8.0, practice="containers/specific-tags")
    finding = build.finding(
        (7, 14, 7, 26),
        text="pin it",
        address="Deployment/shop container web",
        related=[Location("a.tf", Span(5, 13, 6, 16), "the default", origin=True)],
    )
    summary = Summary({"kubernetes": 2}, 1, 3, 4, 5, modules_not_read=["./a", "a/b/c"])
    value = value_of(build, build.report(finding, rules=(rule,), summary=summary, notes=["half"]), version="1.2.3")
    fingerprint = value["findings"][0].pop("fingerprint")
    assert re.fullmatch("[0-9a-f]{64}", fingerprint)
    assert value == {
        "format": 1,
        "tool": {"name": "devopslint", "version": "1.2.3"},
        "successful": True,
        "summary": {
            "files": {"kubernetes": 2},
            "total_files": 5,
            "not_parsed": 1,
            "undecided": 3,
            "modules_not_read": 2,
            "suppressed": 4,
            "levels": {"error": 1, "warning": 0, "note": 0},
        },
        "findings": [
            {
                "rule": "kubernetes/latest-tag",
                "level": "error",
                "message": "image `nginx:latest` has no fixed version",
                "path": "web.yaml",
                "line": 7,
                "column": 14,
                "end_line": 7,
                "end_column": 26,
                "text": "pin it",
                "address": "Deployment/shop container web",
                "related": [
                    {
                        "path": "a.tf",
                        "line": 5,
                        "column": 13,
                        "end_line": 6,
                        "end_column": 16,
                        "text": "the default",
                        "origin": True,
                    }
                ],
                "suppressed": None,
            }
        ],
        "rules": {
            "kubernetes/latest-tag": {
                "title": "Image floats",
                "level": "error",
                "practice": "containers/specific-tags",
                "tags": ["security"],
                "security_severity": 8.0,
                "confidence": "high",
                "profile": "default",
                "preview": False,
                "equivalents": [],
                "standards": [],
                "references": [],
                "url": "https://github.com/devopslint/devopslint/blob/main/docs/rules/kubernetes/latest-tag.md",
            }
        },
        "notes": ["half"],
    }


def test_suppressed_findings_only_on_demand(build):
    hidden = build.finding((1, 1, 1, 2), suppressed=Suppression("why not", "inline"))
    report = build.report(hidden)
    assert value_of(build, report)["findings"] == []
    assert value_of(build, report)["rules"] == {}
    (shown,) = value_of(build, report, suppressed=True)["findings"]
    assert shown["suppressed"] == {"kind": "inline", "reason": "why not"}


@pytest.mark.parametrize("wrong", [{"line": 0}, {"level": "fatal"}, {"more": 1}, {"fingerprint": "x"}])
def test_the_schema_refuses_what_is_not_in_it(build, wrong):
    value = value_of(build, build.report(build.finding((1, 1, 1, 2))))
    value["findings"][0].update(wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_the_page_names_every_field_of_the_schema():
    page = (DOCS / "json-format.md").read_text(encoding="utf-8")

    def names(node):
        if isinstance(node, dict):
            for key, inner in node.items():
                if key == "properties":
                    yield from inner
                yield from names(inner)

    assert {name for name in names(SCHEMA) if f"`{name}`" not in page} == set()
