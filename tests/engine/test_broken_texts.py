"""A text that a grammar would look at again and again is left, which is told, and costs no other: counted, not timed."""

from __future__ import annotations

import pytest
from engine_projects import Everything, catalog

from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.syntax import bounded_parse
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.hcl import read_hcl
from devopslint.syntax.shell_reader import read_shell
from devopslint.syntax.source import Source

SCRIPTS = {
    "lists": "a=(" * 8_000,
    "a sign too early": ";a" * 8_000,
    "pipes": "a\n" + "|{" * 6_000,
    "within a script": "sh -c '" + ";a" * 8_000 + "'\necho b\n",
}
GOOD = "if [ -f a ]; then\n  echo $(b | c) > d\nfi\n"
HCL = {
    "blanks": "a = [1 2" + " " * 12_000 + "\n",
    "missing commas": "a = [\n" + '  "1"\n' * 6_000 + "]\n",
    "commas": "a = f(" + ", " * 6_000 + "\n",
}


class Counting:
    """A parser that counts what it is handed and how often it is asked whether it is over."""

    def __init__(self, parser, counted):
        self.parser = parser
        self.counted = counted

    def parse(self, data, progress_callback=None):
        if isinstance(data, bytes):
            self.counted.append(len(data))
            return self.parser.parse(data)

        def read(offset, point):
            piece = data(offset, point)
            self.counted.append(len(piece))
            return piece

        return self.parser.parse(read, progress_callback=progress_callback)

    def reset(self):
        self.parser.reset()


@pytest.fixture
def handed(monkeypatch):
    """Collect the lengths of what parsers are handed; their time does not count."""
    counted = []
    parse_within = bounded_parse.parse_within
    monkeypatch.setattr(bounded_parse, "clock", lambda: 0.0)
    for module in ("shell_words", "hcl_grammar"):
        monkeypatch.setattr(
            f"devopslint.syntax.{module}.parse_within",
            lambda parser, *rest: parse_within(Counting(parser, counted), *rest),
        )
    return counted


def script(text: str) -> Fragment:
    return Fragment(text, Source("a.sh", text))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_not_looked_at_without_end(name, handed):
    text = SCRIPTS[name]
    read = read_shell(script(text))
    assert read.unread is not None
    assert read.has_errors
    assert sum(handed) < (bounded_parse.MOST_LOOKS + 2) * 2 * len(text)


def test_what_stands_around_a_script_that_is_left_is_read():
    assert [one.name for one in read_shell(script(SCRIPTS["within a script"]))] == ["sh", "echo"]


@pytest.mark.parametrize("text", [GOOD * 500, GOOD * 300 + "if a; then (\n" + GOOD * 300, "}\n" + GOOD * 20])
def test_a_long_script_and_one_with_a_fault_are_read(text, handed):
    assert read_shell(script(text)).unread is None
    assert sum(handed) < 30 * len(text)


def test_hcl_is_not_looked_at_without_end(handed):
    text = HCL["blanks"]
    root, problems = read_hcl(Source("a.tf", text + "b {}\n"))
    assert [one.message for one in problems] == ["what stands from here on is so broken that reading it takes too long"]
    assert list(root.root) == ["b"]
    assert sum(handed) < (bounded_parse.MOST_LOOKS + 2) * 3 * len(text)


@pytest.mark.parametrize("name", HCL)
def test_hcl_is_not_read_without_end(name, monkeypatch):
    asked = 0

    def clock():
        nonlocal asked
        asked += 1
        return asked * 0.01

    monkeypatch.setattr(bounded_parse, "clock", clock)
    _, problems = read_hcl(Source("a.tf", HCL[name]))
    assert [one.message for one in problems] == ["what stands from here on is so broken that reading it takes too long"]
    # Two or three parses of at most 0.2 seconds and 10 microseconds a byte: asked for more, the clock has not ended them.
    assert asked < 3 * (20 + 0.001 * len(HCL[name])) + 12


def test_hcl_that_is_broken_once_tells_where(handed):
    text = "b {\n  a = [\n" + '    "1",\n' * 500 + '    "2"\n    "3"\n  ]\n}\n'
    _, problems = read_hcl(Source("a.tf", text))
    assert [text.count("\n", 0, one.start) + 1 for one in problems] == [503]


def test_what_is_left_is_told_and_the_others_are_judged(handed):
    workflow = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          {SCRIPTS['lists']}\n"
    files = {
        "a/Dockerfile": f"FROM a:1\nRUN echo b; {SCRIPTS['lists']}\nRUN sudo a\n",
        "b/Dockerfile": "FROM nginx\n",
        ".github/workflows/a.yml": workflow,
        "a.tf": HCL["blanks"] + 'output "a" {}\n',
    }
    report = Run(MemoryWorkspace(files), catalog(), Everything()).check(Asked([], list(files), True))
    told = [
        (one.path, one.rule, one.location.span.line)
        for one in report.findings
        if "too long" in one.message and "ShellCheck" not in one.message
    ]
    assert sorted(told) == [
        (".github/workflows/a.yml", "core/not-analysed", 7),
        ("a.tf", "core/syntax", 1),
        ("a/Dockerfile", "core/not-analysed", 2),
    ]
    assert {"dockerfile/sudo", "dockerfile/untagged-image"} <= {one.rule for one in report.findings}
    assert "core/internal" not in {one.rule for one in report.findings}
