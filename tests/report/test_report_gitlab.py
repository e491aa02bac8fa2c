from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopslint.policy.finding import Finding, Location, Report, RuleInfo, Summary, Suppression
from devopslint.report.fingerprints import fingerprints
from devopslint.syntax.source import Span

POSITION = {
    "type": "object",
    "required": ["line", "column"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "type": {"const": "issue"},
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "categories": {"type": "array", "items": {"enum": ["Bug Risk", "Security"]}, "minItems": 1},
            "location": {
                "type": "object",
                "required": ["path", "lines", "positions"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                    "positions": {"type": "object", "properties": {"begin": POSITION, "end": POSITION}},
                },
            },
        },
    },
}
"""What GitLab's page "Code Quality" asks for; its own `codeclimate.json` asks for less."""


def issues_of(build, report):
    issues = json.loads(build.render("gitlab", report))
    jsonschema.validate(issues, SCHEMA)
    return issues


def test_one_finding(build):
    report = build.report(
        build.finding((7, 14, 7, 26), path="./web.yaml"),
        build.finding((8, 1, 8, 2), suppressed=Suppression("", "inline")),
    )
    (issue,) = issues_of(build, report)
    assert issue == {
        "type": "issue",
        "check_name": "kubernetes/latest-tag",
        "description": "kubernetes/latest-tag: image `nginx:latest` has no fixed version",
        "categories": ["Bug Risk"],
        "severity": "major",
        "fingerprint": fingerprints(report)[0],
        "location": {
            "path": "web.yaml",
            "lines": {"begin": 7, "end": 7},
            "positions": {"begin": {"line": 7, "column": 14}, "end": {"line": 7, "column": 26}},
        },
    }
    assert build.render("gitlab", build.report()) == "[]\n"


@pytest.mark.parametrize(
    ("level", "severity", "tags", "expected"),
    [
        ("error", None, (), "major"),
        ("warning", None, (), "minor"),
        ("note", None, (), "info"),
        ("error", 7.0, ("security",), "critical"),
        ("warning", 9.1, ("security",), "critical"),
        ("error", 6.9, ("security",), "major"),
        ("note", 9.1, ("security",), "info"),
        ("error", 9.1, (), "major"),
    ],
)
def test_severities(build, level, severity, tags, expected):
    rule = build.rule(tags=tags, security_severity=severity)
    (issue,) = issues_of(build, build.report(build.finding((1, 1, 1, 2), level=level), rules=(rule,)))
    assert issue["severity"] == expected
    assert issue["categories"] == (["Security"] if tags else ["Bug Risk"])


LINES = st.lists(st.text(alphabet="ab ", max_size=3), min_size=1, max_size=6)
MARKED = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["r/a", "r/b"]), st.sampled_from("xy")), max_size=10)


def report_of(lines, marked, shift):
    return [
        Finding(rule, "error", "m", Location("f", Span(at + shift, 1, at + shift, 2)), address)
        for at, rule, address in ((1 + at % len(lines), rule, address) for at, rule, address in marked)
    ]


@given(LINES, LINES, LINES, MARKED)
def test_fingerprints_are_unique_and_outlive_lines_put_before_and_after(before, lines, after, marked):
    def fingerprints_of(text, shift):
        rules = {name: RuleInfo(name, name, "error") for name in ("r/a", "r/b")}
        report = Report(report_of(lines, marked, shift), rules, Summary(), read_lines=lambda _: text)
        from io import StringIO

        from devopslint.report import writer
        from devopslint.report.options import Options

        out = StringIO()
        writer("gitlab")(report, out, Options())
        issues = json.loads(out.getvalue())
        jsonschema.validate(issues, SCHEMA)
        return [issue["fingerprint"] for issue in issues]

    old = fingerprints_of(lines, 0)
    assert len(set(old)) == len(old)
    assert fingerprints_of([*before, *lines, *after], len(before)) == old
