"""What becomes of findings that a comment silences, and of the comments themselves, when all has been judged.

A comment that expired, that the configuration does not heed, or that silences a rule which is not `ignorable`, silences
nothing; what is wrong with comments becomes findings of `core/…` rules. Nothing here is kept in the cache, for the day
and the use of a comment are known only at the end.
"""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.policy.finding import Finding, Location
from devopslint.policy.rule_files import group_of
from devopslint.policy.suppressions import suppression_for
from devopslint.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devopslint.engine.dispatch import Dispatch
    from devopslint.engine.task import Result
    from devopslint.policy.ignores import Ignore, Ignoring
    from devopslint.policy.rule import Rule

    DispatchOf = Callable[[str], Dispatch]
    ReadLines = Callable[[str], Sequence[str]]

UNUSED, EXPIRED, REASONLESS, UNKNOWN_WORD = (
    "core/unused-ignore",
    "core/expired-ignore",
    "core/ignore-without-reason",
    "core/unknown-ignore",
)


def settle(
    results: Sequence[Result], ignoring: Ignoring, dispatch_of: DispatchOf, read_lines: ReadLines, *, whole: bool
) -> list[Finding]:
    """Take back what silences nothing, and return what is to be said of the comments of a run's files."""
    used: set[tuple[str, int, int, int]] = set()
    for result in results:
        for finding in result.findings:
            why = finding.suppressed
            if why is None or why.kind != "inline":
                continue
            if why.comment is not None:
                used.add(why.comment)
            if (
                not ignoring.heeded
                or (why.peer and not ignoring.peers)
                or ignoring.is_over(why.until)
                or finding.rule in dispatch_of(finding.path).selection.not_ignorable
            ):
                finding.suppressed = None
    if not ignoring.heeded or not any(result.ignores for result in results):
        return []
    settling = _Settling(ignoring, dispatch_of, read_lines, used, whole)
    for result in results:
        broken = result.failed or any(finding.rule == "core/syntax" for finding in result.findings)
        for path in dict.fromkeys(path for path, _ in result.ignores):
            settling.judge(path, [ignore for of, ignore in result.ignores if of == path], sure=not broken)
    return settling.findings


class _Settling:
    """The comments under judgement, file by file."""

    def __init__(
        self,
        ignoring: Ignoring,
        dispatch_of: DispatchOf,
        read_lines: ReadLines,
        used: set[tuple[str, int, int, int]],
        whole: bool,
    ) -> None:
        self.ignoring = ignoring
        self.dispatch_of = dispatch_of
        self.read_lines = read_lines
        self.used = used
        self.whole = whole
        self.findings: list[Finding] = []

    def judge(self, path: str, ignores: Sequence[Ignore], *, sure: bool) -> None:
        """Add what is to be said of the comments of a file; `sure` when the file has been judged whole."""
        dispatch = self.dispatch_of(path)
        for ignore in ignores:
            whole = (ignore.line, ignore.column, ignore.end_column)
            if ignore.fault:
                self._add(dispatch, UNKNOWN_WORD, path, whole, ignore.fault, ignores)
            elif self.ignoring.is_over(ignore.until):
                message = f"the time of this ended with {ignore.until}: mend what it silences, or say anew until when"
                self._add(dispatch, EXPIRED, path, whole, message, ignores)
            if ignore.peer or ignore.fault:
                continue
            if not ignore.reason:
                self._add(dispatch, REASONLESS, path, whole, "nobody says why: add `-- reason`", ignores)
            for index, (word, line, column) in enumerate(ignore.words):
                if (path, ignore.line, ignore.column, index) not in self.used:
                    place = (line, column, column + len(word))
                    self._judge_unused(dispatch, path, place, word, ignore, ignores, sure)

    def _judge_unused(
        self,
        dispatch: Dispatch,
        path: str,
        place: tuple[int, int, int],
        word: str,
        ignore: Ignore,
        ignores: Sequence[Ignore],
        sure: bool,
    ) -> None:
        from devopslint.policy.selection import selects, words_of
        from devopslint.policy.suggestion import suggestion

        rules = list(dispatch.catalog.rules())
        meant = [rule for rule in rules if word == "*" or selects(word, rule)]
        if not meant:
            message = f"there is no rule `{word}`{suggestion(word, words_of(rules))}"
            self._add(dispatch, UNKNOWN_WORD, path, place, message, ignores)
        elif sure and not self.ignoring.is_over(ignore.until) and self._ran(dispatch, meant):
            message = f"`{word}` silences nothing here"
            self._add(dispatch, UNUSED, path, place, message, ignores)

    def _ran(self, dispatch: Dispatch, meant: Sequence[Rule]) -> bool:
        """Say whether all that a word means and that could have been found has been looked for."""
        running = [rule for rule in meant if dispatch.selection.runs(rule)]
        if not running or any(rule.id.startswith("core/") for rule in running):
            return False
        return self.whole or not any(_looks_at_all(group_of(rule.id)) for rule in running)

    def _add(
        self,
        dispatch: Dispatch,
        identifier: str,
        path: str,
        place: tuple[int, int, int],
        message: str,
        ignores: Sequence[Ignore],
    ) -> None:
        rule = dispatch.core.get(identifier)
        if rule is None:
            return
        line, column, end_column = place
        lines = self.read_lines(path)
        text = lines[line - 1] if line <= len(lines) else ""
        end_column = max(column, min(end_column, len(text) + 1))
        finding = Finding(
            identifier, rule.level, message, Location(path, Span(line, column, line, end_column)), line_text=text
        )
        if identifier not in dispatch.selection.not_ignorable:
            others = [one for one in ignores if identifier != UNUSED or (one.line, one.column) != (line, column)]
            finding.suppressed = suppression_for(
                finding, 0, rule, [one for one in others if _is_about(one, identifier)]
            )
        self.findings.append(finding)


def _is_about(ignore: Ignore, identifier: str) -> bool:
    """Say whether a comment names a rule of ours about comments by itself, and not among all others."""
    return any(word in {identifier, identifier[5:], "core", "core/*"} for word, _, _ in ignore.words)


def _looks_at_all(group: str) -> bool:
    """Say whether rules of a group may need the whole repository, which was not asked for."""
    artifact = artifacts().get(group)
    return artifact is not None and hasattr(artifact, "reduce") and not getattr(artifact, "GATHERS", "")
