"""Conjunction, disjunction and negation of conditions in three values, and which blames they keep."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from devopslint.policy.evaluation import Evaluation
    from devopslint.syntax.tree import Path

    Truth = bool | None
    Condition = Callable[[Evaluation, Path], Truth]


def joined(parts: Sequence[Callable[..., Truth]], conjunction: bool) -> Callable[..., Truth]:
    """Return the conjunction or disjunction of what is asked of the same; what stands behind one that decides is not asked."""
    decisive = not conjunction

    def judge(*given: Any) -> Truth:
        result: Truth = conjunction
        for part in parts:
            truth = part(*given)
            if truth is decisive:
                return truth
            if truth is None:
                result = None
        return result

    return judge


def opposite(truth: Truth) -> Truth:
    """Return the negation of a truth: not unknown is unknown."""
    return None if truth is None else not truth


def combine(parts: list[Condition], conjunction: bool, blame: bool) -> Condition:
    """Return the conjunction or disjunction; blames stay only when the whole is at fault."""
    judge = joined(parts, conjunction)

    def evaluate(evaluation: Evaluation, base: Path) -> Truth:
        before = len(evaluation.blames)
        result = judge(evaluation, base)
        if result is not blame:
            del evaluation.blames[before:]
        return result

    return evaluate


def singly(parts: list[Condition], blame: bool) -> Condition:
    """Return the group that is at fault when one of its parts is: each of these is a finding of its own."""

    def evaluate(evaluation: Evaluation, base: Path) -> Truth:
        result: Truth = not blame
        outer = evaluation.item
        for part in parts:
            before = len(evaluation.blames)
            truth = part(evaluation, base)
            if truth is blame:
                result = blame
                found = evaluation.blames[before:]
                for one in found:
                    if one.item == outer:
                        one.item = found[0].path
            else:
                del evaluation.blames[before:]
                if truth is None and result is not blame:
                    result = None
        return result

    return evaluate


def negate(part: Condition) -> Condition:
    """Return the negation of a condition."""
    return lambda evaluation, base: opposite(part(evaluation, base))
