"""The report as annotations of GitHub Actions, and a table for the summary of the job.

Of each kind GitHub shows ten annotations a step, so the gravest come first, and what does not fit is counted.
Sources: its page "Workflow commands for GitHub Actions"; actions/runner, `ActionCommand.cs`.
"""

from __future__ import annotations

import os

from devopslint.report.commands import neutral
from devopslint.report.full import short_help
from devopslint.report.gravity import by_gravity
from devopslint.report.markdown import rows
from devopslint.report.summary import count
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from devopslint.policy.finding import Finding, Report
    from devopslint.report.options import Options

PER_KIND = 10
"""So many annotations of a kind GitHub keeps of a step."""
MAX_SUMMARY = 1024 * 1024
"""So many bytes the summary of a step may have; of a longer one GitHub shows nothing."""

_KINDS = {"error": "error", "warning": "warning", "note": "notice"}
_MARGIN = 1024
"""Bytes of a summary for all but the rows of the table."""


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write a command for each of the gravest findings, a notice of how many more there are, and the summary."""
    shown, left = chosen(report)
    for finding in shown:
        out.write(annotation(finding, report) + "\n")
    if left:
        where = "in the summary of this job" if options.step_summary else "in the log"
        more = ", ".join(count(number, level) for level, number in left.items())
        out.write(f"::notice title=devopslint::{more} more: GitHub shows ten of a kind, all are {where}\n")
    if options.step_summary:
        _write_summary(report, options)


def chosen(report: Report) -> tuple[list[Finding], dict[str, int]]:
    """Return the findings to annotate, the gravest first, and how many of each level are left.

    When any is left, one notice is kept for saying so.
    """
    room = dict.fromkeys(_KINDS, PER_KIND)
    numbers = dict.fromkeys(_KINDS, 0)
    for finding in report.active:
        numbers[finding.level] += 1
    if any(number > PER_KIND for number in numbers.values()):
        room["note"] -= 1
    shown: list[Finding] = []
    for finding in sorted(report.active, key=by_gravity(report.rules)):
        if room[finding.level]:
            room[finding.level] -= 1
            numbers[finding.level] -= 1
            shown.append(finding)
    return shown, {level: number for level, number in numbers.items() if number}


def annotation(finding: Finding, report: Report) -> str:
    """Return the command that annotates a finding, without a line end."""
    line, column, end_line, end_column = finding.span.as_tuple()
    if end_column == 1 and end_line > line:
        end_line, end_column = end_line - 1, 0  # it ends with the line before, which may be the file's last
    properties = {"file": finding.path, "line": str(line), "endLine": str(end_line)}
    if end_line == line and end_column > column:  # columns of different lines are refused
        properties |= {"col": str(column), "endColumn": str(end_column)}
    properties["title"] = f"devopslint ({finding.rule})"
    rule = report.rules.get(finding.rule)
    words = [f"{finding.path}:{line}:{column}: {finding.message}", short_help(rule.how) if rule else ""]
    told = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{_KINDS[finding.level]} {told}::{'%0A'.join(_escaped(neutral(text)) for text in words if text)}"


def _escaped(text: str, also: str = "") -> str:
    """A text on one line, `%` and some other characters percent-encoded."""
    text = plain(text).replace("%", "%25")
    for char in also:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _write_summary(report: Report, options: Options) -> None:
    """Append the table to the summary of the job, as far as there is room."""
    findings: Sequence[Finding] = sorted(report.active, key=by_gravity(report.rules))
    try:
        with open(options.step_summary, "a", encoding="utf-8", errors="backslashreplace") as stream:
            room = MAX_SUMMARY - _MARGIN - os.fstat(stream.fileno()).st_size
            stream.writelines(rows(report, findings, room))
    except OSError as error:
        options.warn(f"the summary of the job can't be written: {(error.strerror or str(error)).lower()}")
