"""What a run has found, as every report reads it: plain records, cheap to import.

The engine makes a `Report`; the modules of `devopslint.report` write it down and know nothing else.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.syntax.source import Span

    _Same = tuple[str, tuple[int, int, int, int], str, str]

DOCS_URL = "https://github.com/devopslint/devopslint/blob/main/docs/rules/{id}.md"
"""Where the page of a rule of ours stands."""

LEVELS = ("error", "warning", "note")
"""The levels of a finding, the gravest first."""


class Location:
    """A stretch of a file with a few words on it.

    `path` is relative to the root, with `/`. `text` is the annotation shown under the span. `origin` says that the
    place is where the offending value came from (a variable's default, a matrix row), not merely something near it.
    """

    __slots__ = ("origin", "path", "span", "text")

    def __init__(self, path: str, span: Span, text: str = "", *, origin: bool = False) -> None:
        self.path = path
        self.span = span
        self.text = text
        self.origin = origin

    def as_tuple(self) -> tuple[str, tuple[int, int, int, int], str, bool]:
        """Return `(path, span as a tuple, text, origin)`."""
        return self.path, self.span.as_tuple(), self.text, self.origin

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Location) and self.as_tuple() == other.as_tuple()

    def __hash__(self) -> int:
        return hash(self.as_tuple())

    def __repr__(self) -> str:
        return f"Location({self.path!r}, {self.span!r}, {self.text!r})"


class Suppression:
    """Why a finding is not reported: `kind` is `inline` (a comment), `config` or `baseline`; `reason` may be empty.

    `comment` tells which comment it is: path, line, column, and the index of its word. `until` is the last day (ISO) on
    which it holds, `peer` the peer whose comment it is; both may be empty.
    """

    __slots__ = ("comment", "kind", "peer", "reason", "until")

    def __init__(
        self,
        reason: str,
        kind: str,
        comment: tuple[str, int, int, int] | None = None,
        until: str = "",
        peer: str = "",
    ) -> None:
        self.reason = reason
        self.kind = kind
        self.comment = comment
        self.until = until
        self.peer = peer

    def to_plain(self) -> list[Any]:
        """Return it as lists, strings and numbers."""
        return [self.reason, self.kind, self.comment, self.until, self.peer]

    @staticmethod
    def from_plain(plain: Sequence[Any]) -> Suppression:
        """Return what `to_plain` was made from."""
        reason, kind, comment, until, peer = plain
        return Suppression(reason, kind, tuple(comment) if comment else None, until, peer)

    def __repr__(self) -> str:
        return f"Suppression({self.reason!r}, {self.kind!r})"


class Finding:
    """One rule broken at one place.

    `message` is one sentence that starts in lower case and has no final stop. `address` is what people call the
    subject (`Deployment/shop container web`). `related` stand in the order in which a reader follows them away from
    the finding: the nearest origin of a value first. `line_text` is the line on which the finding starts, for
    fingerprints. Findings sort by path, span, rule, message and address.
    """

    __slots__ = ("address", "level", "line_text", "location", "message", "related", "rule", "suppressed")

    def __init__(
        self,
        rule: str,
        level: str,
        message: str,
        location: Location,
        address: str = "",
        related: Sequence[Location] = (),
        line_text: str = "",
        suppressed: Suppression | None = None,
    ) -> None:
        self.rule = rule
        self.level = level
        self.message = message
        self.location = location
        self.address = address
        self.related = tuple(related)
        self.line_text = line_text
        self.suppressed = suppressed

    @property
    def path(self) -> str:
        """The file of the primary location."""
        return self.location.path

    @property
    def span(self) -> Span:
        """The span of the primary location."""
        return self.location.span

    def sort_key(self) -> tuple[str, tuple[int, int, int, int], str, str, str]:
        """Return what findings are ordered by: path, span, rule, message, address."""
        return self.location.path, self.location.span.as_tuple(), self.rule, self.message, self.address

    def __lt__(self, other: Finding) -> bool:
        return self.sort_key() < other.sort_key()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self.sort_key() == other.sort_key()

    def __hash__(self) -> int:
        return hash(self.sort_key())

    def __repr__(self) -> str:
        return f"<{self.level}[{self.rule}] {self.path}:{self.span.line}:{self.span.column} {self.message}>"


class RuleInfo:
    """What reports may say of a rule.

    `url` is where to read on: the page of a rule of ours when nothing else is given; it may be empty. `security_severity` is a
    number from 0.1 to 10.0, or `None` for rules that are not about security. `why`, `how` and `examples` come from
    `load_help`, called when one of them is first read; it returns a mapping with those names, `examples` being the list of
    the rule file (mappings with `bad`, `fixed`, `good`: a text, or texts by file name).
    """

    __slots__ = (
        "_help",
        "_load_help",
        "confidence",
        "equivalents",
        "id",
        "level",
        "message",
        "practice",
        "preview",
        "profile",
        "references",
        "security_severity",
        "standards",
        "tags",
        "title",
        "url",
    )

    def __init__(
        self,
        id: str,  # noqa: A002 (the field's word)
        title: str,
        level: str,
        *,
        practice: str = "",
        tags: Sequence[str] = (),
        security_severity: float | None = None,
        confidence: str = "high",
        profile: str = "default",
        preview: bool = False,
        equivalents: Sequence[str] = (),
        standards: Sequence[str] = (),
        references: Sequence[str] = (),
        message: str = "",
        load_help: Callable[[], Mapping[str, Any]] | None = None,
        url: str | None = None,
    ) -> None:
        self.id = id
        self.title = title
        self.level = level
        self.practice = practice
        self.tags = tuple(tags)
        self.security_severity = security_severity
        self.confidence = confidence
        self.profile = profile
        self.preview = preview
        self.equivalents = tuple(equivalents)
        self.standards = tuple(standards)
        self.references = tuple(references)
        self.message = message
        self.url = DOCS_URL.format(id=id) if url is None else url
        self._load_help = load_help
        self._help: Mapping[str, Any] | None = None

    @property
    def why(self) -> str:
        """What goes wrong in real life; paragraphs parted by blank lines."""
        return str(self._helped().get("why") or "").strip()

    @property
    def how(self) -> str:
        """What to do about it; paragraphs parted by blank lines."""
        return str(self._helped().get("how") or "").strip()

    @property
    def examples(self) -> Sequence[Mapping[str, Any]]:
        """The examples of the rule file, as they stand there."""
        return self._helped().get("examples") or ()

    def _helped(self) -> Mapping[str, Any]:
        if self._help is None:
            self._help = self._load_help() if self._load_help is not None else {}
        return self._help

    def __repr__(self) -> str:
        return f"<RuleInfo {self.id}>"


class Summary:
    """What was read.

    `files` counts the files of each kind by the artifact's name; `titles` gives the singular and plural of those names
    for people (a name without titles stands for itself). `total_files` are all files that were looked at,
    `not_parsed` those that could not be read, `undecided` the checks that could not be answered, `suppressed` the
    findings that were, `modules_not_read` the sources of modules that are called and not in the repository,
    `excluded` the files that the configuration leaves out.
    """

    __slots__ = (
        "excluded",
        "files",
        "modules_not_read",
        "not_parsed",
        "suppressed",
        "titles",
        "total_files",
        "undecided",
    )

    def __init__(
        self,
        files: Mapping[str, int] | None = None,
        not_parsed: int = 0,
        undecided: int = 0,
        suppressed: int = 0,
        total_files: int = 0,
        titles: Mapping[str, tuple[str, str]] | None = None,
        modules_not_read: Sequence[str] = (),
        excluded: int = 0,
    ) -> None:
        self.excluded = excluded
        self.modules_not_read = modules_not_read
        self.files: Mapping[str, int] = files or {}
        self.not_parsed = not_parsed
        self.undecided = undecided
        self.suppressed = suppressed
        self.total_files = total_files
        self.titles: Mapping[str, tuple[str, str]] = titles or {}


class Report:
    """Everything that a report is written from.

    `findings` are sorted, those of the same rule, span and message being one; suppressed ones are among them, `active`
    leaves them out. `rules` knows every rule that has a finding. `root` is the absolute folder that paths are relative
    to. `read_lines(path)` returns the lines of a file without their line ends, parted as `Source` parts them (a file
    that ends with a line end has an empty last line); none when it can't be read. `notes` are sentences for people
    about the run. `successful` is false when the run itself failed somewhere (an internal error), not when it found
    something. `merged` says that the findings are sorted, and made one, already.
    """

    __slots__ = ("active", "findings", "notes", "read_lines", "root", "rules", "successful", "summary")

    def __init__(
        self,
        findings: Iterable[Finding],
        rules: Mapping[str, RuleInfo],
        summary: Summary,
        root: str = "",
        read_lines: Callable[[str], Sequence[str]] | None = None,
        notes: Sequence[str] = (),
        *,
        successful: bool = True,
        merged: bool = False,
    ) -> None:
        self.findings: Sequence[Finding] = list(findings) if merged else merge(findings)
        self.active: Sequence[Finding] = [finding for finding in self.findings if finding.suppressed is None]
        self.rules = rules
        self.summary = summary
        self.root = root
        self.read_lines: Callable[[str], Sequence[str]] = read_lines or _no_lines
        self.notes = tuple(notes)
        self.successful = successful

    def narrowed(self, keep: Callable[[Finding], bool]) -> Report:
        """Return the report with only the findings that `keep` holds for."""
        kept = [finding for finding in self.findings if keep(finding)]
        return self._with(kept, self.notes)

    def again(self, notes: Sequence[str]) -> Report:
        """Return the report with what has been marked as suppressed since, and with other notes."""
        report = self._with(self.findings, notes)
        report.summary.suppressed = len(report.findings) - len(report.active)
        return report

    def _with(self, findings: Iterable[Finding], notes: Sequence[str]) -> Report:
        return Report(
            findings,
            self.rules,
            self.summary,
            self.root,
            self.read_lines,
            notes,
            successful=self.successful,
            merged=True,
        )

    def line(self, path: str, number: int) -> str:
        """Return a 1-based line of a file; an empty string where there is none."""
        lines = self.read_lines(path)
        return lines[number - 1] if 0 < number <= len(lines) else ""


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings sorted, those with the same rule, place and message made one.

    Of several, the first in order stays, but one that is not suppressed goes before one that is; it gets the related
    locations of all.
    """
    ordered = sorted([(_merge_order(finding), number, finding) for number, finding in enumerate(findings)])
    merged: dict[_Same, Finding] = {}
    for (same, *_), _, finding in ordered:
        first = merged.setdefault(same, finding)
        if first is not finding and finding.related:
            first.related = tuple(dict.fromkeys((*first.related, *finding.related)))
    return list(merged.values())


def _merge_order(finding: Finding) -> tuple[_Same, bool, str, list[tuple[Any, ...]]]:
    location = finding.location
    same = location.path, location.span.as_tuple(), finding.rule, finding.message
    related = [place.as_tuple() for place in finding.related] if finding.related else []
    return same, finding.suppressed is not None, finding.address, related


def _no_lines(path: str) -> Sequence[str]:
    return ()
