"""The report in reviewdog's diagnostic format, one diagnostic a line (`reviewdog -f=rdjsonl`)."""

from __future__ import annotations

from devopslint.report.json import as_text
from devopslint.report.rdjson import SOURCE, diagnostics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write a line for each finding that is not suppressed, ASCII only."""
    for diagnostic in diagnostics(report):
        out.write(as_text({**diagnostic, "source": SOURCE}) + "\n")
