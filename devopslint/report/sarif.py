"""The report as SARIF 2.1.0, as GitHub's code scanning reads it.

Plain dictionaries, written by `json` (docs/decisions/0004-sarif.md). What GitHub reads, and its limits: its pages
"SARIF support for code scanning" and "SARIF results exceed one or more limits".
"""

from __future__ import annotations

import re
from urllib.parse import quote

from devopslint.policy.finding import RuleInfo
from devopslint.report.fingerprints import fingerprints, line_hashes, utf16_length
from devopslint.report.gravity import by_gravity
from devopslint.report.json import as_text
from devopslint.report.sarif_rules import descriptor
from devopslint.report.text import plain, sound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TextIO

    from devopslint.policy.finding import Finding, Location, Report
    from devopslint.report.options import Options

    Numbered = tuple[Finding, str]
    """A finding and its own fingerprint."""

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/devopslint/devopslint"
MAX_RESULTS = 25_000
"""GitHub rejects a run with more."""
KEPT_RESULTS = 5_000
"""Of a run GitHub keeps so many, the gravest."""
MAX_RELATED = 100
"""Of a result GitHub keeps so many locations."""
LINKED = 5
"""So many related locations are linked in the message; the others are only listed."""

_LINK = re.compile(r"(?:^|(?<=\]))[^\]]++(?=\]\((?:\d+\)|[a-zA-Z][\w+.-]*:|[/#]))")
"""What begins a link: to a location of the result by its number, or (SARIF 2.1.0, 3.11.6) to an address."""


def write(report: Report, out: TextIO, options: Options) -> None:
    """Write one SARIF log with one run on one line, ASCII only.

    Suppressed findings are left out unless the options ask for them: GitHub would show them as open alerts. Tells
    `options.warn` when there are more results than GitHub keeps, and when some had to be left out.
    """
    out.write(as_text(as_log(report, options)) + "\n")


def as_log(report: Report, options: Options) -> dict[str, Any]:
    """Return the log as plain values."""
    numbered = _chosen(report, options)
    names = sorted({finding.rule for finding, _ in numbered})
    index = {name: at for at, name in enumerate(names)}
    places = _Places(report.read_lines)
    results = _results(numbered, index, places, options)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "devopslint",
                "semanticVersion": options.version,
                "informationUri": HOME,
                "rules": [descriptor(_rule(report, name)) for name in names],
            }
        },
        "invocations": [_invocation(report, places)],
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    if report.root:
        run["originalUriBaseIds"] = {"%SRCROOT%": {"uri": _folder_uri(report.root)}}
    if options.category:
        run["automationDetails"] = {"id": options.category.rstrip("/") + "/"}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _chosen(report: Report, options: Options) -> list[Numbered]:
    """The findings to write, the gravest first, no more than GitHub takes."""
    numbered = [
        (finding, fingerprint)
        for finding, fingerprint in zip(report.findings, fingerprints(report), strict=True)
        if options.suppressed or finding.suppressed is None
    ]
    gravity = by_gravity(report.rules)
    numbered.sort(key=lambda item: gravity(item[0]))  # stable: within one gravity the order stays that of the report
    if len(numbered) > MAX_RESULTS:
        options.warn(
            f"{len(numbered)} results are more than GitHub takes: the gravest {MAX_RESULTS} are written, "
            f"of which it keeps {KEPT_RESULTS}"
        )
    elif len(numbered) > KEPT_RESULTS:
        options.warn(f"GitHub keeps only the gravest {KEPT_RESULTS} of these {len(numbered)} results")
    return numbered[:MAX_RESULTS]


def _results(
    numbered: Sequence[Numbered], index: dict[str, int], places: _Places, options: Options
) -> list[dict[str, Any]]:
    asked: dict[str, set[int]] = {}
    for finding, _ in numbered:
        asked.setdefault(finding.path, set()).add(finding.span.line)
    hashes = {path: line_hashes(places.lines(path), lines) for path, lines in asked.items()}
    alike: dict[tuple[str, str, str, str], int] = {}
    results = []
    for finding, fingerprint in numbered:
        line_hash = hashes[finding.path].get(finding.span.line, "")
        key = (finding.rule, finding.path, line_hash, finding.message)
        alike[key] = alike.get(key, 0) + 1
        result = _result(finding, places, nth=alike[key])
        result["ruleIndex"] = index[finding.rule]
        result["partialFingerprints"] = {"devopslint/v1": fingerprint}
        if line_hash:
            result["partialFingerprints"]["primaryLocationLineHash"] = line_hash
        if options.suppressed:
            result["suppressions"] = _suppressions(finding)
        results.append(result)
    return results


def _result(finding: Finding, places: _Places, nth: int) -> dict[str, Any]:
    """One result; the `nth` of those that say the same of the same line says so, or GitHub would take them for one."""
    location: dict[str, Any] = {"physicalLocation": places.physical(finding.location)}
    if finding.address:
        location["logicalLocations"] = [{"fullyQualifiedName": _one_line(finding.address)}]
    related = finding.related[:MAX_RELATED]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": _message(finding, related, nth)},
        "locations": [location],
    }
    if related:
        result["relatedLocations"] = [{"id": number, **_step(place, places)} for number, place in enumerate(related, 1)]
    origins = [place for place in finding.related if place.origin]
    if len(origins) > 1:
        steps = [_step(place, places) for place in reversed(origins)]
        steps.append({**location, "message": {"text": _one_line(finding.location.text or finding.message)}})
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in steps]}]}]
    return result


def _message(finding: Finding, related: Sequence[Location], nth: int) -> str:
    """One sentence without a line break, that links its first related locations."""
    text = _LINK.sub(lambda found: found.group().replace("[", r"\["), _one_line(finding.message))
    if nth > 1:
        text += f" (no. {nth} on this line)"
    links = [f"[{_link_text(place)}]({number})" for number, place in enumerate(related[:LINKED], 1)]
    return f"{text}, see {', '.join(links)}" if links else text


def _link_text(place: Location) -> str:
    text = _one_line(place.text) or f"{place.path}:{place.span.line}"
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _step(place: Location, places: _Places) -> dict[str, Any]:
    text = _one_line(place.text) or f"{place.path}:{place.span.line}"
    return {"physicalLocation": places.physical(place), "message": {"text": text}}


def _suppressions(finding: Finding) -> list[dict[str, str]]:
    suppressed = finding.suppressed
    if suppressed is None:
        return []
    kind = "inSource" if suppressed.kind == "inline" else "external"
    return [{"kind": kind, "status": "accepted", **({"justification": suppressed.reason} if suppressed.reason else {})}]


def _invocation(report: Report, places: _Places) -> dict[str, Any]:
    """How the run went: whether it came to its end, what could not be read, what people are told of it."""
    notifications: list[dict[str, Any]] = [
        {
            "level": finding.level,
            "message": {"text": _one_line(finding.message)},
            "descriptor": {"id": finding.rule},
            "locations": [{"physicalLocation": places.physical(finding.location)}],
        }
        for finding in report.active[:MAX_RESULTS]
        if finding.rule.startswith("core/")
    ]
    notifications.extend({"level": "note", "message": {"text": _one_line(note)}} for note in report.notes if note)
    invocation: dict[str, Any] = {"executionSuccessful": report.successful}
    if report.root:
        invocation["workingDirectory"] = {"uri": _folder_uri(report.root)}
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    return invocation


class _Places:
    """Turns locations into physical ones, reading each file at most once."""

    __slots__ = ("_lines", "_read", "_uris")

    def __init__(self, read: Callable[[str], Sequence[str]]) -> None:
        self._read = read
        self._lines: dict[str, Sequence[str]] = {}
        self._uris: dict[str, str] = {}

    def lines(self, path: str) -> Sequence[str]:
        """Return the lines of a file."""
        found = self._lines.get(path)
        if found is None:
            found = self._lines[path] = self._read(path)
        return found

    def physical(self, place: Location) -> dict[str, Any]:
        """Return a `physicalLocation` with a region of four positive numbers, columns in UTF-16 units."""
        uri = self._uris.get(place.path)
        if uri is None:
            uri = self._uris[place.path] = _uri(place.path)
        return {
            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
            "region": self._region(place),
        }

    def _region(self, place: Location) -> dict[str, int]:
        line, column, end_line, end_column = place.span.as_tuple()
        line, column = max(1, line), max(1, column)
        end_line, end_column = max((line, column), (end_line, end_column))
        lines = self.lines(place.path)
        first = lines[line - 1] if line <= len(lines) else ""
        last = lines[end_line - 1] if end_line <= len(lines) else ""
        if (line, column) == (end_line, end_column):  # an empty region cannot be shown: one character of the line
            if column <= len(first):
                end_column += 1
            elif column > 1:
                column -= 1
        return {
            "startLine": line,
            "startColumn": _utf16_column(first, column),
            "endLine": end_line,
            "endColumn": _utf16_column(last, end_column),
        }


def _utf16_column(line: str, column: int) -> int:
    if line.isascii():
        return column
    return column + utf16_length(line[: column - 1]) - len(line[: column - 1])


def _uri(path: str) -> str:
    """Return a root-relative path as a URI reference: percent-encoded, without `./`; odd bytes stay themselves."""
    while path.startswith("./"):
        path = path[2:]
    return quote(_bytes(path)) or "."


def _folder_uri(folder: str) -> str:
    path = folder.replace("\\", "/") if folder[1:2] == ":" or folder.startswith("\\\\") else folder
    path = quote(_bytes(path.strip("/")), safe="/:")
    return f"file:///{path}/" if path else "file:///"


def _bytes(path: str) -> bytes:
    """The bytes of a path: those that were no UTF-8 are themselves again."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return sound(path).encode()


def _rule(report: Report, name: str) -> RuleInfo:
    return report.rules.get(name) or RuleInfo(name, name, "warning")


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())
