"""`devopslint explain ID FILE`: why a rule says something of a file, or why it says nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from devopslint.commands.session import Session
    from devopslint.engine.discover import Asked
    from devopslint.engine.judge import Judge
    from devopslint.engine.task import Result, Task
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.finding import Finding
    from devopslint.policy.rule import Rule
    from devopslint.policy.subject import Subject


def explain(identifier: str, path: str, rules_dirs: Sequence[str] = ()) -> int:
    """Print what each rule that `identifier` names saw in a file, step by step."""
    from devopslint.commands.catalog import rules_named
    from devopslint.commands.check import asked_of
    from devopslint.commands.request import Request
    from devopslint.commands.session import Session
    from devopslint.commands.telling import tell

    request = Request([path])
    request.rules_dirs = rules_dirs
    session = Session(request)
    session.check_selection()
    for note in session.notes:
        tell(note)
    meant = rules_named(identifier, list(session.catalog.rules()))
    workspace, asked = asked_of(request, session)
    for rule in meant:
        print("\n".join(_told(rule, session, workspace, asked)))
    return 0


def _told(rule: Rule, session: Session, workspace: Workspace, asked: Asked) -> Iterable[str]:
    from devopslint.engine.run import Run, one_by_one
    from devopslint.policy.selection import Selection

    runs = (
        session.selection
        if session.scopes is None
        else session.scopes.selection((asked.given or asked.found or [""])[0])
    )
    settings = Selection([rule.id, "core/syntax", "core/internal"], (), "strict", runs.levels, runs.options)
    told: list[str] = []
    elsewhere = 0

    def seen(subject: Subject, rules: Sequence[Rule], findings: Sequence[Finding]) -> None:
        nonlocal elsewhere
        mine = [one for one in rules if one.id == rule.id]
        if mine and subject.document.source.path in {*asked.given, *asked.found}:
            told.extend(_subject_lines(mine[0], subject, findings))
        elif mine:
            elsewhere += 1

    def perform(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
        judge.watch = seen
        return one_by_one(judge, tasks)

    report = Run(workspace, session.catalog, settings, perform).check(asked)
    yield f"{rule.id}: {rule.raw['title']}"
    yield f"  about {', '.join(rule.on)}{_why_not_run(rule, runs)}"
    for finding in report.findings:
        if finding.rule.startswith("core/"):
            yield f"  {finding.path}:{finding.span.line}:{finding.span.column}: {finding.message}"
    yield from told
    if elsewhere:
        yield f"  and {elsewhere} more in other files of the same unit"
    if not told:
        kinds = ", ".join(report.summary.files) or "of no kind that devopslint knows"
        yield f"  it saw nothing of that in this file, which is {kinds}"


def _why_not_run(rule: Rule, selection: Any) -> str:
    if selection.runs(rule):
        return ""
    if rule.raw.get("preview"):
        return "; it is a preview, and runs only when it is named by --select"
    if rule.raw.get("profile", "default") == "strict" and selection.profile != "strict":
        return "; it runs only in the profile strict, or when it is named"
    return "; it is left out by the configuration"


def _subject_lines(rule: Rule, subject: Subject, findings: Sequence[Finding]) -> Iterable[str]:
    from devopslint.policy.trace import place_of, trace

    kind = f"{subject.kind}.{subject.type}" if subject.type else subject.kind
    yield f"  {subject.address or kind} ({kind}, {place_of(subject, ())})"
    for part in ("when", "require", "forbid"):
        if part in rule.raw:
            step = trace(part, rule.raw[part], subject, rule.options)
            yield from (f"    {line}" for line in step.lines())
            if part == "when" and step.truth is not True:
                yield (
                    "    so the rule does not concern it" if step.truth is False else "    so nothing can be said of it"
                )
                return
    if "check" in rule.raw:
        yield f"    judged by {rule.raw['check']}"
    for finding in findings:
        silenced = f" (ignored: {finding.suppressed.reason or 'without a reason'})" if finding.suppressed else ""
        span = finding.span
        yield f"    reported at {finding.path}:{span.line}:{span.column}: {finding.message}{silenced}"
    if not findings:
        yield "    nothing is reported"
