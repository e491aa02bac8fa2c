"""A run: tasks are made, judged, reduced to what concerns the whole repository, and reported."""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.engine.dispatch import Dispatch
from devopslint.engine.judge import Judge
from devopslint.engine.task import BY_CONTENT, Result, Task, tasks_for
from devopslint.policy.finding import Finding, Report, Summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from devopslint.engine.discover import Asked
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.selection import Selection

    Performer = Callable[[Judge, Sequence[Task]], Iterable[Result]]
    """What judges tasks and gives their results in the same order: one after the other, in processes, from a cache."""

READING_RULES = frozenset({"core/syntax", "core/encoding", "core/binary", "core/too-large", "core/unreadable"})
"""Rules about files that could not be read as they should be."""


def one_by_one(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
    """Judge tasks in this process, and let go of each one's trees when it is done."""
    for task in tasks:
        yield judge.judge(task)
        judge.workspace.forget(task.files)


class Run:
    """One run over a workspace: `check` does it all."""

    def __init__(
        self, workspace: Workspace, catalog: Catalog, selection: Selection, performer: Performer = one_by_one
    ) -> None:
        self.workspace = workspace
        self.catalog = catalog
        self._judge = Judge(workspace, Dispatch(catalog, selection))
        self._performer = performer

    def check(self, asked: Asked) -> Report:
        """Judge the units of the files that were asked for, and report what stands in those files."""
        paths = [*asked.given, *asked.found]
        results = list(self._performer(self._judge, tasks_for(paths, self.workspace)))
        results.extend(self._reduced(results, asked))
        return self._report(results, asked)

    def _reduced(self, results: Sequence[Result], asked: Asked) -> Iterable[Result]:
        """Judge the repository as a whole, over the facts of its units."""
        kinds = {path: artifact for result in results for path, artifact in result.kinds}
        facts = [fact for result in results for fact in result.facts]
        for artifact in artifacts().values():
            reduce = getattr(artifact, "reduce", None)
            if reduce is None or not self._judge.dispatch.table(artifact.NAME):
                continue
            if not asked.whole:
                if getattr(artifact, "GATHERS", "") not in kinds.values():
                    continue
                beside = [path for path in artifact.beside(self.workspace) if path not in kinds]  # type: ignore[attr-defined]
                for result in self._performer(self._judge, tasks_for(beside, self.workspace)):
                    kinds.update(result.kinds)
                    facts.extend(result.facts)
            yield self._judge.judge_subjects(artifact.NAME, reduce(facts, kinds, self.workspace))

    def _report(self, results: Sequence[Result], asked: Asked) -> Report:
        reported = {*asked.given, *asked.found}
        findings = [
            finding
            for result in results
            for finding in result.findings
            if finding.path in reported or (asked.whole and not self.workspace.exists(finding.path))
        ]
        kinds = {(path, artifact) for result in results for path, artifact in result.kinds if path in reported}
        return Report(
            findings,
            {identifier: self.catalog.info(identifier) for identifier in sorted({one.rule for one in findings})},
            self._summary(results, findings, kinds),
            root=self.workspace.root,
            read_lines=self._lines,
            notes=_notes(asked, kinds, findings),
            successful=not any(result.failed for result in results),
        )

    def _summary(self, results: Sequence[Result], findings: Sequence[Finding], kinds: set[tuple[str, str]]) -> Summary:
        counts: dict[str, int] = {}
        for _, artifact in sorted(kinds):
            counts[artifact] = counts.get(artifact, 0) + 1
        unread = {finding.path for finding in findings if finding.rule in READING_RULES}
        return Summary(
            files=counts,
            not_parsed=len(unread),
            undecided=sum(result.undecided for result in results),
            suppressed=sum(finding.suppressed is not None for finding in findings),
            total_files=len({path for path, _ in kinds} | unread),
            titles={name: artifact.TITLES for name, artifact in artifacts().items()},
        )

    def _lines(self, path: str) -> list[str]:
        source = self.workspace.source(path) if self.workspace.exists(path) else None
        return source.lines() if source is not None else []


def _notes(asked: Asked, kinds: set[tuple[str, str]], findings: Sequence[Finding]) -> list[str]:
    """Say which files were given by name and are nothing that devopslint knows: silence would look like success."""
    known = {path for path, _ in kinds} | {finding.path for finding in findings}
    return [
        f"{path}: not a kind of file that devopslint knows"
        + (" (nothing in it tells what it is)" if path.endswith(BY_CONTENT) else "")
        for path in asked.given
        if path not in known
    ]
