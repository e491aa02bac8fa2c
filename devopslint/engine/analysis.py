"""Subjects that an analyser judges: put off until there are many, judged at once, and made into findings."""

from __future__ import annotations

import os
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.policy.analyser import Analyser
    from devopslint.policy.finding import Finding
    from devopslint.policy.rule import Rule
    from devopslint.policy.subject import Subject

AT_ONCE = 256
"""Subjects that are put off before they are judged: few processes, and few trees held."""


_MOST_LINES = 50


class Deferred:
    """A subject, the rule that it met, and what is to be analysed of it."""

    __slots__ = ("request", "rule", "subject")

    def __init__(self, rule: Rule, subject: Subject, request: Any) -> None:
        self.rule = rule
        self.subject = subject
        self.request = request


def analyser_names() -> list[str]:
    """Return the names of all analysers, sorted: a module in `devopslint/analysers` is all the registration there is."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "analysers")
    return sorted(name[:-3] for name in os.listdir(folder) if name.endswith(".py") and name[0] not in "._")


def analyser(name: str) -> Analyser:
    """Return an analyser by its name."""
    module: Analyser = import_module(f"devopslint.analysers.{name}")
    return module


def missing(rule: Rule) -> str:
    """Say what a rule needs that is not installed; empty when it can run."""
    return analyser(rule.analyser).missing() if rule.analyser else ""


def stamp() -> str:
    """Return what changes when an analyser is installed, removed, or another version."""
    return "\0".join(f"{name}:{analyser(name).stamp()}" for name in analyser_names())


def absent_words(words: Iterable[str], rules: Iterable[Rule]) -> dict[str, str]:
    """Return the words that select nothing but what an analyser finds that is not installed, with what to say of each."""
    from devopslint.policy.families import is_family, reaches
    from devopslint.policy.selection import selects

    known = list(rules)
    said: dict[str, str] = {}
    for word in words:
        met = [rule for rule in known if selects(word, rule) or reaches(word, rule)]
        if met and all(is_family(rule) for rule in met):
            why = next(filter(None, map(missing, met)), "")
            if why:
                said[word] = f"`{word}` can't be looked for: {why}"
    return said


def without_doubles(findings: Sequence[Finding], rule_of: Callable[[str], Rule | None]) -> list[Finding]:
    """Return findings without those of an analyser that a rule of ours reports too: the same fault at the same place.

    The same fault is one with an equivalent in common, the same place one that overlaps; of those on one line that do not,
    as many are doubles as rules of ours have reported.
    """
    members: list[tuple[Finding, str]] = []
    others: dict[tuple[str, str, int], list[Finding]] = {}
    for finding in findings:
        rule = rule_of(finding.rule)
        equivalents = rule.raw.get("equivalents", ()) if rule is not None else ()
        if rule is not None and "family" in rule.raw:
            members.extend((finding, one) for one in equivalents)
        else:
            for one in equivalents:
                for line in _lines(finding):
                    others.setdefault((one, finding.path, line), []).append(finding)
    doubles: set[int] = set()
    paired: set[tuple[str, int]] = set()
    for same in (_overlap, _on_one_line):
        for finding, one in members:
            near = [other for line in _lines(finding) for other in others.get((one, finding.path, line), ())]
            for other in near if id(finding) not in doubles else ():
                if (same is _overlap or (one, id(other)) not in paired) and same(finding, other):
                    doubles.add(id(finding))
                    paired.add((one, id(other)))
                    break
    return [finding for finding in findings if id(finding) not in doubles]


def _lines(finding: Finding) -> range:
    """Return the lines of a finding, the first few of very many."""
    return range(finding.span.line, min(finding.span.end_line, finding.span.line + _MOST_LINES) + 1)


def _on_one_line(one: Finding, other: Finding) -> bool:
    return one.span.line == other.span.line


def _overlap(one: Finding, other: Finding) -> bool:
    first, second = one.span, other.span
    return (first.line, first.column) < (second.end_line, second.end_column) and (second.line, second.column) < (
        first.end_line,
        first.end_column,
    )
