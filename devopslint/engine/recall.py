"""What a whole run has found, kept as one entry: as long as nothing has changed, nothing is put together again.

The entry holds the settled and sorted findings, and everything that the run asked of the files: which files it read, and
which folders it looked into. One digest over all answers says whether they are still the same. When they are not, the
results of the single tasks may still hold (`engine/cache.py`).
"""

from __future__ import annotations

import marshal

from devopslint.engine.reading import digest
from devopslint.policy.finding import Finding, Location, Summary, Suppression
from devopslint.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.engine.cache import Answers, Cache
    from devopslint.engine.discover import Asked
    from devopslint.engine.task import Result
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.finding import Report
    from devopslint.policy.ignores import Ignoring

    Questions = tuple[list[str], list[str]]
    """Folders that were looked into, and files that were read, sorted."""

LARGEST_RUN = 64 << 20
"""Bytes of an entry; a larger one is not kept."""


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
    """

    def __init__(self, cache: Cache, configured: str = "") -> None:
        self._cache = cache
        self._configured = configured

    def recall(self, workspace: Workspace, asked: Asked, ignoring: Ignoring) -> Recalled | None:
        """Return what was found when the same was asked, if every answer is still the same; `None` when one is not."""
        workspace.remember = True
        content = self._cache.load_run(self._key(asked, ignoring))
        if content is None:
            return None
        try:
            questions, answers, day, findings, summary, notes = marshal.loads(content)  # noqa: S302 (its digest is right)
            if (day and day != ignoring.day()) or _answers(questions, workspace) != answers:
                return None
            return Recalled(_findings(findings), Summary(**summary), notes)
        except (ValueError, TypeError, EOFError):
            return None

    def keep(
        self, workspace: Workspace, asked: Asked, ignoring: Ignoring, results: Sequence[Result], report: Report
    ) -> None:
        """Keep what a run has found, unless another might find something else in the same files."""
        if any(result.failed or result.passing for result in results):
            return
        seen = _seen(results, workspace)
        questions = _questions(seen, workspace)
        answers = _answers(questions, workspace, seen)
        if answers is None:
            return
        shared: dict[str, str] = {}
        findings = [_plain(finding, shared) for finding in report.findings]
        summary = _plain_summary(report.summary)
        plain: Any = (questions, answers, ignoring.today, findings, summary, list(report.notes))
        content = marshal.dumps(plain)
        if len(content) <= LARGEST_RUN:
            self._cache.store_run(self._key(asked, ignoring), content)

    def _key(self, asked: Asked, ignoring: Ignoring) -> bytes:
        """Return what tells what is asked from everything else that could be."""
        how = (asked.whole, asked.excluded, ignoring.heeded, ignoring.heeds_peers(""), self._configured)
        parts = (repr(how), "\0".join(asked.folders), "\0".join(asked.given), "\0".join(asked.found))
        return digest("\1".join(parts).encode("utf-8", "surrogateescape")).encode()


def _seen(results: Iterable[Result], workspace: Workspace) -> Answers:
    """Return every question of a run with the answer that it was given."""
    seen = {**workspace.looked_at_before, **workspace.looked_at}
    for result in results:
        seen.update(((what, path), answer) for what, path, answer in result.looked_at)
    return seen


def _questions(seen: Iterable[tuple[str, str]], workspace: Workspace) -> Questions:
    """Return what was asked in a run, coarsely: whether a file exists is answered by the entries of its folder."""
    folders, files = set(), set()
    for what, path in seen:
        if what == "source":
            files.add(path)
        elif what == "names":
            folders.add(path)
        elif what == "exists":
            folders.add(path.rpartition("/")[0])
        else:  # a word that is sought in the files of a folder with some endings
            name, *endings, _ = what.split("\0")
            folder = path if name == "word" else path.rpartition("/")[0]
            folders.add(folder)
            prefix = folder + "/" if folder else ""
            files.update(prefix + name for name in workspace.names(folder) if name.endswith(tuple(endings)))
    return sorted(folders), sorted(files)


def _answers(questions: Questions, workspace: Workspace, seen: Answers | None = None) -> str | None:
    """Return one digest of all answers as they are now, of files as they were `seen`.

    `None` when something has changed since it was seen: what was found is not of the files as they are now.
    """
    folders, files = questions
    look_again = workspace.look_again
    entries = [look_again("entries", folder) for folder in folders]
    if seen is None:
        contents = [look_again("source", path) for path in files]
    else:
        contents = [seen.get(("source", path)) or look_again("source", path) for path in files]
        if not _are_as_seen(dict(zip(folders, entries, strict=True)), seen, workspace):
            return None
    return digest("\0".join((*entries, *contents)).encode("utf-8", "surrogateescape"))


def _are_as_seen(entries: Mapping[str, str], seen: Answers, workspace: Workspace) -> bool:
    """Say whether folders with these entries give the answers that were seen."""
    kinds: dict[str, dict[str, str]] = {}
    for folder, text in entries.items():
        kinds[folder] = dict(one.split("/") for one in text.split("\0")) if text else {}
    for (what, path), answer in seen.items():
        if what == "exists":
            folder, _, name = path.rpartition("/")
            now = "1" if kinds[folder].get(name) else "0"
        elif what == "names":
            now = digest("\0".join(sorted(kinds[path])).encode("utf-8", "surrogateescape"))
        else:
            continue
        if now != answer:
            return False
    return True


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
