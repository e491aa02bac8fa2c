"""Checks of an account's settings for its users."""

from __future__ import annotations

from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_KINDS = {
    "require_lowercase_characters": "lower-case letters",
    "require_uppercase_characters": "upper-case letters",
    "require_numbers": "digits",
    "require_symbols": "symbols",
}


def weak_passwords(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each kind of characters that is not asked for, and one for all that are not spoken of."""
    unsaid = []
    for name, kind in _KINDS.items():
        value = subject.get(name)
        if value is MISSING:
            unsaid.append(kind)
        elif value in (False, "false"):
            yield Problem(name, kinds=kind)
    if unsaid:
        yield Problem(kinds=", no ".join(unsaid))
