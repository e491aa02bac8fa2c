"""One line for each finding: `path:line:column: level[rule] message`."""

from __future__ import annotations

from devopslint.report.full import write_left
from devopslint.report.gravity import gravest
from devopslint.report.style import Style
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write the findings that are not suppressed, in their order; nothing when there are none."""
    style = Style(color=options.color, links=options.links)
    kinds: dict[tuple[str, str], str] = {}
    path = shown = ""
    for finding in gravest(report, options.most):
        place = finding.location
        if place.path != path or not shown:
            path, shown = place.path, style.paint("bold", plain(place.path))
        kind = finding.level, finding.rule
        if kind not in kinds:
            rule = report.rules.get(finding.rule)
            name = plain(finding.rule)
            word = style.paint(finding.level, finding.level)
            kinds[kind] = f"{word}[{style.link(name, rule.url) if rule else name}]"
        out.write(f"{shown}:{place.span.line}:{place.span.column}: {kinds[kind]} {plain(finding.message)}\n")
    write_left(report, out, options)
