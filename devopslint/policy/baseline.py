"""The baseline: findings that are put up with for now, known by rule, path, address and the text of their line.

One entry a line, sorted, without line numbers, so that it is read as a diff and outlives edits elsewhere. An entry whose
file is gone is taken for one of a renamed file with the same address and line.
"""

from __future__ import annotations

import json
import os

from devopslint.policy.finding import Suppression
from devopslint.policy.fingerprints import identity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from devopslint.policy.finding import Finding, Report

    Key = tuple[str, str, str, str]
    """Rule, path, address, hash of the line."""

FORMAT = 1
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
        """Return the findings that entries stand for (with the key of the entry), the others, and what is left over."""
        left = dict(self.entries)
        known: list[tuple[Key, Finding]] = []
        others: list[tuple[Key, Finding]] = []
        for key, finding in findings:
            if left.get(key, 0) > 0:
                left[key] -= 1
                known.append((key, finding))
            else:
                others.append((key, finding))
        gone: dict[tuple[str, str, str], list[Key]] = {}
        for key, count in left.items():
            if count and is_gone(key[1]):
                gone.setdefault((key[0], key[2], key[3]), []).append(key)
        fresh = []
        for key, finding in others:
            olds = gone.get((key[0], key[2], key[3]))
            if olds:
                left[olds[0]] -= 1
                known.append((key, finding))
                if not left[olds[0]]:
                    olds.pop(0)
            else:
                fresh.append((key, finding))
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
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except json.JSONDecodeError as error:
        raise BaselineError(f"{shown}:{error.lineno}:{error.colno}: {error.msg.lower()}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"{shown}: can't be read: {getattr(error, 'strerror', None) or error}") from None
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
            raise BaselineError(f"{shown}: finding {index + 1} lacks one of {', '.join(_FIELDS)}") from None
        if not isinstance(count, int) or not all(isinstance(one, str) for one in (rule, file_path, address, line)):
            raise BaselineError(f"{shown}: finding {index + 1} has a value of the wrong type")
        entries[rule, file_path, address, line] = entries.get((rule, file_path, address, line), 0) + count
    return Baseline(entries)


def keyed(report: Report) -> list[tuple[Key, Finding]]:
    """Return the findings of a report that are reported, with their keys."""
    from hashlib import sha256

    found = []
    for finding in report.active:
        rule, path, address, line = identity_of(finding, report)
        digest = sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        found.append(((rule, path, address, digest), finding))
    return found


def with_baseline(report: Report, path: str, looked_at: Container[str] | None) -> Report:
    """Return a report whose findings that the baseline has are marked; it says how many entries are no longer needed.

    `looked_at` are the files that the report is about, `None` for all there are.
    """
    known, _, left = read_baseline(path).split(keyed(report), is_gone(report.root))
    for _, finding in known:
        finding.suppressed = Suppression("", "baseline")
    stale = sum(in_scope(left, looked_at, report.root).values())
    notes = list(report.notes)
    if stale:
        name = os.path.relpath(path)
        what = "1 finding" if stale == 1 else f"{stale} findings"
        notes.append(f"{name}: {what} in it are gone: `devopslint baseline --prune` takes them out")
    return report.again(notes)


def is_gone(root: str) -> Callable[[str], bool]:
    """Return what says whether a file of the repository is no more."""
    return lambda path: not os.path.lexists(os.path.join(root, *path.split("/")))


def in_scope(entries: Mapping[Key, int], looked_at: Container[str] | None, root: str) -> dict[Key, int]:
    """Return the entries of files that have been looked at (`None`: all), or that are gone."""
    if looked_at is None:
        return dict(entries)
    gone = is_gone(root)
    return {key: count for key, count in entries.items() if key[1] in looked_at or gone(key[1])}
