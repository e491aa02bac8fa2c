"""Writing comments that silence what is reported: `--add-ignore[=REASON]`.

What can't be silenced by a comment is told: it stands in JSON, in no file at all, in a file whose encoding would change,
or it is of a rule that no comment silences.
"""

from __future__ import annotations

import os

from devopslint.commands.comment_places import spots_in
from devopslint.policy.extents import form_of
from devopslint.policy.whole_files import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from devopslint.commands.comment_places import Spot
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.finding import Finding, Report
    from devopslint.syntax.source import Source

    Ignorable = Callable[[Finding], bool]

_OF_FILES = "core/"
_MARK = b"\xef\xbb\xbf"


class Added:
    """What has been written: how many comments, the files as they were before, and the findings that have none."""

    def __init__(self) -> None:
        self.written: dict[str, int] = {}
        self.before: dict[str, bytes] = {}
        self.left: list[Finding] = []

    def count(self) -> int:
        """Return how many comments there are."""
        return sum(self.written.values())

    def take_back(self, path: str) -> None:
        """Give a file its old content."""
        write_whole(path, self.before[path].decode("utf-8"))
        self.written.pop(path, None)


def add_ignores(
    report: Report, workspace: Workspace, reason: str, ignorable: Ignorable = lambda finding: True
) -> Added:
    """Write a comment above each line with findings. Raises OSError when a file can't be written."""
    added = Added()
    seen: set[str] = set()
    for path, findings in sorted(_by_path(report.active).items()):
        full = os.path.realpath(os.path.join(report.root, *path.split("/")))
        if full in seen:  # a link to a file that has its comments now
            continue
        seen.add(full)
        content, source = _writable(workspace, path, full)
        if source is None:
            added.left += findings
            continue
        spots = _spots(spots_in(source, workspace), findings, ignorable, added.left)
        if spots:
            added.before[full] = content
            _write(full, content, with_comments(source, spots, reason))
            added.written[full] = len(spots)
    return added


def _by_path(findings: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    return by_path


def _writable(workspace: Workspace, path: str, full: str) -> tuple[bytes, Source | None]:
    """Return the content of a file and its text; no text when there is none that could be written back as it was."""
    source = workspace.source(path) if workspace.exists(path) else None
    if source is None or form_of(path) == "json":
        return b"", None
    with open(full, "rb") as file:
        content = file.read()
    same = content.removeprefix(_MARK) == source.text.encode("utf-8", "surrogatepass")
    return content, source if same else None


def _spots(
    spot_of: Callable[[int], Spot], findings: Sequence[Finding], ignorable: Ignorable, left: list[Finding]
) -> dict[Spot, list[str]]:
    """Return the rules by the place of their comment; findings without a place are added to `left`."""
    spots: dict[Spot, list[str]] = {}
    for finding in findings:
        can = not finding.rule.startswith(_OF_FILES) and ignorable(finding)
        spot = spot_of(finding.span.line) if can else (0, "")
        if not spot[0]:
            left.append(finding)
        elif finding.rule not in spots.setdefault(spot, []):
            spots[spot].append(finding.rule)
    return spots


def with_comments(source: Source, spots: Mapping[Spot, Sequence[str]], reason: str) -> str:
    """Return a text with a comment at each of some places that names its rules."""
    why = f" -- {' '.join(reason.split())}" if reason.strip() else ""
    text = source.text
    for (line, verb), rules in sorted(spots.items(), reverse=True):
        start = source.line_starts[line - 1] if line <= len(source.line_starts) else len(text)
        own = source.line(line)
        indent = own[: len(own) - len(own.lstrip())]
        comment = f"{indent}# devopslint: {verb}[{', '.join(sorted(rules))}]{why}{_line_end(source, line)}"
        text = text[:start] + comment + text[start:]
    return text


def _line_end(source: Source, line: int) -> str:
    """Return how a line ends; the last one, which may have no end, as the one above."""
    for number in (line, line - 1):
        if 1 <= number < len(source.line_starts):
            written = source.text[source.line_starts[number - 1] : source.line_starts[number]]
            return written[len(written.rstrip("\r\n")) :]
    return "\n"


def _write(full: str, content: bytes, text: str) -> None:
    write_whole(full, ("\ufeff" if content.startswith(_MARK) else "") + text)
