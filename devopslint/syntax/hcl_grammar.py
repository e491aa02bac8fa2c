"""The grammar of HCL, tree-sitter-hcl's: imported when something is met that needs it."""

from __future__ import annotations

import codecs

import tree_sitter_hcl
from tree_sitter import Language, Parser, Range

from devopslint.syntax.bounded_parse import parse_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from devopslint.syntax.tree import Mark

_LANGUAGE = Language(tree_sitter_hcl.language())


def letters(text: str) -> bytes:
    """Return text with one ASCII letter for every code point outside ASCII: its byte offsets are ours."""
    return text.encode("ascii", "devopslint-letters")


def _letters(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "x" * (error.end - error.start), error.end


codecs.register_error("devopslint-letters", _letters)


def parse(data: bytes, stretches: Sequence[Mark] = ()) -> Node | None:
    """Return the root of the tree of a text, or of stretches of it as if nothing stood between them.

    `None` for a text that is so broken that the grammar would take too long.

    Offsets are those in the text; its lines are not told, and so not the lines and columns of nodes.
    """
    ranges = [Range((0, start), (0, end), start, end) for start, end in stretches]
    return parse_within(Parser(_LANGUAGE, included_ranges=ranges or None), data, stretches)
