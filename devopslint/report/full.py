"""The report for people: every finding with the lines it is about, and a summary."""

from __future__ import annotations

from devopslint.report.excerpt import Glyphs, Mark, excerpt, last_line
from devopslint.report.gravity import gravest
from devopslint.report.style import Style
from devopslint.report.summary import count, summary_line
from devopslint.report.text import plain, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from devopslint.policy.finding import Finding, Location, Report
    from devopslint.report.options import Options

_SHORT = 240
"""Help of up to so many columns is shown as it is; of more, only its first sentence."""


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write each finding that is not suppressed, an empty line after it; then notes and a summary."""
    style = Style(color=options.color, links=options.links)
    glyphs = Glyphs(unicode=options.unicode)
    for finding in gravest(report, options.most):
        for row in finding_rows(finding, report, options, style, glyphs):
            out.write(row + "\n")
        out.write("\n")
    write_end(report, out, options)


def write_end(report: Report, out: TextIO, options: Options) -> None:
    """Write the notes of the run and a summary, unless only findings are wanted."""
    write_left(report, out, options)
    if options.quiet:
        return
    style = Style(color=options.color, links=options.links)
    glyphs = Glyphs(unicode=options.unicode)
    for note in report.notes:
        out.write(f"{style.paint('note', 'note')}: {plain(note)}\n")
    out.write(summary_line(report, style, glyphs.dot, glyphs.more) + "\n")


def write_left(report: Report, out: TextIO, options: Options) -> None:
    """Write how many findings are not shown, if any: no report is shorter in secret."""
    left = len(report.active) - options.most if options.most else 0
    if left > 0:
        out.write(f"{count(left, 'more finding is', 'more findings are')} not shown\n")


def finding_rows(finding: Finding, report: Report, options: Options, style: Style, glyphs: Glyphs) -> Iterator[str]:
    """Yield the rows of one finding, without line ends."""
    rule = report.rules.get(finding.rule)
    name = plain(finding.rule)
    name = style.link(name, rule.url) if rule else name
    level = style.paint(finding.level, f"{finding.level}[") + style.paint(finding.level, name)
    level += style.paint(finding.level, "]")
    yield f"{level}: {style.paint('bold', plain(finding.message))}"

    marks = [Mark(finding.location, finding.level), *(Mark(place, "related") for place in finding.related)]
    files: dict[str, list[Mark]] = {}
    for mark in marks:
        files.setdefault(mark.location.path, []).append(mark)
    texts = {path: report.read_lines(path) for path in files}
    gutter = max(1, len(str(max(last_line(texts[path], files[path]) for path in files))))
    for path, there in files.items():
        lines = texts[path]
        address = finding.address if there[0] is marks[0] else ""
        yield _place_row(there[0].location, address, gutter, style, glyphs)
        if lines:
            yield from excerpt(lines, there, gutter=gutter, width=options.width, style=style, glyphs=glyphs)
        else:
            yield from _unread_rows(there, gutter, style, glyphs)
    if rule is not None:
        help_text = short_help(rule.how)
        if help_text:
            yield from _wrapped("help", help_text, gutter, options.width)
        if options.urls and rule.url:
            yield f"{' ' * gutter} = docs: {plain(rule.url)}"


def short_help(how: str) -> str:
    """Return the first paragraph of a rule's advice on one line; where that is long, its first sentence."""
    paragraph = plain(" ".join(how.strip().split("\n\n", 1)[0].split()))
    if width(paragraph) <= _SHORT:
        return paragraph
    sentence, stop, _ = paragraph.partition(". ")
    return sentence + stop.strip()


def _place_row(place: Location, address: str, gutter: int, style: Style, glyphs: Glyphs) -> str:
    where = f"{plain(place.path)}:{place.span.line}:{place.span.column}"
    row = f"{' ' * gutter} {style.paint('dim', glyphs.corner)} {style.paint('bold', where)}"
    return f"{row} in {plain(address)}" if address else row


def _unread_rows(marks: Sequence[Mark], gutter: int, style: Style, glyphs: Glyphs) -> Iterator[str]:
    """The words of marks in a file that can't be shown."""
    for mark in marks:
        if mark.location.text:
            words = style.paint(mark.style, plain(mark.location.text))
            yield f"{' ' * gutter} {style.paint('dim', glyphs.bar)} {mark.location.span.line}: {words}"


def _wrapped(label: str, text: str, gutter: int, limit: int) -> Iterator[str]:
    lead = f"{' ' * gutter} = {label}: "
    row = ""
    for word in text.split(" "):
        if row and len(lead) + width(row) + 1 + width(word) > limit:
            yield lead + row
            lead, row = " " * len(lead), word
        else:
            row = f"{row} {word}" if row else word
    yield lead + row
