"""The last line of a report for people: how much was found, in how much."""

from __future__ import annotations

from devopslint.policy.finding import LEVELS
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.policy.finding import Finding, Report, Summary
    from devopslint.report.style import Style

_KINDS = 5
"""So many kinds of files are named."""


def summary_line(report: Report, style: Style, dot: str = "·", more: str = "…") -> str:
    """Return `3 errors, 2 warnings in 2 of 41 files (18 Kubernetes manifests, …) · 5 suppressed`, or the like."""
    summary = report.summary
    total = summary.total_files or sum(summary.files.values())
    kinds = _kinds(summary, more)
    if report.active:
        parts = [f"{style.paint(level, text)}" for level, text in _counts(report.active)]
        files = len({finding.path for finding in report.active})
        # What a repository lacks stands at a document or folder that is none of the files looked at.
        where = f"{min(files, total)} of {count(total, 'file')}" if total else count(files, "file")
        line = f"{', '.join(parts)} in {where}"
    elif total:
        line = f"{style.paint('good', 'Nothing found')} in {count(total, 'file')}"
    else:
        line = "Nothing to check"
        line += f": {count(summary.excluded, 'file is', 'files are')} excluded" if summary.excluded else ""
    return "".join((line, kinds, *(f" {dot} {text}" for text in _asides(summary))))


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def _counts(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    numbers = dict.fromkeys(LEVELS, 0)
    for finding in findings:
        numbers[finding.level] = numbers.get(finding.level, 0) + 1
    return [(level, count(number, level)) for level, number in numbers.items() if number]


def _kinds(summary: Summary, more: str) -> str:
    ordered = sorted((-number, name) for name, number in summary.files.items() if number)
    names = [count(-number, *summary.titles.get(name, (name, name))) for number, name in ordered[:_KINDS]]
    if len(ordered) > _KINDS:
        names.append(more)
    return f" ({plain(', '.join(names))})" if names else ""


def _asides(summary: Summary) -> list[str]:
    asides = []
    if summary.suppressed:
        asides.append(f"{summary.suppressed} suppressed")
    if summary.not_parsed:
        asides.append(f"{summary.not_parsed} not read")
    if summary.undecided:
        asides.append(f"{count(summary.undecided, 'check')} undecided")
    if summary.modules_not_read:
        asides.append(f"{count(len(summary.modules_not_read), 'module')} not read")
    return asides
