"""One rule, and what it says of one subject."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.policy.subject import Place, Problem, came_from, candidates, owner_of, parse_path
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.conditions import Condition
    from devopslint.policy.evaluation import Blame
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]
    Check = Callable[[Subject, Options], Iterable[Problem]]
    Verdict = tuple[Sequence[Problem], bool]
    Judge = Callable[[Subject], Verdict]

LEVELS = ("error", "warning", "note")
PLACEHOLDER = re.compile(r"\{([A-Za-z_.$][^{}\s]*)\}")
_LONGEST_VALUE = 80
_OFTEN_SHOWN = 200
"""Characters of a value, such as an address, that is likely to be shown in several messages."""
_DIGEST = re.compile(r"(sha(?:256|384|512):[0-9a-f]{12})[0-9a-f]{20,}")


class Rule:
    """A rule as the index holds it: `raw` has the fields of the rule file that a run needs.

    Conditions and checks are compiled when the first subject comes. `analyser` names what judges its subjects, many at
    once; such a rule has neither conditions nor a check.
    """

    __slots__ = (
        "_message", "_settled", "analyser", "check", "from_user", "id", "judge", "level", "needs", "options", "raw", "signs"
    )  # fmt: skip

    def __init__(self, identifier: str, raw: Mapping[str, Any], *, from_user: bool = False) -> None:
        self.id = identifier
        self.raw = raw
        self.level: str = raw["level"]
        self.options: dict[str, Any] = {name: option["default"] for name, option in raw.get("options", {}).items()}
        self.from_user = from_user
        self.analyser: str = raw.get("analyser", "")
        self.needs: Sequence[str] = raw.get("needs", ())
        """Words one of which stands in the files of a unit wherever the rule finds something; none when nothing is known."""
        self.signs: Sequence[str] = raw.get("signs", ())
        """Signs one of which a subject has wherever the rule finds something in it; none when nothing is known."""
        self.check: Check | None = None
        """The function that is all of the rule, once the first subject has come."""
        self.judge: Judge = self._begin
        """Returns the problems of a subject, and whether the rule was left undecided by something unknown."""
        self._message: list[str] | None = None
        self._settled: Rule | None = None

    @property
    def on(self) -> list[str]:
        """The subject kinds (`kind` or `kind.type`) that the rule is about."""
        on: list[str] = self.raw["on"]
        return on

    def tuned(self, level: str, options: Mapping[str, Any]) -> Rule:
        """Return the same rule with another level and some of its options set."""
        tuned = Rule(self.id, self.raw, from_user=self.from_user)
        tuned.level = level
        tuned.options = {**self.options, **options}
        return tuned

    def use_options(self, values: Mapping[str, Any]) -> None:
        """Set the options anew, so that conditions are compiled with them."""
        self.options = dict(values)
        self.check = None
        self.judge = self._begin
        self._settled = None

    def settled(self) -> Rule:
        """Return the rule for subjects that have nothing of what its conditions ask for: of all it says the same."""
        if self._settled is None:
            self._settled = self.tuned(self.level, self.options)
            self._settled.judge = self._settled._settle
        return self._settled

    def _settle(self, subject: Subject) -> Verdict:
        faults: list[Blame] = []
        verdict = _compiled_conditions(self, faults)(subject)
        self.judge = (lambda subject: (_problems(self, subject, faults), False)) if verdict[0] else lambda _: verdict
        return verdict

    def _begin(self, subject: Subject) -> Verdict:
        self.judge = _compiled_check(self) if "check" in self.raw else _compiled_conditions(self)
        return self.judge(subject)

    def message(self, subject: Subject, problem: Problem) -> str:
        """Return the rule's message with its `{names}` filled in."""
        if self._message is None:
            self._message = PLACEHOLDER.split(self.raw["message"])
        parts = self._message.copy()
        for index in range(1, len(parts), 2):
            name = parts[index]
            value: Any = problem.values.get(name, MISSING)
            if value is MISSING:
                value = self.options.get(name, MISSING)
            if value is MISSING and name == "address":
                value = subject.address
            if value is MISSING:
                value = "?" if name == "value" else _value_at(subject, name)
            parts[index] = _shown(value)
        return "".join(parts)


def _value_at(subject: Subject, name: str) -> Any:
    return _first(subject, parse_path(name))


def _first(subject: Subject, path: Path) -> Any:
    found = candidates(subject, path)
    return found[0].value if found else UNKNOWN


def _shown(value: Any) -> str:
    if value.__class__ is str:
        return _shown_text(value) if len(value) < _OFTEN_SHOWN else _shown_text.__wrapped__(value)
    if value is MISSING or value is None:
        return "nothing"
    if value is UNKNOWN:
        return "…"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = ", ".join(_shown(item) for item in value) if isinstance(value, (list, tuple)) else str(value)
    return _shown_text.__wrapped__(text)


@lru_cache(maxsize=256)
def _shown_text(text: str) -> str:
    text = " ".join(text.split())
    if "sha" in text:
        text = _DIGEST.sub(r"\1…", text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


_NOTHING: Verdict = ((), False)
_UNDECIDED: Verdict = ((), True)


def _compiled_check(rule: Rule) -> Judge:
    check = import_check(rule.raw["check"])
    options = rule.options
    if "when" not in rule.raw:
        rule.check = check
        return lambda subject: (list(check(subject, options)), False)

    from devopslint.policy.evaluation import Evaluation

    when = _compile_part(rule, "when", blame=False)

    def judge(subject: Subject) -> Verdict:
        truth = when(Evaluation(subject), ())
        if truth is not True:
            return _UNDECIDED if truth is None else _NOTHING
        return list(check(subject, options)), False

    return judge


def import_check(path: str) -> Check:
    """Return the function that `module:function` names. Raises ImportError or AttributeError when there is none."""
    from importlib import import_module

    module, _, name = path.partition(":")
    check: Check = getattr(import_module(module), name)
    return check


def _compiled_conditions(rule: Rule, faults: list[Blame] | None = None) -> Judge:
    """Return what judges by the conditions of a rule; `faults` gets what is to blame."""
    from devopslint.policy.evaluation import Evaluation

    when = _compile_part(rule, "when", blame=False) if "when" in rule.raw else None
    parts = [
        (_compile_part(rule, part, blame=fault), fault)
        for part, fault in (("require", False), ("forbid", True))
        if part in rule.raw
    ]

    def judge(subject: Subject) -> Verdict:
        evaluation = Evaluation(subject)
        concerned = True if when is None else when(evaluation, ())
        if concerned is False:
            return _NOTHING
        undecided = False
        for condition, fault in parts:
            evaluation.blames = []
            holds = condition(evaluation, ())
            if holds is fault:
                if faults is not None:
                    faults.extend(evaluation.blames)
                return (_problems(rule, subject, evaluation.blames), False) if concerned else _UNDECIDED
            if holds is None:
                undecided = True
        return _UNDECIDED if undecided else _NOTHING

    return judge


def _compile_part(rule: Rule, part: str, *, blame: bool) -> Condition:
    from devopslint.policy.conditions import compile_condition

    return compile_condition(rule.raw[part], blame, rule.options, (part,))


def _problems(rule: Rule, subject: Subject, blames: list[Blame]) -> list[Problem]:
    """Return one problem for each item at fault, or one for the whole: at the first value that exists, else the first."""
    if len(blames) == 1:
        return [_problem(rule, subject, blames)]
    items: dict[Any, list[Blame]] = {}
    for blame in blames:
        items.setdefault(blame.item, []).append(blame)
    if len(items) > 1:
        items.pop(None, None)
    if not items:
        return [Problem(rule.raw.get("at", ()), part=rule.raw.get("part", "value"))]
    return [_problem(rule, subject, group) for group in items.values()]


def _problem(rule: Rule, subject: Subject, blames: list[Blame]) -> Problem:
    raw = rule.raw
    blame = blames[0]
    if len(blames) > 1:
        blame = next((one for one in blames if one.value is not MISSING and one.value is not None), blame)
    path = blame.path
    if "at" in raw:
        path = parse_path(raw["at"])
        if blame.item and raw["at"].startswith("."):
            path = blame.item + path
    place = place_of(subject, path, raw.get("part", "value"))
    below = {}
    if blame.item and "{." in raw["message"]:
        names = [name for name in PLACEHOLDER.findall(raw["message"]) if name.startswith(".")]
        below = {name: _first(subject, blame.item + parse_path(name)) for name in names}
    value = blame.value
    if value is UNKNOWN and path is blame.path:
        value = place.source.text[place.start : place.end]  # what certainly is there is shown as it is written
    return Problem(place, related=came_from(blame.origins), value=value, **below)


def place_of(subject: Subject, path: tuple[str | int, ...], part: str) -> Place:
    """Return the place of a path that may begin with the name of a parent."""
    if path and path[0] in subject.parents:
        subject, path = owner_of(subject, path)
    return subject.place(path, part)
