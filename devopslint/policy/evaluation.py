"""One subject under judgement by a condition, and what is to blame."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path


class Blame:
    """A value that made a condition fail: where it stands below the subject, what it is, and its origins.

    `item` is the path of the list item it belongs to when every item is a fault of its own.
    """

    __slots__ = ("item", "origins", "path", "value")

    def __init__(self, path: Path, value: Any, origins: tuple[Any, ...], item: Path | None) -> None:
        self.path = path
        self.value = value
        self.origins = origins
        self.item = item


class Evaluation:
    """One subject under judgement, and what has been found at fault so far."""

    __slots__ = ("blames", "item", "subject")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.blames: list[Blame] = []
        self.item: Path | None = None
