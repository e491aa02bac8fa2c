"""The baseline: findings that are put up with for now, known by rule, path, address and the text of their line.

One entry a line, sorted, without line numbers, so that it is read as a diff and outlives edits elsewhere. What has moved
keeps its entry: within a file, where a step or a stage above it changed its address, and to another file, when its own is
gone.
"""

from __future__ import annotations

import json
import os

from devopslint.policy.finding import Suppression
from devopslint.policy.fingerprints import identity_of
from devopslint.policy.small_files import UnreadableError, read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from devopslint.policy.finding import Finding, Report

    Judged = Callable[[str, str], bool]
    Key = tuple[str, str, str, str]
    """Rule, path, address, hash of the line."""

FORMAT = 1
LARGEST_BASELINE = 64 << 20
"""Bytes of a baseline that is read."""
_LIKENESS = (((0, 1, 2, 3), False), ((0, 1, 3), False), ((0, 2, 3), True), ((0, 3), True))
"""By which parts of their keys an entry and a finding are the same, and whether the entry's file must be gone."""
_FIELDS = ("rule", "path", "address", "line", "count")


class BaselineError(Exception):
    """A baseline that can't be read; the text has its path and line."""


class Baseline:
    """Entries by key, with how many findings each stands for."""

    def __init__(self, entries: Mapping[Key, int] | None = None) -> None:
        self.entries: dict[Key, int] = dict(entries or {})

    def split(
        self, findings: Iterable[tuple[Key, Finding]], is_gone: Callable[[str], bool]
    ) -> tuple[list[tuple[Key, Finding]], list[tuple[Key, Finding]], dict[Key, int]]:
        """Return the findings that entries stand for, the others, and what is left over of the entries."""
        left = dict(self.entries)
        known: list[tuple[Key, Finding]] = []
        fresh = list(findings)
        for parts, only_gone in _LIKENESS:
            waiting: dict[tuple[str, ...], list[Key]] = {}
            for key, count in reversed(left.items()):  # the last is taken first
                if count and (not only_gone or is_gone(key[1])):
                    waiting.setdefault(tuple(key[part] for part in parts), []).append(key)
            others = []
            for key, finding in fresh if waiting else ():
                entries = waiting.get(tuple(key[part] for part in parts))
                if not entries:
                    others.append((key, finding))
                    continue
                known.append((key, finding))
                left[entries[-1]] -= 1
                if not left[entries[-1]]:
                    entries.pop()
            fresh = others if waiting else fresh
        return known, fresh, {key: count for key, count in left.items() if count}

    def to_text(self) -> str:
        """Return the file: sorted by path, rule, address and line, one entry a line."""
        rows = [
            json.dumps(dict(zip(_FIELDS, (*key, count), strict=True)), ensure_ascii=False)
            for key, count in sorted(self.entries.items(), key=lambda one: (one[0][1], one[0][0], *one[0][2:]))
        ]
        body = "\n" + ",\n".join(f"    {row}" for row in rows) + "\n  " if rows else ""
        return f'{{\n  "format": {FORMAT},\n  "findings": [{body}]\n}}\n'


def read_baseline(path: str) -> Baseline:
    """Return the baseline in a file. Raises BaselineError when it is none."""
    shown = os.path.relpath(path)
    try:
        content = json.loads(read_bytes(path, LARGEST_BASELINE).decode("utf-8"))
    except json.JSONDecodeError as error:
        raise BaselineError(f"{shown}:{error.lineno}:{error.colno}: {error.msg.lower()}") from None
    except UnreadableError as error:
        hint = "" if os.path.lexists(path) else ": `devopslint baseline` writes one"
        raise BaselineError(f"{shown}: {error.message}{hint}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise BaselineError(f"{shown}:1:1: can't be read: {error}") from None
    if (
        not isinstance(content, dict)
        or content.get("format") != FORMAT
        or not isinstance(content.get("findings"), list)
    ):
        raise BaselineError(
            f"{shown}:1:1: this is no baseline of format {FORMAT}: make it anew by `devopslint baseline`"
        )
    entries: dict[Key, int] = {}
    for index, entry in enumerate(content["findings"]):
        try:
            rule, file_path, address, line, count = (entry[name] for name in _FIELDS)
        except (KeyError, TypeError):
            raise BaselineError(f"{_at(path, shown, index)}: this lacks one of {', '.join(_FIELDS)}") from None
        if type(count) is not int or not all(isinstance(one, str) for one in (rule, file_path, address, line)):
            raise BaselineError(f"{_at(path, shown, index)}: this has a value of the wrong type")
        if count < 1:
            raise BaselineError(f"{_at(path, shown, index)}: a count is at least 1")
        entries[rule, file_path, address, line] = entries.get((rule, file_path, address, line), 0) + count
    return Baseline(entries)


def _at(path: str, shown: str, index: int) -> str:
    """Return the place of an entry: it is sought only when the entry is at fault."""
    from devopslint.syntax.json import read_json
    from devopslint.syntax.source import Source

    with open(path, encoding="utf-8") as file:
        source = Source(shown, file.read())
    documents, _ = read_json(source)
    line, column = source.position(documents[0].root["findings"].at[index][0])
    return f"{shown}:{line}:{column}"


def keyed(report: Report) -> list[tuple[Key, Finding]]:
    """Return the findings of a report that are reported, with their keys."""
    from hashlib import sha256

    found = []
    for finding in report.active:
        rule, path, address, line = identity_of(finding, report)
        digest = sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        found.append(((rule, path, address, digest), finding))
    return found


def with_baseline(report: Report, path: str, looked_at: Container[str] | None, judged: Judged) -> Report:
    """Return a report whose findings that the baseline has are marked; it says how many entries are no longer needed.

    `looked_at` are the files that the report is about, `None` for all there are; `judged` says of a rule and a path whether
    the rule has been looked for there.
    """
    known, _, left = read_baseline(path).split(keyed(report), is_gone(report.root))
    for _, finding in known:
        finding.suppressed = Suppression("", "baseline")
    stale = sum(in_scope(left, looked_at, report.root, judged).values())
    notes = list(report.notes)
    if stale:
        name = os.path.relpath(path)
        what = "1 finding in it is" if stale == 1 else f"{stale} findings in it are"
        notes.append(f"{name}: {what} gone: `devopslint baseline --prune` takes them out")
    return report.again(notes)


def is_gone(root: str) -> Callable[[str], bool]:
    """Return what says whether a file of the repository is no more."""
    return lambda path: not os.path.lexists(os.path.join(root, *path.split("/")))


def in_scope(entries: Mapping[Key, int], looked_at: Container[str] | None, root: str, judged: Judged) -> dict[Key, int]:
    """Return the entries that would have been found, were they still there: of files that were looked at or are gone."""
    gone = is_gone(root)
    return {
        key: count
        for key, count in entries.items()
        if judged(key[0], key[1]) and (looked_at is None or key[1] in looked_at or gone(key[1]))
    }
