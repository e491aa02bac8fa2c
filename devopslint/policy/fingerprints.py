"""What a finding is known by from one run to the next, without the number of its line."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.policy.finding import Finding, Report

    Identity = tuple[str, str, str, str]
    """Rule, path, address, and the text of the line with its blanks evened out."""


def identity_of(finding: Finding, report: Report) -> Identity:
    """Return what a finding is known by; several of one file may share it."""
    line = finding.line_text or report.line(finding.path, finding.span.line)
    return finding.rule, finding.path, finding.address, " ".join(line.split())
