"""Patterns that do not do what they are there for."""

from __future__ import annotations

from devopslint.knowledge.ignore_patterns import is_wild
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.knowledge.ignore_patterns import Patterns
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_ENDS_ESCAPED = lazily(r"(?<!\\)(?:\\\\)*\\$")
_BRACKETS = lazily(r"(?:\\.|[^\\\[]|\[(?:\\.|[^\\\]])++\])*+$")
"""What is no bracket, and brackets that are closed; nothing in it is tried in two ways."""
_OTHER_FAULT = lazily(r"\S\s+#|^/?\.\.(?:/|$)")
"""A comment behind a pattern, and a pattern outside of the context: of these other rules tell."""


def invalid(subject: Subject, options: Options) -> Iterator[Problem]:
    """`!` alone, an open bracket, a backslash at the end."""
    patterns, index = _patterns(subject)
    one = patterns.all[index]
    if not one.pattern and one.keeps:
        yield Problem((), reason="nothing follows the `!`")
    elif _ENDS_ESCAPED.search(one.pattern):
        yield Problem((), reason="it ends with a backslash")
    elif not _BRACKETS.match(one.pattern):
        yield Problem((), reason="a bracket is not closed")


def _is_broken(pattern: str) -> bool:
    return _ENDS_ESCAPED.search(pattern) is not None or not _BRACKETS.match(pattern)


def unneeded_exception(subject: Subject, options: Options) -> Iterator[Problem]:
    """An exception from nothing: no pattern above it keeps out what it lets in."""
    patterns, index = _patterns(subject)
    one = patterns.all[index]
    if not one.keeps or not one.pattern or _OTHER_FAULT.search(one.text.removeprefix("!")) or _is_broken(one.pattern):
        return
    if not patterns.is_kept_out_above(index):
        yield Problem((), pattern=one.text)


def undone_exception(subject: Subject, options: Options) -> Iterator[Problem]:
    """An exception whose file a pattern below keeps out again: the last one that matches decides."""
    patterns, index = _patterns(subject)
    one = patterns.all[index]
    if not one.keeps or not one.pattern or is_wild(one.pattern) or not patterns.is_kept_out_above(index):
        return
    if _OTHER_FAULT.search(one.text.removeprefix("!")):
        return
    last = patterns.last_that_fits(one.pattern)
    if last > index and not patterns.all[last].keeps:
        source = subject.document.source
        below = patterns.all[last]
        related = [Related(Place(source, below.start, below.end), "keeps it out again")]
        yield Problem((), related=related, pattern=one.text, last=below.text)


def _patterns(subject: Subject) -> tuple[Patterns, int]:
    """Return the patterns of a subject's file, and the index of its own."""
    patterns, index = subject.context
    return patterns, index
