from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopslint.syntax.json import read_json
from devopslint.syntax.source import Source
from devopslint.syntax.tree import locate

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(text):
    documents, problems = read_json(Source("a.json", text))
    return [document.root for document in documents], problems


def test_keys_and_values_have_their_places():
    text = '{"a": {"b\\n": [1, "😀", {"c": null}]}, "d": -1.5e3}'
    [root], problems = read(text)
    assert problems == []
    assert text[slice(*locate(root, ("a", "b\n", 1)))] == '"😀"'
    assert text[slice(*locate(root, ("a", "b\n", 2, "c"), "pair"))] == '"c": null'
    assert text[slice(*locate(root, ("a", "b\n"), "key"))] == '"b\\n"'
    assert text[slice(*locate(root, ("d",)))] == "-1.5e3"
    assert text[root["a"].start : root["a"].end] == '{"b\\n": [1, "😀", {"c": null}]}'


def test_duplicates_are_kept():
    [root], _ = read('{"a": 1, "a": 2}')
    assert root == {"a": 2}
    assert root.duplicates == [("a", (9, 12, 14, 15))]


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 0, "ends"),
        ("{", 0, "`{` is never closed"),
        ('{"a": [1, 2', 10, "`[` is never closed"),
        ('{"a" 1}', 5, "`:`"),
        ('{"a": 1 "b": 2}', 8, "`,`"),
        ('{"a": 1,}', 8, "comma"),
        ("[1,]", 3, "comma"),
        ("{'a': 1}", 1, "double quotes"),
        ("// x\n{}", 0, "comments"),
        ('{"a": "b', 6, "never closed"),
        ('{"a": "\\q"}', 7, "escape"),
        ('{"a": "x\ny"}', 8, "line break"),
        ("[01]", 1, "`01`"),
        ("[nul]", 1, "`nul`"),
        ("[NaN]", 1, "`NaN`"),
        ("1 2", 2, "end of the file"),
        ("[}", 1, "`}`"),
        ('{"a": }', 6, "value is missing"),
        ("[" * 100_000, 256, "deep"),
        ('{"a":' * 100_000, 1280, "deep"),
    ],
)
def test_problems_say_what_and_where(text, at, words):
    roots, [problem] = read(text)
    assert roots == []
    assert problem.start == at
    assert words in problem.message


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_reads_what_the_standard_library_writes(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert read(text) == ([json.loads(text)], [])


@given(st.text('{}[]",:0123.-e truefalsn\\u\n', max_size=30))
def test_accepts_exactly_what_the_standard_library_accepts(text):
    def refuse(name):
        raise ValueError(name)

    try:
        expected = json.loads(text, parse_constant=refuse)
    except ValueError:
        assert read(text)[0] == []
    else:
        assert read(text) == ([expected], [])
