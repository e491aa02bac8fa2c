"""What a whole run has found, kept: as long as nothing has changed, nothing is put together again.

One file holds everything that the run asked (`engine/seen.py`), another the settled and sorted findings, and others
the reports that were written of them (`commands/replay.py`). Where an answer is another, the results of the single
tasks may still hold (`engine/cache.py`).
"""

from __future__ import annotations

import marshal
import time

from devopslint.engine.reading import digest
from devopslint.engine.seen import Seen, seen_in, stamps_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.engine.cache import Cache
    from devopslint.engine.discover import Asked
    from devopslint.engine.seen import Stamp
    from devopslint.engine.task import Result
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.finding import Finding, Report, Summary
    from devopslint.policy.ignores import Ignoring

LARGEST_RUN = 64 << 20
"""Bytes of a file that is kept of a run; a larger one is not."""
SEEN, FOUND = ".seen", ".found"


class Recalled:
    """What was found in a run that everything is still the same as in."""

    __slots__ = ("findings", "notes", "summary")

    def __init__(self, findings: list[Finding], summary: Summary, notes: list[str]) -> None:
        self.findings = findings
        self.summary = summary
        self.notes = notes


class Memory:
    """The last run over a repository under one environment; `cache` keeps it.

    `configured` is what changes when any configuration does: in what scope a file is, and whose comments count in it.
    `known` tells what was found, once that is known: from `still_holds`, or when the run is kept.
    """

    def __init__(self, cache: Cache, configured: str = "") -> None:
        self.cache = cache
        self.known = ""
        self._configured = configured
        self._looked = False
        self._begun = 0
        self._before: Mapping[str, Stamp] = {}

    def still_holds(self, workspace: Workspace, asked: Asked, ignoring: Ignoring) -> bool:
        """Say whether the same was asked in the last run, and every answer is still the same."""
        if not self._looked:
            self._looked = True
            self._begun = time.time_ns()
            workspace.remember = True
            self.known = self._look(workspace, asked, ignoring)
            if not self.known:
                self._before = stamps_of(workspace, (*asked.given, *asked.found))
        return bool(self.known)

    def _look(self, workspace: Workspace, asked: Asked, ignoring: Ignoring) -> str:
        key = self._key(asked, ignoring)
        content = self.cache.load_run(SEEN, key, LARGEST_RUN)
        if content is None:
            return ""
        try:
            known, day, *plain = marshal.loads(content)  # noqa: S302 (its digest is right)
            seen = Seen(*plain)
        except (ValueError, TypeError, EOFError):
            return ""
        if day and day != ignoring.day():
            return ""
        stamps = list(seen.stamps)
        workspace.know_folders(asked.entries)
        if not seen.holds(workspace, asked.entries):
            return ""
        if stamps != seen.stamps:
            self._store(key, known, day, seen)
        return str(known)

    def recall(self, workspace: Workspace, asked: Asked, ignoring: Ignoring) -> Recalled | None:
        """Return what was found when the same was asked, if every answer is still the same; `None` when one is not."""
        from devopslint.policy.finding import Summary

        if not self.still_holds(workspace, asked, ignoring):
            return None
        content = self.cache.load_run(FOUND, self.known.encode(), LARGEST_RUN)
        if content is None:
            return None
        try:
            findings, summary, notes = marshal.loads(content)  # noqa: S302
            return Recalled(_findings(findings), Summary(**summary), notes)
        except (ValueError, TypeError, EOFError):
            return None

    def keep(
        self, workspace: Workspace, asked: Asked, ignoring: Ignoring, results: Sequence[Result], report: Report
    ) -> None:
        """Keep what a run has found, unless another might find something else in the same files."""
        self.known = ""
        if any(result.failed or result.passing for result in results):
            return
        shown = {place.path for one in report.findings for place in (one.location, *one.related)}
        seen = seen_in(results, shown, workspace, self._before, self._begun)
        if seen is None:
            return
        shared: dict[str, str] = {}
        findings = [_plain(finding, shared) for finding in report.findings]
        summary = _plain_summary(report.summary)
        content = marshal.dumps((findings, summary, list(report.notes)))
        key = self._key(asked, ignoring)
        known = digest("\0".join((key.decode(), ignoring.today, seen.digest(), digest(content))).encode())
        if self.cache.store_run(FOUND, known.encode(), content, LARGEST_RUN) and self._store(
            key, known, ignoring.today, seen
        ):
            self.known = known

    def _store(self, key: bytes, known: str, day: str, seen: Seen) -> bool:
        return self.cache.store_run(SEEN, key, marshal.dumps((known, day, *seen.to_plain())), LARGEST_RUN)

    def _key(self, asked: Asked, ignoring: Ignoring) -> bytes:
        """Return what tells what is asked from everything else that could be."""
        how = (asked.whole, asked.excluded, ignoring.heeded, ignoring.heeds_peers(""), self._configured)
        parts = (repr(how), "\0".join(asked.folders), "\0".join(asked.given), "\0".join(asked.found))
        return digest("\1".join(parts).encode("utf-8", "surrogateescape")).encode()


def _plain(finding: Finding, shared: dict[str, str]) -> tuple[Any, ...]:
    """Return a finding as a tuple; texts that many share become one, which is written and read once."""
    once = shared.setdefault
    suppressed = finding.suppressed
    location = finding.location
    return (
        once(finding.rule, finding.rule),
        once(finding.level, finding.level),
        once(finding.message, finding.message),
        once(location.path, location.path),
        location.span.as_tuple(),
        once(location.text, location.text),
        location.origin,
        once(finding.address, finding.address),
        tuple(one.as_tuple() for one in finding.related),
        once(finding.line_text, finding.line_text),
        suppressed.to_plain() if suppressed else None,
    )


def _findings(plain: Iterable[tuple[Any, ...]]) -> list[Finding]:
    """Return what `_plain` was made from, all at once: they may be very many."""
    from devopslint.policy.finding import Finding, Location, Suppression
    from devopslint.syntax.source import Span

    return [
        Finding(
            rule,
            level,
            message,
            Location(path, Span(*span), text, origin=origin),
            address,
            [Location(at, Span(*place), words, origin=source) for at, place, words, source in related]
            if related
            else (),
            line_text,
            None if suppressed is None else Suppression.from_plain(suppressed),
        )
        for rule, level, message, path, span, text, origin, address, related, line_text, suppressed in plain
    ]


def _plain_summary(summary: Summary) -> dict[str, Any]:
    """Return the arguments of a summary; its titles are added when it is written."""
    return {
        "files": dict(summary.files),
        "not_parsed": summary.not_parsed,
        "undecided": summary.undecided,
        "suppressed": summary.suppressed,
        "total_files": summary.total_files,
        "modules_not_read": list(summary.modules_not_read),
        "excluded": summary.excluded,
    }
