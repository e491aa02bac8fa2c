"""`--add-ignore`: comments are written, and a second look sees to it that the next run is clean and no file is broken."""

from __future__ import annotations

from devopslint.commands.add_ignores import Added, add_ignores
from devopslint.commands.telling import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from devopslint.commands.session import Session
    from devopslint.policy.finding import Finding, Report

MOST_ROUNDS = 4
"""A comment may itself be something to report, and so on: no longer than this."""
_BROKEN = frozenset(("core/syntax", "core/internal", "core/encoding"))


def write_ignores(report: Report, reason: str, session: Session, look_again: Callable[[], Report]) -> list[Finding]:
    """Write comments above what is reported, say how many, and return what can't have one."""
    from devopslint.engine.workspace import Workspace

    ignorable = _ignorable(session)
    tried: set[tuple[str, str, str, str]] = set()
    written = 0
    left: list[Finding] = []
    current = report
    for _ in range(MOST_ROUNDS):
        added = add_ignores(
            current, Workspace(current.root), reason, lambda one: ignorable(one) and _key(one) not in tried
        )
        tried.update(map(_key, current.active))
        left = added.left
        if not added.written:
            break
        again = look_again()
        broken = _take_back(added, current, again)
        written += added.count()
        if broken:
            left = [*left, *(finding for finding in current.active if finding.path in broken)]
            break
        current = again
    for finding in left:
        tell(f"{finding.path}:{finding.span.line}: {finding.rule} can't be ignored by a comment there{_else(finding)}")
    print(f"{written} comments written" if written != 1 else "1 comment written")
    return left


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.path, finding.address, finding.message


def _ignorable(session: Session) -> Callable[[Finding], bool]:
    """Return what says whether a comment silences a rule in a file: the configuration may forbid it."""

    def ignorable(finding: Finding) -> bool:
        scopes = session.scopes
        selection = session.selection if scopes is None else scopes.selection(finding.path)
        return finding.rule not in selection.not_ignorable

    return ignorable


def _take_back(added: Added, before: Report, after: Report) -> set[str]:
    """Give the files that can't be read any more their old content, and return their paths."""
    import os

    known = {(finding.rule, finding.path) for finding in before.active}
    broken = {
        finding.path
        for finding in after.active
        if finding.rule in _BROKEN and (finding.rule, finding.path) not in known
    }
    for path in broken:
        full = os.path.realpath(os.path.join(after.root, *path.split("/")))
        if full in added.written:
            added.take_back(full)
    return broken


def _else(finding: Finding) -> str:
    if finding.rule.startswith("core/") and "ignore" in finding.rule:
        return ": mend the comment that it is about, or take it away"
    if finding.rule.startswith("core/"):
        return ""
    if finding.path.endswith(".json"):
        return f': put `"//": "devopslint: ignore[{finding.rule}]"` into the object, or take it into the baseline'
    return ": leave it out in .devopslint.yaml, or take it into the baseline"
