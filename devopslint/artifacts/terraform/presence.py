"""Whether an expression certainly has a value, though nobody can know which."""

from __future__ import annotations

from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_RESOURCE = r"((?:data\.)?(?!(?:var|local|module|each|self|path)\.)[a-z]\w*\.[\w-]+)"
_IDENTITY = r"\.(?:id|arn|name|key_name|self_link|email)"
"""What every resource has once it is made. Other attributes may be null: those that are optional."""
_OF_ONE = lazily(
    rf"{_RESOURCE}(?:\[[^\]]*\])?{_IDENTITY}"
    rf"|element\(\s*{_RESOURCE}(?:\[\*\]|\.\*){_IDENTITY}\s*,[^,()]+\)|{_RESOURCE}(?:\[\*\]|\.\*){_IDENTITY}\[[^\]]*\]"
)
"""What fails where there is no such resource."""
_OF_ONE_IF_ANY = lazily(rf"one\(\s*{_RESOURCE}(?:\[\*\]|\.\*){_IDENTITY}\s*\)")


def certainly_set(value: Any, is_made: Callable[[str], bool]) -> bool:
    """Say whether a value that can't be known is certainly not null.

    What a text is put together from may be unknown: a text it is. What a resource is known by is there, too, where it
    stands alone and not in a condition. A template of one interpolation alone is what is in it, null too.
    `is_made` says of the address of a resource whether it certainly has an instance.
    """
    if not isinstance(value, Expression):
        return False
    text = value.text
    if text.startswith('"${') and text.find("}") == len(text) - 2:
        text = text[3:-2].strip()
    elif text.startswith(('"', "<<")):
        return True
    if _OF_ONE.fullmatch(text):
        return True
    several = _OF_ONE_IF_ANY.fullmatch(text)
    return several is not None and is_made(several.group(1))
