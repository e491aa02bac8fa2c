"""The examples of rules, run as tests: each `bad` gives exactly the marked findings of its rule, each `good` none."""

from __future__ import annotations

import re

from devopslint.engine.artifacts import artifacts
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.families import is_of
from devopslint.policy.rule import PLACEHOLDER
from devopslint.policy.selection import Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.policy.catalog import Catalog
    from devopslint.policy.finding import Finding
    from devopslint.policy.rule import Rule

_MARK = re.compile(r"(?<![ \t])[ \t]*#!(?:[ \t]+(\d+-\d*(?:[ \t]*,[ \t]*\d+-\d*)*))?[ \t]*$")


_NO_MARK = re.compile(r"#!(?=[ \t])(?![ \t]*/).*[^ \t\r].*$", re.MULTILINE)
"""What looks like a mark and is none: a letter among the columns, or words behind it. `#! /bin/sh` is something else."""


class Expected:
    """A marked finding: file, line, and first and last column (1-based, inclusive; `None` for anywhere on the line)."""

    __slots__ = ("column", "last", "line", "path")

    def __init__(self, path: str, line: int, column: int | None, last: int | None) -> None:
        self.path = path
        self.line = line
        self.column = column
        self.last = last

    def fits(self, finding: Finding) -> bool:
        """Say whether a finding is the one that was marked."""
        span = finding.span
        if finding.path != self.path or span.line != self.line:
            return False
        if self.column is None:
            return True
        last = span.end_column - 1 if span.end_line == span.line else None
        return span.column == self.column and (self.last is None or last == self.last)

    def __str__(self) -> str:
        columns = "" if self.column is None else f", columns {self.column}-{self.last or ''}"
        return f"{self.path}, line {self.line}{columns}"


def read_example(example: str | Mapping[str, str], path: str) -> tuple[dict[str, str], list[Expected]]:
    """Return the files of an example without their marks, and what the marks expect."""
    texts = {path: example} if isinstance(example, str) else dict(example)
    files: dict[str, str] = {}
    expected: list[Expected] = []
    for name, text in texts.items():
        lines = []
        for number, line in enumerate(text.split("\n"), 1):
            found = _MARK.search(line)
            if found:
                expected.extend(_expected(name, number, found.group(1)))
            lines.append(line[: found.start()] if found else line)
        files[name] = "\n".join(lines)
    return files, expected


def _expected(path: str, line: int, columns: str | None) -> Iterator[Expected]:
    if columns is None:
        yield Expected(path, line, None, None)
        return
    for part in columns.split(","):
        first, _, last = part.strip().partition("-")
        yield Expected(path, line, int(first), int(last) if last else None)


def findings_of(
    catalog: Catalog, rule: Rule, files: Mapping[str, str], options: Mapping[str, Any]
) -> Sequence[Finding]:
    """Return what one rule finds in some files that are in memory."""
    selection = Selection([rule.id, "core/internal"], options={rule.id: options} if options else None)
    run = Run(MemoryWorkspace(files), catalog, selection)
    report = run.check(Asked([], sorted(files), True))
    return [finding for finding in report.active if finding.rule == "core/internal" or is_of(finding.rule, rule)]


def failures(catalog: Catalog, rule: Rule, examples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield, in words, every example of a rule that does not hold."""
    path = example_path(rule)
    messages: list[str] = []
    for number, example in enumerate(examples, 1):
        declared = dict(rule.options)
        kind = "bad" if "bad" in example else "good"
        files, expected = read_example(example[kind], path)
        rule.use_options(declared)
        found = list(findings_of(catalog, rule, files, example.get("options", {})))
        rule.use_options(declared)
        where = f"example {number} ({kind})"
        messages += [finding.message for finding in found if kind == "bad" and is_of(finding.rule, rule)]
        wrong = next(filter(None, map(_NO_MARK.search, files.values())), None)
        if wrong:
            yield f"{where}: `{wrong[0].rstrip()}` is no mark: write `#!`, or `#! 6-9` with the columns"
        elif kind == "bad" and not expected:
            yield f"{where} marks no finding: end the line that is at fault with `#!`"
        for one in expected:
            match = next((finding for finding in found if one.fits(finding)), None)
            if match is None:
                yield f"{where}: nothing is found at {one}"
            else:
                found.remove(match)
        for finding in found:
            if not is_of(finding.rule, rule):
                yield f"{where}: {finding.message}"
                continue
            span = finding.span
            if (span.line, span.column) == (span.end_line, span.end_column):  # a folder, an empty file
                yield f"{where}: found at {finding.path}, line {span.line} as a whole (marked by `#!` alone): {finding.message}"
                continue
            columns = f"{span.column}-{span.end_column - 1}" if span.end_line == span.line else f"{span.column}-"
            yield f"{where}: found at {finding.path}, line {span.line}, columns {columns}: {finding.message}"

    for name in _never_filled(rule, messages):
        yield f"`{{{name}}}` of the message is `nothing` in every bad example: there is no such value"


def _never_filled(rule: Rule, messages: Sequence[str]) -> list[str]:
    """Return the names in the message of a rule in whose place `nothing` stands whatever it has found."""
    parts = PLACEHOLDER.split(rule.raw["message"])
    form = re.compile("".join("(.*)" if at % 2 else re.escape(part) for at, part in enumerate(parts)) + r"\Z")
    filled = [found.groups() for found in map(form.match, messages) if found]
    return [name for at, name in enumerate(parts[1::2]) if filled and all(one[at] == "nothing" for one in filled)]


def example_path(rule: Rule) -> str:
    """Return what an example of a rule is called when it has no name of its own."""
    known = artifacts()
    name = rule.id.split("/", 1)[0]
    if name in known:
        return known[name].EXAMPLE_PATH
    for artifact in known.values():
        if any(kind == subject or kind.startswith(subject + ".") for kind in rule.on for subject in artifact.SUBJECTS):
            return artifact.EXAMPLE_PATH
    return "example.yaml"
