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
