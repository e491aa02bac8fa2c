"""What becomes of findings that a comment silences, and of the comments themselves, when all has been judged.

A comment that expired, that the configuration does not heed, or that silences a rule which is not `ignorable`, silences
nothing; what is wrong with comments becomes findings of `core/…` rules. Nothing here is kept in the cache, for the day
and the use of a comment are known only at the end.
"""

from __future__ import annotations

from devopslint.engine.analysis import missing
from devopslint.engine.artifacts import artifacts
from devopslint.policy.families import is_family
from devopslint.policy.finding import Finding, Location
from devopslint.policy.rule_files import group_of
from devopslint.policy.suppressions import Covering
from devopslint.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devopslint.engine.dispatch import Dispatch
    from devopslint.engine.task import Result
    from devopslint.policy.ignores import Ignore, Ignoring
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Named

    DispatchOf = Callable[[str], Dispatch]
    ReadLines = Callable[[str], Sequence[str]]

UNUSED, EXPIRED, REASONLESS, UNKNOWN_WORD = (
    "core/unused-ignore",
    "core/expired-ignore",
    "core/ignore-without-reason",
    "core/unknown-ignore",
)


_SLUGS = frozenset(identifier[5:] for identifier in (UNUSED, EXPIRED, REASONLESS, UNKNOWN_WORD))
MOST_SUGGESTIONS = 10
"""Unknown words of one file for which it is said what was probably meant."""


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
                or (why.peer and not ignoring.heeds_peers(finding.path))
                or ignoring.is_over(why.until)
                or finding.rule in dispatch_of(finding.path).selection.not_ignorable
            ):
                finding.suppressed = None
    if not ignoring.heeded or not any(result.ignores for result in results):
        return []
    settling = _Settling(ignoring, dispatch_of, read_lines, used, whole)
    for result in results:
        broken = result.failed or any(finding.rule == "core/syntax" for finding in result.findings)
        by_path: dict[str, list[Ignore]] = {}
        for path, ignore in result.ignores:
            by_path.setdefault(path, []).append(ignore)
        for path, ignores in by_path.items():
            settling.judge(path, ignores, sure=not broken)
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
        self._named: dict[int, Named] = {}
        self._about = Covering(())
        self._suggested = 0

    def judge(self, path: str, ignores: Sequence[Ignore], *, sure: bool) -> None:
        """Add what is to be said of the comments of a file; `sure` when the file has been judged whole."""
        dispatch = self.dispatch_of(path)
        self._about = Covering([one for one in ignores if any(_is_about_comments(word) for word, _, _ in one.words)])
        self._suggested = 0
        for ignore in ignores:
            whole = (ignore.line, ignore.column, ignore.end_column)
            if ignore.fault:
                self._add(dispatch, UNKNOWN_WORD, path, whole, ignore.fault)
            elif self.ignoring.is_over(ignore.until):
                message = f"the time of this ended with {ignore.until}: mend what it silences, or say anew until when"
                self._add(dispatch, EXPIRED, path, whole, message)
            if ignore.peer or ignore.fault:
                continue
            if not ignore.reason:
                self._add(dispatch, REASONLESS, path, whole, "nobody says why: add `-- reason`")
            for index, (word, line, column) in enumerate(ignore.words):
                if (path, ignore.line, ignore.column, index) not in self.used:
                    place = (line, column, column + len(word))
                    self._judge_unused(dispatch, path, place, word, ignore, sure)

    def _judge_unused(
        self,
        dispatch: Dispatch,
        path: str,
        place: tuple[int, int, int],
        word: str,
        ignore: Ignore,
        sure: bool,
    ) -> None:
        meant = self._rules_meant(dispatch, word)
        if not meant:
            message = f"there is no rule `{word}`{self._suggestion(dispatch, word)}"
            self._add(dispatch, UNKNOWN_WORD, path, place, message)
        elif sure and not self.ignoring.is_over(ignore.until) and self._ran(dispatch, meant):
            message = f"`{word}` silences nothing here"
            self._add(dispatch, UNUSED, path, place, message)

    def _rules_meant(self, dispatch: Dispatch, word: str) -> list[Rule]:
        key = id(dispatch)
        if key not in self._named:
            from devopslint.policy.selection import Named

            self._named[key] = Named(dispatch.catalog.rules())
        return self._named[key].meant(word)

    def _suggestion(self, dispatch: Dispatch, word: str) -> str:
        """Return what was probably meant, for the first words of a file: to look for it takes a while."""
        self._suggested += 1
        if self._suggested > MOST_SUGGESTIONS:
            return ""
        from devopslint.policy.selection import words_of
        from devopslint.policy.suggestion import suggestion

        return suggestion(word, words_of(dispatch.catalog.rules()))

    def _ran(self, dispatch: Dispatch, meant: Sequence[Rule]) -> bool:
        """Say whether all that a word means and that could have been found has been looked for."""
        running = [rule for rule in meant if dispatch.selection.runs(rule)]
        if not running or any(rule.id.startswith("core/") or missing(rule) for rule in running):
            return False
        if any(is_family(rule) and rule not in running for rule in meant):
            return False
        return self.whole or not any(_looks_at_all(group_of(rule.id)) for rule in running)

    def _add(
        self,
        dispatch: Dispatch,
        identifier: str,
        path: str,
        place: tuple[int, int, int],
        message: str,
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
            finding.suppressed = self._about.suppression(finding, 0, rule)
        self.findings.append(finding)


def _is_about_comments(word: str) -> bool:
    """Say whether a word names rules of ours about comments by themselves, and not among all others."""
    return word in {"core", "core/*"} or word.removeprefix("core/") in _SLUGS


def _looks_at_all(group: str) -> bool:
    """Say whether rules of a group may need the whole repository, which was not asked for."""
    artifact = artifacts().get(group)
    return artifact is not None and hasattr(artifact, "reduce") and not getattr(artifact, "GATHERS", "")
