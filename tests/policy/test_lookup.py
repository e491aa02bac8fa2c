"""From a path to the values that stand there."""

from __future__ import annotations

from typing import Any

import pytest
from subjects import subject

from devopslint.policy.subject import parse_path
from devopslint.syntax.tree import MISSING, UNKNOWN

TEXT = "name: web\nempty: null\nlist: [{a: 1}, {a: $x|y}]\nguess: $?\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.b", ("a", "b")),
        ("a[0].b", ("a", 0, "b")),
        ("a.0.b", ("a", 0, "b")),
        ('a["x.y/z"].b', ("a", "x.y/z", "b")),
        ("a['q]']", ("a", "q]")),
        ("", ()),
    ],
)
def test_parse_path(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["a[0", 'a["x]', "a[x]"])
def test_paths_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|neither a number"):
        parse_path(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "web"),
        ("empty", MISSING),
        ("gone", MISSING),
        ("name.deeper", MISSING),
        ("list[0].a", 1),
        ("list.a", 1),
        ("list[1].a", UNKNOWN),
        ("list[2].a", MISSING),
        ("guess", UNKNOWN),
        ("guess.deeper", UNKNOWN),
    ],
)
def test_get(path: str, value: Any) -> None:
    assert subject(TEXT).get(path) == value


def test_candidates_say_where_they_come_from() -> None:
    found = subject(TEXT).candidates("list[1].a")
    assert [one.value for one in found] == ["x", "y"]
    source, start, end, text = found[0].origins[0]
    assert (source.text[start:end], text) == ("$x|y", "chosen here")


def test_raw_is_not_resolved() -> None:
    thing = subject(TEXT)
    assert thing.raw("guess") == "$?"
    assert thing.raw("list[1].a") == "$x|y"
    assert thing.raw("gone") is MISSING


def test_places() -> None:
    thing = subject(TEXT)
    text = thing.document.source.text

    def at(path: str, part: str = "value") -> str:
        place = thing.place(path, part)
        return text[place.start : place.end]

    assert at("name") == "web"
    assert at("name", "key") == "name"
    assert at("name", "pair") == "name: web"
    assert at("list[1].a") == "$x|y"
    assert at("list[1].gone") == "a: $x|y"
    assert at("gone") == "name: web"
    assert at("") == "name: web"
