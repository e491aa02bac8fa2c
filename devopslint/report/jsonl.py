"""One JSON object a line, one line a finding, for pipes: the same fields as in `findings` of the JSON report."""

from __future__ import annotations

from devopslint.report.fingerprints import fingerprints
from devopslint.report.json import as_text, finding_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write a line for each finding, ASCII only; suppressed ones only where the options ask for them."""
    for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True):
        if options.suppressed or finding.suppressed is None:
            out.write(as_text(finding_value(finding, fingerprint)) + "\n")
