"""Patterns that do not do what they are there for."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.knowledge.ignore_patterns import Pattern
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_WILD = lazily(r"[*?\[]")
_BRACKETS = lazily(r"(?:\\.|[^\\\[]|\[\^?(?:\\.|[^\\\]])+\])*$")
"""What is no bracket, and brackets that are closed."""


def invalid(subject: Subject, options: Options) -> Iterator[Problem]:
    """`!` alone, an open bracket, a backslash at the end."""
    one, _, _ = _pattern(subject)
    if not one.pattern and one.keeps:
        yield Problem((), reason="nothing follows the `!`")
    elif re.search(r"(?<!\\)(?:\\\\)*\\$", one.pattern):
        yield Problem((), reason="it ends with a backslash")
    elif not _BRACKETS.match(one.pattern):
        yield Problem((), reason="a bracket is not closed")


def unneeded_exception(subject: Subject, options: Options) -> Iterator[Problem]:
    """An exception from nothing: no pattern above it keeps out what it lets in."""
    one, above, _ = _pattern(subject)
    if one.keeps and one.pattern and not any(_may_meet(other, one) for other in above if not other.keeps):
        yield Problem((), pattern=one.text)


def undone_exception(subject: Subject, options: Options) -> Iterator[Problem]:
    """An exception whose file a pattern below keeps out again: the last one that matches decides."""
    one, above, below = _pattern(subject)
    if not one.keeps or not one.pattern or _WILD.search(one.pattern) or "\\" in one.pattern:
        return
    if not any(_may_meet(other, one) for other in above if not other.keeps):
        return
    last = next((other for other in reversed(below) if other.expression.match(one.pattern)), None)
    if last is not None and not last.keeps:
        source = subject.document.source
        related = [Related(Place(source, last.start, last.end), "keeps it out again")]
        yield Problem((), related=related, pattern=one.text, last=last.text)


def _pattern(subject: Subject) -> tuple[Pattern, Sequence[Pattern], Sequence[Pattern]]:
    """Return the pattern of a subject, those above it, and those below."""
    patterns, index = subject.context
    return patterns[index], patterns[:index], patterns[index + 1 :]


def _may_meet(left: Pattern, right: Pattern) -> bool:
    """Say whether a path may match both, be it by a folder that it lies in."""
    for one, other in zip(left.parts, right.parts, strict=False):
        if "**" in one or "**" in other:
            return True
        if not _segments_may_meet(one, other):
            return False
    return True


def _segments_may_meet(one: str, other: str) -> bool:
    wild = [_WILD.search(text) is not None or "\\" in text for text in (one, other)]
    if all(wild) or "\\" in one + other:
        return True
    return fnmatchcase(other, one) if wild[0] else fnmatchcase(one, other)
