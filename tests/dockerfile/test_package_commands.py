"""Calls of package managers as people write them: which ask, and whose packages have no version."""

from __future__ import annotations

from pathlib import Path

import pytest

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.selection import Selection

CATALOG = open_catalog(Config())
LINES = (Path(__file__).parent.parent / "data" / "package-commands.txt").read_text("utf-8").splitlines()[1:]
RULES = {
    "asks": ("*-without-yes",),
    "answered": ("*-without-yes",),
    "floating": ("*-version-missing", "dockerfile/go-install-latest"),
    "fixed": ("*-version-missing", "dockerfile/go-install-latest"),
}


@pytest.mark.parametrize("kind", RULES)
def test_every_call_is_taken_for_what_it_is(kind: str) -> None:
    commands = [line.split(" ", 1)[1] for line in LINES if line.startswith(kind + " ")]
    assert len(commands) > 30
    files = {f"{index}/Dockerfile": f"ARG V=1\nFROM debian:12.5\nRUN {one}\n" for index, one in enumerate(commands)}
    selection = Selection(RULES[kind], (), "strict")
    report = Run(MemoryWorkspace({**files}), CATALOG, selection).check(Asked([], sorted(files), True))
    found = {one.path for one in report.findings}
    wrong = [
        one
        for index, one in enumerate(commands)
        if (f"{index}/Dockerfile" in found) is not (kind in {"asks", "floating"})
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("lines", "origins"),
    [
        ("ENV Q=jq\nRUN apk add $Q", ["ENV `Q`"]),
        ('ARG Q=jq\nENV P="$Q"\nRUN apk add $P', ["ARG `Q`", "ENV `P`"]),
        ("RUN P=jq; apk add $P", ["set here"]),
        ("ENV Q=jq\nRUN for p in tini=1 $Q; do apk add $p; done", ["ENV `Q`"]),
    ],
)
def test_what_brings_a_package_is_told(lines: str, origins: list[str]) -> None:
    files = {"Dockerfile": f"FROM alpine:3.22\n{lines}\n"}
    selection = Selection(("dockerfile/apk-version-missing",), (), "strict")
    (found,) = Run(MemoryWorkspace({**files}), CATALOG, selection).check(Asked([], ["Dockerfile"], True)).findings
    assert [one.text for one in found.related] == origins
    assert "`jq`" in found.message


@pytest.mark.parametrize(
    ("script", "package"),
    [
        ("for p in a b; do for p in c; do apk add $p; done; done", "`c`"),
        ("for p in a; do for q in b; do apk add $q; done; apk add d=1 $p; done", "`b`"),
        (
            "for p in a=1; do apk add $p; done; for p in b c; do :; for q in d; do :; done; apk add $p; done",
            "`b` and 1",
        ),
        ("for p in a=1; do apk add $p; done; apk add $p", ""),
        ("for p in a; do sh -c 'apk add $p'; done", ""),
    ],
)
def test_the_nearest_loop_gives_the_packages(script: str, package: str) -> None:
    files = {"Dockerfile": f"FROM alpine:3.22\nRUN {script}\n"}
    selection = Selection(("dockerfile/apk-version-missing",), (), "strict")
    found = Run(MemoryWorkspace({**files}), CATALOG, selection).check(Asked([], ["Dockerfile"], True)).findings
    assert [one.message.startswith(package) for one in found[:1]] == [True] * bool(package)
