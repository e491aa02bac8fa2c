"""What was probably meant by a word that nothing is called."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


_LIKENESS = 0.66
"""Less, and words are taken for each other that share nothing but an ending."""
_SHORTEST_START = 4


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean `…`?` for a word that is nearly one of those known, or how one begins; else an empty string."""
    from difflib import get_close_matches

    choices = list(known)
    close = get_close_matches(word, choices, 1, _LIKENESS)
    if not close and len(word) >= _SHORTEST_START:
        close = [choice for choice in choices if choice.startswith(word)][:1]
    return f", did you mean `{close[0]}`?" if close else ""
