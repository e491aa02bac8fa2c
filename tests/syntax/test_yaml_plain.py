"""Plain YAML is read line by line, and to the same trees as libyaml's events are made to."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from running import ROOT

from devopslint.syntax import yaml_line
from devopslint.syntax.source import Source
from devopslint.syntax.tree import Map, Seq
from devopslint.syntax.yaml_composer import TemplateError, compose
from devopslint.syntax.yaml_plain import read_plain

FILES = sorted(
    path
    for folder in ("fixtures", "rules")
    for ending in ("yaml", "yml")
    for path in (ROOT / folder).rglob(f"*.{ending}")
)
PIECES = (
    "a", "b: ", "c:", "- ", "  ", "    ", "\n", "\n", "\n", "#x", " #y", "'q'", '"d"', "{a: b}", "[a, b]", "{}", "[]", "|", "|-",
    "---", "--- ", "...", "1", "-1", "- -", "~", "null", "true", "*x", "&x ", "!t ", "<<: ", "? ", ": ", ":", "k: v\n", "- k: v\n",
    "x y", "x: y: z", "@", "`", "%", "\t", ",", "]", "}", "0x1f", "1e3", ".5", "key:\n  - a\n", "key:\n- a\n", "run: |\n  a\n  b\n",
    "\n\n", "'it''s'", '"a\\n"', "http://x", "a#b", "a: b # c\n", "[a: b]", "{a}", "[a,b]", "[ a , 'b' ]", "{a: 1, b: 2}", "-", ">",
    "{a: b,c: d}", "k: >\n  a\n", " a: 1\n", "  a: 1\n", "   b: 2\n", "? a\n: b\n", "é", "\x7f", "     \n", "k: |\n\n   a\n     \n",
    "k: >-\n  a\n  b\n\n   c\n  d\n", "k: |+\n  a\n\n\n", "k: >\n  a\n", "|2\n", '"a\\u00e9"', '"a\\q"', '"a: b": c\n', "'x': y\n",
    '{"a":1}', '{"a": [b, {c: d}]}', "[[a, b], [c]]", "[a b, c-d, -1, --x]", "[a, ]", "{a: b, }", "{a: }", "[,]", "[a#b]", "[a:]",
    "[a :b]", "{a: b: c}", "{a:b}", "[http://x/y?z=1]", "[it's]", "-\n", "-\n    a: b\n", "- - a\n", "- - b: c\n", " c\n", "   d\n",
    "  e\n  f\n", "k:\n  v\n", "k:\n  'v'\n", "k:\n  [v]\n", "--x", "-c", "?x", ":x", "a b: c\n", "$x: y\n", "x/*: y\n", "a::b",
    "k: 'a\n  b'\n", 'k: "a \\\n  b\\n\n\n   c"\n', "k: 'it''s\n\n  b \n  c' # d\n", '"a\n', '  b"\n', "'a\n", "  b'\n", "k: |-\nb: c\n",
    "k: |\n\n", "  `x` y\n", '  "x" y\n', "  {x}\n", "  | y\n", "  'x: y\n", "  ? y\n", "  \\\n", "\\ ", "a #b: c", "it's", '"', "'", "\\", "\xa0", "\u2028", "...\n", "---\n", "\n\n\n",
)  # fmt: skip


def plain(node: Any) -> Any:
    if isinstance(node, Map):
        places = node.start, node.end, list(node.at.items()), node.open, node.header, node.duplicates, node.merged
        return "map", *places, [(key, plain(value)) for key, value in node.items()]
    if isinstance(node, Seq):
        return "list", node.start, node.end, node.at, node.open, [plain(item) for item in node]
    return type(node), repr(node)


def is_read_as_by_libyaml(text: str) -> bool:
    """Say whether a text is read as plain YAML; assert that libyaml says the same."""
    roots = read_plain(text)
    if roots is None:
        return False
    try:
        documents, problems = compose(Source("x.yaml", text), text, templated=False)
    except TemplateError:
        documents, problems = [], []
    assert [plain(root) for root in roots] == [plain(document.root) for document in documents], text
    assert not problems, text
    assert not any(document.may_hold_duplicates for document in documents)
    return True


def test_files_of_ours() -> None:
    read = [is_read_as_by_libyaml(path.read_text("utf-8", "replace")) for path in FILES]
    assert len(read) > 1000
    assert sum(read) > len(read) // 2


@pytest.mark.parametrize("seed", range(8))
def test_texts_made_at_random(seed: int) -> None:
    dice = random.Random(seed)
    read = [is_read_as_by_libyaml("".join(dice.choices(PIECES, k=dice.randint(1, 12)))) for _ in range(4000)]
    assert sum(read) > 40


@pytest.mark.parametrize("seed", range(4))
def test_files_that_somebody_breaks(seed: int) -> None:
    dice = random.Random(seed)
    read = 0
    for path in dice.sample(FILES, 150):
        lines = path.read_text("utf-8", "replace").split("\n")
        for _ in range(6):
            at = dice.randrange(len(lines))
            broken = dice.choice(
                [" " + lines[at], lines[at].lstrip(" "), lines[at] + dice.choice(PIECES), dice.choice(lines)]
            )
            read += is_read_as_by_libyaml("\n".join([*lines[:at], broken, *lines[at + 1 :]]))
    assert read > 20


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("a: 1\nb: yes\nc: x y # z\n", {"a": 1, "b": "yes", "c": "x y"}),
        ("# a\n---\non:\n  push:\n  pull_request:\njobs: {}\n", {"on": {"push": None, "pull_request": None}, "jobs": {}}),
        ("- a\n- b: 1\n  c: [x, 'y']\n-   d:\n    - e", ["a", {"b": 1, "c": ["x", "y"]}, {"d": ["e"]}]),
        ("ports:\n- 80\n- \"81\"\nlabels: {app: web, n: 1}", {"ports": [80, "81"], "labels": {"app": "web", "n": 1}}),
        ("run: |\n\n  a # b\n   c\n\n\nnext: -1\n", {"run": "\na # b\n c\n", "next": -1}),
        ("run: |-\n  a\n", {"run": "a"}),
        ("a:\n  b:\nc:\n", {"a": {"b": None}, "c": None}),
        ("-\n- # c\n-\n  a: b\n-\n    - c\n", [None, None, {"a": "b"}, ["c"]]),
        ("- - a\n  - b: c\n    d: e\n- - - f\n", [["a", {"b": "c", "d": "e"}], [["f"]]]),
        ("'a': b\n\"c: \\\"\": d\na b: c\n$x: y\na/*: z\n", {"a": "b", 'c: "': "d", "a b": "c", "$x": "y", "a/*": "z"}),
        ("a: \"b\\n\\u00e9\\x41\"\nb: 'c''d'\nc: \"\"\n", {"a": "b\né\x41", "b": "c'd", "c": ""}),
        ("a: é – 中 😀 b\nü: [ä]\n", {"a": "é – 中 😀 b", "ü": ["ä"]}),
        ("a: -b\nc: --d=1\n", {"a": "-b", "c": "--d=1"}),
        ("a: {b: {c: [d, 1]}, 'e': f, }\nb: [[a, b c], [ ], {}, ]\n", {
            "a": {"b": {"c": ["d", 1]}, "e": "f"}, "b": [["a", "b c"], [], {}],
        }),
        ("a: >\n\n  b\n  c\n\n  d\n   e\n  f\n\n\n", {"a": "\nb c\nd\n e\nf\n"}),
        ("a: >- # c\n  b\n  c\nd: |+\n  e\n\n", {"a": "b c", "d": "e\n\n"}),
        ("a: |\n  b\n  \tc\n\n  d", {"a": "b\n\tc\n\nd"}),
        ("a: b\n  c\n\n   d # e\nf:\n  g\n  1\nh: 1\n  2\n", {"a": "b c\nd", "f": "g 1", "h": "1 2"}),
        ("a: b\n  `c` {d}\n  \"e\" - f\n  | g\n  ? h\n", {"a": "b `c` {d} \"e\" - f | g ? h"}),
        ("a: 'b ''c''\n  d  \n\n\n  e' # f\ng: h\n", {"a": "b 'c' d\n\ne", "g": "h"}),
        ("- \"a\\\n  \\ b \\n\n\n  c\\\"\n  d \"\n- e\n", ["a b \n\nc\" d ", "e"]),
        ("a: |- # b\n\nc: >\nd: |", {"a": "", "c": "", "d": ""}),
        ("a:\n  \"b\"\nc:\n  [d]\ne:\n  1\n-1: f\n", {"a": "b", "c": ["d"], "e": 1, "-1": "f"}),
    ],
)  # fmt: skip
def test_what_is_read(text: str, root: Any) -> None:
    assert read_plain(text) == [root]
    assert is_read_as_by_libyaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "a", "a: b\nc\n", "a: b\n  c: d\n", "a: b # c\n  d\n", "a: b\n# c\n  d\n", "a: 'b'\n  c\n", "a: [b]\n  c\n", "a: &x b\n", "a: *x\n",
        "a: !t b\n", "<<: {a: b}\n", "a: {<<: b}\n", "? a\n", "a : b\n", "[a]: b\n", "a: b: c\n", "a: b\na: c\n", "a: b\n\"a\": c\n",
        "a: {b: 1, b: 2}\n", "a: {b: 1, 'b': 2}\n", "a: {b}\n", "a: {b: }\n", "a: [b: c]\n", "a: [, b]\n", "a: [b}\n", "a: [[b]\n",
        "a: \"\\q\"\n", "a: \"\\ud800\"\n", "a: |2\n  b\n", "a: |+\nb: c\n", "a: |\n     \n  b\n", "a:\n  |\n  b\n", "a:\tb\n", "a: b\r\n",
        "a: \x85\n", "a: |\n  \u2028\n", "a: 'b\nc'\n", "a: 'b\n---\n  c'\n", "a: 'b\n  c': d\n",
        "a: 'b\n  c' d\n", "a: 'b\n", "a: \"b\n  \\q\"\n", "a:\n  'b\n  c'\n", "a:\n  `b`\n", "a: b\n  c # d\n  e\n",
        "a: b\n  c:\n", "a: b\n- c\n", "- a\nb: c\n", "a:\n   b: 1\n  c: 2\n", "%YAML 1.2\n---\na: b\n",
        "a: b\n...\n", "... a: b\n", "--- a\n", "a: [b\n", "a: 'b' c\n", "a: @b\n", "a: - b\n", "{{ a }}: b\n", "a: {{ b }}\n",
        f"a: {'[' * 40}{']' * 40}\n", f"a: {{{'b' * 1100}: c}}\n", f"{'a' * 1100}: b\n",
    ],
)  # fmt: skip
def test_what_is_left_to_libyaml(text: str) -> None:
    assert read_plain(text) is None


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("", []), ("# a\n\n", []), ("---\n", [None]), ("a: b\n---\n", [{"a": "b"}, None]), ("---\n--- # c\na: b\n", [None, {"a": "b"}]),
        ("- a\n---\nb: |\n  c\n---\nd:\n---\n- e\n", [["a"], {"b": "c\n"}, {"d": None}, ["e"]]),
    ],
)  # fmt: skip
def test_documents(text: str, roots: list[Any]) -> None:
    assert read_plain(text) == roots
    assert is_read_as_by_libyaml(text)


def test_lines_that_come_again_stand_at_places_of_their_own() -> None:
    for text in ("a:\n- b: {c: [d]}\n", "\na:\n- b: {c: [d]}\n- b: {c: [d]}\n"):
        assert is_read_as_by_libyaml(text)
        assert is_read_as_by_libyaml(text)
    (first,), (other,) = read_plain("a: [b]\n") or [], read_plain("a: [b]\n") or []
    first["a"].append("c")
    assert other == {"a": ["b"]}


def test_lines_are_not_kept_for_ever() -> None:
    for number in range(20_000):
        read_plain(f"a: {number}\nb: {'c' * 1000}{number}\n")
    assert len(yaml_line._lines) <= yaml_line._MOST_KEPT
    assert max(map(len, yaml_line._lines)) <= yaml_line._LONGEST_KEPT
    assert len(yaml_line._values) <= yaml_line._MOST_KEPT


def test_depth_is_bounded() -> None:
    deep = "".join(f"{' ' * depth}a:\n" for depth in range(2000))
    assert read_plain(deep) is None
    assert read_plain(f"{'- ' * 2000}a\n") is None
    assert read_plain("".join(f"{'  ' * depth}- - a:\n" for depth in range(2000))) is None


def test_nothing_of_libyaml_is_imported_for_plain_yaml(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys; from devopslint.syntax.yaml import read_yaml; from devopslint.syntax.source import Source"
    code += "\nread_yaml(Source('x', 'a: 1\\n')); assert 'yaml' not in sys.modules"
    code += "\nread_yaml(Source('x', 'a: &x 1\\n')); assert 'yaml' in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
