"""A run: units are read, rules judge their subjects, and what was asked for is reported."""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.engine.recognise import Recognised, accepts, recognise
from devopslint.policy.artifact import Unit
from devopslint.policy.finding import Finding, Location, Report, Summary
from devopslint.policy.rule import place_of
from devopslint.policy.subject import Place, Subject
from devopslint.policy.suppressions import ignore_comments, suppression_for
from devopslint.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.engine.discover import Asked
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.artifact import Artifact
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Selection
    from devopslint.policy.subject import Problem

READING_RULES = frozenset({"core/syntax", "core/encoding", "core/binary", "core/too-large", "core/unreadable"})
"""Rules about files that could not be read as they should be."""


class Run:
    """One run over a workspace. `check` does it all."""

    def __init__(self, workspace: Workspace, catalog: Catalog, selection: Selection) -> None:
        self.workspace = workspace
        self.catalog = catalog
        self.selection = selection
        self.undecided = 0
        self.notes: list[str] = []
        self.internal_error = False
        self._found: list[tuple[Finding, int, Rule]] = []
        self._core = {rule.id: rule for rule in selection.chosen(catalog.group("core"))}
        self._shared: list[Rule] | None = None
        self._tables: dict[str, dict[str, list[Rule]]] = {}

    def check(self, asked: Asked) -> Report:
        """Judge the units of the files that were asked for, and report what stands in those files."""
        recognised = self._recognise(asked)
        facts: list[dict[str, Any]] = []
        for unit in self._units(recognised):
            self._judge_unit(unit)
            facts.extend(unit.facts)
        self._reduce(facts, recognised, asked)
        reported = {*asked.given, *asked.found}
        self._judge_reading(recognised)
        return self._report(recognised, reported, asked)

    def _recognise(self, asked: Asked) -> list[Recognised]:
        recognised = []
        for path in asked.found:
            recognised.extend(recognise(path, self.workspace))
        for path in asked.given:
            kinds = recognise(path, self.workspace)
            if not kinds and path not in self.workspace.problems:
                self.notes.append(f"{path}: not a kind of file that devopslint knows")
            recognised.extend(kinds)
        return recognised

    def _units(self, recognised: Iterable[Recognised]) -> Iterator[Unit]:
        seen: set[tuple[str, str]] = set()
        for one in recognised:
            name = one.artifact.NAME
            if (name, one.path) in seen:
                continue
            files = one.artifact.unit_of(one.path, self.workspace)
            seen.update((name, path) for path in files)
            seen.add((name, one.path))
            yield self._unit(one.artifact, files)

    def _unit(self, artifact: Artifact, files: Sequence[str]) -> Unit:
        wanted = frozenset(self._table(artifact.NAME))

        def report(rule: str, place: Place, values: Mapping[str, Any]) -> None:
            self.workspace.add_problem(rule, place, str(values["message"]))

        return Unit(
            artifact,
            files,
            self.workspace,
            wanted,
            report,
            lambda path, document: accepts(artifact, path, document),
        )

    def _table(self, name: str) -> dict[str, list[Rule]]:
        """Return the rules of an artifact by the subject kind that they are on."""
        if name not in self._tables:
            if self._shared is None:
                own = {*artifacts(), "core"}
                groups = [group for group in self.catalog.groups() if group not in own]
                self._shared = [rule for group in groups for rule in self.selection.chosen(self.catalog.group(group))]
            table: dict[str, list[Rule]] = {}
            for rule in (*self.selection.chosen(self.catalog.group(name)), *self._shared):
                for kind in rule.on:
                    table.setdefault(kind, []).append(rule)
            self._tables[name] = table
        return self._tables[name]

    def _judge_unit(self, unit: Unit) -> None:
        table = self._table(unit.artifact.NAME)
        try:
            for subject in unit.artifact.read(unit):
                self._judge_subject(subject, table)
        except Exception as error:  # (one unit's failure must not cost the others)
            self._internal(unit.files[0] if unit.files else "", f"reading failed: {_describe(error)}")

    def _judge_subject(self, subject: Subject, table: Mapping[str, list[Rule]]) -> None:
        rules = table.get(subject.kind, ())
        if subject.type:
            typed = table.get(f"{subject.kind}.{subject.type}")
            if typed:
                rules = [*rules, *typed]
        for rule in rules:
            try:
                problems, undecided = rule.judge(subject)
                self.undecided += undecided
                for problem in problems:
                    self._add(rule, subject, problem)
            except Exception as error:  # (one rule's failure must not cost the others)
                self._internal(subject.document.source.path, f"rule `{rule.id}` failed: {_describe(error)}")

    def _add(self, rule: Rule, subject: Subject, problem: Problem) -> None:
        place = problem.at if isinstance(problem.at, Place) else place_of(subject, problem.at, problem.part)
        owner = subject.place()
        related = [
            Location(
                one.place.source.path,
                one.place.source.span(one.place.start, one.place.end),
                one.text,
                origin=one.origin,
            )
            for one in problem.related
        ]
        finding = _finding(rule, rule.message(subject, problem), place, subject.address, related)
        owner_line = owner.source.position(owner.start)[0] if owner.source.path == place.source.path else 0
        self._found.append((finding, owner_line, rule))

    def _reduce(self, facts: list[dict[str, Any]], recognised: Sequence[Recognised], asked: Asked) -> None:
        """Judge the repository as a whole, over the facts of its units."""
        kinds = {one.path: one.artifact.NAME for one in recognised}
        for artifact in artifacts().values():
            reduce = getattr(artifact, "reduce", None)
            if reduce is None or not self._table(artifact.NAME):
                continue
            if not asked.whole:
                if getattr(artifact, "GATHERS", "") not in kinds.values():
                    continue
                facts, kinds = self._facts_beside(artifact, facts, kinds)
            for subject in reduce(facts, kinds, self.workspace):
                self._judge_subject(subject, self._table(artifact.NAME))

    def _facts_beside(
        self, artifact: Artifact, facts: list[dict[str, Any]], kinds: dict[str, str]
    ) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Gather the facts that a check of the repository needs from files that were not asked for."""
        facts, kinds = list(facts), dict(kinds)
        beside = [path for path in artifact.beside(self.workspace) if path not in kinds]  # type: ignore[attr-defined]
        found = [one for path in beside for one in recognise(path, self.workspace)]
        kinds.update((one.path, one.artifact.NAME) for one in found)
        for unit in self._units(found):
            try:
                for _ in unit.artifact.read(unit):
                    pass
            except Exception:  # noqa: S112 (said when that file itself is checked)
                continue
            facts.extend(unit.facts)
        return facts, kinds

    def _judge_reading(self, recognised: Sequence[Recognised]) -> None:
        known = {one.path for one in recognised}
        for path, problems in self.workspace.problems.items():
            for rule_id, place, message in problems:
                rule = self._core.get(rule_id)
                if rule is None or (rule_id == "core/syntax" and path not in known):
                    continue
                self._found.append((_finding(rule, message, place, "", ()), 0, rule))

    def _internal(self, path: str, message: str) -> None:
        self.internal_error = True
        rule = self._core.get("core/internal")
        if rule is not None:
            self._found.append((_finding(rule, message, Place(Source(path, ""), 0, 0), "", ()), 0, rule))

    def _report(self, recognised: Sequence[Recognised], reported: set[str], asked: Asked) -> Report:
        findings = []
        suppressed = 0
        rules: dict[str, Any] = {}
        comments: dict[str, Any] = {}
        for finding, owner_line, rule in dict.fromkeys(self._found):
            path = finding.path
            of_whole = asked.whole and not self.workspace.exists(path)
            if path not in reported and not of_whole:
                continue
            if path not in comments:
                source = self.workspace.source(path) if path in reported else None
                comments[path] = ignore_comments(source) if source is not None else []
            finding.suppressed = suppression_for(finding, owner_line, rule, comments[path])
            suppressed += finding.suppressed is not None
            findings.append(finding)
            if rule.id not in rules:
                rules[rule.id] = self.catalog.info(rule.id)
        counts: dict[str, int] = {}
        for one in recognised:
            counts[one.artifact.NAME] = counts.get(one.artifact.NAME, 0) + 1
        unread = {finding.path for finding in findings if finding.rule in READING_RULES}
        summary = Summary(
            files=counts,
            not_parsed=len(unread),
            undecided=self.undecided,
            suppressed=suppressed,
            total_files=len({one.path for one in recognised} | unread),
            titles={name: artifact.TITLES for name, artifact in artifacts().items()},
        )
        return Report(
            findings,
            rules,
            summary,
            root=self.workspace.root,
            read_lines=self._lines,
            notes=self.notes,
            successful=not self.internal_error,
        )

    def _lines(self, path: str) -> list[str]:
        source = self.workspace.source(path) if self.workspace.exists(path) else None
        return source.lines() if source is not None else []


def _finding(rule: Rule, message: str, place: Place, address: str, related: Sequence[Location]) -> Finding:
    source = place.source
    span = source.span(place.start, place.end)
    return Finding(rule.id, rule.level, message, Location(source.path, span), address, related, source.line(span.line))


def _describe(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
