"""What a rule saw in a file: the rule run once more, watched subject by subject."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from devopslint.commands.request import Request
    from devopslint.commands.session import Session
    from devopslint.engine.discover import Asked
    from devopslint.engine.judge import Judge
    from devopslint.engine.task import Result, Task
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.finding import Finding
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Selection
    from devopslint.policy.subject import Place, Subject
    from devopslint.policy.trace import Step, Value

_NAMED = 5
"""So many lines are named."""
_READING = ("core/syntax", "core/encoding", "core/too-large", "core/internal")


class SubjectAccount:
    """One subject that a rule met: its conditions as steps, what a check read and asked, and what became of it."""

    def __init__(self, rule: Rule, subject: Subject, findings: Sequence[Finding], *, spared: bool = False) -> None:
        self.address = subject.address
        self.kind = f"{subject.kind}.{subject.type}" if subject.type else subject.kind
        self.place: Place = subject.place()
        self.findings = list(findings)
        self.conditions: list[Step] = []
        self.check = ""
        self.purpose = ""
        self.reads: list[Value] = []
        self.questions: list[Step] = []
        self.outcome = self._judged(rule, subject)
        if spared and self.findings:
            self.findings = []
            self.outcome = "nothing is reported; it would be, were the rule asked of this file"
        start = self.place.source.position(self.place.start)[0]
        end = max(self.place.end, getattr(subject.value, "end", 0))
        self.lines = start, max(start, self.place.source.position(max(self.place.start, end - 1))[0])

    def _judged(self, rule: Rule, subject: Subject) -> str:
        """Go through the conditions as the rule does; return in words what came of it."""
        from devopslint.policy.trace import trace

        truths: dict[str, bool | None] = {}
        for part in ("when", "require", "forbid"):
            if part in rule.raw:
                step = trace(part, rule.raw[part], subject, rule.options)
                self.conditions.append(step)
                truths[part] = step.truth
                if part == "when" and step.truth is False:
                    return "so the rule does not concern it"
        if "check" in rule.raw:
            if truths.get("when", True) is None:
                return "so nothing can be said of it"
            self._watch(rule, subject)
        elif rule.analyser:
            self.check = rule.analyser
        elif _is_open(truths):
            return "so nothing can be said of it"
        return "reported" if self.findings else "nothing is reported"

    def _watch(self, rule: Rule, subject: Subject) -> None:
        import inspect

        from devopslint.policy.check_trace import trace_check
        from devopslint.policy.rule import import_check

        self.check = rule.raw["check"]
        check = import_check(self.check)
        self.purpose = (inspect.getdoc(check) or "").split("\n\n", 1)[0].replace("\n", " ")
        self.reads, self.questions = trace_check(check, subject, rule.options)


def _is_open(truths: Mapping[str, bool | None]) -> bool:
    """Say whether it is not known whether conditions find a fault."""
    sound = [truth is (part == "require") for part, truth in truths.items() if part != "when"]
    unknown = [truth is None for part, truth in truths.items() if part != "when"]
    return any(unknown) if truths.get("when", True) else not all(sound)


class Account:
    """What one rule saw in what was asked for, and why it would say nothing."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.why_idle = ""
        self.notes: list[str] = []
        self.kinds: list[str] = []
        self.subjects: list[SubjectAccount] = []
        self.faults: list[Finding] = []
        self.others: list[Finding] = []
        self.elsewhere = 0
        self.why_nothing = ""


def accounts_of(identifier: str, request: Request, line: int = 0) -> list[Account]:
    """Return what every rule that `identifier` names saw in the one path of a request, or at a line of it."""
    from devopslint.commands.catalog import rules_named
    from devopslint.commands.check import asked_of
    from devopslint.commands.session import Session
    from devopslint.commands.telling import tell
    from devopslint.policy.catalog import Catalog

    session = Session(request)
    session.check_selection()
    workspace, asked = asked_of(request, session)
    _check_line(asked, workspace, line)
    for note in session.notes:
        tell(note)
    catalog, selection = session.catalog, session.selection
    if session.scopes is not None:
        folders, selection = session.scopes.all[session.scopes.of((asked.given or asked.found or [""])[0])]
        catalog = Catalog(folders)
    found = []
    for rule in rules_named(identifier, list(catalog.rules())):
        account = Account(rule)
        account.notes = list(_notes(asked, session))
        account.why_idle = why_idle(rule, selection, session, (asked.given or [""])[0])
        _run(account, session, workspace, asked, catalog, selection)
        account.why_nothing = _why_nothing(account, workspace, asked)
        if line and not account.why_nothing:
            _narrow(account, line)
        found.append(account)
    return found


def _check_line(asked: Asked, workspace: Workspace, line: int) -> None:
    """Raise UsageError for a line that a file does not have."""
    from devopslint.commands.request import UsageError

    source = workspace.source(asked.given[0]) if line and asked.given else None
    if source is not None:
        last = max(1, len(source.text.rstrip("\r\n").splitlines()))
        if line > last:
            raise UsageError(f"{source.path}:{line}: there is no such line: the last one is {last}")


def _narrow(account: Account, line: int) -> None:
    """Keep what is said of a line; where that is nothing, say where there is something."""
    lines = sorted({one.lines[0] for one in account.subjects} | {one.span.line for one in account.others})
    account.subjects = at_line(account.subjects, line)
    account.others = [one for one in account.others if one.span.line <= line <= one.span.end_line]
    if not account.subjects and not account.others:
        more = ", …" if len(lines) > _NAMED else ""
        named = ", ".join(map(str, lines[:_NAMED])) + more
        account.why_nothing = (
            f"nothing that the rule is about stands at line {line}: "
            + ("it begins at line " if len(lines) == 1 else "there is some at the lines ")
            + named
        )


def at_line(subjects: Sequence[SubjectAccount], line: int) -> list[SubjectAccount]:
    """Return the subjects that reach over a line or have findings there, else those that begin next above it."""
    there = [
        one
        for one in subjects
        if one.lines[0] <= line <= one.lines[1]
        or any(finding.span.line <= line <= finding.span.end_line for finding in one.findings)
    ]
    above = [one.lines[0] for one in subjects if one.lines[0] <= line]
    return there or [one for one in subjects if above and one.lines[0] == max(above)]


def _run(
    account: Account, session: Session, workspace: Workspace, asked: Asked, catalog: Catalog, runs: Selection
) -> None:
    """Run a rule over what was asked for, and note what it met and what it says."""
    from devopslint.commands.check import adopted
    from devopslint.engine.discover import discover
    from devopslint.engine.run import Run, one_by_one
    from devopslint.policy.families import is_of

    rule = account.rule
    wanted = {*asked.given, *asked.found}
    spared: set[str] = set()
    if _is_about_all(rule) and not asked.whole and "-" not in session.request.paths:
        asked = discover(session.root, [session.root])

    def seen(subject: Subject, rules: Sequence[Rule], findings: Sequence[Finding]) -> None:
        mine = next((one for one in rules if one.id == rule.raw.get("family", rule.id)), None)
        if mine is None:
            return
        found = [finding for finding in findings if is_of(finding.rule, rule)]
        path = subject.document.source.path
        if path in wanted or any(one.path in wanted for one in found) or (asked.whole and not workspace.exists(path)):
            account.subjects.append(SubjectAccount(mine, subject, found, spared=path in spared))
        else:
            account.elsewhere += 1

    def perform(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
        judge.watch = seen
        spared.update(path for task in tasks for path in _spared(rule, task, workspace))
        return one_by_one(judge, tasks)

    run = Run(workspace, catalog, _settings(rule, runs), perform, ignoring=session.ignoring())
    report = adopted(run.check(asked), session.request, session, asked)
    account.kinds = list(report.summary.files)
    told = {id(finding) for subject in account.subjects for finding in subject.findings}
    for finding in report.findings:
        if (finding.path not in wanted and not asked.whole) or (finding.path in spared and is_of(finding.rule, rule)):
            continue
        if is_of(finding.rule, rule) and id(finding) not in told and finding.path in wanted:
            account.others.append(finding)
        elif finding.rule in _READING and finding.path in wanted:
            account.faults.append(finding)

    if account.subjects and spared.issuperset(one.place.source.path for one in account.subjects):
        words = ", ".join(f"`{word}`" for word in rule.needs)
        lacking = (
            f"the word {words} that it needs does"
            if len(rule.needs) == 1
            else f"the words {words}, one of which it needs, do"
        )
        where = "this file" if len(spared & wanted) == 1 else "these files"
        account.notes.append(f"it is not asked of {where}: {lacking} not stand there (`needs` of the rule)")


def _spared(rule: Rule, task: Task, workspace: Workspace) -> Sequence[str]:
    """Return the files of a unit when a run does not ask a rule of it, for want of the words that the rule needs."""
    from devopslint.policy.needs import standing

    if not rule.needs:
        return ()
    sources = [workspace.source(path) for path in task.files]
    texts = [source.text for source in sources if source is not None]
    return () if standing(rule.needs, texts) else task.files


def _settings(rule: Rule, runs: Selection) -> Selection:
    """Return a selection of one rule, and of what a rule on comments needs to know: all that runs."""
    from devopslint.policy.selection import Selection

    levels = {identifier: level for identifier, level in runs.levels.items() if identifier != rule.id or level != "off"}
    if rule.id.startswith("core/"):
        levels.setdefault(rule.id, rule.level)
        select = [*runs.select, rule.id] if runs.select else ()
        return Selection(select, runs.ignore, runs.profile, levels, runs.options, runs.not_ignorable)
    return Selection([rule.id, *_READING], (), "strict", levels, runs.options, runs.not_ignorable)


def _is_about_all(rule: Rule) -> bool:
    """Say whether a rule is about the repository as a whole."""
    from devopslint.engine.artifacts import artifacts

    return any(
        hasattr(artifact, "reduce") and any(on.split(".")[0] in artifact.SUBJECTS for on in rule.on)
        for artifact in artifacts().values()
    )


def _notes(asked: Asked, session: Session) -> Iterator[str]:
    """Yield why an ordinary run does not come to a file that was given by name."""
    from devopslint.engine.discover import discover

    if not asked.given or "-" in session.request.paths:
        return
    path = asked.given[0]
    place = session.excluded_at(path)
    if place:
        yield f"{place} excludes this file: it is checked only when it is given by name, and not under --force-exclude"
    folder = os.path.dirname(os.path.join(session.root, *path.split("/")))
    if path not in discover(session.root, [folder]).found:
        yield "git ignores this file: it is checked only when it is given by name"


def _why_nothing(account: Account, workspace: Workspace, asked: Asked) -> str:
    """Return why a rule met nothing; empty when it did."""
    if account.subjects or account.others:
        return ""
    if account.rule.id.startswith("core/"):
        return "nothing of that is in this file: it is found when files are read or comments are counted, not by a condition"
    if asked.given and not account.kinds:
        if workspace.forced_kind(asked.given[0]) == "none":
            return "it saw nothing: the configuration says that the file is of no kind (`kinds: none`)"
        return (
            "it saw nothing: the file is of no kind that devopslint knows, for nothing in its name or its text tells; "
            "`kinds` in a configuration can"
        )
    if "analyser" in account.rule.raw:
        return f"`{account.rule.raw['analyser']}` judges this, where it is installed: it found nothing, or is not here"
    kinds = ", ".join(account.kinds) or "of no kind that devopslint knows"
    return f"it saw nothing of that in this file, which is {kinds}"


def why_idle(rule: Rule, selection: Selection, session: Session, path: str) -> str:
    """Return why a rule does not run on a file by itself, with the line of the configuration that says so."""
    from devopslint.engine.analysis import missing

    if why := missing(rule):
        return f"it does not run: {why}"
    if selection.runs(rule):
        return ""
    place = session.turned_off_at(rule, path)
    if place:
        return f"it is left out by {place}"
    if rule.raw.get("named"):
        return "it runs only when it is named by --select"
    if rule.raw.get("preview"):
        return "it is a preview, and runs only when it is named by --select"
    if rule.raw.get("profile", "default") == "strict" and selection.profile != "strict":
        return "it runs only in the profile strict, or when it is named"
    return "it is left out by the configuration"
