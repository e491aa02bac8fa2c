"""The report as JUnit XML: a suite for each file with findings, a failed case for each finding.

`file` and `line` of a case are what GitLab and CircleCI link.
"""

from __future__ import annotations

from itertools import groupby

from devopslint.report.full import short_help
from devopslint.report.text import plain
from devopslint.report.xml import escaped, tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from devopslint.policy.finding import Finding, Report
    from devopslint.report.options import Options


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write the findings that are not suppressed; without any, one case that passes, or viewers say "no tests"."""
    out.write('<?xml version="1.0" encoding="utf-8"?>\n')
    number = len(report.active)
    out.write(tag("testsuites", {"name": "devopslint", **_counts(max(1, number), number)}) + "\n")
    if not number:
        out.write("  " + tag("testsuite", {"name": "devopslint", **_counts(1, 0)}) + "\n")
        out.write("    " + tag("testcase", {"name": "devopslint", "classname": "devopslint"}, close=True) + "\n")
        out.write("  </testsuite>\n")
    for path, group in groupby(report.active, key=lambda finding: finding.path):
        findings = list(group)
        out.write("  " + tag("testsuite", {"name": path, **_counts(len(findings), len(findings))}) + "\n")
        for finding in findings:
            _write_case(finding, report, out)
        out.write("  </testsuite>\n")
    out.write("</testsuites>\n")


def _counts(tests: int, failures: int) -> dict[str, str | int]:
    return {"tests": tests, "failures": failures, "errors": 0, "skipped": 0}


def _write_case(finding: Finding, report: Report, out: TextIO) -> None:
    """Write one case. Its name has the place: readers take cases of one name for one."""
    line, column = finding.span.line, finding.span.column
    case: dict[str, str | int] = {
        "name": f"devopslint.{finding.rule} {line}:{column}",
        "classname": finding.path,
        "file": finding.path,
        "line": line,
    }
    rule = report.rules.get(finding.rule)
    words = [f"line {line}, column {column}: {plain(finding.message)}"]
    if finding.address:
        words.append(f"in {plain(finding.address)}")
    if rule is not None:
        words.extend(text for text in (short_help(rule.how), plain(rule.url)) if text)
    failure = tag("failure", {"message": plain(finding.message), "type": finding.level})
    out.write(f"    {tag('testcase', case)}\n      {failure}{escaped(chr(10).join(words))}</failure>\n")
    out.write("    </testcase>\n")
