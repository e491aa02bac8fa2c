"""What is read without `click` is the request that `click` makes of the same words; what is not read so is left to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devopslint import cli
from devopslint.commands import plain_options
from devopslint.commands.plain_options import plain_request
from devopslint.commands.request import Request

VALUES = [
    "a",
    "json",
    "full:out",
    "error",
    "never",
    "auto",
    "strict",
    "on",
    "3",
    "0",
    "-1",
    "x,y",
    " a , b",
    "",
    "-",
    "--quiet",
    "a=b",
]
NAMES = [*plain_options._FLAGS, *plain_options._TEXTS, *plain_options._LISTS, *plain_options._WORDS, "--jobs", "-j"]
OTHERS = [
    "--today",
    "--max-findings",
    "--add-ignore",
    "--stdin-filename",
    "--",
    "-qj2",
    "-j2",
    "--help",
    "--outp",
    "-x",
]
WORDS = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(VALUES),
    st.sampled_from(OTHERS),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map("=".join),
)


def by_click(words: list[str], monkeypatch: pytest.MonkeyPatch) -> Request | None:
    """Return the request that `click` makes of words; `None` for words that it refuses."""
    made: list[Request] = []
    monkeypatch.setattr("devopslint.commands.check.check", lambda request: made.append(request) or 0)
    cli.run(["check", *words])
    return made[0] if made else None


def plain(request: Request) -> dict[str, Any]:
    values = {name: getattr(request, name) for name in request.__slots__}
    return {name: list(value) if isinstance(value, (tuple, list)) else value for name, value in values.items()}


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=5))
def test_both_ways_make_the_same_request(words: list[str]) -> None:
    request = plain_request(words)
    if request is not None:
        with pytest.MonkeyPatch.context() as patch:
            expected = by_click(words, patch)
        assert expected is not None, words
        assert plain(request) == plain(expected)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_that_is_read_is_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"--jobs": "2", "-j": "2", **{one: words[1][1] for one, words in plain_options._WORDS.items()}}.get(
        name, "word"
    )
    words = [name] if name in plain_options._FLAGS else [name, value]
    request = plain_request([*words, "path"])
    assert request is not None
    expected = by_click([*words, "path"], monkeypatch)
    assert expected is not None
    assert plain(request) == plain(expected) != plain(Request(("path",)))


@pytest.mark.parametrize(
    "words", [[one] for one in OTHERS] + [["--output"], ["--fail-on", "eror"], ["--jobs", "x"], ["--quiet=1"]]
)
def test_what_is_not_plain_is_left(words: list[str]) -> None:
    assert plain_request(words) is None
