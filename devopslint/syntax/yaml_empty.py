"""YAML texts in which nothing stands."""

from __future__ import annotations

_NOTHING = frozenset({"", "---", "...", "null", "~"})


def says_nothing(text: str) -> bool:
    """Say whether a text holds nothing but comments, and what stands for nothing."""
    return all(line[:1] == "#" or line in _NOTHING for line in map(str.strip, text.split("\n")))


def first_words(text: str) -> tuple[int, int]:
    """Return where the first line stands that is more than a comment; of a text that says nothing, the first of all."""
    at = 0
    for line in text.split("\n"):
        inner = line.strip()
        if inner[:1] != "#" and inner not in _NOTHING:
            return at + line.index(inner), at + line.index(inner) + len(inner)
        at += len(line) + 1
    return 0, len(text.split("\n", 1)[0])
