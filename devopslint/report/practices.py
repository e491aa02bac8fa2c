"""What a run has checked of each practice."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Practice:
    """A practice, and how many of its rules ran.

    `name` is its key (`containers/non-root`), `title` its name for people. `ran` counts the rules that met files of
    their kind; `idle` the others, by the reason in words (`not selected`, `not run (no Terraform files)`).
    """

    __slots__ = ("idle", "name", "ran", "title")

    def __init__(self, name: str, title: str, ran: int = 0, idle: Mapping[str, int] | None = None) -> None:
        self.name = name
        self.title = title
        self.ran = ran
        self.idle: Mapping[str, int] = idle or {}

    def __repr__(self) -> str:
        return f"<Practice {self.name} {self.ran} {dict(self.idle)}>"
