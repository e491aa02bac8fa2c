"""The runner of examples: what the marks say, and what is said when they do not hold."""

from __future__ import annotations

import pytest

from devopslint.engine.examples import Expected, read_example
from devopslint.policy.finding import Finding, Location
from devopslint.syntax.source import Span


@pytest.mark.parametrize(
    ("example", "text", "expected"),
    [
        ("FROM a #! 6-6\n", "FROM a\n", [("f", 1, 6, 6)]),
        ("FROM a #!\n", "FROM a\n", [("f", 1, None, None)]),
        ("x\nRUN a && b #! 5-5, 10-10\n", "x\nRUN a && b\n", [("f", 2, 5, 5), ("f", 2, 10, 10)]),
        ("RUN a \\ #! 5-\n  b\n", "RUN a \\\n  b\n", [("f", 1, 5, None)]),
        ("FROM a # not a mark\n", "FROM a # not a mark\n", []),
        ("#!/bin/sh\n", "#!/bin/sh\n", []),
    ],
)
def test_marks(example: str, text: str, expected: list[tuple[str, int, int | None, int | None]]) -> None:
    files, found = read_example(example, "f")
    assert files == {"f": text}
    assert [(one.path, one.line, one.column, one.last) for one in found] == expected


def test_several_files() -> None:
    files, found = read_example({"a.tf": "x #! 1-1\n", "b.tf": "y\n"}, "f")
    assert files == {"a.tf": "x\n", "b.tf": "y\n"}
    assert [one.path for one in found] == ["a.tf"]


@pytest.mark.parametrize(
    ("expected", "span", "fits"),
    [
        (Expected("f", 1, 6, 9), Span(1, 6, 1, 10), True),
        (Expected("f", 1, 6, 9), Span(1, 6, 1, 9), False),
        (Expected("f", 1, 6, 9), Span(1, 5, 1, 10), False),
        (Expected("f", 1, 6, 9), Span(2, 6, 2, 10), False),
        (Expected("f", 1, None, None), Span(1, 6, 1, 9), True),
        (Expected("f", 1, 3, None), Span(1, 3, 2, 9), True),
        (Expected("g", 1, None, None), Span(1, 6, 1, 9), False),
    ],
)
def test_a_mark_fits_a_finding(expected: Expected, span: Span, fits: bool) -> None:
    finding = Finding("x/y", "warning", "something", Location("f", span), "", (), "")
    assert expected.fits(finding) is fits
