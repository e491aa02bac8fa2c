"""The patterns of a `.dockerignore`.

The rules are those of Docker's documentation (".dockerignore files"): Go's `filepath.Match` and `**`, `!` for
exceptions, the last pattern that matches decides, a leading slash means nothing.
"""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


_SPECIAL = lazily(r"(?<!\\)(?:[\[&|~]|(?<=-)-)")
"""What Python warns of between brackets, since it may mean more there one day."""
_WILD = lazily(r"[*?\[\\]")
_MOST_WITHIN = 3
"""Times that `**/` stands within a name in one pattern: one with more fits nothing."""


class Pattern:
    """A line that is no comment: its `pattern` without `!` and slashes at the ends, `keeps` for an exception, its offsets."""

    __slots__ = ("end", "expression", "keeps", "parts", "pattern", "start", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.keeps = text.startswith("!")
        pattern = text.lstrip("!").strip().strip("/")
        self.pattern = pattern.removeprefix("./")
        self.parts = self.pattern.split("/")
        """What stands between the slashes."""
        self.expression = _compile(self.pattern)

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


def read_patterns(text: str) -> Iterator[Pattern]:
    """Yield the patterns of an ignore file, in their order."""
    start = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield Pattern(stripped, start + line.index(stripped))
        start += len(line)


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
