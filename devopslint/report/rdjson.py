"""The report in reviewdog's diagnostic format (`reviewdog -f=rdjson`).

Source: `proto/rdf/reviewdog.proto` of reviewdog/reviewdog. Its columns count bytes of UTF-8.
"""

from __future__ import annotations

from devopslint.report.json import as_text
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, TextIO

    from devopslint.policy.finding import Location, Report
    from devopslint.report.options import Options

SOURCE = {"name": "devopslint", "url": "https://github.com/devopslint/devopslint"}
_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write one JSON object on one line, ASCII only; suppressed findings are left out."""
    out.write(as_text({"source": SOURCE, "diagnostics": list(diagnostics(report))}) + "\n")


def diagnostics(report: Report) -> Iterator[dict[str, Any]]:
    """Yield a `Diagnostic` for each finding that is not suppressed, as plain values."""
    lines: dict[str, Sequence[str]] = {}

    def location(place: Location) -> dict[str, Any]:
        if place.path not in lines:
            lines[place.path] = report.read_lines(place.path)
        return _location(place, lines[place.path])

    for finding in report.active:
        rule = report.rules.get(finding.rule)
        diagnostic: dict[str, Any] = {
            "message": plain(finding.message),
            "location": location(finding.location),
            "severity": _SEVERITIES.get(finding.level, "WARNING"),
            "code": {"value": plain(finding.rule), **({"url": rule.url} if rule and rule.url else {})},
        }
        if finding.related:
            diagnostic["related_locations"] = [
                {"message": plain(place.text), "location": location(place)} for place in finding.related
            ]
        yield diagnostic


def _location(place: Location, lines: Sequence[str]) -> dict[str, Any]:
    line, column, end_line, end_column = place.span.as_tuple()
    return {
        "path": place.path,
        "range": {
            "start": {"line": line, "column": _utf8_column(lines, line, column)},
            "end": {"line": end_line, "column": _utf8_column(lines, end_line, end_column)},
        },
    }


def _utf8_column(lines: Sequence[str], number: int, column: int) -> int:
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    if line.isascii():
        return column
    before = line[: column - 1]
    return column + len(before.encode("utf-8", "surrogatepass")) - len(before)
