"""Expressions: what they are made of, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopslint.artifacts.workflow.expressions import ExpressionError, find_expressions, parse_expression


def shape(text: str) -> object:
    def of(node):  # type: ignore[no-untyped-def]
        inner = [of(item) for item in node.items]
        head = node.kind if node.value is None and node.kind != "literal" else (node.kind, node.value)
        return [head, *inner] if inner else head

    return of(parse_expression(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'it''s'", ("literal", "it's")),
        ("-2.5e1", ("literal", -25.0)),
        ("0xff", ("literal", 255)),
        ("null", ("literal", None)),
        ("true", ("literal", True)),
        ("github", ("name", "github")),
        ("a.b-c", [("property", "b-c"), ("name", "a")]),
        ("a['b']", ["index", ("name", "a"), ("literal", "b")]),
        ("a.*.b", [("property", "b"), ["star", ("name", "a")]]),
        ("a[*]", ["star", ("name", "a")]),
        ("f()", ("call", "f")),
        ("f(1, 2)", [("call", "f"), ("literal", 1), ("literal", 2)]),
        ("!a", ["not", ("name", "a")]),
        ("!!a", ["not", ["not", ("name", "a")]]),
        ("a == 1", [("compare", "=="), ("name", "a"), ("literal", 1)]),
        ("a || b && c", ["or", ("name", "a"), ["and", ("name", "b"), ("name", "c")]]),
        ("(a || b) && c", ["and", ["or", ("name", "a"), ("name", "b")], ("name", "c")]),
        ("!a == b", [("compare", "=="), ["not", ("name", "a")], ("name", "b")]),
    ],
)
def test_the_tree(text: str, expected: object) -> None:
    assert shape(text) == expected


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ('a == "b"', 5, 8),
        ("a & b", 2, 3),
        ("a b", 2, 3),
        ("f(1", 2, 3),
        ("a.", 1, 2),
        ("'open", 0, 5),
        ("a[1", 2, 3),
        ("a ? b", 2, 3),
        ("== a", 0, 2),
    ],
)
def test_a_fault_is_where_it_is(text: str, start: int, end: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert (caught.value.start, caught.value.end) == (start, end)


def test_offsets_count_in_the_whole_string() -> None:
    text = "x ${{ github.sha }} y"
    (found,) = find_expressions(text)
    node = parse_expression(text, found.inner_start, found.inner_end)
    assert text[node.start : node.end] == "github.sha"
    assert text[found.start : found.end] == "${{ github.sha }}"


def test_parentheses_belong_to_what_they_hold() -> None:
    text = "(a || b) && c"
    left = parse_expression(text).items[0]
    assert text[left.start : left.end] == "(a || b)"


def test_braces_within_a_string_do_not_close() -> None:
    text = "${{ '}}' }} and ${{ b }}"
    assert [text[one.start : one.end] for one in find_expressions(text)] == ["${{ '}}' }}", "${{ b }}"]


def test_an_open_expression_reaches_to_the_end() -> None:
    (found,) = find_expressions("a ${{ b }")
    assert (found.start, found.closed) == (2, False)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("GitHub.Event['Issue'].title", ("github", "event", "issue", "title")),
        ("a.*.b[0]", ("a", "*", "b", "*")),
        ("a[b].c", ("a", "?", "c")),
        ("f(a).b", None),
    ],
)
def test_the_path_of_a_reference(text: str, path: tuple[str, ...] | None) -> None:
    assert parse_expression(text).path() == path


def test_deep_nesting_is_a_fault_and_no_crash() -> None:
    with pytest.raises(ExpressionError, match="too deeply"):
        parse_expression("(" * 5000 + "a" + ")" * 5000)


def test_long_chains_are_no_nesting() -> None:
    assert len(parse_expression(" || ".join("a" * 3000)).items) == 3000


@given(st.text(alphabet="ab.'\"()[]!=<>&|*, 01-$\n", max_size=30))
def test_nothing_but_an_expression_error(text: str) -> None:
    fault = None
    try:
        found = [(one.start, one.end) for one in parse_expression(text).walk()]
    except ExpressionError as error:
        fault, found = error, [(error.start, max(error.end, error.start + 1))]
    limit = len(text) + (fault is not None)
    assert all(0 <= start < end <= limit for start, end in found)
