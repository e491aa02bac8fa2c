"""Plain YAML is read line by line, and to the same trees as libyaml's events are made to."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from running import ROOT

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
    assert sum(read) > len(read) // 8


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
    ],
)  # fmt: skip
def test_what_is_read(text: str, root: Any) -> None:
    assert read_plain(text) == [root]
    assert is_read_as_by_libyaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "# a\n", "---\n", "a: b\n---\n", "a", "a: b\nc\n", "a: b\n  c\n", "a: &x b\n", "a: *x\n", "a: !t b\n", "<<: {a: b}\n",
        "'a': b\n", "a b: c\n", "a: b: c\n", "a: b\na: c\n", "a: {b: 1, b: 2}\n", "a: {b: {c: d}}\n", "a: \"b\\n\"\n", "a: 'b''c'\n",
        "a: >\n  b\n", "a: |2\n  b\n", "a: |\n  b", "a: |\nb: c\n", "a:\tb\n", "a: é\n", "a: b\r\n", "a: 'b\n  c'\n", "- - a\n", "-\n",
        "a: b\n- c\n", "- a\nb: c\n", "a:\n   b: 1\n  c: 2\n", "%YAML 1.2\n---\na: b\n", "a: b\n...\n", "a: [b\n", "a: 'b' c\n",
        "a: @b\n", "a: - b\n", "{{ a }}: b\n", "a: {{ b }}\n",
    ],
)  # fmt: skip
def test_what_is_left_to_libyaml(text: str) -> None:
    assert read_plain(text) is None


def test_depth_is_bounded() -> None:
    deep = "".join(f"{' ' * depth}a:\n" for depth in range(2000))
    assert read_plain(deep) is None


def test_nothing_of_libyaml_is_imported_for_plain_yaml(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys; from devopslint.syntax.yaml import read_yaml; from devopslint.syntax.source import Source"
    code += "\nread_yaml(Source('x', 'a: 1\\n')); assert 'yaml' not in sys.modules"
    code += "\nread_yaml(Source('x', 'a: &x 1\\n')); assert 'yaml' in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
