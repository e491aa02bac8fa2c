"""Conjunction, disjunction and negation of conditions in three values, and which blames they keep."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from devopslint.policy.evaluation import Evaluation
    from devopslint.syntax.tree import Path

    Truth = bool | None
    Condition = Callable[[Evaluation, Path], Truth]


def combine(parts: list[Condition], conjunction: bool, blame: bool) -> Condition:
    """Return the conjunction or disjunction; blames stay only when the whole is at fault."""
    decisive = not conjunction

    def evaluate(evaluation: Evaluation, base: Path) -> Truth:
        before = len(evaluation.blames)
        result: Truth = conjunction
        for part in parts:
            truth = part(evaluation, base)
            if truth is decisive:
                result = decisive
                break
            if truth is None:
                result = None
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
    """Return the negation: not unknown is unknown."""

    def evaluate(evaluation: Evaluation, base: Path) -> Truth:
        truth = part(evaluation, base)
        return None if truth is None else not truth

    return evaluate
