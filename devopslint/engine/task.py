"""A task is what is judged at once: one unit, or one file whose kind only its content tells.

It is the atom of the cache and of parallel work, so a task and its result are made of plain values.
"""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.policy.finding import Finding, Location, Suppression
from devopslint.policy.ignores import Ignore
from devopslint.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.engine.analysis import Deferred
    from devopslint.engine.scopes import Scopes
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.artifact import Artifact

BY_CONTENT = (".yaml", ".yml", ".json")
"""Endings of the files whose kind their content may tell."""


class Task:
    """The files of a unit of one artifact, or (`artifact` is empty) a file that is yet to be recognised by its content.

    `scope` is the index of the scope whose rules judge them.
    """

    __slots__ = ("artifact", "files", "scope")

    def __init__(self, artifact: str, files: Sequence[str], scope: int = 0) -> None:
        self.artifact = artifact
        self.files = tuple(files)
        self.scope = scope

    def key_parts(self) -> tuple[str, tuple[str, ...], int]:
        """Return what tells this task from every other of the same repository, and makes it anew: `Task(*parts)`."""
        return self.artifact, self.files, self.scope


class Result:
    """What judging a task gave.

    `kinds` are `(path, artifact)` of the files recognised; `findings` those in whatever file, suppressed ones marked;
    `facts` what rules on the repository may ask; `undecided` the number of checks that something unknown left open;
    `modules_not_read` the sources of modules that are called and not in the repository;
    `ignores` the comments in its files that silence findings;
    `failed` whether a rule or a reader broke, `passing` whether another run may say something else; `looked_at` all that
    was asked of the files, with digests of the answers. What is `deferred` is still to be analysed, in its `scene`.
    """

    __slots__ = (
        "at_end", "deferred", "facts", "failed", "findings", "ignores", "kinds", "looked_at", "modules_not_read", "passing",
        "scene", "undecided"
    )  # fmt: skip

    def __init__(self) -> None:
        self.kinds: list[tuple[str, str]] = []
        self.findings: list[Finding] = []
        self.facts: list[dict[str, Any]] = []
        self.ignores: list[tuple[str, Ignore]] = []
        self.undecided = 0
        self.modules_not_read: list[str] = []
        self.failed = False
        self.passing = False
        self.looked_at: list[tuple[str, str, str]] = []
        self.deferred: list[Deferred] = []
        self.scene: Any = None
        self.at_end: list[Callable[[], None]] = []

    def let_go(self) -> None:
        """Part the circles among the objects that the units were read into: nobody asks them any more."""
        for part in self.at_end:
            part()
        self.at_end = []

    def to_plain(self) -> list[Any]:
        """Return the result as lists, strings and numbers, fit for JSON and for other processes."""
        findings = [_finding_to_plain(finding) for finding in self.findings]
        kinds = [list(kind) for kind in self.kinds]
        ignores = [[path, ignore.to_plain()] for path, ignore in self.ignores]
        looked_at = [list(one) for one in self.looked_at]
        plain = [kinds, findings, self.facts, ignores, self.undecided, self.modules_not_read]
        return [*plain, self.failed, self.passing, looked_at]

    @staticmethod
    def from_plain(plain: Sequence[Any]) -> Result:
        """Return the result that `to_plain` was made from."""
        result = Result()
        kinds, findings, result.facts, ignores, result.undecided, modules, failed, passing, looked_at = plain
        result.modules_not_read, result.failed, result.passing = list(modules), failed, passing
        result.ignores = [(path, Ignore.from_plain(one)) for path, one in ignores]
        result.looked_at = [(what, path, answer) for what, path, answer in looked_at]
        result.kinds = [(path, artifact) for path, artifact in kinds]
        result.findings = [_finding_from_plain(finding) for finding in findings]
        return result


def _finding_to_plain(finding: Finding) -> list[Any]:
    suppressed = finding.suppressed
    return [
        finding.rule,
        finding.level,
        finding.message,
        _location_to_plain(finding.location),
        finding.address,
        [_location_to_plain(location) for location in finding.related],
        finding.line_text,
        suppressed.to_plain() if suppressed else None,
    ]


def _finding_from_plain(plain: Sequence[Any]) -> Finding:
    rule, level, message, location, address, related, line_text, suppressed = plain
    return Finding(
        rule,
        level,
        message,
        _location_from_plain(location),
        address,
        [_location_from_plain(one) for one in related],
        line_text,
        Suppression.from_plain(suppressed) if suppressed else None,
    )


def _location_to_plain(location: Location) -> list[Any]:
    return [location.path, list(location.span.as_tuple()), location.text, location.origin]


def _location_from_plain(plain: Sequence[Any]) -> Location:
    path, span, text, origin = plain
    return Location(path, Span(*span), text, origin=origin)


def tasks_for(paths: Iterable[str], workspace: Workspace, scopes: Scopes) -> list[Task]:
    """Return the tasks that judge some files, in the order of the files: one for each unit that they belong to.

    A unit whose files are of several scopes is judged once in each.
    """
    known = artifacts()
    tasks = []
    seen: set[tuple[str, str]] = set()
    for path in paths:
        forced = workspace.forced_kind(path)
        artifact = known.get(forced) if forced else _claiming(path, known.values())
        if artifact is None:
            if path.endswith(BY_CONTENT) and not forced:
                tasks.append(Task("", (path,), scopes.of(path)))
        elif (artifact.NAME, path) not in seen:
            files = [file for file in artifact.unit_of(path, workspace) if workspace.forced_kind(file) != "none"]
            seen.add((artifact.NAME, path))
            seen.update((artifact.NAME, file) for file in files)
            indexes = sorted({scopes.of(file) for file in files})
            tasks.extend(Task(artifact.NAME, files, index) for index in indexes)
    return tasks


def _claiming(path: str, known: Iterable[Artifact]) -> Artifact | None:
    return next((one for one in known if one.claims_path(path) is not None), None)


def divide(tasks: Sequence[Task], results: Sequence[Result], scopes: Scopes) -> None:
    """Leave to each task of a unit that was judged in several scopes only the findings of its own scope's files."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for task, result in zip(tasks, results, strict=True):
        result.findings = [one for one in result.findings if scopes.of(one.path) == task.scope]
        result.ignores = [one for one in result.ignores if scopes.of(one[0]) == task.scope]
        if (task.artifact, task.files) in seen:
            result.facts = []
            result.modules_not_read = []
        seen.add((task.artifact, task.files))
