"""How much was found, rule by rule and practice by practice, with what was not checked."""

from __future__ import annotations

from devopslint.policy.finding import LEVELS
from devopslint.report.full import write_end
from devopslint.report.practices import Practice
from devopslint.report.style import Style
from devopslint.report.summary import count
from devopslint.report.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options

    Row = tuple[str, str]
    """A row, and the style of its first column."""


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write the rules with findings, the most frequent first, and every practice; then notes and a summary."""
    style = Style(color=options.color, links=options.links)
    practices = list(options.practices())
    if report.active:
        out.write(style.paint("bold", "Rules") + "\n")
        out.writelines(_rule_rows(report, style))
        out.write("\n")
    if practices:
        out.write(style.paint("bold", "Practices") + "\n")
        out.writelines(_practice_rows(report, practices, style))
        out.write("\n")
    write_end(report, out, options)


def _rule_rows(report: Report, style: Style) -> Iterator[str]:
    """One row a rule: number, level, id, title. A rule whose findings have several levels counts with the gravest."""
    numbers: dict[str, int] = {}
    levels: dict[str, str] = {}
    for finding in report.active:
        numbers[finding.rule] = numbers.get(finding.rule, 0) + 1
        levels[finding.rule] = min(levels.get(finding.rule, finding.level), finding.level, key=LEVELS.index)
    widest = len(str(max(numbers.values())))
    broadest = max(map(len, levels.values()))
    longest = max(len(plain(name)) for name in numbers)
    for name in sorted(numbers, key=lambda name: (-numbers[name], name)):
        rule = report.rules.get(name)
        level = style.paint(levels[name], levels[name].ljust(broadest))
        shown = plain(name).ljust(longest)
        title = plain(rule.title) if rule else ""
        yield (
            f"{numbers[name]:>{widest}}  {level}  {style.link(shown, rule.url) if rule else shown}  {title}".rstrip()
            + "\n"
        )


def _practice_rows(report: Report, practices: Sequence[Practice], style: Style) -> Iterator[str]:
    """One row a practice: findings, its key, how many rules looked, and why others did not."""
    numbers = dict.fromkeys((practice.name for practice in practices), 0)
    for finding in report.active:
        rule = report.rules.get(finding.rule)
        if rule is not None and rule.practice:
            numbers[rule.practice] = numbers.get(rule.practice, 0) + 1
    known = {practice.name for practice in practices}
    practices = [*practices, *(Practice(name, name, ran=1) for name in numbers if name not in known)]
    states = {practice.name: _state(practice, numbers[practice.name]) for practice in practices}
    widest = max(map(len, states.values()))
    longest = max(len(plain(practice.name)) for practice in practices)
    for practice in practices:
        number = numbers[practice.name]
        colour = "warning" if number else "good" if practice.ran else "dim"
        state = style.paint(colour, states[practice.name].rjust(widest))
        yield f"{state}  {plain(practice.name).ljust(longest)}  {_looked(practice)}".rstrip() + "\n"


def _state(practice: Practice, number: int) -> str:
    if number:
        return count(number, "finding")
    return "nothing found" if practice.ran else "not checked"


def _looked(practice: Practice) -> str:
    """How many rules looked, and of those that did not, why: `3 rules; 2 not selected, 1 in preview`."""
    if not practice.ran and not practice.idle:
        return "no rule is about it"
    reasons = sorted(practice.idle.items(), key=lambda item: (-item[1], item[0]))
    idle = ", ".join(f"{number} {plain(reason)}" for reason, number in reasons)
    return "; ".join(text for text in (count(practice.ran, "rule") if practice.ran else "", idle) if text)
