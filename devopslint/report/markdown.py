"""The report as a table in GitHub's Markdown, for comments and summaries of jobs."""

from __future__ import annotations

import re

from devopslint.report.style import Style
from devopslint.report.summary import count, summary_line
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from devopslint.policy.finding import Finding, Report
    from devopslint.report.options import Options

_SPECIAL = re.compile(r"([\\*_\[\]<>|~&!#:$^=])")
_SAFE_URL = re.compile(r"https?://[\w./%~?=&#+-]+\Z", re.ASCII)


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write a heading, a summary, a table of the findings that are not suppressed, and the notes of the run."""
    out.writelines(rows(report, report.active))


def rows(report: Report, findings: Iterable[Finding], room: int | None = None) -> Iterator[str]:
    """Yield the lines of a report with some findings, in no more than `room` bytes of UTF-8, and what was left out."""
    yield "## devopslint\n\n"
    yield escaped(summary_line(report, Style(color=False, links=False))) + "\n"
    kept = list(findings)
    if kept:
        yield "\n| Level | Place | Rule | Finding |\n|---|---|---|---|\n"
    for number, finding in enumerate(kept):
        row = _row(finding, report)
        if room is not None:
            room -= len(row.encode("utf-8", "backslashreplace"))
            if room < 0:
                yield f"\n{count(len(kept) - number, 'finding')} more did not fit here.\n"
                break
        yield row
    for note in () if room is not None and room < 0 else report.notes:
        yield f"\n{escaped(note)}\n"


def _row(finding: Finding, report: Report) -> str:
    rule = report.rules.get(finding.rule)
    name = code(finding.rule)
    if rule is not None and _SAFE_URL.match(rule.url):
        name = f"[{name}]({rule.url})"
    place = code(f"{finding.path}:{finding.span.line}:{finding.span.column}")
    return f"| {finding.level} | {place} | {name} | {prose(finding.message)} |\n"


def prose(text: str) -> str:
    """Return a message fit for a cell of a table: what stands between backticks stays code, the rest is only text."""
    pieces = plain(text).split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return "".join(code(piece) if at % 2 else escaped(piece) for at, piece in enumerate(pieces))


def escaped(text: str) -> str:
    """Return a text with nothing in it that Markdown or HTML would obey, and that calls nobody (`@name`)."""
    text = _SPECIAL.sub(r"\\\1", plain(text)).replace("`", "\\`")
    return text.replace("@", "`@`")


def code(text: str) -> str:
    """Return a text as code, fit for a cell of a table."""
    text = plain(text)
    if text and text == text.strip() and not {"`", "|"} & set(text):
        return f"`{text}`"
    return "<code>" + "".join(_entity(char) for char in text) + "</code>"


def _entity(char: str) -> str:
    return char if char.isalnum() or not char.isascii() else f"&#{ord(char)};"
