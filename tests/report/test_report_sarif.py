from __future__ import annotations

import json

import pytest
from sarif_kit.validate import validation_errors

from devopslint.policy.finding import Location, RuleInfo, Suppression
from devopslint.report import sarif
from devopslint.report.options import Options
from devopslint.report.sarif_rules import descriptor, tags
from devopslint.syntax.source import Span


def log_of(build, report, **options):
    log = json.loads(build.render("sarif", report, **options))
    assert validation_errors(log) == []
    return log


def run_of(build, report, **options):
    return log_of(build, report, **options)["runs"][0]


def region(result):
    found = result["locations"][0]["physicalLocation"]["region"]
    return found["startLine"], found["startColumn"], found["endLine"], found["endColumn"]


def test_one_finding_with_everything_that_github_reads(build):
    rule = build.rule(
        tags=("supply-chain", "security"),
        security_severity=8,
        confidence="medium",
        practice="containers/specific-tags",
        equivalents=("checkov:CKV_K8S_14",),
        standards=("owasp-cicd:CICD-SEC-3",),
        references=("https://kubernetes.io/docs/concepts/containers/images/",),
    )
    finding = build.finding(
        (7, 14, 7, 26),
        level="warning",
        address="Deployment/shop container web",
        related=[Location("web.yaml", Span(5, 13, 5, 16), "this container")],
    )
    log = log_of(build, build.report(finding, rules=(rule,), root="/work space/r"), category="ci")
    assert log["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "devopslint"
    assert driver["semanticVersion"] == Options().version
    assert driver["informationUri"].startswith("https://")
    url = "https://github.com/devopslint/devopslint/blob/main/docs/rules/kubernetes/latest-tag.md"
    assert driver["rules"] == [
        {
            "id": "kubernetes/latest-tag",
            "name": "kubernetes/latest-tag",
            "shortDescription": {"text": "Image floats"},
            "fullDescription": {"text": "Two nodes run different code."},
            "help": {
                "text": "Two nodes run different code.\n\nMore on it.\n\n"
                "What to do: Name the version that was tested,\nbetter still its digest.\n\nA second paragraph.\n\n"
                f"See {url}",
                "markdown": "Two nodes run different code.\n\nMore on it.\n\n"
                "## Found\n\n```yaml\nimage: nginx\n```\n\n"
                "## What to do\n\nName the version that was tested,\nbetter still its digest.\n\nA second paragraph.\n\n"
                "## Good\n\n```yaml\nimage: nginx:1.29\n```\n\n"
                f"## References\n\n- <{url}>\n- <https://kubernetes.io/docs/concepts/containers/images/>\n\n"
                "Practice: `containers/specific-tags`  \n"
                "Same check elsewhere: `checkov:CKV_K8S_14`  \n"
                "Standards: `owasp-cicd:CICD-SEC-3`\n",
            },
            "helpUri": url,
            "defaultConfiguration": {"level": "error"},
            "properties": {
                "tags": ["security", "supply-chain", "kubernetes", "containers/specific-tags"],
                "precision": "medium",
                "problem.severity": "error",
                "security-severity": "8.0",
                "practice": "containers/specific-tags",
                "equivalents": ["checkov:CKV_K8S_14"],
                "standards": ["owasp-cicd:CICD-SEC-3"],
            },
        }
    ]
    (result,) = run["results"]
    prints = result.pop("partialFingerprints")
    assert prints.keys() == {"devopslint/v1", "primaryLocationLineHash"}
    place = {"uri": "web.yaml", "uriBaseId": "%SRCROOT%"}
    assert result == {
        "ruleId": "kubernetes/latest-tag",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "image `nginx:latest` has no fixed version, see [this container](1)"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": place,
                    "region": {"startLine": 7, "startColumn": 14, "endLine": 7, "endColumn": 26},
                },
                "logicalLocations": [{"fullyQualifiedName": "Deployment/shop container web"}],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": place,
                    "region": {"startLine": 5, "startColumn": 13, "endLine": 5, "endColumn": 16},
                },
                "message": {"text": "this container"},
            }
        ],
    }
    assert run["columnKind"] == "utf16CodeUnits"
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": "file:///work%20space/r/"}}
    assert run["automationDetails"] == {"id": "ci/"}
    assert run["invocations"] == [{"executionSuccessful": True, "workingDirectory": {"uri": "file:///work%20space/r/"}}]


def test_without_findings_results_and_rules_are_there_and_empty(build):
    run = run_of(build, build.report())
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []
    assert "automationDetails" not in run


def test_columns_count_utf16_units(build):
    # an emoji is one code point and two units: the span covers `b` after two emoji, then an emoji itself
    files = {"x": "\U0001f600\U0001f600b\U0001f600\né日c\n"}
    findings = [
        build.finding((1, 3, 1, 4), path="x", message="b"),
        build.finding((1, 3, 1, 5), path="x", message="to the emoji"),
        build.finding((1, 1, 2, 3), path="x", message="over two lines"),
        build.finding((2, 3, 2, 4), path="x", message="c"),
    ]
    results = run_of(build, build.report(*findings, files=files))["results"]
    assert {result["message"]["text"]: region(result) for result in results} == {
        "b": (1, 5, 1, 6),
        "to the emoji": (1, 5, 1, 8),
        "over two lines": (1, 1, 2, 3),
        "c": (2, 3, 2, 4),
    }


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("abc", (1, 2, 1, 2), (1, 2, 1, 3)),  # the character at it
        ("abc", (1, 4, 1, 4), (1, 3, 1, 4)),  # at the end: the one before
        ("", (1, 1, 1, 1), (1, 1, 1, 1)),  # nothing there at all
        ("abc", (0, 0, 0, 0), (1, 1, 1, 2)),
        ("abc", (1, 3, 1, 1), (1, 3, 1, 4)),  # an end before its start counts as empty
        ("\U0001f600", (1, 1, 1, 1), (1, 1, 1, 3)),
    ],
)
def test_a_region_is_never_empty_or_before_the_file(build, text, span, expected):
    (result,) = run_of(build, build.report(build.finding(span, path="x"), files={"x": text}))["results"]
    assert region(result) == expected


def test_paths_are_percent_encoded_and_relative(build):
    paths = ["./a b/c.yaml", "ü#?%[1].tf", "x:y"]
    run = run_of(build, build.report(*(build.finding((1, 1, 1, 2), path=path) for path in paths)))
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert uris == {"a%20b/c.yaml", "%C3%BC%23%3F%25%5B1%5D.tf", "x%3Ay"}


def test_windows_roots_are_file_uris():
    assert sarif._folder_uri("C:\\a b\\c") == "file:///C:/a%20b/c/"
    assert sarif._folder_uri("/") == "file:///"


def test_a_message_is_one_line_and_its_brackets_are_no_links(build):
    finding = build.finding(
        (1, 1, 1, 2),
        message="see [x](1)\nand `steps[0]`, [x](https://a.example) or [y](javascript:alert(1)), not f[0](x)",
        related=[Location("web.yaml", Span(2, 1, 2, 2), "a[0]"), Location("web.yaml", Span(3, 1, 3, 2))],
    )
    (result,) = run_of(build, build.report(finding))["results"]
    assert result["message"]["text"] == (
        "see \\[x](1) and `steps[0]`, \\[x](https://a.example) or \\[y](javascript:alert(1)), not f[0](x), "
        "see [a\\[0\\]](1), [web.yaml:3](2)"
    )


def test_a_value_that_came_over_two_places_has_a_flow(build):
    origins = [
        Location("a.tf", Span(2, 1, 2, 5), "passed here", origin=True),
        Location("b.tf", Span(3, 1, 3, 5), "the default", origin=True),
    ]
    near = Location("web.yaml", Span(5, 1, 5, 2), "near")
    report = build.report(
        build.finding((7, 14, 7, 26), related=[near, *origins], message="flow"),
        build.finding((7, 14, 7, 26), related=[near, origins[0]], message="no flow"),
    )
    results = {result["ruleId"] + result["message"]["text"][:4]: result for result in run_of(build, report)["results"]}
    flow = results["kubernetes/latest-tagflow"]["codeFlows"]
    steps = [step["location"] for step in flow[0]["threadFlows"][0]["locations"]]
    assert [step["message"]["text"] for step in steps] == ["the default", "passed here", "flow"]
    uris = [step["physicalLocation"]["artifactLocation"]["uri"] for step in steps]
    assert uris == ["b.tf", "a.tf", "web.yaml"]
    assert "codeFlows" not in results["kubernetes/latest-tagno f"]


def test_suppressed_findings_stay_out_unless_asked_for(build):
    report = build.report(
        build.finding((1, 1, 1, 2), message="open"),
        build.finding((2, 1, 2, 2), message="inline", suppressed=Suppression("throw-away", "inline")),
        build.finding((3, 1, 3, 2), message="baseline", suppressed=Suppression("", "baseline")),
    )
    (result,) = run_of(build, report)["results"]
    assert "suppressions" not in result
    shown = run_of(build, report, suppressed=True)["results"]
    assert {one["message"]["text"]: one["suppressions"] for one in shown} == {
        "open": [],
        "inline": [{"kind": "inSource", "status": "accepted", "justification": "throw-away"}],
        "baseline": [{"kind": "external", "status": "accepted"}],
    }


def test_what_could_not_be_read_and_notes_are_notifications_too(build):
    report = build.report(
        build.finding((2, 1, 2, 2), rule="core/syntax", message="a\nbroken line"),
        notes=["half of it"],
        successful=False,
    )
    run = run_of(build, report)
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert len(run["results"]) == 1
    first, second = invocation["toolExecutionNotifications"]
    assert first["level"] == "error"
    assert first["message"] == {"text": "a broken line"}
    assert first["descriptor"] == {"id": "core/syntax"}
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] == 2
    assert second == {"level": "note", "message": {"text": "half of it"}}


def test_rules_are_those_with_results_and_indexes_point_at_them(build):
    rules = tuple(build.rule(name) for name in ("b/x", "a/x", "c/unused"))
    findings = [
        build.finding((line, 1, line, 2), rule=rule) for line, rule in enumerate(["b/x", "a/x", "b/x", "d/y"], 1)
    ]
    run = run_of(build, build.report(*findings, rules=rules))
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert names == ["a/x", "b/x", "d/y"]
    assert all(names[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_the_gravest_come_first_and_no_more_than_github_takes(build, monkeypatch):
    monkeypatch.setattr(sarif, "MAX_RESULTS", 4)
    monkeypatch.setattr(sarif, "KEPT_RESULTS", 2)
    rules = (
        build.rule("a/low", tags=("security",), security_severity=2),
        build.rule("a/high", tags=("security",), security_severity=9.5),
        build.rule("a/plain"),
    )
    findings = [
        build.finding((1, 1, 1, 2), rule="a/plain", level="note"),
        build.finding((2, 1, 2, 2), rule="a/plain"),
        build.finding((3, 1, 3, 2), rule="a/low"),
        build.finding((4, 1, 4, 2), rule="a/high"),
        build.finding((5, 1, 5, 2), rule="a/high", level="warning"),
    ]
    told: list[str] = []
    run = run_of(build, build.report(*findings, rules=rules), warn=told.append)
    assert [region(result)[0] for result in run["results"]] == [4, 3, 2, 5]
    assert told == ["5 results are more than GitHub takes: the gravest 4 are written, of which it keeps 2"]
    told.clear()
    run_of(build, build.report(*findings[:3], rules=rules), warn=told.append)
    assert told == ["GitHub keeps only the gravest 2 of these 3 results"]
    told.clear()
    run_of(build, build.report(*findings[:2], rules=rules), warn=told.append)
    assert told == []


def test_the_same_words_twice_on_a_line_are_told_apart(build):
    report = build.report(
        *(build.finding((1, column, 1, column + 1), message="m") for column in (1, 3, 5)),
        build.finding((2, 1, 2, 2), message="m"),
    )
    texts = [result["message"]["text"] for result in run_of(build, report)["results"]]
    assert texts == ["m", "m (no. 2 on this line)", "m (no. 3 on this line)", "m"]


def test_a_rule_keeps_within_the_limits():
    rule = RuleInfo(
        "a/b",
        "T" * 2000,
        "note",
        tags=[f"t{number}" for number in range(30)] + ["security"],
        security_severity=11,
        load_help=lambda: {"why": "w" * 3000, "examples": [{"bad": {"main.tf": "a = 1 #!\n", "b.md": "```\n"}}]},
    )
    found = descriptor(rule)
    assert len(found["shortDescription"]["text"]) == 1024
    assert len(found["fullDescription"]["text"]) == 1024
    assert len(found["properties"]["tags"]) == 10
    assert found["properties"]["tags"][0] == "security"
    assert found["properties"]["security-severity"] == "10.0"
    assert found["properties"]["problem.severity"] == "recommendation"
    assert "`main.tf`\n\n```hcl\na = 1\n```\n\n`b.md`\n\n````\n```\n````" in found["help"]["markdown"]


def test_a_bare_rule_has_no_empty_field():
    found = descriptor(RuleInfo("a/b", "T", "warning"))
    assert found["fullDescription"] == {"text": "T"}
    assert found["help"]["text"].startswith("T\n\nSee https://")
    assert "security-severity" not in found["properties"]
    assert tags(RuleInfo("a/b", "T", "warning")) == ["a"]


def test_severity_only_for_rules_tagged_security():
    assert "security-severity" not in descriptor(RuleInfo("a/b", "T", "error", security_severity=9))["properties"]


def test_nothing_odd_gets_into_the_file(build):
    finding = build.finding((1, 1, 1, 2), message="\x1b[31m\ud800\u202e", address="\ud800", path="a\udcff")
    text = build.render("sarif", build.report(finding))
    assert text.isascii()
    assert text.count("\n") == 1
    (result,) = json.loads(text)["runs"][0]["results"]
    assert result["message"]["text"] == "␛[31m<U+D800><U+202E>"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%FF"
