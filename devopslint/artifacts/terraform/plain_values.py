"""The values of plain expressions, references and templates of them, which are worked out without the grammar."""

from __future__ import annotations

from devopslint.artifacts.terraform.values import MOST_TEXT, text_of
from devopslint.syntax.hcl_nodes import HOLE
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from devopslint.artifacts.terraform.values import Origin, Scope

_LOOKED_UP = frozenset({"var", "local"})
_MORE = frozenset({"module", "path"})


def plain_value(text: str, scope: Scope, bound: Mapping[str, Any], origins: list[Origin]) -> tuple[Any] | None:
    """Return the value of a plain expression, alone in a tuple, and add where it comes from to `origins`.

    Returns `None` where more is to be done than to look something up. Raises EvaluationError for what Terraform would
    refuse.
    """
    if text[0] != '"':
        return _reference(text, scope, bound, origins)
    parts: list[str] = HOLE.split(text[1:-1])
    is_whole = len(parts) == 3 and not parts[0] and not parts[2]
    for index in range(1, len(parts), 2):
        found = _reference(parts[index], scope, bound, origins)
        if found is None or found[0] is UNKNOWN or is_whole:
            return found
        parts[index] = text_of(found[0])
    joined = "".join(parts)
    return (joined if len(joined) <= MOST_TEXT else UNKNOWN,)


def _reference(text: str, scope: Scope, bound: Mapping[str, Any], origins: list[Origin]) -> tuple[Any] | None:
    head, _, rest = text.partition(".")
    head = head.partition("[")[0]
    if head in bound or head in _MORE:
        return None
    if head not in _LOOKED_UP:
        return (UNKNOWN,)
    if not rest.replace("-", "_").isidentifier():
        return None
    value, found_at = scope.lookup(head, rest)
    origins.extend(found_at)
    settled = scope.resolve(value)
    if settled is None:
        return (value,)
    origins.extend(settled[0].origins)
    return (settled[0].value,)
