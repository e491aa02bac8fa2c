"""Did you mean."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


MOST_CHOICES = 256
"""Known words among which the nearest is looked for; of more than these it takes a while for each unknown one."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean `x`?` for the known word that is most like `word`; empty when none is like it."""
    from difflib import get_close_matches
    from itertools import islice

    choices = {choice.lower(): choice for choice in islice(known, MOST_CHOICES + 1)}
    if len(choices) > MOST_CHOICES:
        return ""
    plain = word.lower()
    swapped = {plain.replace("_", "-"), plain.replace("-", "_"), plain.replace("-", ""), plain + "s", plain.rstrip("s")}
    for choice, written in choices.items():
        if choice != word and (choice in swapped or choice.replace("-", "") == plain):
            return f", did you mean `{written}`?"
    close = get_close_matches(plain, choices, 1, 0.72)
    return f", did you mean `{choices[close[0]]}`?" if close else ""
