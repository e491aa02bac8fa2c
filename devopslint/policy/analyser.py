"""What the engine and an analyser know of each other.

An analyser is a module `devopslint.analysers.<name>`: a program of others that judges subjects, many at once. A rule
names it under `analyser`, and is a family: what it finds are members. The module is imported with the first subject.
"""

from __future__ import annotations

from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Protocol

    from devopslint.policy.subject import Place, Subject

    class Analyser(Protocol):
        """The module of one analyser."""

        def missing(self) -> str:
            """Say what is not there and how to get it; empty when the analyser can run."""

        def stamp(self) -> str:
            """Return what changes when the program that is run does."""

        def request(self, subject: Subject, options: Mapping[str, Any]) -> Any:
            """Return what is to be analysed of a subject; `None` when there is nothing."""

        def analyse(self, requests: Sequence[Any]) -> Sequence[Outcome]:
            """Return for each request what was found, or why nothing could be said, in few processes."""

    Outcome = Sequence["Found"] | str
    """What was found, or in words why it could not be looked for."""


class Found(Problem):
    """A problem that an analyser has found: the `member` of the family that it belongs to, and its level."""

    __slots__ = ("level", "member")

    def __init__(self, at: Place, member: str, level: str, **values: Any) -> None:
        super().__init__(at, **values)
        self.member = member
        self.level = level
