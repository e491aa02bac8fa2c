"""The syntax tree of a part of a script."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.shell import Script, Tree


def tree_of(script: Script, fragment: Fragment | None) -> Tree | None:
    """Return the tree of a script, or of one that a command in it runs, by its text; `None` when there is none."""
    return script.once("trees by their texts", _by_fragment).get(id(fragment))


def _by_fragment(script: Script) -> dict[int, Tree]:
    return {id(tree.fragment): tree for tree in reversed(script.trees)}
