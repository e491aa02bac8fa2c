from __future__ import annotations

import json

import jsonschema

from devopslint.policy.finding import Location, Suppression
from devopslint.syntax.source import Span

POSITION = {
    "type": "object",
    "required": ["line", "column"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "required": ["path", "range"],
    "properties": {
        "path": {"type": "string"},
        "range": {
            "type": "object",
            "required": ["start", "end"],
            "properties": {"start": POSITION, "end": POSITION},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
SOURCE = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "url": {"type": "string"}},
    "additionalProperties": False,
}
DIAGNOSTIC = {
    "type": "object",
    "required": ["message", "location", "severity", "code"],
    "properties": {
        "message": {"type": "string"},
        "location": LOCATION,
        "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
        "source": SOURCE,
        "code": {
            "type": "object",
            "required": ["value"],
            "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
            "additionalProperties": False,
        },
        "related_locations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"message": {"type": "string"}, "location": LOCATION},
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
"""The messages of `reviewdog.proto` that we write, with nothing in them that it does not have."""
RESULT = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "properties": {"source": SOURCE, "diagnostics": {"type": "array", "items": DIAGNOSTIC}},
    "additionalProperties": False,
}


def result_of(build, report):
    result = json.loads(build.render("rdjson", report))
    jsonschema.validate(result, RESULT)
    return result


def test_one_finding(build):
    report = build.report(
        build.finding((7, 14, 7, 26), related=[Location("web.yaml", Span(5, 13, 5, 16), "this container")]),
        build.finding((8, 1, 8, 2), suppressed=Suppression("", "inline")),
    )
    result = result_of(build, report)
    assert result["source"]["name"] == "devopslint"
    assert result["diagnostics"] == [
        {
            "message": "image `nginx:latest` has no fixed version",
            "location": {
                "path": "web.yaml",
                "range": {"start": {"line": 7, "column": 14}, "end": {"line": 7, "column": 26}},
            },
            "severity": "ERROR",
            "code": {
                "value": "kubernetes/latest-tag",
                "url": "https://github.com/devopslint/devopslint/blob/main/docs/rules/kubernetes/latest-tag.md",
            },
            "related_locations": [
                {
                    "message": "this container",
                    "location": {
                        "path": "web.yaml",
                        "range": {"start": {"line": 5, "column": 13}, "end": {"line": 5, "column": 16}},
                    },
                }
            ],
        }
    ]


def test_columns_count_bytes(build):
    # é is 2 bytes, 日 3, the emoji 4: `b` begins after 9 bytes
    finding = build.finding((1, 4, 1, 5), path="x")
    (one,) = result_of(build, build.report(finding, files={"x": "é日\U0001f600b"}))["diagnostics"]
    assert one["location"]["range"] == {"start": {"line": 1, "column": 10}, "end": {"line": 1, "column": 11}}
    (one,) = result_of(build, build.report(finding, files={}))["diagnostics"]
    assert one["location"]["range"]["start"] == {"line": 1, "column": 4}


def test_a_line_for_each_diagnostic(build):
    report = build.report(*(build.finding((line, 1, line, 2), level="note") for line in (1, 2)))
    lines = [json.loads(line) for line in build.render("rdjsonl", report).splitlines()]
    for one in lines:
        jsonschema.validate(one, DIAGNOSTIC)
        assert one.pop("source") == result_of(build, report)["source"]
    assert lines == result_of(build, report)["diagnostics"]
    assert [one["severity"] for one in lines] == ["INFO", "INFO"]


def test_jsonl_has_the_findings_of_the_json_report(build):
    report = build.report(
        build.finding((7, 14, 7, 26)), build.finding((1, 1, 1, 2), suppressed=Suppression("why", "inline"))
    )
    for suppressed in (False, True):
        lines = build.render("jsonl", report, suppressed=suppressed).splitlines()
        findings = json.loads(build.render("json", report, suppressed=suppressed))["findings"]
        assert [json.loads(line) for line in lines] == findings
        assert len(lines) == 1 + suppressed
    assert build.render("jsonl", build.report()) == ""
