"""Writing comments that silence what is reported: `--add-ignore[=REASON]`.

The comment stands on the line above, with its indentation. Where a line can't take one (inside a quoted or plain scalar
of several lines, a heredoc, a continued command), it stands above the node that the line belongs to. JSON has no comments.
"""

from __future__ import annotations

import os

from devopslint.policy.extents import Extents, form_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from devopslint.engine.workspace import Workspace
    from devopslint.policy.finding import Finding, Report
    from devopslint.syntax.source import Source

_SCRIPTS = frozenset({"run", "script", "before_script", "after_script", "command", "inlineScript"})
"""Keys whose block scalars are scripts, in which a line with `#` is a comment and no content."""
_COMMENTS = "core/"


def add_ignores(report: Report, workspace: Workspace, reason: str) -> tuple[int, list[Finding]]:
    """Write a comment above each line with findings; return how many comments, and the findings that can't have one.

    Raises OSError when a file can't be written.
    """
    by_path: dict[str, list[Finding]] = {}
    for finding in report.active:
        by_path.setdefault(finding.path, []).append(finding)
    written = 0
    left: list[Finding] = []
    for path, findings in sorted(by_path.items()):
        source = workspace.source(path) if workspace.exists(path) else None
        lines: dict[int, list[str]] = {}
        place = None if source is None or form_of(path) == "json" else _placer(source, workspace)
        for finding in findings:
            line = 0 if place is None or finding.rule.startswith(_COMMENTS) else place(finding.span.line)
            if line < 1:
                left.append(finding)
            elif finding.rule not in lines.setdefault(line, []):
                lines[line].append(finding.rule)
        if lines and source is not None:
            _write(workspace, source, with_comments(source, lines, reason))
            written += len(lines)
    return written, left


def with_comments(source: Source, lines: dict[int, list[str]], reason: str) -> str:
    """Return a text with a comment above each of some lines (1-based) that names its rules."""
    why = f" -- {reason}" if reason else ""
    text = source.text
    for line in sorted(lines, reverse=True):
        start = source.line_starts[line - 1]
        own = source.line(line)
        indent = own[: len(own) - len(own.lstrip())]
        end = "\r\n" if "\r\n" in text else "\n"
        text = f"{text[:start]}{indent}# devopslint: ignore[{', '.join(sorted(lines[line]))}]{why}{end}{text[start:]}"
    return text


def _write(workspace: Workspace, source: Source, text: str) -> None:
    path = os.path.join(workspace.root, *source.path.split("/"))
    with open(path, "rb") as file:
        mark = b"\xef\xbb\xbf" if file.read(3) == b"\xef\xbb\xbf" else b""
    with open(path, "wb") as file:
        file.write(mark + text.encode("utf-8"))


def _placer(source: Source, workspace: Workspace) -> Callable[[int], int]:
    """Return what gives the line above which the comment for a line goes."""
    form = form_of(source.path)
    extents = Extents(source)
    if form == "dockerfile":
        return lambda line: _first_of(extents, line)
    if form == "hcl":
        return lambda line: _outside_heredoc(extents, line)
    scalars = [] if form != "yaml" else _long_scalars(source, workspace)

    def place(line: int) -> int:
        for first, last, is_script in scalars:
            if first < line <= last:
                return line if is_script and not _in_command(source, first, line) else first
        return line

    return place


def _first_of(extents: Extents, line: int) -> int:
    """Return the first line of the instruction that a line of a Dockerfile belongs to."""
    line = _outside_heredoc(extents, line)
    while line > 1 and (extents.is_continued(line) or extents.line(line).lstrip().startswith("#")):
        line -= 1
    return line


def _outside_heredoc(extents: Extents, line: int) -> int:
    return next((first for first, last in extents.heredocs().items() if first < line <= last), line)


def _long_scalars(source: Source, workspace: Workspace) -> list[tuple[int, int, bool]]:
    """Return first and last line of the scalars of more than one line, and whether a comment may stand in them."""
    from devopslint.syntax.tree import Map, Seq

    found: list[tuple[int, int, bool]] = []
    seen: set[int] = set()

    def look(key: str, value: Any, start: int, end: int, key_start: int) -> None:
        if isinstance(value, str):
            first, last = source.position(key_start)[0], source.position(max(start, end - 1))[0]
            if last > first:
                found.append((first, last, source.text[start : start + 1] in {"|", ">"} and key in _SCRIPTS))
        elif id(value) in seen:  # an alias of what it stands in
            return
        elif isinstance(value, Map):
            seen.add(id(value))
            for name, mark in value.at.items():
                look(name, value.get(name), mark[2], mark[3], mark[0])
        elif isinstance(value, Seq):
            seen.add(id(value))
            for item, item_mark in zip(value, value.at, strict=False):
                look(key, item, item_mark[0], item_mark[1], item_mark[0])

    for document in workspace.documents(source.path):
        look("", document.root, 0, 0, 0)
    return found


def _in_command(source: Source, first: int, line: int) -> bool:
    """Say whether a line of a script goes on from the one above, by a backslash, a quote or a heredoc left open."""
    above: Sequence[str] = [source.line(number) for number in range(first + 1, line)]
    if above and above[-1].rstrip().endswith("\\"):
        return True
    text = "\n".join(above)
    return "<<" in text or text.count('"') % 2 == 1 or text.count("'") % 2 == 1
