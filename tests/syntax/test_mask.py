"""Expressions of workflows in scripts are overwritten before a shell is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from devopslint.syntax.shell_words import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("echo ${{ a }} b", "echo xxxxxxxx b"),
        ("${{ '}}' }}-", "xxxxxxxxxxx-"),
        ("${{ ' }} '", "xxxxxxxx '"),
        ("${{ ' }}a${{ b }}", "xxxxxxxxaxxxxxxxx"),
        ("${{ a }}}}", "xxxxxxxx}}"),
        ("${{}}", "xxxxx"),
        ("}} ${{ a", "}} ${{ a"),
        ("${{ a ${{ b }}", "xxxxxxxxxxxxxx"),
        ("' ${{ 'a' }}", "' xxxxxxxxxx"),
    ],
)
def test_expressions_become_letters(text, masked):
    assert mask(text)[0] == masked


def naive(text):
    """Read from the left: a `}}` in a string does not end an expression, unless no other does."""
    spans = []
    start = text.find("${{")
    while start >= 0:
        quoted, end = False, -1
        for at in range(start + 3, len(text) - 1):
            quoted ^= text[at] == "'"
            if not quoted and text[at : at + 2] == "}}":
                end = at
                break
        end = text.find("}}", start) if end < 0 else end
        if end < 0:
            break
        spans.append((start, end + 2))
        start = text.find("${{", end + 2)
    return spans


@given(some.lists(some.sampled_from(["${{", "}}", "}", "'", "a", "\n", "$", "{", " "])).map("".join))
def test_spans_are_those_that_reading_from_the_left_gives(text):
    masked, spans = mask(text)
    assert spans == naive(text)
    assert len(masked) == len(text)
