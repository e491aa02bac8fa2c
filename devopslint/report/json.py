"""The report as JSON, for scripts: `docs/json-format.md` and `docs/schemas/report-1.json` say what it holds."""

from __future__ import annotations

import json
import re

from devopslint.policy.finding import LEVELS
from devopslint.report.commands import neutral_json
from devopslint.report.fingerprints import fingerprints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from devopslint.policy.finding import Finding, Location, Report, RuleInfo
    from devopslint.report.options import Options

FORMAT = 1
"""Raised when a field is removed or changes its meaning; a new field does not raise it."""

_SURROGATE = re.compile(r"(\\\\|\\ud[89ab]..\\ud[c-f]..)|\\ud[89a-f]..")
"""A backslash, a pair or half a pair of surrogates, as `json` escapes them."""


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write one JSON object on one line, ASCII only; suppressed findings only where the options ask for them."""
    out.write(as_text(as_value(report, options)) + "\n")


def as_text(value: Any) -> str:
    """Return plain values as JSON on one line, ASCII only, without anything that a CI service would obey.

    Half a surrogate pair, which strict readers refuse, becomes U+FFFD.
    """
    text = json.dumps(value, separators=(",", ":"))
    if "\\ud" in text:
        text = _SURROGATE.sub(lambda found: found[1] or "\\ufffd", text)
    return neutral_json(text)


def as_value(report: Report, options: Options) -> dict[str, Any]:
    """Return a report as plain values, as JSON has them."""
    summary = report.summary
    levels = [finding.level for finding in report.active]
    shown = [
        (finding, fingerprint)
        for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True)
        if options.suppressed or finding.suppressed is None
    ]
    names = sorted({finding.rule for finding, _ in shown})
    return {
        "format": FORMAT,
        "tool": {"name": "devopslint", "version": options.version},
        "successful": report.successful,
        "summary": {
            "files": dict(sorted(summary.files.items())),
            "total_files": summary.total_files,
            "not_parsed": summary.not_parsed,
            "undecided": summary.undecided,
            "modules_not_read": len(summary.modules_not_read),
            "suppressed": summary.suppressed,
            "levels": {level: levels.count(level) for level in LEVELS},
        },
        "findings": [finding_value(finding, fingerprint) for finding, fingerprint in shown],
        "rules": {name: _rule(report.rules[name]) for name in names if name in report.rules},
        "notes": list(report.notes),
    }


def finding_value(finding: Finding, fingerprint: str) -> dict[str, Any]:
    """Return a finding as plain values, as JSON has them."""
    suppressed = finding.suppressed
    return {
        "rule": finding.rule,
        "level": finding.level,
        "message": finding.message,
        **_location(finding.location),
        "address": finding.address,
        "related": [{**_location(place), "origin": place.origin} for place in finding.related],
        "fingerprint": fingerprint,
        "suppressed": None if suppressed is None else {"kind": suppressed.kind, "reason": suppressed.reason},
    }


def _location(place: Location) -> dict[str, Any]:
    line, column, end_line, end_column = place.span.as_tuple()
    return {
        "path": place.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": place.text,
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    return {
        "title": rule.title,
        "level": rule.level,
        "practice": rule.practice,
        "tags": list(rule.tags),
        "security_severity": rule.security_severity,
        "confidence": rule.confidence,
        "profile": rule.profile,
        "preview": rule.preview,
        "equivalents": list(rule.equivalents),
        "standards": list(rule.standards),
        "references": list(rule.references),
        "url": rule.url,
    }
