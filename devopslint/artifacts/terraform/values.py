"""What the functions of Terraform give back: texts, lists and maps within bounds; and whom an expression asks for values."""

from __future__ import annotations

from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Candidate, Mark

    Origin = tuple[Source, int, int, str]

    class Resolve(Protocol):
        """What works out expressions."""

        def __call__(self, value: Any, subject: Any = None) -> Sequence[Candidate] | None:
            """Return the one candidate of an expression; `None` for a plain value."""

    class Scope(Protocol):
        """What knows the values of variables and locals."""

        def lookup(self, kind: str, name: str) -> tuple[Any, tuple[Origin, ...]]:
            """Return the value of `var.name` or `local.name` and where it comes from; UNKNOWN when it can't be known."""

        def read_file(self, path: str) -> Source | None:
            """Return a text file by its path from the folder; `None` when there is none."""

        @property
        def resolve(self) -> Resolve:
            """What works out expressions, each once."""

        def value(self, value: Any) -> Any:
            """Return a value with an expression replaced by what it comes to."""


MOST_ITEMS = 10_000
MOST_TEXT = 200_000


class EvaluationError(Exception):
    """What Terraform itself would refuse: a key that is not there, an argument of the wrong kind. `try` catches it."""


def text_of(value: Any) -> Any:
    """Return a value as Terraform writes it into a string; UNKNOWN stays. Raises EvaluationError for what has no text."""
    if value is UNKNOWN or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    raise EvaluationError("no text")


def rebuilt(value: Map | Seq, of: Callable[[Any], Any]) -> Any:
    """Return a map or a list in the same place, of what a function makes of each of its values."""
    if isinstance(value, Map):
        made = Map(value.start, value.end)
        made.update((key, of(item)) for key, item in value.items())
        made.at, made.open = dict(value.at), value.open
        return made
    items = Seq(value.start, value.end)
    items.extend(of(item) for item in value)
    items.at, items.open = value.at, value.open
    return items


def sequence(items: Any, open_ended: bool = False) -> Any:
    """Return the items as a list of known length, UNKNOWN when there are too many."""
    result = Seq()
    for item in items:
        result.add(item, (0, 0))
        if len(result) > MOST_ITEMS:
            return UNKNOWN
    result.open = open_ended
    return result


def mapping(pairs: Any, open_ended: bool = False) -> Map:
    """Return pairs of keys and values as a map."""
    result = Map()
    for key, value in pairs:
        result.put(key, value, (0, 0, 0, 0))
    result.open = open_ended
    return result


def standing_at(value: Any, mark: Mark, shape: Any = None) -> Any:
    """Return what an expression comes to: each part where the shape of the expression says, else where that itself does."""
    if isinstance(value, dict):
        made = Map(*mark)
        made.open = getattr(value, "open", False)
        known = shape if isinstance(shape, Map) else Map()
        for key, item in value.items():
            marks = known.at.get(str(key), (*mark, *mark))
            made.put(str(key), standing_at(item, marks[2:], known.get(str(key))), marks)
        return made
    if isinstance(value, list):
        items = Seq(*mark)
        items.open = getattr(value, "open", False)
        written = shape if isinstance(shape, Seq) else Seq()
        for index, item in enumerate(value):
            is_written = index < len(written)
            place = written.at[index] if is_written else mark
            items.add(standing_at(item, place, written[index] if is_written else None), place)
        return items
    return value
