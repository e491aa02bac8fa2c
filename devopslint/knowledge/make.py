"""What a call of make asks for: its targets, among options, their values and assignments of variables (GNU make's manual)."""

from __future__ import annotations

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_VALUED = frozenset({
    "-C", "--directory", "-f", "--file", "--makefile", "-I", "--include-dir", "-o", "--old-file", "--assume-old", "-W",
    "--what-if", "--new-file", "--assume-new", "-E", "--eval",
})  # fmt: skip
"""Options whose value is the next word where it does not stand in the same one."""
_GROUP = lazily(r"-[bBdeikLnpqrRsStw]+([CfIoWEjl])\Z")
"""Short options in one word, the last of which may have its value in the next."""
_COUNTED = frozenset({"-j", "--jobs", "-l", "--load-average", "--max-load"})
"""Options that take the next word only when it is a number."""
_NUMBER = lazily(r"[\d.]+\Z")
_ASSIGNMENT = lazily(r"[^=]*=")


def targets_asked_for(words: Sequence[str]) -> list[int]:
    """Return which words of a call of make, given without the `make` itself, are targets.

    A word that begins with `$` may be a number of jobs, and after an option that takes one it is none.
    """
    found: list[int] = []
    option = ""
    ended = False
    for index, word in enumerate(words):
        before, option = option, ""
        if before in _VALUED or (before in _COUNTED and (word.startswith("$") or _NUMBER.match(word))):
            continue
        if ended or not word.startswith("-"):
            if word and not _ASSIGNMENT.match(word):
                found.append(index)
        elif word == "--":
            ended = True
        else:
            group = _GROUP.match(word)
            option = f"-{group[1]}" if group else word
    return found
