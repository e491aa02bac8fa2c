"""Globs over paths, as `.gitignore` and configuration files write them.

They come with the repository, so that no glob and no name may make the search long: names are compared one after the
other, and within a name no `*` is tried twice.
"""

from __future__ import annotations

import re

from devopslint.syntax.patterns import between_stars

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Test = Callable[[str], object]
    """Says whether a name fits; its truth counts."""


class Glob:
    """One glob over the names of a path.

    `*`, `?` and `[…]` stay within a name, `**` as a name of its own stands for any number of names; a glob without a `/`
    (but at its end) fits at any depth. Source: gitignore(5), "PATTERN FORMAT".
    """

    __slots__ = ("_tests", "only_folders")

    def __init__(self, text: str) -> None:
        self.only_folders = text.endswith("/")
        names = text.strip("/").split("/")
        self._tests: list[Test | None] = [None if name == "**" else _test_of(name) for name in names]
        if len(names) > 1 and names[-1] == "**":
            self._tests[-1:] = [_anything, None]  # what is below, not the folder itself
        if "/" not in text.rstrip("/"):
            self._tests.insert(0, None)

    def fits(self, names: Sequence[str], *, below: bool = False) -> bool:
        """Say whether the names of a path fit, or with `below` those of a folder above it."""
        tests = [*self._tests, None] if below else self._tests
        at = name = 0
        star = seen = -1
        while name < len(names):
            if at < len(tests):
                test = tests[at]
                if test is None:
                    star, seen = at, name
                    at += 1
                    continue
                if test(names[name]):
                    at, name = at + 1, name + 1
                    continue
            if star < 0:
                return False
            # The last `**` takes one name more; those before it never need to.
            seen += 1
            at, name = star + 1, seen
        return not any(tests[at:])


def _anything(name: str) -> bool:
    return True


def _test_of(glob: str) -> Test:
    """Return what says whether a name fits."""
    pieces = [""]
    at = 0
    while at < len(glob):
        char = glob[at]
        at += 1
        if char == "*":
            pieces.append("")
            continue
        if char == "\\" and at < len(glob):
            char, at = re.escape(glob[at]), at + 1
        elif char == "?":
            char = "."
        elif char == "[":
            char, at = _one_of(glob, at)
        else:
            char = re.escape(char)
        pieces[-1] += char
    return re.compile(between_stars(pieces) + r"\Z", re.DOTALL).match


def _one_of(glob: str, at: int) -> tuple[str, int]:
    """Return the pattern of `[…]`, which begins before `at`, and where it ends; a bracket that is never closed is one."""
    negated = glob[at : at + 1] in {"!", "^"}
    first = at + negated
    close = glob.find("]", first + 1)
    if close < 0:
        return r"\[", at
    chars = glob[first:close]
    parts = []
    index = 0
    while index < len(chars):
        if chars[index + 1 : index + 2] == "-" and index + 2 < len(chars):
            if chars[index] <= chars[index + 2]:
                parts.append(f"{re.escape(chars[index])}-{re.escape(chars[index + 2])}")
            index += 3
        else:
            parts.append(re.escape(chars[index]))
            index += 1
    if not parts:
        return ("." if negated else r"(?!)"), close + 1
    return f"[{'^' if negated else ''}{''.join(parts)}]", close + 1


class GlobSet:
    """Several globs: a path fits when one of them does, or when it lies in a folder that does."""

    def __init__(self, globs: list[str]) -> None:
        self.globs = globs
        self._globs = [Glob(glob[1:] if glob.startswith("./") else glob) for glob in globs]

    def fits(self, path: str) -> bool:
        """Say whether a root-relative path fits one of the globs."""
        names = path.split("/")
        return any(glob.fits(names, below=True) for glob in self._globs)

    def __bool__(self) -> bool:
        return bool(self._globs)


class IgnoreLines:
    """The lines of a `.gitignore`: the last one that a path fits decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._globs: list[tuple[Glob, bool]] = []
        for line in lines:
            text = line.rstrip("\r\n")
            while text.endswith((" ", "\t")) and not text.endswith(("\\ ", "\\\t")):
                text = text[:-1]
            if text.startswith("#") or not text.strip("!/"):
                continue
            ignored = not text.startswith("!")
            self._globs.append((Glob(text if ignored else text[1:]), ignored))
        self._globs.reverse()

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Say whether a path is ignored (true), taken back in (false), or not spoken of (`None`)."""
        names = path.split("/")
        for glob, ignored in self._globs:
            if (is_folder or not glob.only_folders) and glob.fits(names):
                return ignored
        return None
