from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopslint.syntax.fragment import Fragment
from devopslint.syntax.source import Source
from devopslint.syntax.yaml import read_yaml, scalar_fragment


def fragment(text, key="a"):
    source = Source("a.yaml", text)
    [document], problems = read_yaml(source)
    assert problems == []
    return scalar_fragment(source, document.root.at[key][2:], document.root[key])


def place(text, word, key="a"):
    """Return what of the file a word of the scalar leads to."""
    found = fragment(text, key)
    at = found.text.index(word)
    start, end = found.mark(at, at + len(word))
    return start, text[start:end]


@pytest.mark.parametrize(
    "text",
    [
        "a: one two",
        "a: 'one two'",
        'a: "one two"',
        "a: |\n  x\n\n  one two\n",
        "a: |-\n  x\n    one two",
        "a: |2\n    x\n  one two\n",
        "a: >\n  x\n  y one two\n\n  z\n",
        "a: >-\n  x\n\n  y\n    more\n  one two\n",
        "a: x\n  y\n  one two\n",
        "a: 'x\n\n  y\n  one two'",
        'a: "x \\\n  y\\n\\u00e9\\t\n  one two"',
        "a: 'it''s one two'",
        'a: "\\"one two\\""',
        "a: !t &x 'one two'",
        "a: &x |\n  one two\n",
        "a: [x]\r\nb: |\r\n  x\r\n  one two\r\n",
        "b: &x |\n  z\n  one two\na: *x\n",
        "a: |  # comment\n\n  one two\n",
        "a: |\n   \n  \n    x\n    one two\n",
        "{a: x one two}",
    ],
)
def test_a_word_leads_to_its_place(text):
    key = "b" if "b: |\r" in text else "a"
    assert place(text, "one two", key) == (text.index("one two"), "one two")


def test_a_stretch_over_lines_ends_with_its_last_character():
    text = "a: |\n  echo \\\n    hi\n  x\n"
    found = fragment(text)
    start, end = found.mark(0, len("echo \\\n  hi"))
    assert text[start:end] == "echo \\\n    hi"


def test_single_letters_around_escapes():
    text = 'a: "p\\nq\\x41r"'
    found = fragment(text)
    assert found.text == "p\nqAr"
    assert [text[found.offset(i)] for i in range(5)] == ["p", "\\", "q", "\\", "r"]


def test_slices_keep_the_way_back():
    text = "a: |\n  ab\n  cd\n  ef\n"
    part = fragment(text).slice(1, 7)
    assert part.text == "b\ncd\ne"
    assert [text[part.offset(i)] for i in (0, 2, 3, 5)] == ["b", "c", "d", "e"]
    assert text[slice(*part.mark(0, 6))] == "b\n  cd\n  e"


def test_an_empty_stretch():
    assert Fragment("abc", Source("a", "xabc"), ((0, 1),)).mark(1, 1) == (2, 2)


def test_an_alias_leads_to_the_anchor_of_its_name():
    text = "x: &a one\ny: &ab one\nz: &a-b [one]\na: *a\n"
    assert place(text, "one") == (6, "one")


@given(
    st.lists(st.text("ab '\"\\:#|>-\t", max_size=6), min_size=1, max_size=6),
    st.sampled_from(["|", "|-", "|+", ">", ">-"]),
)
def test_every_letter_of_a_block_scalar_leads_to_itself(lines, header):
    text = "k:\n  a: " + header + "\n" + "".join(f"    {line}\n" for line in lines) + "b: 1\n"
    source = Source("a.yaml", text)
    documents, problems = read_yaml(source)
    if problems or not isinstance(documents[0].root["k"], dict):
        return
    node = documents[0].root["k"]
    found = scalar_fragment(source, node.at["a"][2:], node["a"])
    for index, char in enumerate(found.text):
        if char in "ab":
            assert text[found.offset(index)] == char
