"""The report as a GitLab Code Quality report, which merge requests show.

GitLab compares two reports by `fingerprint`, shows `description` but not `check_name`, and wants paths from the root of
the repository. Source: its page "Code Quality", and `codeclimate.json`, which it checks reports against.
"""

from __future__ import annotations

from devopslint.report.fingerprints import fingerprints
from devopslint.report.gravity import security_severity
from devopslint.report.json import as_text
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from devopslint.policy.finding import Finding, Report, RuleInfo
    from devopslint.report.options import Options

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}
_HIGH = 7.0
"""From this `security-severity` on, a finding is critical."""


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write a JSON array, one finding a line, ASCII only; suppressed ones are left out."""
    rows = [
        as_text(_issue(finding, fingerprint, report.rules.get(finding.rule)))
        for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True)
        if finding.suppressed is None
    ]
    out.write("[" + ",\n ".join(rows) + "]\n")


def _issue(finding: Finding, fingerprint: str, rule: RuleInfo | None) -> dict[str, Any]:
    line, column, end_line, end_column = finding.span.as_tuple()
    return {
        "type": "issue",
        "check_name": finding.rule,
        "description": f"{plain(finding.rule)}: {plain(finding.message)}",
        "categories": ["Security" if rule is not None and "security" in rule.tags else "Bug Risk"],
        "severity": _severity(finding, rule),
        "fingerprint": fingerprint,
        "location": {
            "path": finding.path.removeprefix("./"),
            "lines": {"begin": line, "end": end_line},
            "positions": {
                "begin": {"line": line, "column": column},
                "end": {"line": end_line, "column": end_column},
            },
        },
    }


def _severity(finding: Finding, rule: RuleInfo | None) -> str:
    if finding.level != "note" and security_severity(rule) >= _HIGH:
        return "critical"
    return _SEVERITIES.get(finding.level, "minor")
