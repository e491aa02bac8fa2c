"""From an ignore file to its patterns."""

from __future__ import annotations

from devopslint.knowledge.ignore_patterns import Patterns, read_patterns
from devopslint.policy.subject import Subject
from devopslint.syntax.tree import Document, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.artifact import Unit


def read_unit(unit: Unit) -> Iterator[Subject]:
    """Yield a subject for each pattern: `pattern` as it stands behind `!`, `exception` for whether that is there."""
    for path in unit.files:
        source = unit.workspace.source(path)
        patterns = Patterns(read_patterns(source.text) if source is not None else ())
        for index, one in enumerate(patterns.all):
            assert source is not None
            value = Map(one.start, one.end)
            mark = value.header = one.start, one.end
            value.put("pattern", one.text.removeprefix("!").strip(), (*mark, *mark))
            value.put("exception", one.keeps, (*mark, *mark))
            yield Subject(
                "dockerignore.pattern",
                value,
                document=Document(source, value),
                address=one.text,
                header=mark,
                context=(patterns, index),
            )
