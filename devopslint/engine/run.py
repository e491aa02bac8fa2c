"""A run: tasks are made, judged, reduced to what concerns the whole repository, and reported."""

from __future__ import annotations

from devopslint.engine.analysis import AT_ONCE
from devopslint.engine.artifacts import artifacts
from devopslint.engine.beside import Beside
from devopslint.engine.dispatch import Dispatch, dispatches_of
from devopslint.engine.judge import Judge
from devopslint.engine.progress import Progress
from devopslint.engine.scopes import Scopes
from devopslint.engine.task import BY_CONTENT, Result, Task, divide, tasks_for
from devopslint.policy.core import INTERNAL, READING
from devopslint.policy.finding import Finding, Report, Summary
from devopslint.policy.ignores import Ignoring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.engine.discover import Asked
    from devopslint.engine.recall import Memory
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.artifact import Artifact
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.finding import RuleInfo
    from devopslint.policy.selection import Selection

    Performer = Callable[[Judge, Sequence[Task]], Iterable[Result]]
    """What judges tasks and gives their results in the same order: one after the other, in processes, from a cache."""


SELDOM = 100_000
"""Objects that a task may make before Python looks for circles among them: nearly all end sooner, and make hardly any."""


def one_by_one(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
    """Judge tasks in this process."""
    for result in judged(judge, tasks):
        yield result
        judge.progress.step()


def judged(judge: Judge, tasks: Iterable[Task]) -> Iterable[Result]:
    """Judge tasks, and let go of each one's trees when it is done; analysers get what many of them have put off."""
    import gc

    first, *others = gc.get_threshold()
    gc.set_threshold(first and max(first, SELDOM), *others)  # 0: somebody wants none of it
    try:
        yield from _judged(judge, tasks)
    finally:
        gc.set_threshold(first, *others)


def _judged(judge: Judge, tasks: Iterable[Task]) -> Iterable[Result]:
    waiting: list[Result] = []
    deferred = 0
    for task in tasks:
        result = judge.judge(task)
        judge.workspace.forget(task.files)
        deferred += len(result.deferred)
        waiting.append(result)
        if not deferred or deferred >= AT_ONCE:
            yield from _analysed(judge, waiting)
            waiting, deferred = [], 0
    yield from _analysed(judge, waiting)


def _analysed(judge: Judge, results: list[Result]) -> list[Result]:
    if any(result.deferred for result in results):
        judge.analyse(results)
    return results


class Run:
    """One run over a workspace: `check` does it all."""

    def __init__(
        self,
        workspace: Workspace,
        catalog: Catalog,
        selection: Selection,
        performer: Performer = one_by_one,
        scopes: Scopes | None = None,
        ignoring: Ignoring | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.workspace = workspace
        self.catalog = catalog
        self.scopes = scopes or Scopes((catalog.folders, selection))
        self.ignoring = ignoring or Ignoring()
        self._memory = memory
        self._judge = Judge(workspace, dispatches_of(self.scopes.all, Dispatch(catalog, selection)))
        self._performer = performer
        self._last_lines: tuple[str, list[str]] = ("", [])

    def check(self, asked: Asked) -> Report:
        """Judge the units of the files that were asked for, and report what stands in those files."""
        recalled = self._memory.recall(self.workspace, asked, self.ignoring) if self._memory is not None else None
        if recalled is not None:
            for path in {finding.location.path for finding in recalled.findings}:
                self.scopes.of(path)  # the scope that its rule is of is known from here on
            return self._written(recalled.findings, recalled.summary, recalled.notes, merged=True)
        self.workspace.know_folders(asked.entries)
        paths = sorted({*asked.given, *asked.found})
        tasks = tasks_for(paths, self.workspace, self.scopes)
        self._judge.progress = Progress(len(tasks))
        try:
            results = list(self._performer(self._judge, tasks))
            if len(self.scopes.all) > 1:
                divide(tasks, results, self.scopes)
            results.extend(self._reduced(results, asked))
            report = self._report(results, asked)
        finally:
            self._judge.progress.close()
        if self._memory is not None:
            self._memory.keep(self.workspace, asked, self.ignoring, results, report)
        return report

    def _settled(self, results: Sequence[Result], asked: Asked) -> list[Finding]:
        """Return all findings, when it is settled which of them are silenced, and what is said of the comments."""
        findings = [finding for result in results for finding in result.findings]
        if any(result.ignores for result in results) or any(finding.suppressed for finding in findings):
            from devopslint.engine.settle import settle

            findings += settle(results, self.ignoring, self._dispatch_of, self._lines, whole=asked.whole)
        return findings

    def _dispatch_of(self, path: str) -> Dispatch:
        return self._judge.dispatches(self.scopes.of(path))

    def _reduced(self, results: Sequence[Result], asked: Asked) -> Iterable[Result]:
        """Judge the repository as a whole, over the facts of its units."""
        known = list(results)
        kinds = {path: artifact for result in results for path, artifact in result.kinds}
        found = Beside(self.workspace)
        for artifact in artifacts().values():
            reduce = getattr(artifact, "reduce", None)
            if reduce is None or not self._judge.dispatches(0).table(artifact.NAME):
                continue
            if not asked.whole:
                if not _concerns(artifact, asked, kinds, self.workspace):
                    continue
                beside = [path for path in artifact.beside(self.workspace) if path not in kinds]  # type: ignore[attr-defined]
                known.extend(self._performer(self._judge, tasks_for(found(beside), self.workspace, self.scopes)))
                kinds.update((path, name) for result in known for path, name in result.kinds)
            facts = _facts_in_order(known)
            more = {"whole": asked.whole, "found": found}
            result = self._judge.judge_whole(
                artifact.NAME,
                lambda reduce=reduce, facts=facts, more=more: reduce(facts, kinds, self.workspace, **more),  # type: ignore[misc]
            )
            if len(self.scopes.all) > 1:
                result.findings = [one for one in result.findings if self._holds(one)]
            yield result

    def _holds(self, finding: Finding) -> bool:
        """Say whether the rule of a finding about the whole holds in the scope of its file, whose level it gets."""
        dispatch = self._dispatch_of(finding.path)
        rule = dispatch.catalog.rule(finding.rule)
        if rule is None or not dispatch.selection.runs(rule):
            return False
        finding.level = dispatch.selection.levels.get(finding.rule, rule.level)
        return True

    def _report(self, results: Sequence[Result], asked: Asked) -> Report:
        reported = {*asked.given, *asked.found}
        findings = [
            finding
            for finding in self._settled(results, asked)
            if finding.path in reported
            or finding.rule == INTERNAL
            or (asked.whole and not self.workspace.exists(finding.path))
        ]
        kinds = {(path, artifact) for result in results for path, artifact in result.kinds if path in reported}
        summary = self._summary(results, findings, kinds, asked)
        successful = not any(result.failed for result in results)
        return self._written(findings, summary, _notes(asked, kinds, findings), successful=successful)

    def _written(
        self,
        findings: Sequence[Finding],
        summary: Summary,
        notes: Sequence[str],
        *,
        successful: bool = True,
        merged: bool = False,
    ) -> Report:
        summary.titles = {name: artifact.TITLES for name, artifact in artifacts().items()}
        return Report(
            findings,
            {identifier: self._info(identifier) for identifier in sorted({one.rule for one in findings})},
            summary,
            root=self.workspace.root,
            read_lines=self._lines,
            notes=notes,
            successful=successful,
            merged=merged,
        )

    def _info(self, identifier: str) -> RuleInfo:
        """Return what reports say of a rule: as it is in the first scope that has it, judged in this process or not."""
        for index in range(len(self.scopes.all)):
            catalog = self._judge.dispatches(index).catalog if index else self.catalog
            if catalog.rule(identifier) is not None:
                break
        info = catalog.info(identifier)
        info.level = self.scopes.all[index][1].levels.get(identifier, info.level)
        return info

    def _summary(
        self, results: Sequence[Result], findings: Sequence[Finding], kinds: set[tuple[str, str]], asked: Asked
    ) -> Summary:
        counts: dict[str, int] = {}
        for _, artifact in sorted(kinds):
            counts[artifact] = counts.get(artifact, 0) + 1
        unread = {finding.path for finding in findings if finding.rule in READING}
        return Summary(
            files=counts,
            not_parsed=len(unread),
            undecided=sum(result.undecided for result in results),
            excluded=asked.excluded,
            modules_not_read=[source for result in results for source in result.modules_not_read],
            suppressed=sum(finding.suppressed is not None for finding in findings),
            total_files=len({path for path, _ in kinds} | unread),
        )

    def _lines(self, path: str) -> list[str]:
        """Return the lines of a file; reports go file by file, so that the last one is kept."""
        if self._last_lines[0] != path:
            source = self.workspace.source(path) if self.workspace.exists(path) else None
            self.workspace.forget([self._last_lines[0]])
            self._last_lines = path, source.lines() if source is not None else []
        return self._last_lines[1]


def _concerns(artifact: Artifact, asked: Asked, kinds: Mapping[str, str], workspace: Workspace) -> bool:
    """Say whether rules on the repository may have something to say in some of its files."""
    if getattr(artifact, "GATHERS", "") in kinds.values():
        return True
    reports_in = getattr(artifact, "reports_in", None)
    if reports_in is None:
        return False
    speaks_of: frozenset[str] = reports_in(workspace)
    return not speaks_of.isdisjoint(asked.given) or not speaks_of.isdisjoint(asked.found)


def _facts_in_order(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return the facts of all tasks by the names of their files, whichever of them were asked for."""
    with_facts = [result for result in results if result.facts]
    with_facts.sort(key=lambda result: result.kinds[0] if result.kinds else ("", ""))
    return [fact for result in with_facts for fact in result.facts]


def _notes(asked: Asked, kinds: set[tuple[str, str]], findings: Sequence[Finding]) -> list[str]:
    """Say which files and folders were given and are nothing that devopslint knows: silence would look like success."""
    known = {path for path, _ in kinds} | {finding.path for finding in findings}
    notes = [
        f"{path}: not a kind of file that devopslint knows"
        + (" (nothing in it tells what it is)" if path.endswith(BY_CONTENT) else "")
        for path in asked.given
        if path not in known
    ]
    empty = [folder for folder in asked.folders if not any(_is_in(path, folder) for path in known)]
    if empty and not known and not asked.given:
        return ["nothing was checked: no file is of a kind that devopslint knows"]
    return notes + [f"{folder}: no file in it is of a kind that devopslint knows" for folder in empty]


def _is_in(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(folder + "/")
