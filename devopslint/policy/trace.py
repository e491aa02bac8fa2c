"""A rule told step by step: what was asked, of which values, and whether it held. Only `explain` comes here.

Every step is compiled and evaluated for itself, so that the conditions of an ordinary run carry nothing of it.
"""

from __future__ import annotations

from devopslint.policy.conditions import CONSTRAINT_WORDS, compile_condition, is_constraint
from devopslint.policy.evaluation import Evaluation
from devopslint.policy.functions import FUNCTIONS, load_function
from devopslint.policy.subject import candidates, owner_of, parse_path
from devopslint.syntax.tree import MISSING, UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from devopslint.policy.subject import Place, Subject
    from devopslint.syntax.tree import Path

    Truth = bool | None

MOST_ITEMS = 20
"""Items of a list that are told one by one."""
LONGEST = 100
WORDS = {True: "holds", False: "does not hold", None: "unknown"}


class Value:
    """A value that a step met: how people write it, where it stands, and where it came from."""

    __slots__ = ("origins", "place", "text")

    def __init__(self, text: str, place: Place | None = None, origins: Iterable[Place] = ()) -> None:
        self.text = text
        self.place = place
        self.origins = list(origins)

    def line(self) -> str:
        """Return it on one line."""
        origins = "".join(f", from {written(place)}" for place in self.origins)
        return f"{self.text}  {written(self.place)}{origins}" if self.place is not None else self.text

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        plain: dict[str, Any] = {"value": self.text, "at": place_value(self.place) if self.place is not None else None}
        if self.origins:
            plain["from"] = [place_value(place) for place in self.origins]
        return plain


class Step:
    """One step: its text, whether it holds (`None`: unknown), the values it met, and its parts."""

    __slots__ = ("children", "text", "truth", "values")

    def __init__(self, text: str, truth: Truth) -> None:
        self.text = text
        self.truth = truth
        self.values: list[Value] = []
        self.children: list[Step] = []

    def lines(self, depth: int = 0) -> list[str]:
        """Return the step and its parts as indented lines."""
        lines = [f"{'  ' * depth}{WORDS[self.truth]:<13}  {self.text}"]
        lines += [f"{'  ' * depth}{'':<13}    {value.line()}" for value in self.values]
        for child in self.children:
            lines += child.lines(depth + 1)
        return lines

    def to_plain(self) -> dict[str, Any]:
        """Return the step and its parts as JSON has them."""
        return {
            "step": self.text,
            "holds": self.truth,
            "values": [value.to_plain() for value in self.values],
            "parts": [child.to_plain() for child in self.children],
        }


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
    step = Step(f"related: {shown(filled(value, options))}", _truth({"related": value}, subject, options, base))
    for type_name, condition in value.items():
        others = list(subject.related(type_name)) if subject.related is not None else []
        for other in others[:MOST_ITEMS]:
            name = other.address or type_name
            part = trace(name, condition, other, options) if condition else Step(name, True)
            part.values.insert(0, Value("it stands at", other.place()))
            step.children.append(part)
        if not others:
            step.values.append(Value(f"no {type_name} refers to it"))
    return step


def _leaf(key: str, raw: Any, subject: Subject, options: Mapping[str, Any], base: Path) -> Step:
    path = base + (() if key == "." else parse_path(key))
    step = Step(f"{key}: {shown(filled(raw, options))}", _truth({key: raw}, subject, options, base))
    found = candidates(subject, path)
    step.values = _values(subject, path)
    if isinstance(raw, dict):
        step.children = _parts(key, raw, subject, options, base, found[0].value if len(found) == 1 else MISSING)
    return step


def _parts(
    key: str, raw: Mapping[str, Any], subject: Subject, options: Mapping[str, Any], base: Path, value: Any
) -> list[Step]:
    """Return the parts of a constraint: its operators where it has several, and what an operator holds."""
    path = base + (() if key == "." else parse_path(key))
    default = {"default": raw["default"]} if "default" in raw else {}
    parts = []
    for word, operand in raw.items():
        if word == "default" or (word not in CONSTRAINT_WORDS and word != "option"):
            continue
        below: list[Step] = []
        if word in {"each", "any_item"}:
            below = _items(operand, value, subject, options, path)
        elif word == "where":
            below = [trace("where", operand, subject, options, path)]
        elif word in {"any", "all"} and isinstance(operand, list):
            below = [_one(shown(filled(item, options)), {key: item}, subject, options, base) for item in operand]
        elif word == "not":
            below = [_one(shown(filled(operand, options)), {key: operand}, subject, options, base)]
        elif word in FUNCTIONS:
            below = _made(word, operand, value, options)
        if len(raw) - len(default) > 1:
            part = _one(
                f"{word}: {shown(filled(operand, options))}", {key: {word: operand, **default}}, subject, options, base
            )
            part.children = below
            parts.append(part)
        else:
            parts += below
    return parts


def _one(text: str, raw: Mapping[str, Any], subject: Subject, options: Mapping[str, Any], base: Path) -> Step:
    return Step(text, _truth(raw, subject, options, base))


def _made(word: str, operand: Any, value: Any, options: Mapping[str, Any]) -> list[Step]:
    """Return what a function makes of a value, as a step that has no truth of its own but says what is compared."""
    if value is MISSING or value is UNKNOWN or value is None:
        return []
    try:
        made = load_function(word)(value)
    except (ValueError, TypeError):
        made = UNKNOWN
    step = Step(f"{word} of it is {shown(made)}", None if made is UNKNOWN else True)
    return [step]


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
            step.values = _values(subject, below)
            steps.append(step)
    return steps


def _truth(raw: Mapping[str, Any], subject: Subject, options: Mapping[str, Any], base: Path) -> Truth:
    return compile_condition(dict(raw), False, options)(Evaluation(subject), base)


def _values(subject: Subject, path: Path) -> list[Value]:
    owner, rest = owner_of(subject, path)
    return [value_at(owner, rest, found) for found in candidates(owner, rest)]


def value_at(owner: Subject, path: Path, candidate: Any) -> Value:
    """Return a candidate for the value at a path below a subject, with its place; of an unknown one, what stands there."""
    from devopslint.policy.subject import Place

    place = owner.place(path)
    text = shown(candidate.value)
    if candidate.value is UNKNOWN:
        raw = owner.raw(path)
        if raw is not MISSING and not isinstance(raw, (Map, list)):
            there = " ".join(place.source.text[place.start : place.end].split())
            text = f"(unknown: {there})" if there and len(there) <= LONGEST else text
    return Value(text, place, [Place(source, start, end) for source, start, end, _ in candidate.origins])


def written(place: Place) -> str:
    """Return `file:line:column` of a place."""
    line, column = place.source.position(place.start)
    return f"{place.source.path}:{line}:{column}"


def place_value(place: Place) -> dict[str, Any]:
    """Return a place as JSON has it."""
    line, column, end_line, end_column = place.source.span(place.start, place.end).as_tuple()
    return {
        "path": place.source.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def filled(raw: Any, options: Mapping[str, Any]) -> Any:
    """Return a condition with the values of options in it."""
    if isinstance(raw, dict):
        if len(raw) == 1 and "option" in raw:
            return options.get(raw["option"], raw)
        return {key: filled(value, options) for key, value in raw.items()}
    return [filled(item, options) for item in raw] if isinstance(raw, list) else raw


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
    return '"' + value.replace("\n", "\\n") + '"' if isinstance(value, str) else str(value)
