"""A condition told step by step: what was asked, of which values, and whether it held. Only `explain` comes here.

Every step is compiled and evaluated for itself, so that the conditions of an ordinary run carry nothing of it.
"""

from __future__ import annotations

from devopslint.policy.conditions import Evaluation, compile_condition, is_constraint
from devopslint.policy.subject import candidates, owner_of, parse_path
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

MOST_ITEMS = 20
"""Items of a list that are told one by one."""
LONGEST = 100


class Step:
    """One step: its text, whether it holds (`None`: unknown), the values it met with their places, and its parts."""

    __slots__ = ("children", "text", "truth", "values")

    def __init__(self, text: str, truth: bool | None) -> None:
        self.text = text
        self.truth = truth
        self.values: list[tuple[str, str]] = []
        self.children: list[Step] = []

    def lines(self, depth: int = 0) -> list[str]:
        """Return the step and its parts as indented lines."""
        word = {True: "holds", False: "does not hold", None: "unknown"}[self.truth]
        lines = [f"{'  ' * depth}{word:<13}  {self.text}"]
        lines += [f"{'  ' * depth}{'':<13}    {value}  {place}".rstrip() for value, place in self.values]
        for child in self.children:
            lines += child.lines(depth + 1)
        return lines


def trace(name: str, raw: Mapping[str, Any], subject: Subject, options: Mapping[str, Any], base: Path = ()) -> Step:
    """Return a condition of a rule (`when`, `require`, `forbid`) as steps, evaluated for a subject."""
    whole = Step(name, _truth(raw, subject, options, base))
    for key, value in raw.items():
        if key in {"all", "any"} and isinstance(value, list):
            group = Step(f"{key} of", _truth({key: value}, subject, options, base))
            group.children = [trace(f"{number}", item, subject, options, base) for number, item in enumerate(value, 1)]
            whole.children.append(group)
        elif key == "not":
            group = Step("not", _truth({key: value}, subject, options, base))
            group.children = [trace("what is denied", value, subject, options, base)]
            whole.children.append(group)
        elif key == "related":
            whole.children.append(_related(value, subject, options, base))
        else:
            whole.children.append(_leaf(str(key), value, subject, options, base))
    return whole


def _related(value: Mapping[str, Any], subject: Subject, options: Mapping[str, Any], base: Path) -> Step:
    step = Step(f"related: {shown(value)}", _truth({"related": value}, subject, options, base))
    for type_name in value:
        others = list(subject.related(type_name)) if subject.related is not None else []
        step.values += [(other.address or type_name, place_of(other, ())) for other in others]
        if not others:
            step.values.append((f"no {type_name} refers to it", ""))
    return step


def _leaf(key: str, raw: Any, subject: Subject, options: Mapping[str, Any], base: Path) -> Step:
    path = base + (() if key == "." else parse_path(key))
    step = Step(f"{key}: {shown(_filled(raw, options))}", _truth({key: raw}, subject, options, base))
    found = candidates(subject, path)
    for candidate in found:
        origins = "".join(
            f", from {source.path}:{source.position(start)[0]}" for source, start, _, _ in candidate.origins
        )
        step.values.append((shown(candidate.value), place_of(subject, path) + origins))
    if not isinstance(raw, dict):
        return step
    if len(raw) > 1:
        default = {"default": raw["default"]} if "default" in raw else {}
        step.children = [
            _part(word, operand, {key: {word: operand, **default}}, subject, options, base)
            for word, operand in raw.items()
            if word != "default"
        ]
    for word in ("each", "any_item"):
        if word in raw and len(found) == 1:
            step.children += _items(raw[word], found[0].value, subject, options, path)
        elif word == "where" and word in raw:
            step.children.append(trace("where", raw[word], subject, options, path))
    return step


def _part(
    word: str, operand: Any, raw: Mapping[str, Any], subject: Subject, options: Mapping[str, Any], base: Path
) -> Step:
    return Step(f"{word}: {shown(_filled(operand, options))}", _truth(raw, subject, options, base))


def _items(raw: Any, value: Any, subject: Subject, options: Mapping[str, Any], path: Path) -> list[Step]:
    keys: list[Any] = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    is_condition = not is_constraint(raw)
    steps = []
    for key in keys[:MOST_ITEMS]:
        below = (*path, key)
        if is_condition:
            steps.append(trace(f"[{key}]", raw, subject, options, below))
        else:
            step = Step(f"[{key}]", _truth({".": raw}, subject, options, below))
            step.values = [(shown(one.value), place_of(subject, below)) for one in candidates(subject, below)]
            steps.append(step)
    return steps


def _truth(raw: Mapping[str, Any], subject: Subject, options: Mapping[str, Any], base: Path) -> bool | None:
    return compile_condition(dict(raw), False, options)(Evaluation(subject), base)


def place_of(subject: Subject, path: Path) -> str:
    """Return `file:line:column` of a path below a subject or one of its parents."""
    owner, rest = owner_of(subject, path)
    place = owner.place(rest)
    line, column = place.source.position(place.start)
    return f"{place.source.path}:{line}:{column}"


def _filled(raw: Any, options: Mapping[str, Any]) -> Any:
    if isinstance(raw, dict):
        if len(raw) == 1 and "option" in raw:
            return options.get(raw["option"], raw)
        return {key: _filled(value, options) for key, value in raw.items()}
    return raw


def shown(value: Any) -> str:
    """Return a value as people write it, cut when it is long."""
    text = _shown(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _shown(value: Any) -> str:
    if value is MISSING:
        return "(absent)"
    if value is UNKNOWN:
        return "(unknown)"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)
