"""What is known of a value of a manifest."""

from __future__ import annotations

from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

QUANTITY = lazily(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
"""An amount of cores, bytes or things: `500m`, `512Mi`, `1e3`."""


def plain(value: Any) -> bool:
    """Say whether a value is a known scalar, or null."""
    if value.__class__ is str and "{" not in value and "$(" not in value and value[:1] != "<":
        return True  # as nearly all are
    return not isinstance(value, (Map, Seq)) and known(value)


def known(value: Any) -> bool:
    """Say whether a value is known: no expression of a template or of envsubst, and no `<fill this in>`."""
    if isinstance(value, str):
        return not ("{{" in value or "${" in value or "$(" in value or (value[:1] == "<" and value[-1:] == ">"))
    return value is not UNKNOWN
