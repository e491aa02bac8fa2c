"""One task judged: its units are read, and the rules say what they have to say of the subjects."""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.engine.progress import Progress
from devopslint.engine.recognise import accepts, recognise_by_content
from devopslint.engine.task import Result
from devopslint.engine.time_limit import Limit, TooLongError
from devopslint.policy.artifact import Unit
from devopslint.policy.core import INTERNAL, NOT_ANALYSED
from devopslint.policy.finding import Finding, Location
from devopslint.policy.rule import place_of
from devopslint.policy.subject import Place, came_from
from devopslint.policy.suppressions import Covering, ignores_of
from devopslint.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.engine.analysis import Deferred
    from devopslint.engine.dispatch import Dispatches, Table
    from devopslint.engine.task import Task
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.analyser import Outcome
    from devopslint.policy.artifact import Artifact
    from devopslint.policy.ignores import Ignore
    from devopslint.policy.rule import Rule
    from devopslint.policy.subject import Problem, Subject
    from devopslint.syntax.tree import Document

LONGEST_LINE = 2000
"""Characters of a line that a finding keeps for its fingerprint."""


class Judge:
    """Judges tasks over one workspace, by the rules of one run."""

    def __init__(self, workspace: Workspace, dispatches: Dispatches) -> None:
        self.workspace = workspace
        self.dispatches = dispatches
        self.dispatch = dispatches(0)
        self.progress = Progress()
        self.watch: Callable[[Subject, Sequence[Rule], Sequence[Finding]], None] | None = None
        """What is told of every subject: the rules that it met, and what they found."""
        self._comments: dict[str, Covering] = {}
        self._places: dict[tuple[Source, int, int], tuple[Location, str]] = {}
        """Where the findings of a task stand, and the text of their lines: many stand at the header of one subject."""
        self._files: frozenset[str] = frozenset()

    def judge(self, task: Task) -> Result:
        """Return what the rules find in a task; a failure of a rule or a reader is a finding, too."""
        result = Result()
        self._files = frozenset(task.files)
        self.dispatch = self.dispatches(task.scope)
        self.workspace.begin_task()
        try:
            with Limit(lambda: sum(map(self.workspace.size, task.files))):
                self._judge_task(task, result)
        except TooLongError as error:
            self._failed(task.files[0], f"judging this {error}", result)
        if result.deferred:
            result.scene = self.dispatch, self._files, self._comments
        else:
            result.let_go()
        self._comments = {}
        self._places = {}
        self._files = frozenset()
        result.looked_at = [(what, path, answer) for (what, path), answer in self.workspace.looked_at.items()]
        return result

    def _judge_task(self, task: Task, result: Result) -> None:
        try:
            for unit in self._units(task, result):
                self._judge_unit(unit, result)
                result.facts.extend(_plain(unit.facts))
        except Exception as error:  # one task's failure must not cost the others
            self._failed(task.files[0], f"reading failed: {_describe(error)}", result)
        self._judge_reading(task, result)
        result.ignores = self._own_ignores(result)

    def judge_whole(self, artifact: str, subjects: Callable[[], Iterable[Subject]]) -> Result:
        """Return what the rules of an artifact find in subjects that belong to no task: the repository as a whole."""
        result = Result()
        self.workspace.begin_task()
        self.dispatch = self.dispatches(0)
        table = self.dispatch.table(artifact)
        try:
            with Limit(lambda: 0):
                for subject in subjects():
                    self._judge_subject(subject, table, result)
        except TooLongError as error:
            self._failed(".", f"looking at the repository as a whole {error}", result)
        except Exception as error:  # it must not cost what was found in the files
            self._failed(".", f"looking at the repository as a whole failed: {_describe(error)}", result)
        self._comments = {}
        self._places = {}
        return result

    def analyse(self, results: Sequence[Result]) -> None:
        """Let analysers judge what some results have put off, all at once, and add what they find."""
        from devopslint.engine.analysis import analyser, without_doubles

        waiting = [(result, one) for result in results for one in result.deferred]
        for name in sorted({one.rule.analyser for _, one in waiting}):
            asked = [(result, one) for result, one in waiting if one.rule.analyser == name]
            try:
                outcomes = analyser(name).analyse([one.request for _, one in asked])
            except Exception as error:  # it must not cost what was found besides
                outcomes = [f"{name} failed: {_describe(error)}"] * len(asked)
            for (result, one), outcome in zip(asked, outcomes, strict=True):
                self.dispatch, self._files, self._comments = result.scene
                self._add_found(one, outcome, result)
        for result in results:
            if result.deferred:
                result.findings = without_doubles(result.findings, result.scene[0].catalog.rule)
                result.deferred = []
                result.scene = None
                result.let_go()
        self._files = frozenset()
        self._comments = {}
        self._places = {}

    def _add_found(self, one: Deferred, outcome: Outcome, result: Result) -> None:
        before = len(result.findings)
        if isinstance(outcome, str):
            result.passing = True
            rule = self.dispatch.core.get(NOT_ANALYSED)
            if rule is not None:
                finding = self._finding(rule, outcome, one.subject.place())
                finding.address = one.subject.address
                result.findings.append(finding)
            return
        for found in outcome:
            member = self.dispatch.member(one.rule, found.member, found.level)
            if member is not None:
                self._add(member, one.subject, found, result)
        if self.watch is not None:
            self.watch(one.subject, [one.rule], result.findings[before:])

    def _units(self, task: Task, result: Result) -> list[Unit]:
        if task.artifact:
            result.kinds = [(path, task.artifact) for path in task.files]
            return [self._unit(artifacts()[task.artifact], task.files)]
        found = [one for path in task.files for one in recognise_by_content(path, self.workspace)]
        result.kinds = [(one.path, one.artifact.NAME) for one in found]
        return [self._unit(one.artifact, (one.path,)) for one in found]

    def _unit(self, artifact: Artifact, files: Sequence[str]) -> Unit:
        def report(rule: str, place: Place, values: Mapping[str, Any]) -> None:
            self.workspace.add_problem(rule, place, str(values["message"]))

        return Unit(
            artifact,
            files,
            self.workspace,
            self.dispatch.wanted(artifact.NAME),
            report,
            lambda path, document: self.workspace.forced_kind(path) is not None or accepts(artifact, path, document),
        )

    def _judge_unit(self, unit: Unit, result: Result) -> None:
        try:
            table = self._table_for(unit)
            for subject in unit.artifact.read(unit):
                self._judge_subject(subject, table, result)
            for name, documents in unit.guests:
                self._judge_guests(self._unit(artifacts()[name], unit.files), documents, result)
            result.modules_not_read += unit.modules_not_read
            result.at_end += unit.at_end
        except Exception as error:  # one unit's failure must not cost the others
            self._failed(unit.files[0] if unit.files else "", f"reading failed: {_describe(error)}", result)

    def _judge_guests(self, unit: Unit, documents: Sequence[Document], result: Result) -> None:
        """Judge documents of the artifact of a unit that stand in the files of another one."""
        table = self.dispatch.guest_table(unit.artifact.NAME)
        for subject in unit.artifact.read_guests(unit, documents):  # type: ignore[attr-defined]
            self._judge_subject(subject, table, result)
        result.at_end += unit.at_end

    def _table_for(self, unit: Unit) -> Table:
        """Return the rules that may find something in a unit, by the words in its files; all, when somebody watches."""
        if self.watch is not None:
            return self.dispatch.table(unit.artifact.NAME)
        sources = [self.workspace.source(path) for path in unit.files]
        return self.dispatch.narrowed(unit.artifact.NAME, [source.text for source in sources if source is not None])

    def _judge_subject(self, subject: Subject, table: Table, result: Result) -> None:
        watched = self.watch is not None
        rules = table.all_on(subject.kind, subject.type) if watched else self.dispatch.rules_for(table, subject)
        before = len(result.findings)
        for rule in rules:
            try:
                check = rule.check
                if check is not None:
                    for problem in check(subject, rule.options):
                        self._add(rule, subject, problem, result)
                elif rule.analyser:
                    self._defer(rule, subject, result)
                else:
                    problems, undecided = rule.judge(subject)
                    if undecided:
                        result.undecided += 1
                    for problem in problems:
                        self._add(rule, subject, problem, result)
            except TooLongError as error:
                error.rule = rule.id
                raise
            except (Exception, SystemExit) as error:  # one rule's failure must not cost the others
                where = _in_own_code(error) if rule.from_user else ""
                said = f"rule `{rule.id}` failed{where}: {_describe(error)}"
                self._failed(subject.document.source.path, said, result)
        if self.watch is not None:
            self.watch(subject, [rule for rule in rules if not rule.analyser], result.findings[before:])

    def _defer(self, rule: Rule, subject: Subject, result: Result) -> None:
        """Put off what an analyser is to judge; `analyse` does it for many results at once."""
        from devopslint.engine.analysis import Deferred, analyser, missing

        if not missing(rule):
            request = analyser(rule.analyser).request(subject, rule.options)
            if request is not None:
                result.deferred.append(Deferred(rule, subject, request))

    def _add(self, rule: Rule, subject: Subject, problem: Problem, result: Result) -> None:
        told = problem.related
        if isinstance(problem.at, Place):
            place = problem.at
        else:
            place = place_of(subject, problem.at, problem.part)
            if problem.at and not told and subject.document.resolve is not None:
                found = subject.candidates(problem.at)
                told = came_from(found[0].origins) if len(found) == 1 else ()
        related = [_location(one.place, one.text, origin=one.origin) for one in told]
        if self._files and place.source.path not in self._files:
            # Whoever asks for that file alone gets what its own unit says; so what this one says stands here.
            related.insert(0, _location(place, "this is meant"))
            owner = subject.place()
            if owner.source.path in self._files:
                place = owner
            else:
                path = min(self._files)
                place = Place(self.workspace.source(path) or Source(path, ""), 0, 0)
        result.findings.append(self._finding(rule, rule.message(subject, problem), place, subject, related))

    def _judge_reading(self, task: Task, result: Result) -> None:
        """Report the faults of reading and parsing in the task's own files; unknown YAML that does not parse is none."""
        known = {path for path, _ in result.kinds}
        for path in task.files:
            for rule_id, place, message in self.workspace.problems.get(path, ()):
                rule = self.dispatch.core.get(rule_id)
                if rule is not None and (rule_id != "core/syntax" or path in known):
                    result.findings.append(self._finding(rule, message, place))

    def _failed(self, path: str, message: str, result: Result) -> None:
        result.failed = True
        rule = self.dispatch.core.get(INTERNAL)
        if rule is not None:
            # Not through `_finding`: nothing silences it, and the file may be what can't be read.
            location = _location(Place(Source(path, ""), 0, 0))
            result.findings.append(Finding(rule.id, rule.level, message, location))

    def _finding(
        self,
        rule: Rule,
        message: str,
        place: Place,
        subject: Subject | None = None,
        related: Sequence[Location] = (),
    ) -> Finding:
        key = place.source, place.start, place.end
        found = self._places.get(key)
        if found is None:
            location = _location(place)
            found = self._places[key] = location, _line_text(place.source, place.start, location.span.line)
        location, line_text = found
        address = subject.address if subject is not None else ""
        finding = Finding(rule.id, rule.level, message, location, address, related, line_text)
        covering = self._covering(place.source)
        if covering.ignores:
            owner_line = _line_of_owner(subject, place) if subject is not None else 0
            finding.suppressed = covering.suppression(finding, owner_line, rule)
        return finding

    def _covering(self, source: Source) -> Covering:
        if source.path not in self._comments:
            try:
                ignores = ignores_of(source, self.workspace.documents)
            except Exception:  # the tree can't be read, which has been told of where it was read first
                ignores = ignores_of(source)
            self._comments[source.path] = Covering(ignores)
        return self._comments[source.path]

    def _own_ignores(self, result: Result) -> list[tuple[str, Ignore]]:
        """Return our own comments in the files of a task, used or not: what they are worth is seen at the end of a run."""
        sources = [self.workspace.source(path) for path in dict(result.kinds)]
        return [
            (source.path, ignore)
            for source in sources
            if source is not None
            for ignore in self._covering(source).ignores
            if not ignore.held and (not ignore.peer or ignore.until)
        ]


def internal_failure(task: Task, message: str, judge: Judge) -> Result:
    """Return the result of a task whose worker died: one `core/internal` finding on its first file."""
    result = Result()
    result.kinds = [(path, task.artifact) for path in task.files if task.artifact]
    judge.dispatch = judge.dispatches(task.scope)
    judge._failed(task.files[0], message, result)
    return result


def _plain(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return facts as the cache would give them back. Raises ValueError for what is no plain value."""
    if not facts:
        return facts
    import marshal

    plain: list[dict[str, Any]] = marshal.loads(marshal.dumps(facts))  # noqa: S302 (they are ours)
    return plain


def _line_of_owner(subject: Subject, place: Place) -> int:
    """Return the line of the header of a finding's subject, 0 when it has none there.

    What stands alone (a workflow, a module) is no node with a header: what begins its first line is only a part of it.
    """
    owner = subject.place()
    if not subject.parents or owner.source.path != place.source.path:
        return 0
    return owner.source.position(owner.start)[0]


def _line_text(source: Source, start: int, line: int) -> str:
    """Return the line of a finding; of a very long one, which is no line for people, what stands around the finding."""
    starts = source.line_starts
    first = starts[line - 1]
    last = starts[line] if line < len(starts) else len(source.text)
    if last - first <= LONGEST_LINE:
        return source.line(line)
    first = max(first, start - LONGEST_LINE // 4)
    return source.text[first : min(last, first + LONGEST_LINE)].rstrip("\r\n")


def _location(place: Place, text: str = "", *, origin: bool = False) -> Location:
    return Location(place.source.path, place.source.span(place.start, place.end), text, origin=origin)


def _in_own_code(error: BaseException) -> str:
    """Return the file and the line of people's own Python in which it failed: the innermost not ours, nor Python's."""
    import os
    from os.path import basename, dirname, join

    ours = join(dirname(dirname(__file__)), ""), join(dirname(os.__file__), "")
    place, frame = "", error.__traceback__
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        if not name.startswith(ours):
            place = f" in line {frame.tb_lineno} of {basename(name)}"
        frame = frame.tb_next
    return place


def _describe(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
