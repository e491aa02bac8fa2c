"""The rows of a matrix that can be known from the file."""

from __future__ import annotations

from devopslint.syntax.tree import UNKNOWN, Candidate, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

    Cell = tuple[Any, Mark]

MOST_ROWS = 256
"""As many as GitHub allows."""


def read_matrix(job: Map, source: Source) -> Matrix | None:
    """Return the matrix of a job, or `None` when it has none."""
    strategy = job.get("strategy")
    if is_expression(strategy):
        return Matrix(UNKNOWN, source)
    if not isinstance(strategy, Map) or "matrix" not in strategy:
        return None
    return Matrix(strategy["matrix"], source)


def is_expression(value: Any) -> bool:
    """Say whether a value is a string with an expression in it."""
    return value is UNKNOWN or (isinstance(value, str) and "${{" in value)


def has_expression(value: Any) -> bool:
    """Say whether there is an expression anywhere in a value."""
    if isinstance(value, Map):
        return any(has_expression(inner) for inner in value.values())
    if isinstance(value, Seq):
        return any(has_expression(inner) for inner in value)
    return is_expression(value)


class Matrix:
    """A matrix: `keys` are the names that `matrix.x` may have; `is_static` says that all of it stands in the file.

    `rows` are the combinations, each a name → (value, mark); empty when it is not static.
    """

    __slots__ = ("_rows", "exclude", "include", "is_static", "keys", "source", "value", "vectors")

    def __init__(self, value: Any, source: Source) -> None:
        self.value = value
        self.source = source
        self.vectors: dict[str, list[Cell]] = {}
        self.include = Seq()
        self.exclude = Seq()
        self._rows: list[dict[str, Cell]] | None = None
        self.is_static = isinstance(value, Map)
        if not isinstance(value, Map):
            self.keys: frozenset[str] | None = None
            return
        names: set[str] = set()
        open_keys = False
        for key, items in value.items():
            if key in {"include", "exclude"}:
                if isinstance(items, Seq):
                    setattr(self, key, items)
                    open_keys = open_keys or (key == "include" and any(not isinstance(item, Map) for item in items))
                    self.is_static = self.is_static and not any(not isinstance(item, Map) for item in items)
                else:
                    self.is_static = False
                    open_keys = open_keys or key == "include"
                continue
            names.add(key.lower())
            if isinstance(items, Seq):
                self.vectors[key] = list(zip(items, items.at, strict=False))
                self.is_static = self.is_static and not any(is_expression(item) for item in items)
            else:
                self.is_static = False
        for row in self.include:
            if isinstance(row, Map):
                names.update(key.lower() for key in row)
        self.keys = None if open_keys or value.open else frozenset(names)

    @property
    def rows(self) -> list[dict[str, Cell]]:
        """Every combination, with `exclude` and `include` applied as GitHub does; made once."""
        if self._rows is None:
            self._rows = self._combine() if self.is_static else []
        return self._rows

    def _combine(self) -> list[dict[str, Cell]]:
        rows: list[dict[str, Cell]] = [{}] if self.vectors else []
        for key, cells in self.vectors.items():
            if len(rows) * len(cells) > MOST_ROWS:
                self.is_static = False
                return []
            rows = [{**row, key: cell} for row in rows for cell in cells]
        excluded = [item for item in self.exclude if isinstance(item, Map)]
        rows = [row for row in rows if not any(_agrees(row, item, row) for item in excluded)]
        originals = [dict(row) for row in rows]
        for item in self.include:
            if not isinstance(item, Map):
                continue
            added: dict[str, Cell] = {key: (item[key], item.at[key][2:]) for key in item}
            matched = False
            for row, original in zip(rows, originals, strict=False):
                if _agrees(original, item, self.vectors):
                    row.update(added)
                    matched = True
            if not matched:
                rows.append(added)
        if len(rows) > MOST_ROWS:
            self.is_static = False
            return []
        return rows

    def candidates(self, path: tuple[str, ...]) -> list[Candidate] | None:
        """Return the distinct values of `matrix.a.b` (lower-case names), `None` when they can't be known."""
        if not self.is_static or not path:
            return None
        found: dict[tuple[int, int], Candidate] = {}
        for row in self.rows:
            cell = next((cell for key, cell in row.items() if key.lower() == path[0]), None)
            if cell is None:
                found.setdefault((-1, -1), Candidate(""))
                continue
            value, mark = cell
            for name in path[1:]:
                below = next((key for key in value if key.lower() == name), None) if isinstance(value, Map) else None
                if below is None:
                    value = ""
                    break
                mark = value.at[below][2:]
                value = value[below]
            if is_expression(value):
                return None
            found.setdefault(
                mark, Candidate(value, [(self.source, *mark, f"`matrix.{'.'.join(path)}` is `{value}` here")])
            )
        return list(found.values()) or None


def _agrees(row: dict[str, Cell], item: Map, known: Any) -> bool:
    """Say whether a row has every value of an `exclude` or `include` item, as far as the names in `known` go."""
    written = {key.lower(): key for key in known}
    return all(
        key.lower() not in written or (written[key.lower()] in row and _same(row[written[key.lower()]][0], value))
        for key, value in item.items()
    )


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, Map) and isinstance(wanted, Map):
        return all(key in value and _same(value[key], inner) for key, inner in wanted.items())
    return bool(value == wanted) or str(value) == str(wanted)
