"""The patterns of a `.dockerignore`, and how they meet: found by the names that they begin with.

The rules are those of Docker's documentation (".dockerignore files"): Go's `filepath.Match` and `**`, `!` for
exceptions, the last pattern that matches decides, a leading slash means nothing.
"""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_SPECIAL = lazily(r"(?<!\\)(?:[\[&|~]|(?<=-)-)")
"""What Python warns of between brackets, since it may mean more there one day."""
_WILD = lazily(r"[*?\[\\]")
_MOST_WITHIN = 3
"""Times that `**/` stands within a name in one pattern: one with more fits nothing."""


class Pattern:
    """A line that is no comment: its `pattern` without `!` and slashes at the ends, `keeps` for an exception, its offsets."""

    __slots__ = ("_expression", "_is_plain", "end", "keeps", "parts", "pattern", "start", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.keeps = text.startswith("!")
        pattern = text.lstrip("!").strip().strip("/")
        self.pattern = pattern.removeprefix("./")
        self.parts = self.pattern.split("/")
        """What stands between the slashes."""
        self._is_plain = not is_wild(self.pattern)
        self._expression: re.Pattern[str] | None = None

    def fits(self, path: str) -> bool:
        """Say whether a path, or a folder that it lies in, is what the pattern shows."""
        if self._is_plain:
            return path == self.pattern or path.startswith(self.pattern + "/")
        if self._expression is None:
            self._expression = _compile(self.pattern)
        return self._expression.match(path) is not None

    def is_below(self, path: str) -> bool:
        """Say whether the pattern begins with the names of a path, and goes on: what it shows lies below."""
        return self.pattern.startswith(path + "/")

    def may_match_below(self, path: str) -> bool:
        """Say whether something below a folder may fit: `**/*.go` does below any, `src/*/a` below those that `src/*` fits."""
        names = path.split("/")
        for index, part in enumerate(self.parts):
            if "**" in part:
                start = _WILD.split(part, maxsplit=1)[0]
                return index >= len(names) or names[index].startswith(start)
            if index >= len(names):
                return True
            if not _compile(part).match(names[index]):
                return False
        return False


class Patterns:
    """`all` the patterns, in order. Those that begin with a plain name are found by it."""

    __slots__ = ("_by_name", "_kept_out", "_wild", "all")

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.all = list(patterns)
        self._by_name: dict[str, list[int]] = {}
        self._wild: list[int] = []
        """The patterns whose first name is none, or may be many."""
        for index, one in enumerate(self.all):
            first = one.parts[0]
            (self._wild if is_wild(first) else self._by_name.setdefault(first, [])).append(index)
        self._kept_out: dict[int, bool] = {}

    def that_may_fit(self, path: str) -> Iterator[Pattern]:
        """Yield the patterns that a plain path, or what lies below it, may fit, in their order."""
        plain, wild = self._lists(path.split("/", 1)[0])
        for index in sorted([*plain, *wild]) if plain and wild else plain or wild:
            yield self.all[index]

    def is_kept_out_above(self, index: int) -> bool:
        """Say whether a pattern above one, no exception, may match what it matches."""
        if index not in self._kept_out:
            one = self.all[index]
            first = one.parts[0]
            others = (range(index),) if is_wild(first) else self._lists(first)
            self._kept_out[index] = any(
                other < index and not self.all[other].keeps and _may_meet(self.all[other], one)
                for some in others
                for other in some
            )
        return self._kept_out[index]

    def last_that_fits(self, path: str) -> int:
        """Return the index of the last pattern that a plain path fits; -1 when it fits none."""
        found = -1
        for indexes in self._lists(path.split("/", 1)[0]):
            for index in reversed(indexes):
                if index <= found:
                    break
                if self.all[index].fits(path):
                    found = index
                    break
        return found

    def _lists(self, name: str) -> tuple[Sequence[int], Sequence[int]]:
        """Return the patterns that begin with a name, and those that may."""
        return self._by_name.get(name, ()), self._wild


def read_patterns(text: str) -> Iterator[Pattern]:
    """Yield the patterns of an ignore file, in their order."""
    start = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield Pattern(stripped, start + line.index(stripped))
        start += len(line)


def is_wild(text: str) -> bool:
    """Say whether a text is more than the name that it shows."""
    return _WILD.search(text) is not None


def _may_meet(left: Pattern, right: Pattern) -> bool:
    """Say whether a path may fit both, be it by a folder that it lies in."""
    for one, other in zip(left.parts, right.parts, strict=False):
        if "**" in one or "**" in other:
            return True
        if not _names_may_meet(one, other):
            return False
    return True


def _names_may_meet(one: str, other: str) -> bool:
    from fnmatch import fnmatchcase

    if (is_wild(one) and is_wild(other)) or "\\" in one + other:
        return True
    return fnmatchcase(other, one) if is_wild(one) else fnmatchcase(one, other)


def _compile(pattern: str) -> re.Pattern[str]:
    """Return a pattern as an expression in which no wildcard is tried twice: a repository chooses both it and the paths.

    Between two `*` of a name, and between two `**`, the first fit is as good as any other.
    """
    stretches, pieces, wild = [""], [""], [""]
    at = 0
    last_close = pattern.rfind("]")

    def end_name(tail: str = "") -> None:
        first, *others = pieces
        middle = "".join(f"(?>[^/]*?{piece})" for piece in others[:-1] if piece)
        stretches[-1] += first + middle + (f"[^/]*?{others[-1]}" if others else "") + tail
        pieces[:] = [""]

    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            end_name()
            of_names = pattern.startswith("**/", at)
            wild.append("(?:.*?/)??" if of_names else ".*?")
            stretches.append("")
            at += 3 if of_names else 2
            continue
        if char == "*":
            pieces.append("")
        elif char == "/":
            end_name("/")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "[" and at < last_close:
            close = pattern.index("]", at)
            pieces[-1] += "[" + _SPECIAL.sub(r"\\\g<0>", pattern[at + 1 : close]) + "]"
            at = close
        elif char == "\\" and at + 1 < len(pattern):
            at += 1
            pieces[-1] += re.escape(pattern[at])
        else:
            pieces[-1] += re.escape(char)
        at += 1
    end_name()
    parts = [one + stretch for one, stretch in zip(wild, stretches, strict=True)]
    # Behind what is no whole name (`a**/b`) a `**/` can't begin anywhere, so that the first fit may be the wrong one.
    within = [index for index in range(1, len(parts) - 1) if "/" in wild[index + 1] and not parts[index].endswith("/")]
    if len(within) > _MOST_WITHIN:
        return re.compile(r"(?!)")
    middle = "".join(parts[at] if at in within else f"(?>{parts[at]})" for at in range(1, len(parts) - 1))
    try:
        return re.compile(f"{parts[0]}{middle}{parts[-1] if len(parts) > 1 else ''}(?:/.*)?$")
    except re.error:
        return re.compile(r"(?!)")
