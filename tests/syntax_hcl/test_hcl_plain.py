"""Plain HCL is read without the grammar, and to the same trees as the grammar's are made to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from running import ROOT

from devopslint.syntax.hcl import read_by_grammar, read_hcl
from devopslint.syntax.hcl_nodes import Block, Expression, File
from devopslint.syntax.hcl_plain import read_plain
from devopslint.syntax.source import Source

PIECES = (
    "a", "b = ", "c {\n", 'd "e" {\n', "f g {", "}\n", "}", "\n", "\n", "  ", "\t", "#x\n", " // y\n", "/* z */", "/*", '"q"', '"${a.b}"',
    '"x-${a.b[0]}-${c}"', '"$${x}"', '"%{ if a }b%{ endif }"', '"\\n"', '"\\x"', '"100%"', "1", "-1", "1.5", "1e3", "true", "null",
    "false.x", "var.x", "a.b[*].c", "a[0]", "a.0", "a.*.b", 'a["b"]', "[", "]", "{", "(", ")", ",", ", ", "[1, 2]", "[\n  1,\n  a.b\n]",
    "{}", "{ a = 1 }", "{\n  a = 1\n  b : c\n}", "{ a = 1, a = 2 }", "{ (a) = 1 }", "{ a = 1 b = 2 }", "{ for a in b : a => 1 }", "for",
    "if", "in", "f(a)", "f(\n  a,\n  b...\n)", "a ? b : c", "!a", "a + b", "<<A\n x\nA\n", "<<-A\n  ${x}\n  A\n", "<<A\n", "é", "\r\n",
    'dynamic "x" {\n', "content {\n", "x = 1\n", "x {}\n", "=", "==", ".", '"', "'", "\\", "\x00", "0x1", "a-b", "_a", "a=1", "\ufeff",
)  # fmt: skip


def texts_in(example: Any) -> Iterator[str]:
    if isinstance(example, str):
        yield example
    elif isinstance(example, dict):
        for part in example.values():
            yield from texts_in(part)


def texts_of_ours() -> list[str]:
    """The examples in the rules on Terraform, and a few files."""
    rules = [
        yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted((ROOT / "rules/terraform").rglob("*.yaml"))
    ]
    files = [path.read_text("utf-8") for path in sorted((ROOT / "fixtures").rglob("*.tf"))]
    return files + [
        text for rule in rules for example in rule["examples"] for text in texts_in(example) if "\n" in text
    ]


TEXTS = texts_of_ours()


def shape(value: Any) -> Any:
    """Everything that a reader says of a value, with the nodes that the grammar makes of an expression."""
    if isinstance(value, Expression):
        references = [(one.steps, one.start, one.end, one.legacy_index) for one in value.references()]
        return "expression", value.start, value.end, references, nodes(value.node, value.shift)
    if isinstance(value, dict):
        places = value.start, value.end, value.header, value.at, list(value.duplicates), value.open
        named = (value.type, shape(value.labels)) if isinstance(value, Block) else ()
        computed = sorted(shape(one) for one in value.computed_keys) if isinstance(value, File) else ()
        return type(value), places, named, computed, [(key, shape(item)) for key, item in value.items()]
    if isinstance(value, list):
        return type(value), value.start, value.end, value.at, value.open, [shape(item) for item in value]
    return type(value), repr(value)


def nodes(node: Any, shift: int) -> Any:
    below = [nodes(child, shift) for child in node.children]
    return node.type, node.start_byte + shift, node.end_byte + shift, below


def is_read_as_by_the_grammar(text: str) -> bool:
    """Say whether a text is read without the grammar, in part at least; assert that the grammar says the same."""
    source = Source("main.tf", text)
    document, problems = read_hcl(source)
    expected, faults = read_by_grammar(source)
    assert shape(document.root) == shape(expected.root), text
    assert [repr(problem) for problem in problems] == [repr(fault) for fault in faults], text
    return not faults and read_plain(source) is not None


def test_texts_of_ours() -> None:
    read = [is_read_as_by_the_grammar(text) for text in TEXTS]
    assert len(read) > 2000
    assert sum(read) > len(read) * 0.9


@pytest.mark.parametrize("seed", range(20))
def test_texts_made_at_random(seed: int) -> None:
    chance = random.Random(seed)
    read = [is_read_as_by_the_grammar("".join(chance.choices(PIECES, k=chance.randint(1, 9)))) for _ in range(150)]
    assert any(read)
    assert not all(read)


@pytest.mark.parametrize("seed", range(20))
def test_texts_of_ours_with_faults(seed: int) -> None:
    chance = random.Random(seed)
    read = [is_read_as_by_the_grammar(with_fault(chance.choice(TEXTS), chance)) for _ in range(40)]
    assert any(read)


def with_fault(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(("", "", *PIECES)) + text[at + chance.choice((0, 0, 1, 3)) :]
    return text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "a = 1",
        'a = "b c" # d\n/* e\n*/\nf = -1.5 // g\n',
        'variable "x" {}\nresource a "b" {\n  c = [true, "d", [e.f]]\n}\n',
        'a {\n  b {\n  }\n  b { c = "${d.e}-f" }\n}\n',
        'a = {\n  b   = 1\n  "c/d" : null, e = [\n    1, # f\n  ]\n}\n',
        'dynamic "a" {\n  b = 1\n}\na {}\n',
    ],
)
def test_plain_texts_need_no_grammar(text: str) -> None:
    found = read_plain(Source("main.tf", text))
    assert found is not None
    assert found[1] == []
    assert is_read_as_by_the_grammar(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a = 1\nb = c ? 1 : 2\nd = 3\n", [["b = c ? 1 : 2\n"]]),
        ("a = f(\n  b,\n  {\n    c = d\n  }\n)\n", [["a = f(\n", "b,\n", "{\n", "c = d\n", "}\n)\n"]]),
        ("a {\n  b = <<-C\n    ] ${d}\n  C\n  e = 1\n}\n", [["b = <<-C\n    ] ${d}\n  C\n"]]),
        ('a = "${f("b")}" # "\nc = d[e]', [['a = "${f("b")}" # "\n'], ["c = d[e]"]]),
    ],
)
def test_values_that_are_more_are_left_to_the_grammar(text: str, left: list[list[str]]) -> None:
    found = read_plain(Source("main.tf", text))
    assert found is not None
    assert [[text[start:end] for start, end in pieces] for _, pieces in found[1]] == left
    assert is_read_as_by_the_grammar(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\r\n",
        "a = 1 # \0\n",
        "a = 1\na = 2\n",
        "a {\n",
        "}\n",
        "a = f(\n",
        "a = f)\n",
        "a = <<B\n",
        "a = b ? /* c */ d : e\n",
        "a =\n  1\n",
        "a {} b {}\n",
        "[1]\n",
        "a " * 60 + "{",
        "a {\n" * 60 + "}\n" * 60,
    ],
)
def test_the_rest_is_left_whole(text: str) -> None:
    assert read_plain(Source("main.tf", text)) is None
    is_read_as_by_the_grammar(text)


def test_many_values_are_left_in_several_batches() -> None:
    text = "".join(f"a{number} = [\n  f({number}),\n]\n" for number in range(100))
    assert is_read_as_by_the_grammar(text)
