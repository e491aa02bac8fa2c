"""What is taken for the word that was meant."""

from __future__ import annotations

import pytest

from devopslint.artifacts.workflow.words import nearest

KEYS = [
    "runs-on",
    "needs",
    "timeout-minutes",
    "continue-on-error",
    "cache",
    "cache-dependency-path",
    "cache-write",
    "on",
]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("timeout", "timeout-minutes"),
        ("continue", "continue-on-error"),
        ("runs_on", "runs-on"),
        ("need", "needs"),
        ("dependency-cache-path", "cache-dependency-path"),
    ],
)
def test_the_word_that_was_meant(word: str, meant: str) -> None:
    assert nearest(word, KEYS) == f", did you mean `{meant}`?"


@pytest.mark.parametrize("word", ["cach-", "run", "minutes", "tim"])
def test_no_word_is_guessed_from_little(word: str) -> None:
    assert nearest(word, ["cache-write", "cache-dependency-path", "runs-on", "timeout-minutes"]) == ""


def test_no_word_is_guessed_of_several() -> None:
    assert nearest("restore", ["restore-keys-first", "restore-only-when-hit"]) == ""
