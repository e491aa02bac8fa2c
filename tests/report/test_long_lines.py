"""What a finding on a very long line costs does not hang on the length of that line; what is shown is the same."""

from __future__ import annotations

import sys

import pytest

from devopslint.policy.finding import Location
from devopslint.report import excerpt
from devopslint.report.excerpt import Glyphs, Mark
from devopslint.report.style import Style
from devopslint.syntax.source import Span


def rows_of(line: str, at: int) -> list[str]:
    marks = [Mark(Location("a", Span(1, at + 1, 1, at + 4), "here"), "error")]
    return list(
        excerpt.excerpt(
            [line], marks, gutter=1, width=60, style=Style(color=False, links=False), glyphs=Glyphs(unicode=False)
        )
    )


@pytest.mark.parametrize("at", [0, 30, 200, 240, 3_000, 5_990, 5_999])
@pytest.mark.parametrize("letters", ["abc def ", "a\té𝄞\x1b ", "漢字 a"])
def test_a_part_of_a_long_line_is_shown_as_before(at, letters, monkeypatch):
    line = (letters * 1_500)[:6_000]
    found = rows_of(line, at)
    monkeypatch.setattr(excerpt, "_SPARE", 1_000)
    assert found == rows_of(line, at)


def test_a_long_line_is_not_gone_through():
    def steps(length: int) -> int:
        count = 0

        def one(frame, event, argument):
            nonlocal count
            count += 1
            return one

        before = sys.gettrace()
        sys.settrace(one)
        try:
            rows_of("a" * length, length // 2)
        finally:
            sys.settrace(before)
        return count

    assert steps(100_000) == steps(10_000)
