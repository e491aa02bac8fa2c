"""Conditions of rules, compiled once to closures and evaluated in three values.

A condition is a mapping of paths to constraints. Evaluation gives `True`, `False`, or `None` for what can't be known
(Kleene's logic: not unknown is unknown). Every closure is compiled for the truth that would be a fault (`blame`: false
under `require`, true under `forbid`), so that a value with several candidates is at fault when one of them is, and so
that what was at fault, and where, is at hand without a second evaluation.
"""

from __future__ import annotations

from devopslint.policy.evaluation import Blame, Evaluation
from devopslint.policy.functions import FUNCTIONS, MEASURES, load_function
from devopslint.policy.logic import combine, joined, negate, opposite, singly
from devopslint.policy.operators import LIFTED, OPERATORS, OperandError
from devopslint.policy.subject import SEVERAL, Subject, candidates, lone, path_in_rule, walk
from devopslint.syntax.tree import MISSING, UNKNOWN, Document, MaybeBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.operators import Test
    from devopslint.syntax.tree import Candidate, Path

    Truth = bool | None
    Constraint = Callable[[Any, "Evaluation", Path], Truth]
    Condition = Callable[["Evaluation", Path], Truth]

COMBINED = frozenset({"each", "any_item", "length", "keys", "where", "not", "any", "all", "default"})
"""Operators of a constraint that hold constraints or conditions themselves."""
_ANY = "any"
"""What stands for a value that is there and can't be known, where all that is asked is whether it is there."""
CONSTRAINT_WORDS = frozenset(OPERATORS) | COMBINED | frozenset(FUNCTIONS)


class ConditionError(ValueError):
    """A condition that makes no sense: what is wrong, and the path of it inside the condition."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def compile_condition(raw: Any, blame: bool, options: Mapping[str, Any] | None = None, at: Path = ()) -> Condition:
    """Return the closure of a condition. Raises ConditionError, with the place inside `raw`, when it makes no sense."""
    if not isinstance(raw, dict) or not raw:
        raise ConditionError("a condition is a mapping of paths to constraints", at)
    options = options or {}
    parts: list[Condition] = []
    for key, value in raw.items():
        here = (*at, key)
        if key in {"all", "any"}:
            if not isinstance(value, list) or not value:
                raise ConditionError(f"`{key}` takes a list of conditions", here)
            group = [compile_condition(item, blame, options, (*here, index)) for index, item in enumerate(value)]
            # What a rule forbids or requires in a list is a fault each; beside or below other things it is part of one.
            single = len(at) == 1 and len(raw) == 1 and key == ("any" if blame else "all")
            parts.append(singly(group, blame) if single else combine(group, key == "all", blame))
        elif key == "not":
            parts.append(negate(compile_condition(value, not blame, options, here)))
        elif key == "related":
            parts.extend(_related(value, blame, options, here))
        else:
            parts.append(_leaf(key, value, blame, options, here))
    return parts[0] if len(parts) == 1 else combine(parts, True, blame)


def _related(raw: Any, blame: bool, options: Mapping[str, Any], at: Path) -> list[Condition]:
    if not isinstance(raw, dict) or not raw:
        raise ConditionError("`related` takes a mapping of types to conditions", at)

    def one(type_name: str, condition: Condition | None) -> Condition:
        def evaluate(evaluation: Evaluation, base: Path) -> Truth:
            subject = evaluation.subject
            if subject.related is None:
                return None
            result: Truth = False
            for other in subject.related(type_name):
                truth = True if condition is None else condition(Evaluation(other), ())
                if truth is True:
                    return True
                if truth is None:
                    result = None
            return result

        return evaluate

    return [
        one(name, compile_condition(value, blame, options, (*at, name)) if value else None)
        for name, value in raw.items()
    ]


def _leaf(key: Any, raw: Any, blame: bool, options: Mapping[str, Any], at: Path) -> Condition:
    try:
        if not key:
            raise ConditionError("a path is missing: `.` is the subject itself", at)
        path = () if key == "." else path_in_rule(str(key))
    except ValueError as error:
        raise ConditionError(str(error), at) from None
    constraint = compile_constraint(raw, blame, options, at)
    return _on_path(path, constraint, blame) if isinstance(constraint, OnValue) else _below(path, constraint, blame)


def _on_path(path: Path, constraint: OnValue, blame: bool) -> Condition:
    """Return the condition that the value at a path passes a test: what nearly all are."""
    test = constraint.test

    def evaluate(evaluation: Evaluation, base: Path) -> Truth:
        subject = evaluation.subject
        whole = base + path if base else path
        value = lone(subject, whole)
        if value is SEVERAL:
            return _judge(constraint, evaluation, candidates(subject, whole), whole, blame)
        truth = test(value)
        if truth is blame:
            evaluation.blames.append(Blame(whole, value, (), evaluation.item))
        return truth

    def evaluate_presence(evaluation: Evaluation, base: Path) -> Truth:
        truth = evaluate(evaluation, base)
        if truth is None and evaluation.subject.certainly_has(base + path):
            truth = test(_ANY)
            if truth is blame:
                evaluation.blames.append(Blame(base + path, UNKNOWN, (), evaluation.item))
        return truth

    return evaluate_presence if constraint.asks_presence else evaluate


def _below(path: Path, constraint: Constraint, blame: bool) -> Condition:
    """Return the condition that what stands at and below a path fulfils a constraint."""

    def evaluate(evaluation: Evaluation, base: Path) -> Truth:
        subject = evaluation.subject
        if base:
            whole = base + path
            return _judge(constraint, evaluation, candidates(subject, whole), whole, blame)
        if not path or path[0] not in subject.parents:
            return _judge(constraint, evaluation, walk(subject, subject.value, path, 0, ()), path, blame)
        # What is so of an owner is so for each of many that it owns: a pod's containers, a workflow's steps.
        told = subject.parents[path[0]].told  # type: ignore[index]  # what is in parents is a name
        if evaluate not in told:
            before = len(evaluation.blames)
            truth = _judge(constraint, evaluation, candidates(subject, path), path, blame)
            told[evaluate] = truth, evaluation.blames[before:]
            del evaluation.blames[before:]
        truth, blames = told[evaluate]
        evaluation.blames.extend(blames)
        return truth

    return evaluate


def _judge(
    constraint: Constraint, evaluation: Evaluation, values: Sequence[Candidate], path: Path, blame: bool
) -> Truth:
    """Judge the values at a path; the first candidate at fault is blamed, unless something below it already was."""
    unknown = False
    blames = evaluation.blames
    before = len(blames)
    for candidate in values:
        truth = constraint(candidate.value, evaluation, path)
        if truth is blame:
            if len(blames) == before:
                blames.append(Blame(path, candidate.value, candidate.origins, evaluation.item))
            return blame
        if truth is None:
            unknown = True
    del blames[before:]
    return None if unknown else not blame


def compile_constraint(raw: Any, blame: bool, options: Mapping[str, Any], at: Path, lift: Any = None) -> Constraint:
    """Return the closure of a constraint on one value. Raises ConditionError when it makes no sense."""
    raw = _option(raw, options, at)
    if not isinstance(raw, dict):
        return OnValue(_test("in" if isinstance(raw, list) else "equals", raw, at, lift))
    if not raw:
        raise ConditionError("a constraint is a value or a mapping of operators", at)
    default: Any = MISSING
    parts: list[Constraint] = []
    for word, value in raw.items():
        operand = _option(value, options, (*at, word))
        if word == "default":
            default = operand
        elif word in OPERATORS:
            parts.append(OnValue(_test(word, operand, (*at, word), lift), word == "exists"))
        elif word in COMBINED:
            parts.append(_combined(word, operand, blame, options, (*at, word)))
        elif word in FUNCTIONS:
            parts.append(_function(word, operand, blame, options, (*at, word)))
        else:
            from devopslint.policy.suggestion import suggestion

            raise ConditionError(f"unknown operator `{word}`{suggestion(str(word), CONSTRAINT_WORDS)}", (*at, word))
    return _all_of(parts, blame, default)


def _all_of(parts: list[Constraint], blame: bool, default: Any) -> Constraint:
    judge = parts[0] if len(parts) == 1 else _either(parts, True)
    if default is MISSING:
        return judge
    if isinstance(judge, OnValue):
        return _made(lambda value: default if value is MISSING or value is None else value, judge)

    def test(value: Any, evaluation: Evaluation, path: Path) -> Truth:
        if value is MISSING or value is None:
            return _judge_apart(judge, default, evaluation, path)
        return judge(value, evaluation, path)

    return test


def _judge_apart(
    constraint: Constraint, value: Any, evaluation: Evaluation, path: Path, *, keys: bool = False
) -> Truth:
    """Judge a value that stands nowhere: what a function made, a default, the `keys` of a mapping.

    What is at fault in it is blamed on the value at `path` that it was made from, or on the key itself.
    """
    if not isinstance(value, (list, dict)):
        return constraint(value, evaluation, path)
    subject = evaluation.subject
    apart = Evaluation(Subject(subject.kind, value, document=Document(subject.document.source, value)))
    truth = constraint(value, apart, ())
    for blame in apart.blames:
        at = (*path, blame.value) if keys and blame.path else path
        item = evaluation.item if blame.item is None else (*path, *((blame.value,) if keys else blame.item))
        evaluation.blames.append(Blame(at, blame.value, (), item))
    return truth


def _test(word: str, operand: Any, at: Path, lift: Any = None) -> Test:
    try:
        if lift is not None and word in LIFTED:
            operand = [lift(item) for item in operand] if isinstance(operand, list) else lift(operand)
        return OPERATORS[word](operand)
    except OperandError as error:
        raise ConditionError(str(error), at) from None
    except (ValueError, TypeError) as error:
        raise ConditionError(f"`{word}`: {error}", at) from None


def _function(word: str, raw: Any, blame: bool, options: Mapping[str, Any], at: Path) -> Constraint:
    function = load_function(word)
    inner = compile_constraint(raw, blame, options, at, lift=function if word in MEASURES else None)

    def apply(value: Any) -> Any:
        if value is MISSING or value is UNKNOWN or value is None:
            return value
        try:
            return function(value)
        except (ValueError, TypeError):
            return UNKNOWN

    return _made(apply, inner)


def _made(make: Callable[[Any], Any], inner: Constraint, *, keys: bool = False) -> Constraint:
    """Return the constraint on what is made of a value."""
    if isinstance(inner, OnValue):
        test = inner.test
        return OnValue(lambda value: test(make(value)))
    return lambda value, evaluation, path: _judge_apart(inner, make(value), evaluation, path, keys=keys)


def _combined(word: str, raw: Any, blame: bool, options: Mapping[str, Any], at: Path) -> Constraint:
    if word in {"each", "any_item"}:
        return _items(raw, blame, options, at, every=word == "each")
    if word in {"any", "all"}:
        if not isinstance(raw, list) or not raw:
            raise ConditionError(f"`{word}` takes a list of constraints", at)
        return _either(
            [compile_constraint(item, blame, options, (*at, i)) for i, item in enumerate(raw)], word == "all"
        )
    if word == "not":
        inner = compile_constraint(raw, not blame, options, at)
        if isinstance(inner, OnValue):
            test = inner.test
            return OnValue(lambda value: opposite(test(value)), inner.asks_presence)
        return lambda value, evaluation, path: opposite(inner(value, evaluation, path))
    if word == "where":
        condition = compile_condition(raw, blame, options, at)
        return lambda value, evaluation, path: (
            None if value is UNKNOWN else value is not MISSING and condition(evaluation, path)
        )
    inner = compile_constraint(raw, blame, options, at)
    measure: Callable[[Any], Any] = len if word == "length" else list

    def measured(value: Any) -> Any:
        value = MISSING if value is None else value
        if value is UNKNOWN or value is MISSING:
            return value
        if not isinstance(value, (str, list, dict)) or getattr(value, "open", False):
            return UNKNOWN
        return measure(value)

    return _made(measured, inner, keys=True)


def _either(parts: list[Constraint], conjunction: bool) -> Constraint:
    tests = [part.test for part in parts if isinstance(part, OnValue)]
    if len(tests) == len(parts):
        return OnValue(joined(tests, conjunction))
    return joined(parts, conjunction)


def _items(raw: Any, blame: bool, options: Mapping[str, Any], at: Path, *, every: bool) -> Constraint:
    """Return the constraint on the items of a list or the values of a mapping.

    When each item is at fault by itself (`each` under require, `any_item` under forbid), each is blamed.
    What may be a block is itself the one item of a condition on paths.
    """
    item_test: Condition
    asks_below = not is_constraint(raw)
    if asks_below:
        item_test = compile_condition(raw, blame, options, at)
    else:
        constraint = compile_constraint(raw, blame, options, at)

        def judge_item(evaluation: Evaluation, path: Path) -> Truth:
            return _judge(constraint, evaluation, candidates(evaluation.subject, path), path, blame)

        item_test = _on_path((), constraint, blame) if isinstance(constraint, OnValue) else judge_item
    singly = every is not blame

    def test(value: Any, evaluation: Evaluation, path: Path) -> Truth:
        if value is UNKNOWN:
            return None
        if isinstance(value, dict):
            if asks_below and isinstance(value, MaybeBlock):
                return item_test(evaluation, path)
            keys: Any = list(value)
        elif isinstance(value, list):
            keys = range(len(value))
        else:
            return every if value is MISSING or value is None else None
        result: Truth = None if getattr(value, "open", False) else every
        before = len(evaluation.blames)
        outer = evaluation.item
        for key in keys:
            if singly:
                evaluation.item = (*path, key)
            truth = item_test(evaluation, (*path, key))
            if truth is (not every):
                result = not every
                if not singly:
                    break
            elif truth is None and result is every:
                result = None
        evaluation.item = outer
        if result is not blame:
            del evaluation.blames[before:]
        return result

    return test


def is_constraint(raw: Any) -> bool:
    """Say whether what stands under `each` is a constraint on the item, and not a condition on the paths below it.

    `any`, `all` and `not` belong to both, so that what they hold decides.
    """
    if not isinstance(raw, dict):
        return True
    return all(
        all(map(is_constraint, value if isinstance(value, list) else [value]))
        if word in {"any", "all", "not"}
        else word in CONSTRAINT_WORDS
        for word, value in raw.items()
    )


def _option(raw: Any, options: Mapping[str, Any], at: Path) -> Any:
    """Replace `{option: name}` by the option's value."""
    if isinstance(raw, dict) and len(raw) == 1 and "option" in raw:
        name = raw["option"]
        if not isinstance(name, str) or name not in options:
            raise ConditionError(f"the rule declares no option `{name}`", at)
        return options[name]
    return raw


class OnValue:
    """A constraint that asks for the value and nothing else, or only for whether there is one (`asks_presence`)."""

    __slots__ = ("asks_presence", "test")

    def __init__(self, test: Test, asks_presence: bool = False) -> None:
        self.test = test
        self.asks_presence = asks_presence

    def __call__(self, value: Any, evaluation: Evaluation, path: Path) -> Truth:
        """Say whether the value fulfils it."""
        return self.test(value)
