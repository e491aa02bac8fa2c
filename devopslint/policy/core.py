"""Rules whose findings the engine itself makes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Problem, Subject


READING = frozenset({"core/syntax", "core/encoding", "core/binary", "core/too-large", "core/unreadable"})
"""Rules about files that could not be read as they should be."""
INTERNAL = "core/internal"
NOT_ANALYSED = "core/not-analysed"
ALWAYS = READING | {NOT_ANALYSED}
"""Rules that selecting others does not make silent."""


def reported_by_the_engine(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield nothing: no subject has this kind, and the engine reports these findings where they happen."""
    return iter(())
