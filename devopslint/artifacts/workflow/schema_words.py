"""How faults of the form of a workflow are told: values, their types and their places in words."""

from __future__ import annotations

from devopslint.syntax.tree import Tagged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.syntax.tree import Path

TYPE_NAMES = {"sequence": "list", "null": "nothing", "allowed-values": "string"}
"""Types as GitHub's table calls them → as people do."""


def choices(words: list[str], *, quote: bool = True) -> str:
    """Return words as those of which one is meant."""
    shown = [f"`{word}`" if quote else word for word in words]
    if len(shown) > 9:
        return ", ".join([*shown[:8], "…"])
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def type_of(node: Any) -> str:
    """Return what people call the type of a value."""
    if node is None:
        return "nothing"
    if isinstance(node, bool):
        return "boolean"
    if isinstance(node, (int, float)):
        return "number"
    if isinstance(node, Tagged):
        return "a YAML tag, which a `!` begins: put it in quotes"
    if isinstance(node, str):
        return "string" if node else "empty string"
    return "list" if isinstance(node, list) else "mapping"


def where(path: Path) -> str:
    """Return a path as people write it: `jobs.build.steps[2]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "the file"
