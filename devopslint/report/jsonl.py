"""One JSON object a line, one line a finding, for pipes: the same fields as in `findings` of the JSON report."""

from __future__ import annotations

from devopslint.report.json import finding_texts, harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write a line for each finding, ASCII only; suppressed ones only where the options ask for them."""
    for text in finding_texts(report, options):
        out.write(harmless(text) + "\n")
