"""The report as Checkstyle XML, which many plug-ins of build servers read."""

from __future__ import annotations

from itertools import groupby

from devopslint.report.text import plain
from devopslint.report.xml import tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options

_SEVERITIES = {"error": "error", "warning": "warning", "note": "info"}


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write one `file` for each file with findings, and in it an `error` for each that is not suppressed."""
    out.write('<?xml version="1.0" encoding="utf-8"?>\n<checkstyle version="10.0">\n')
    for path, findings in groupby(report.active, key=lambda finding: finding.path):
        out.write("  " + tag("file", {"name": path}) + "\n")
        for finding in findings:
            attributes: dict[str, str | int] = {
                "line": finding.span.line,
                "column": finding.span.column,
                "severity": _SEVERITIES.get(finding.level, "warning"),
                "message": plain(finding.message),
                "source": f"devopslint.{finding.rule}",
            }
            out.write("    " + tag("error", attributes, close=True) + "\n")
        out.write("  </file>\n")
    out.write("</checkstyle>\n")
