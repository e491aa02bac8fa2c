"""The report as JSON, for scripts: `docs/json-format.md` and `docs/schemas/report-1.json` say what it holds."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring_ascii

from devopslint.policy.finding import LEVELS
from devopslint.report.commands import neutral_json
from devopslint.report.fingerprints import fingerprints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TextIO

    from devopslint.policy.finding import Location, Report, RuleInfo
    from devopslint.report.options import Options

FORMAT = 1
"""Raised when a field is removed or changes its meaning; a new field does not raise it."""

_SURROGATE = re.compile(r"(\\\\|\\ud[89ab]..\\ud[c-f]..)|\\ud[89a-f]..")
"""A backslash, a pair or half a pair of surrogates, as `json` escapes them."""


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write one JSON object on one line, ASCII only; suppressed findings only where the options ask for them."""
    findings = ",".join(finding_texts(report, options))
    before, after = (json.dumps(part, separators=(",", ":")) for part in _around(report, options))
    out.write(harmless(f'{before[:-1]},"findings":[{findings}],{after[1:]}') + "\n")


def as_text(value: Any) -> str:
    """Return plain values as JSON on one line, ASCII only, without anything that a CI service would obey.

    Half a surrogate pair, which strict readers refuse, becomes U+FFFD.
    """
    return harmless(json.dumps(value, separators=(",", ":")))


def harmless(text: str) -> str:
    """Return JSON without anything that a CI service would obey, and without half surrogate pairs."""
    if "\\ud" in text:
        text = _SURROGATE.sub(lambda found: found[1] or "\\ufffd", text)
    return neutral_json(text)


def _around(report: Report, options: Options) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what stands before the findings, and what stands after them, as plain values."""
    summary = report.summary
    levels = [finding.level for finding in report.active]
    names = sorted({finding.rule for finding in (report.findings if options.suppressed else report.active)})
    before = {
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
    }
    rules = {name: _rule(report.rules[name]) for name in names if name in report.rules}
    return before, {"rules": rules, "notes": list(report.notes)}


def finding_texts(report: Report, options: Options) -> Iterator[str]:
    """Yield each finding as a JSON object, not yet made harmless; put together by hand, for there may be very many."""
    known: dict[str, str] = {}

    def quoted(text: str) -> str:
        found = known.get(text)
        if found is None:
            found = known[text] = encode_basestring_ascii(text)
        return found

    def located(place: Location) -> str:
        span = place.span
        return (
            f'"path":{quoted(place.path)},"line":{span.line},"column":{span.column},"end_line":{span.end_line},'
            f'"end_column":{span.end_column},"text":{quoted(place.text)}'
        )

    places: dict[int, str] = {}
    for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True):
        why = finding.suppressed
        if why is not None and not options.suppressed:
            continue
        place = finding.location
        where = places.get(id(place))  # many findings of a subject share one
        if where is None:
            where = places[id(place)] = located(place)
        related = ""
        if finding.related:
            related = ",".join(
                [f'{{{located(one)},"origin":{"true" if one.origin else "false"}}}' for one in finding.related]
            )
        suppressed = f'{{"kind":{quoted(why.kind)},"reason":{quoted(why.reason)}}}' if why is not None else "null"
        yield (
            f'{{"rule":{quoted(finding.rule)},"level":{quoted(finding.level)},"message":{quoted(finding.message)},'
            f'{where},"address":{quoted(finding.address)},"related":[{related}],'
            f'"fingerprint":"{fingerprint}","suppressed":{suppressed}}}'
        )


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
