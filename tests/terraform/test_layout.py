"""Where what an expression writes is pointed at: the value inside of `merge(…)`, the line of a heredoc."""

from __future__ import annotations

import pytest

from devopslint.policy.subject import Subject
from tests.terraform.test_module import read


def resource(value: str) -> Subject:
    """A resource whose argument `x` is an expression."""
    found, _ = read({"main.tf": f'locals {{\n  more = {{ c = "3" }}\n}}\nresource "a_b" "c" {{\n  x = {value}\n}}\n'})
    return next(one for one in found if one.address == "a_b.c")


def shown(value: str, path: str) -> tuple[str, int]:
    """The text that a path is pointed at with, and its line."""
    place = resource(value).place(path)
    return place.source.text[place.start : place.end], place.source.text.count("\n", 0, place.start) + 1


@pytest.mark.parametrize(
    ("value", "path", "text"),
    [
        ('merge({ a = "1" }, { b = "2" })', "x.b", '"2"'),
        ('merge({ a = "1" }, { a = "2" })', "x.a", '"2"'),
        ('merge(local.more, { a = "1" })', "x.a", '"1"'),
        ('merge({ a = { b = ["1", upper("2")] } }, {})', "x.a.b[1]", 'upper("2")'),
        ('concat(["1"], ["2", "3"])', "x[2]", '"3"'),
        ('concat(["1"], local.more, ["2"])', "x[0]", '"1"'),
        ('tomap({ "a" = "1" })', "x.a", '"1"'),
        ('nonsensitive(merge({ (local.k) = "2" }, { a = "1" }))', "x.a", '"1"'),
    ],
)
def test_what_is_written_in_a_call_is_pointed_at(value: str, path: str, text: str) -> None:
    assert shown(value, path) == (text, 5)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ('merge({ c = "1" }, local.more)', "x.c"),
        ('concat(local.more, ["2"])', "x[1]"),
        ('merge({ a = "1" }...)', "x.b"),
        ('concat([["1", "2"], ["3"]]...)', "x[1]"),
        ('keys({ a = "1" })', "x.a"),
        ("local.more", "x.c"),
        ('yamldecode("a: 1")', "x.a"),
    ],
)
def test_what_is_made_elsewhere_stands_where_the_expression_does(value: str, path: str) -> None:
    assert shown(value, path) == (value, 5)


def test_lines_of_yaml_in_a_heredoc() -> None:
    value = "yamldecode(<<-EOT\n    a:\n      - b: 1\n        c: ${local.more.c}\n  EOT\n  )"
    subject = resource(value)
    assert subject.get("x.a[0].c") == 3
    assert shown(value, "x.a[0].b") == ("1", 7)
    assert shown(value, "x.a[0].c") == ("${local.more.c}", 8)
    assert shown(value, "x.a[0].d") == ("b: 1", 7)


def test_yaml_that_tabs_indent_after_letters_of_any_kind() -> None:
    value = "/* é😀 */ yamldecode(<<-EOT\r\n\t\té: 😀\r\n\t\ta:\r\n\t\t  b: 1\r\n\t\tEOT\r\n\t)"
    assert resource(value).get("x.a.b") == 1
    assert shown(value, "x.a.b") == ("1", 8)


@pytest.mark.parametrize("inner", ["a: [1", "%{ if true }\na: 1\n%{ endif }", "a: 1\n---\na: 2"])
def test_yaml_that_can_not_be_followed(inner: str) -> None:
    value = f"yamldecode(<<EOT\n{inner}\nEOT\n)"
    assert shown(value, "x.a") == (value, 5)
