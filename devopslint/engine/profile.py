"""What each rule costs, for `--profile-rules`."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from devopslint.engine.dispatch import Dispatch, Table
    from devopslint.engine.judge import Judge
    from devopslint.engine.run import Performer
    from devopslint.engine.task import Result, Task
    from devopslint.policy.rule import Rule
    from devopslint.policy.subject import Problem, Subject


class Cost:
    """Seconds, subjects and problems of one rule, or seconds and tasks of reading one kind of file."""

    __slots__ = ("calls", "problems", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0
        self.problems = 0


class Costs:
    """The costs of all rules by id, and of reading by artifact (an empty name is recognising by content)."""

    __slots__ = ("reading", "rules")

    def __init__(self) -> None:
        self.rules: dict[str, Cost] = {}
        self.reading: dict[str, Cost] = {}

    def lines(self) -> Iterator[str]:
        """Yield a table for people, the dearest first."""
        everything = [*self.rules.values(), *self.reading.values()]
        total = sum(cost.seconds for cost in everything) or 1.0
        yield f"{'ms':>9} {'share':>6} {'subjects':>9} {'µs each':>8} {'found':>6}  rule"
        named = [
            *self.rules.items(),
            *((f"(reading {name or 'by content'})", one) for name, one in self.reading.items()),
        ]
        for name, cost in sorted(named, key=lambda one: (-one[1].seconds, one[0])):
            each = 1e6 * cost.seconds / cost.calls if cost.calls else 0.0
            share = 100 * cost.seconds / total
            yield f"{1000 * cost.seconds:9.1f} {share:5.1f}% {cost.calls:9} {each:8.1f} {cost.problems:6}  {name}"


class _TimedRule:
    """A rule that is timed; everything else is the rule's own."""

    __slots__ = ("_clock", "_cost", "_rule", "check")

    def __init__(self, rule: Rule, cost: Cost) -> None:
        self._rule = rule
        self._cost = cost
        self._clock = time.perf_counter
        self.check = None
        """What would go by `judge`."""

    def judge(self, subject: Subject) -> tuple[Sequence[Problem], bool]:
        cost = self._cost
        cost.calls += 1
        started = self._clock()
        try:
            problems, undecided = self._rule.judge(subject)
        finally:
            cost.seconds += self._clock() - started
        cost.problems += len(problems)
        return problems, undecided

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rule, name)


class _TimedDispatch:
    """Rules of a run that are timed."""

    def __init__(self, dispatch: Dispatch, costs: Costs) -> None:
        self._dispatch = dispatch
        self._costs = costs
        self._timed: dict[str, _TimedRule] = {}

    def rules_for(self, table: Table, subject: Subject) -> Sequence[Any]:
        return [self._of(rule) for rule in self._dispatch.rules_for(table, subject)]

    def _of(self, rule: Rule) -> _TimedRule:
        if rule.id not in self._timed:
            self._timed[rule.id] = _TimedRule(rule, self._costs.rules.setdefault(rule.id, Cost()))
        return self._timed[rule.id]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dispatch, name)


def _analyse(judge: Judge, result: Result, costs: Costs) -> None:
    """Let analysers judge what a task has put off, at the cost of their rules."""
    rules = {one.rule.id for one in result.deferred}
    if rules:
        started, before = time.perf_counter(), len(result.findings)
        judge.analyse([result])
        for rule in rules:
            cost = costs.rules.setdefault(rule, Cost())
            cost.seconds += (time.perf_counter() - started) / len(rules)
            cost.calls += 1
            cost.problems += max(len(result.findings) - before, 0)


def profiled(costs: Costs) -> Performer:
    """Return what judges tasks one by one in this process, and adds what every rule costs to `costs`."""

    def perform(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
        dispatches = judge.dispatches
        timed: dict[int, Any] = {}
        judge.dispatches = lambda index: timed.setdefault(index, _TimedDispatch(dispatches(index), costs))
        try:
            for task in tasks:
                reading = costs.reading.setdefault(task.artifact, Cost())
                reading.calls += 1
                before = sum(cost.seconds for cost in costs.rules.values())
                started = time.perf_counter()
                result = judge.judge(task)
                _analyse(judge, result, costs)
                yield result
                judge.workspace.forget(task.files)
                judging = sum(cost.seconds for cost in costs.rules.values()) - before
                reading.seconds += time.perf_counter() - started - judging
        finally:
            judge.dispatches = dispatches

    return perform
