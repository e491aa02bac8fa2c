"""The findings by file, a line each: level, place, message, rule."""

from __future__ import annotations

from itertools import groupby

from devopslint.report.full import write_end
from devopslint.report.gravity import gravest
from devopslint.report.style import Style
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write the path of each file, its findings below it, and an empty line; then notes and a summary, as `full`."""
    style = Style(color=options.color, links=options.links)
    for path, group in groupby(gravest(report, options.most), key=lambda finding: finding.path):
        findings = list(group)
        places = [f"{finding.span.line}:{finding.span.column}" for finding in findings]
        widest = max(map(len, places))
        longest = max(len(finding.level) for finding in findings)
        out.write(style.paint("bold", plain(path)) + "\n")
        for finding, place in zip(findings, places, strict=True):
            rule = report.rules.get(finding.rule)
            name = plain(finding.rule)
            out.write(
                f"  {place:>{widest}}  {style.paint(finding.level, finding.level.ljust(longest))}  "
                f"{plain(finding.message)}  {style.paint('dim', style.link(name, rule.url) if rule else name)}\n"
            )
        out.write("\n")
    write_end(report, out, options)
