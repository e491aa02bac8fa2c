"""What was probably meant by a word that nothing is called."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean `…`?` for a word that is nearly one of those known; else an empty string."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), 1)
    return f", did you mean `{close[0]}`?" if close else ""
