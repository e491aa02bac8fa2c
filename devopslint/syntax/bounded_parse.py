"""Parsing by a grammar of tree-sitter within bounds.

Where a text is broken, such a parser may look at all that follows at each of many places, or at all that it has read
so far at each of many faults.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node, Parser

    from devopslint.syntax.tree import Mark

MOST_LOOKS = 512
"""As often may a parser look at each byte, on average: people's scripts come to 7, broken ones to 30."""

_PIECE = 4096
"""A parser is handed so many bytes at a time. It asks for them again when it goes back, and behind the end of the text."""

_FOR_STRETCH = 8 * _PIECE
"""What a parser may be handed in vain for each stretch: it looks at a few bytes of a piece there, and goes back."""

_SECONDS = 0.2
_SECONDS_PER_BYTE = 10e-6
"""Processor time for one parse: thirty times what others take, so that a slow machine reads what a fast one reads."""

clock = time.thread_time


def parse_within(parser: Parser, data: bytes, stretches: Sequence[Mark] = ()) -> Node | None:
    """Return the root of the tree of a text, of which the parser reads some stretches (none: all); `None` at a bound."""
    length = sum(end - start for start, end in stretches) if stretches else len(data)
    if length <= MOST_LOOKS:
        return parser.parse(data).root_node
    left = MOST_LOOKS * length + _FOR_STRETCH * len(stretches)
    end = clock() + _SECONDS + _SECONDS_PER_BYTE * length

    def read(offset: int, _: object) -> bytes:
        nonlocal left
        if left < 0:  # as if the text ended here, so that the parser ends soon
            return b""
        piece = data[offset : offset + _PIECE]
        left -= len(piece)
        return piece

    def is_over(_: int, __: bool) -> bool:
        nonlocal left
        if clock() > end:
            left = -1
        return left < 0

    try:
        root = parser.parse(read, progress_callback=is_over).root_node
    except ValueError:  # it was ended
        root = None
    if left >= 0:
        return root
    parser.reset()
    return None
