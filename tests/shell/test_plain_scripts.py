"""Plain scripts are read without a syntax tree, and as with one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopslint.syntax import shell_reader, shell_words
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.shell import Assignment, Command, Redirect, Script, Word
from devopslint.syntax.shell_reader import read_into, read_shell
from devopslint.syntax.shell_words import parse
from devopslint.syntax.source import Source

NAMES = [
    "npm",
    "make",
    "sudo",
    "env",
    "find",
    "xargs",
    "bash",
    "sh",
    "eval",
    "python3.12",
    "time",
    "uv",
    "/usr/bin/pip3",
    "./x",
    "../x/y.sh",
    "exit",
]
WORDS = [
    *NAMES,
    "ci",
    "-c",
    "-u",
    "--",
    "-",
    "-exec",
    "-m",
    "a=b",
    "--x=y",
    "./...",
    "http://a.b/c",
    "a@1.2",
    ":",
    "x",
    "10",
    "-1",
    "+x",
    "lists/*",
    "a,b",
    "'x && y'",
    "'-c'",
    '"npm ci && make x"',
    '"$A"',
    '"a ${B} $C_1"',
    "$A",
    "${A}",
    "a/$A.x",
    "$A-${B}:${C}",
    "$A/$B",
    "--x=$A",
    "$1",
    "${A%x}",
    "then",
]
OPERATORS = [" && ", "\n", "&&\n", " || ", "; ", ";\n\n", " | ", " & "]
COMMANDS = st.builds(
    lambda name, words: " ".join([name, *words]), st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS), max_size=6)
)
SCRIPTS = st.builds(
    lambda before, first, others, after: (
        before + first + "".join(operator + other for operator, other in others) + after
    ),
    st.sampled_from(["", " ", "\n"]),
    COMMANDS,
    st.lists(st.tuples(st.sampled_from(OPERATORS), COMMANDS), max_size=3),
    st.sampled_from(["", "\n", " \n\n", ";", " ; \n"]),
)


def said(script: Script) -> Any:
    """Return all that a script says, in plain values."""
    number = {id(command): index for index, command in enumerate(script.commands)}

    def plain(value: Any) -> Any:
        if isinstance(value, Command):
            return "command", number[id(value)]
        if isinstance(value, Word):
            return value.start, value.end, value.text, value.expands, value.node_type
        if isinstance(value, Fragment):
            return value.text
        if isinstance(value, Redirect):
            return value.operator, plain(value.target)
        if isinstance(value, Assignment):
            return value.start, value.end, value.name, plain(value.value), value.append
        return [plain(one) for one in value] if isinstance(value, list) else value

    fields = [field for field in Command.__slots__ if field not in {"script", "_flags", "_kept"}]
    commands = [[plain(getattr(command, field)) for field in fields] for command in script.commands]
    trees = [(tree.fragment.text, str(tree.root), plain(tree.wrapper)) for tree in script.trees]
    return commands, trees, script.has_errors, script.pipelines, script.subshells


@given(SCRIPTS)
def test_of_any_words(text: str) -> None:
    fragment = Fragment(text, Source("script", text))
    script = Script(fragment)
    read_into(script, fragment)
    assert said(read_shell(fragment)) == said(script)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("npm ci\n", True),
        ("make X=1", True),
        ("npm ci && x\necho 'y'; z || exit 1\n", True),
        ("rm -rf /var/lib/apt/lists/*", True),
        ("npm ci | x", False),
        ("npm ci & x", False),
        ("echo $A", True),
        ('echo "$A/b" ${A}/c $A-${B} ;', True),
        ("/opt/x.sh && ./x && ../x", True),
        ("echo $A/$B", False),
        ("$A x", False),
        ("echo ${A:-b}", False),
        ('echo "$(x)"', False),
        ("echo '${{ a }}'", False),
        ("a > b", False),
        ("if a; then b; fi", False),
    ],
)
def test_a_tree_is_made_when_it_is_asked_for(text: str, plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def watched(text: str) -> Any:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(shell_words, "parse", watched)
    monkeypatch.setattr(shell_reader, "parse", watched)
    script = read_shell(Fragment(text, Source("script", text)))
    assert script.commands
    assert bool(parsed) is not plain
    assert list(script.nodes("for_statement")) == []
    assert bool(parsed) is not plain
    assert len(script.trees) == 1
    assert [len(one) for one in parsed] == [len(text)]
