"""`devopslint explain ID FILE[:LINE]`: why a rule says something of a file, or why it says nothing."""

from __future__ import annotations

import os
import re

from devopslint.commands.accounts import Account, accounts_of
from devopslint.commands.request import UsageError
from devopslint.commands.telling import say, say_json
from devopslint.policy.trace import place_value, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.commands.accounts import SubjectAccount
    from devopslint.commands.request import Request
    from devopslint.policy.finding import Finding

_WITH_LINE = re.compile(r"(.+?):(\d+)(?::\d+)?\Z")


def explain(identifier: str, path: str, request: Request, *, as_json: bool) -> int:
    """Print what each rule that `identifier` names saw in a file, step by step."""
    line = 0
    found = _WITH_LINE.match(path)
    if found and not os.path.lexists(path) and os.path.lexists(found[1]):
        path, line = found[1], int(found[2])
        if not line:
            raise UsageError(f"{path}:0: lines are counted from 1")
    request.paths = [path]
    accounts = accounts_of(identifier, request, line)
    if as_json:
        say_json([_as_json(account) for account in accounts])
        return 0
    accounts.sort(key=lambda account: not account.subjects)
    for account in accounts:
        say("\n".join(_lines(account)))
    return 0


def _lines(account: Account) -> Iterator[str]:
    rule = account.rule
    yield f"{rule.id}: {rule.raw['title']}"
    yield f"  about {', '.join(rule.on)}" + (f"; {account.why_idle}" if account.why_idle else "")
    yield from (f"  {note}" for note in account.notes)
    for finding in account.faults:
        yield f"  {_at(finding)}: {finding.message}"
    for subject in account.subjects:
        yield from (f"  {line}" for line in _subject_lines(subject))
    for finding in account.others:
        yield f"  reported at {_at(finding)}: {finding.message}{_silenced(finding)}"
    if account.elsewhere:
        yield f"  and {account.elsewhere} more in other files of the same unit"
    if account.why_nothing:
        yield f"  {account.why_nothing}"


def _subject_lines(subject: SubjectAccount) -> Iterator[str]:
    yield f"{subject.address or subject.kind} ({subject.kind}, {written(subject.place)})"
    for step in subject.conditions:
        yield from (f"  {line}" for line in step.lines())
    if subject.check:
        yield f"  judged by {subject.check}" + (f": {subject.purpose}" if subject.purpose else "")
        yield from (f"    it read {value.line()}" for value in subject.reads)
        for step in subject.questions:
            yield from (f"    {line}" for line in step.lines())
    for finding in subject.findings:
        yield f"  reported at {_at(finding)}: {finding.message}{_silenced(finding)}"
    if not subject.findings:
        yield f"  {subject.outcome}"


def _at(finding: Finding) -> str:
    return f"{finding.path}:{finding.span.line}:{finding.span.column}"


def _silenced(finding: Finding) -> str:
    why = finding.suppressed
    if why is None:
        return ""
    if why.kind != "inline":
        return f" (known from the {why.kind})"
    where = f" by {why.comment[0]}:{why.comment[1]}" if why.comment else ""
    return f" (ignored{where}: {why.reason or 'without a reason'})"


def _as_json(account: Account) -> dict[str, Any]:
    return {
        "rule": account.rule.id,
        "title": account.rule.raw["title"],
        "on": account.rule.on,
        "runs": not account.why_idle,
        "why_idle": account.why_idle,
        "kinds": account.kinds,
        "notes": account.notes,
        "subjects": [_subject_as_json(subject) for subject in account.subjects],
        "elsewhere": account.elsewhere,
        "findings": [_finding_as_json(finding) for finding in (*account.faults, *account.others)],
        "why_nothing": account.why_nothing,
    }


def _subject_as_json(subject: SubjectAccount) -> dict[str, Any]:
    return {
        "address": subject.address,
        "kind": subject.kind,
        "at": place_value(subject.place),
        "conditions": [step.to_plain() for step in subject.conditions],
        "check": subject.check,
        "read": [value.to_plain() for value in subject.reads],
        "questions": [step.to_plain() for step in subject.questions],
        "findings": [_finding_as_json(finding) for finding in subject.findings],
        "outcome": subject.outcome,
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    line, column, end_line, end_column = finding.span.as_tuple()
    why = finding.suppressed
    return {
        "rule": finding.rule,
        "level": finding.level,
        "message": finding.message,
        "at": {"path": finding.path, "line": line, "column": column, "end_line": end_line, "end_column": end_column},
        "suppressed": None if why is None else {"kind": why.kind, "reason": why.reason},
    }
