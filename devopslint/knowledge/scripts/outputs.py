"""Where the output of a command goes: into the log, or into a file, a variable or another command."""

from __future__ import annotations

from devopslint.knowledge.scripts.trees import tree_of
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from devopslint.syntax.shell import Command, Script, Tree

_INTO_FILE = lazily(r"[1&]?>[>|]?\s*(?!&|[\"']?/dev/(?:stdout|stderr|tty|fd/[12])\b)\S")


def way_of_output(script: Script, command: Command) -> str | None:
    """Return the rest of the pipeline that the output of a command goes through before it is in the log.

    It is empty when nothing stands in between, and `None` when the output never gets there: it, or that of a block around
    it, goes into a file, a variable, or the arguments of another command.
    """
    tree = tree_of(script, command.fragment)
    node = tree.root.descendant_for_byte_range(command.start, max(command.end - 1, command.start)) if tree else None
    rest = ""
    while tree is not None and node is not None:
        above = node.parent
        if node.type in {"command_substitution", "process_substitution"}:
            return None
        if node.type == "redirected_statement" and _is_written(node, tree):
            return None
        if above is not None and above.type == "pipeline":
            rest += tree.fragment.text[node.end_byte : above.end_byte]
        node = above
    return rest


def _is_written(statement: Node, tree: Tree) -> bool:
    """Say whether a statement with redirections writes into a file."""
    open_nodes = list(statement.children)
    for node in open_nodes:
        if node.type == "file_redirect" and _INTO_FILE.match(tree.text(node)):
            return True
        if node.type == "heredoc_redirect":
            open_nodes.extend(node.children)
    return False
