"""Reading comments never fails, and what it returns survives the cache."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devopslint.engine.reading import parse
from devopslint.policy.ignores import Ignore
from devopslint.policy.suppressions import ignores_of
from devopslint.syntax.source import Source

PIECES = st.sampled_from([
    "# devopslint: ignore[a, b] until=2027-01-31 -- why", "# devopslint: disable[a,b]", "# devopslint: enable[a]",
    "# devopslint: enable", "# devopslint: ignore-file[", "# devopslint:", "devopslint: ignore[]", "// devopslint: ignore[a]",
    "# hadolint ignore=DL1,", "#checkov:skip=A:b", "#trivy:ignore:a[x=1]:exp:2020-01-01", "# tflint-ignore: all",
    "# kics-scan ignore-block", "# kics-scan disable=", "# zizmor: ignore[a]", "devopslint.io/ignore: 'a until=x: b'",
    "metadata:", "annotations:", "kube-score/ignore: a",
    "polaris.fairwinds.com/a-exempt: true", '"//": "devopslint: ignore[a]"',
    "kind: Pod", "apiVersion: v1", "---", "- a", "{", "}", "[", "]", "<<EOF", "EOF", "\\", '"', "'", ":", " ", "  ", "\t", "\n",
    "\n", "\n", "\r\n", "\r", "a: |", "é",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["Dockerfile", "a.tf", "a.yaml", "a.json", "a"]), st.lists(PIECES, max_size=40))
def test_it_reads_anything(path: str, pieces: list[str]) -> None:
    source = Source(path, "".join(pieces))
    for ignore in ignores_of(source, lambda _: parse(source)[0]):
        assert 1 <= ignore.line <= len(source.line_starts)
        assert ignore.first <= ignore.last or ignore.first == len(source.line_starts) + 1
        again = Ignore.from_plain(ignore.to_plain())
        assert again.to_plain() == ignore.to_plain()
        for word, line, column in ignore.words:
            if not ignore.peer and ignore.kind != "enable" and word != "*" and "\\" not in source.line(line):
                assert source.line(line)[column - 1 :].startswith(word), (word, ignore)


MANY = 20_000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "# devopslint: ignore[a] " * MANY),
        ("a.yaml", "# devopslint: ignore[a]\n" + "{{/* " * MANY),
        ("a.yaml", "a:\n" + "  - b: 1\n    # zizmor: ignore[x]\n" * MANY),
        ("a.tf", "# devopslint: ignore[a]\n" + "/* " * MANY),
        ("a.tf", "a = <<E\nE\n# devopslint: ignore[a]\n/* x */\n" * MANY),
        ("Dockerfile", "RUN <<E\n# devopslint: ignore[a]\nE\n" * MANY),
        ("Dockerfile", "# devopslint: ignore[a]\nRUN a \\\n" * MANY),
    ],
)
def test_the_time_grows_with_the_file(path: str, text: str) -> None:
    source = Source(path, text)
    parse(source)
    start = time.process_time()
    ignores_of(source, lambda _: ())
    assert time.process_time() - start < 10
