from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest
from junitparser import JUnitXml

from devopslint.policy.finding import Suppression
from devopslint.report.xml import escaped, tag


def two(build):
    return build.report(
        build.finding((7, 14, 7, 26), address="Deployment/shop"),
        build.finding((1, 1, 1, 2), path="a b/main.tf", level="note", message="m"),
        build.finding((2, 1, 2, 2), suppressed=Suppression("", "inline")),
    )


def test_junit_as_a_reader_has_it(build):
    text = build.render("junit", two(build))
    report = JUnitXml.fromroot(ET.fromstring(text.encode()))
    assert (report.tests, report.failures, report.errors) == (2, 2, 0)
    first, second = report
    assert [(suite.name, suite.tests, suite.failures) for suite in (first, second)] == [
        ("a b/main.tf", 1, 1),
        ("web.yaml", 1, 1),
    ]
    (case,) = second
    assert (case.name, case.classname) == ("devopslint.kubernetes/latest-tag 7:14", "web.yaml")
    assert (case._elem.get("file"), case._elem.get("line")) == ("web.yaml", "7")
    (failure,) = case.result
    assert (failure.message, failure.type) == ("image `nginx:latest` has no fixed version", "error")
    assert failure.text.split("\n") == [
        "line 7, column 14: image `nginx:latest` has no fixed version",
        "in Deployment/shop",
        "Name the version that was tested, better still its digest.",
        "https://github.com/devopslint/devopslint/blob/main/docs/rules/kubernetes/latest-tag.md",
    ]


def test_junit_without_findings_has_a_case_that_passes(build):
    report = JUnitXml.fromroot(ET.fromstring(build.render("junit", build.report()).encode()))
    assert (report.tests, report.failures) == (1, 0)
    (suite,) = report
    (case,) = suite
    assert case.is_passed


def test_names_of_cases_differ(build):
    report = build.report(*(build.finding((1, column, 1, column + 1)) for column in (1, 2)))
    (suite,) = JUnitXml.fromroot(ET.fromstring(build.render("junit", report).encode()))
    assert len({(case.classname, case.name) for case in suite}) == 2


def test_checkstyle(build):
    root = ET.fromstring(build.render("checkstyle", two(build)).encode())
    assert root.tag == "checkstyle"
    assert [(file.tag, file.get("name")) for file in root] == [("file", "a b/main.tf"), ("file", "web.yaml")]
    assert [error.attrib for file in root for error in file] == [
        {"line": "1", "column": "1", "severity": "info", "message": "m", "source": "devopslint.kubernetes/latest-tag"},
        {
            "line": "7",
            "column": "14",
            "severity": "error",
            "message": "image `nginx:latest` has no fixed version",
            "source": "devopslint.kubernetes/latest-tag",
        },
    ]
    assert list(ET.fromstring(build.render("checkstyle", build.report()).encode())) == []


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_nothing_breaks_out_of_xml(build, name):
    """Every parse gives as many findings as there are, and the text back, less what XML can't hold."""
    for evil in build.hostile:
        findings = [
            build.finding((1, 1, 1, 2), path=f"p{evil}", message=f"m{evil}", address=f"a{evil}", rule="x/y"),
            build.finding((2, 1, 2, 2), path=f"p{evil}", message="second", rule="x/y"),
        ]
        out = io.BytesIO(build.render(name, build.report(*findings, rules=())).encode("utf-8"))
        root = ET.parse(out).getroot()
        cases = root.findall(".//testcase") + root.findall(".//error")
        assert len(cases) == 2, evil
        path = root[0].get("name")
        assert path == "p" + "".join(char for char in evil if holds(char))


def holds(char: str) -> bool:
    """Whether XML 1.0 has the character (its production 2)."""
    code = ord(char)
    return code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def test_every_character_comes_back_or_is_left_out():
    codes = [*range(0x100), *range(0xD7F0, 0xE010), *range(0xFFF0, 0x10010), 0x1F600, 0x10FFFF]
    text = "".join(map(chr, codes))
    parsed = ET.fromstring((tag("a", {"b": text}) + escaped(text) + "</a>").encode("utf-8"))
    expected = "".join(char for char in text if holds(char))
    assert parsed.get("b") == expected
    assert parsed.text == expected
