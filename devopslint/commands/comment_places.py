"""Where a comment of ours may stand in a file without changing what the file means.

It stands on the line above. Where a line can't take one above it (inside a quoted or plain scalar of several lines, a
heredoc, a continued command, an expression of a template), it stands above the node that the line belongs to; above the
directives of a Dockerfile nothing may stand at all.
"""

from __future__ import annotations

import re

from devopslint.policy.extents import Extents, form_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from devopslint.engine.workspace import Workspace
    from devopslint.syntax.source import Source

    Spot = tuple[int, str]
    """The line above which a comment goes, 0 when there is none, and its verb."""

_SCRIPT = "run"
"""The key whose literal block scalars are shell scripts, in which a line with `#` is a comment and no content."""
_OTHER_SHELL = re.compile(r"^[^\S\n]*(?:- )?shell:\s*(?!['\"]?(?:bash|sh|pwsh|powershell|python)\b)\S", re.MULTILINE)
_NO_HASHES = re.compile(
    r"(?:readme|contributing|licen[cs]e)(?:\.|\Z)|.*\.(?:md|rst|adoc|xml|gradle|kts|mod)\Z|(?:setup\.py|mix\.exs)\Z",
    re.IGNORECASE,
)
"""Files about a repository as a whole in which a line that begins with `#` is text, or something else than a comment."""
_NOWHERE: Spot = (0, "ignore")


def spots_in(source: Source, workspace: Workspace) -> Callable[[int], Spot]:
    """Return what gives the place of the comment for a line of a file."""
    form = form_of(source.path)
    extents = Extents(source)
    if form == "json" or _NO_HASHES.match(source.path.rpartition("/")[2]):
        return lambda line: _NOWHERE
    if form == "list":
        return lambda line: (line, "ignore")
    if form == "dockerfile":
        return lambda line: _in_dockerfile(extents, line)
    if form == "hcl":
        return lambda line: (_outside_heredoc(extents, line), "ignore")
    scalars = _long_scalars(source, workspace)
    actions = _long_actions(source)

    def spot(line: int) -> Spot:
        for first, last, is_script in scalars:
            if first < line <= last:
                command = _first_of_command(source, first, line) if is_script else 0
                return command or first, "ignore"
        return next((first for first, last in actions if first < line <= last), line), "ignore"

    return spot


def _in_dockerfile(extents: Extents, line: int) -> Spot:
    """Return the first line of the instruction; what is said of a directive is said of the file, below all of them."""
    directives = len(extents.directives())
    if line <= directives:
        return directives + 1, "ignore-file"
    return extents.first_of(line), "ignore"


def _outside_heredoc(extents: Extents, line: int) -> int:
    return next((first for first, last in extents.heredocs().items() if first < line <= last), line)


def _long_actions(source: Source) -> list[tuple[int, int]]:
    """Return first and last line of the expressions of a template that have more than one."""
    from devopslint.syntax.template import actions, has_template

    if not has_template(source.text):
        return []
    spans = [(source.position(start)[0], source.position(end - 1)[0]) for start, end in actions(source.text)]
    return [(first, last) for first, last in spans if last > first]


def _long_scalars(source: Source, workspace: Workspace) -> list[tuple[int, int, bool]]:
    """Return first and last line of the scalars of more than one line, and whether a comment may stand in them."""
    from devopslint.syntax.tree import Map, Seq

    found: list[tuple[int, int, bool]] = []
    seen: set[int] = set()
    may_be_script = not _OTHER_SHELL.search(source.text)

    def look(key: str, value: Any, start: int, end: int, key_start: int) -> None:
        if id(value) in seen and isinstance(value, (Map, Seq)):  # an alias of what it stands in
            return
        if isinstance(value, Map):
            seen.add(id(value))
            for name, mark in value.at.items():
                look(str(name), value.get(name), mark[2], mark[3], mark[0])
        elif isinstance(value, Seq):
            seen.add(id(value))
            for item, item_mark in zip(value, value.at, strict=False):
                look("", item, item_mark[0], item_mark[1], item_mark[0])
        else:
            first, last = source.position(key_start)[0], source.position(max(start, end - 1))[0]
            if last > first:
                is_script = key == _SCRIPT and source.text[start : start + 1] == "|" and may_be_script
                found.append((first, last, is_script))

    for document in workspace.documents(source.path):
        look("", document.root, 0, 0, 0)
    return found


def _first_of_command(source: Source, first: int, line: int) -> int:
    """Return the first of the lines of a script that backslashes join to a line; 0 where a quote or heredoc is open."""
    while line - 1 > first and source.line(line - 1).rstrip().endswith("\\"):
        line -= 1
    text = "\n".join(source.line(number) for number in range(first + 1, line))
    opened = text.count("${{") > text.count("}}")
    return 0 if opened or "<<" in text or any(text.count(quote) % 2 == 1 for quote in "\"'`") else line
