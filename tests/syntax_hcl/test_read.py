"""What is read of HCL, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from devopslint.syntax.hcl import MAX_DEPTH, read_hcl
from devopslint.syntax.hcl_nodes import Block, Expression, parse_expression
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN, Map, Seq


def read(text: str) -> Any:
    document, problems = read_hcl(Source("main.tf", text))
    assert problems == []
    return document.root


def problems(text: str) -> list[tuple[str, str]]:
    """The problems as (the text they stand at, the message)."""
    _, found = read_hcl(Source("main.tf", text))
    return [(text[problem.start : problem.end], problem.message) for problem in found]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("1.5", 1.5),
        ("-1.5e3", -1500.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("(true)", True),
        ('""', ""),
        ('"a b"', "a b"),
        ('" a "', " a "),
        (r'"\"\\\n\t\u00e9\U0001F600"', '"\\\n\té😀'),
        ('"$${x} %%{y} $x"', "${x} %{y} $x"),
        ("[]", []),
        ('[1, "a", [true]]', [1, "a", [True]]),
        ("{}", {}),
        ('{ a = 1, "b c" : 2 }', {"a": 1, "b c": 2}),
        ("{\n  a = {\n    b = [null]\n  }\n}", {"a": {"b": [None]}}),
        ("<<EOT\n  a\n b\nEOT\n", "  a\n b\n"),
        ("<<-EOT\n    a\n\n      b\n  EOT\n", "a\n\n  b\n"),
        ("<<EOT\nEOT\n", ""),
        ("<<EOT\n\\n $${x}\nEOT\n", "\\n ${x}\n"),
    ],
)
def test_literals(written: str, value: Any) -> None:
    found = read(f"x = {written}")["x"]
    assert found == value
    assert type(found) in {type(value), Map if isinstance(value, dict) else Seq}


@pytest.mark.parametrize(
    "written",
    [
        "var.a",
        '"a-${var.b}"',
        "f(1)",
        "a ? b : c",
        "1 + 2",
        "!x",
        "[for x in y : x]",
        "x[*].id",
        '"%{ if a }b%{ endif }"',
    ],
)
def test_expressions_keep_their_text(written: str) -> None:
    found = read(f"  x = {written}\n")["x"]
    assert isinstance(found, Expression)
    assert found.text == written
    assert (found.start, found.end) == (6, 6 + len(written))


def test_offsets_count_code_points() -> None:
    text = 'é = "ünï"\r\nb = { "😀" = "ß" }\r\n'
    root = read(text)
    assert [text[a:b] + ":" + text[c:d] for a, b, c, d in root.at.values()] == ['é:"ünï"', 'b:{ "😀" = "ß" }']
    assert root["é"] == "ünï"
    assert root["b"] == {"😀": "ß"}
    a, b, c, d = root["b"].at["😀"]
    assert (text[a:b], text[c:d]) == ('"😀"', '"ß"')


def test_blocks() -> None:
    rules = "  rule { a = 1 }\n  rule { a = 2 }\n"
    text = 'resource "aws_s3_bucket" logs {\n  versioning {\n    enabled = true\n  }\n' + rules + "}\n"
    root = read(text)
    (block,) = root["resource"]
    assert isinstance(block, Block)
    assert (block.type, list(block.labels)) == ("resource", ["aws_s3_bucket", "logs"])
    assert text[slice(*block.labels.at[0])] == '"aws_s3_bucket"'
    assert text[slice(*block.header)] == 'resource "aws_s3_bucket" logs'
    assert block["versioning"] == [{"enabled": True}]
    assert block["rule"] == [{"a": 1}, {"a": 2}]
    assert text[slice(*block["rule"][1].header)] == "rule"


def test_dynamic_blocks_are_unknown() -> None:
    root = read('a {\n  dynamic "x" {\n    for_each = y\n    content {\n      z = 1\n    }\n  }\n}\n')
    assert root["a"][0]["x"] is UNKNOWN
    assert root["a"][0]["dynamic"][0]["content"] == [{"z": 1}]


@pytest.mark.parametrize(
    "body", ['x { z = 1 }\ndynamic "x" {\ncontent {}\n}\n', 'dynamic "x" {\ncontent {}\n}\nx { z = 1 }\n']
)
def test_a_dynamic_block_beside_a_static_one_opens_the_list(body: str) -> None:
    found = read(body)["x"]
    assert found == [{"z": 1}]
    assert found.open


def test_computed_keys_open_the_map() -> None:
    found = read('a = { (var.k) = 1, "${var.l}" = 2, b = 3 }')["a"]
    assert list(found) == ["(var.k)", '"${var.l}"', "b"]
    assert found.open


def test_references() -> None:
    found = read(
        "a = foo(var.x, [for k, v in var.y : k.z if v.q == local.r], aws_s3_bucket.a[0].id, module.m.y.*.z, x.0.b, "
        'data.a.b["k"].c, { each = e.value, (f) = "${g.h}" })'
    )["a"].references()
    assert [reference.text for reference in found] == [
        "var.x", "var.y", "local.r", "aws_s3_bucket.a", "module.m.y", "x", "data.a.b.k.c", "e.value", "f", "g.h",
    ]  # fmt: skip
    assert found[3].steps == ("aws_s3_bucket", "a", 0, "id")
    assert found[4].steps == ("module", "m", "y", None, "z")
    assert [reference.legacy_index for reference in found if reference.legacy_index] == [True]


def test_an_expression_inside_another_text() -> None:
    source = Source("main.tf.json", '{"a": "${var.é.b}"}')
    found = parse_expression(source, 9, 16)
    assert found is not None
    assert found.text == "var.é.b"
    assert [(one.text, one.start, one.end) for one in found.references()] == [("var.é.b", 9, 16)]
    assert parse_expression(source, 9, 10) is not None
    assert parse_expression(source, 0, 3) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1 b = 2\n", [("b", "what stands here must be on a line of its own")]),
        ("a = 1 b {}\n", [("b", "what stands here must be on a line of its own")]),
        ("x {\n} y {\n}\n", [("y", "what stands here must be on a line of its own")]),
        ("a = { x = 1 y = 2 }\n", [("y", "what stands here must be on a line of its own")]),
        ("a = 1\na = 2\n", [("a", "`a` is given twice in this block")]),
        ("a\n= 1\n", [("a", "the value of `a` must start on the same line")]),
        ('a = "b\nc"\n', [('"b', "a quoted string must end on its line")]),
        ("a = { b = 1\n", [("a = { b = 1", "`a = { b = 1` can't be read")]),
        ('x "y" {\n  a = 1\n', [("1", "`}` is missing after this")]),
        ("é = 1\n}\n", [("}", "`}` can't be read")]),
        ('x "y" {\n  a 1\n}\n', [("a", "`=` is missing after `a`")]),
        ('x {\n  a = 1\n  b = "${c["d"]}e\n}\n', [('"${c["d"]}e', "a quoted string must end on its line")]),
        ('x {\n  a = "1\\d"\n}\n', [("\\d", "`\\d` is no escape: a backslash is written `\\\\`")]),
        ("x {\n  a = 'b'\n}\n", [("'", "texts stand in double quotes")]),
        ("x {\n  a = <<E\n  don't\n  E\n  b 1\n}\n", [("b", "`=` is missing after `b`")]),
    ],
)
def test_problems(text: str, expected: list[tuple[str, str]]) -> None:
    assert problems(text) == expected


def test_what_is_valid_on_one_line() -> None:
    assert read("a = { x = 1, y = 2 }\nb { c = 1 }\n") == {"a": {"x": 1, "y": 2}, "b": [{"c": 1}]}


def test_a_key_given_twice_in_an_object_is_kept() -> None:
    found = read("a = { x = 1, x = 2 }")["a"]
    assert found == {"x": 2}
    assert [key for key, _ in found.duplicates] == ["x"]


def test_a_broken_block_does_not_hide_the_others() -> None:
    text = 'variable "a" {\n  default = @\n}\n\nresource "x" "y" {\n  b = 1\n\nvariable "c" {\n  type = string\n}\n'
    document, found = read_hcl(Source("main.tf", text))
    assert [block.labels[0] for block in document.root["variable"]] == ["a", "c"]
    assert document.root["resource"] == [{"b": 1}]
    assert [document.source.position(problem.start)[0] for problem in found] == [2, 6]


@pytest.mark.parametrize("opening", ["[", "(", "{ a = ", "f(", '"${', "!", "-"])
def test_deep_nesting_ends(opening: str) -> None:
    closing = {"[": "]", "(": ")", "{ a = ": "}", "f(": ")", '"${': '}"'}.get(opening, "")
    depth = 40 if opening == '"${' else 400  # the grammar's own stack of templates is short
    read(f"a = {opening * depth}1{closing * depth}\n")
    for text in (f"a = {opening * 100_000}", f"a = {opening * 100_000}1{closing * 100_000}"):
        document, found = read_hcl(Source("main.tf", text))
        assert found or isinstance(document.root["a"], Expression | int)


def test_a_broken_block_is_open_and_the_others_are_not() -> None:
    text = 'resource "a" "b" {\n  set {\n    x = \n  }\n  other {\n  }\n}\nresource "c" "d" {\n}\n'
    document, problems = read_hcl(Source("main.tf", text))
    assert [problem.start for problem in problems] == [text.index("x =")]
    broken, whole = document.root["resource"]
    assert (broken.open, broken["set"][0].open, broken["other"][0].open, whole.open) == (True, True, False, False)


def test_deep_blocks_end() -> None:
    read("a {\n" * 400 + "}\n" * 400)
    _, found = read_hcl(Source("main.tf", "a {\n" * 100_000 + "}\n" * 100_000))
    assert [problem.message for problem in found] == [f"blocks nested more than {MAX_DEPTH} deep"]


def test_nothing_and_junk() -> None:
    assert read("") == {}
    assert read("# only a comment\n") == {}
    for text in ("\0\1\2", "}}}}", "{{ x }}", '"', "a = <<", "\ud800 = 1"):
        read_hcl(Source("main.tf", text))
