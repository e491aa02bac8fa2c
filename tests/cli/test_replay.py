"""A check that was made before is written anew from what it wrote, and only where nothing of it would be another."""

from __future__ import annotations

import contextlib
import io
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import write

from devopslint.__main__ import main
from devopslint.commands import replay
from devopslint.report import FORMATS

FILES = {f"{number}/Dockerfile": f"FROM nginx\nEXPOSE 22 {number}\n" for number in range(9)}
MANIFEST = {"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: ä}\nspec: {hostNetwork: true}\n"}


class Stream(io.TextIOWrapper):
    """Standard output as a process has it."""

    def __init__(self, encoding: str = "utf-8", terminal: int = 0) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal > 0

    def fileno(self) -> int:
        return self.terminal

    def written(self) -> bytes:
        self.flush()
        return self.buffer.getvalue()  # type: ignore[attr-defined]


class Checks:
    """Checks of one project with one cache."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.judged = False
        from devopslint.engine.run import Run

        check = Run.check

        def noted(run, asked):
            self.judged = True
            return check(run, asked)

        patch.setattr(Run, "check", noted)

    def run(self, *arguments: str, encoding: str = "utf-8", terminal: int = 0) -> tuple[int, bytes, str]:
        self.judged = False
        out, told = Stream(encoding, terminal), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
            code = main(["check", *arguments])
        return code, out.written(), told.getvalue()

    def cold(self, *arguments: str, **how: object) -> tuple[int, bytes, str]:
        return self.run("--no-cache", *arguments, **how)  # type: ignore[arg-type]


@pytest.fixture
def checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checks]:
    write(tmp_path / "project", {**FILES, **MANIFEST})
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    return Checks(monkeypatch)


@pytest.mark.parametrize("name", FORMATS)
def test_the_second_check_writes_what_the_first_wrote(checks, name, tmp_path):
    first = checks.run("--output", name)
    assert checks.judged
    assert checks.run("--output", name) == first == checks.cold("--output", name)
    checks.run("--output", name)
    assert not checks.judged
    path = tmp_path / "report"
    to_file = ("--output", f"{name}:{path}", "--output", "concise")
    first = checks.run(*to_file)
    content = path.read_bytes()
    path.unlink()
    assert checks.run(*to_file) == first
    assert not checks.judged
    assert path.read_bytes() == content


def test_one_check_does_not_stand_for_another(checks, monkeypatch):
    from devopslint.report import options

    monkeypatch.setattr(os, "get_terminal_size", lambda handle: os.terminal_size((60 + handle, 10)))
    assert options._width(Stream(terminal=5)) == 65
    seen = []
    for arguments, how in [
        ((), {}),
        ((), {"terminal": 5}),
        ((), {"terminal": 30}),
        ((), {"encoding": "ascii"}),
        ((), {"encoding": "latin-1"}),
        (("--color", "always"), {}),
        (("--fail-on", "never"), {}),
        (("--min-level", "error"), {}),
        (("--quiet",), {}),
        (("--max-findings", "2"), {}),
        (("--output", "json"), {}),
        (("--output", "json", "--show-suppressed"), {}),
        (("--output", "sarif"), {}),
        (("--output", "sarif", "--sarif-category", "a"), {}),
        (("--select", "kubernetes"), {}),
        (("--strict",), {}),
        (("0", "1", "2", "3", "4", "5", "6", "7", "8"), {}),
        (("--show-urls", "never"), {}),
    ]:
        monkeypatch.setattr("devopslint.commands.performer.FEW_FILES", 0)
        cold = checks.cold(*arguments, **how)
        assert checks.run(*arguments, **how) == cold
        assert checks.judged or how or arguments, "this is another check"
        assert checks.run(*arguments, **how) == cold
        assert not checks.judged
        seen.append(cold)
    assert len({repr(one) for one in seen}) >= len(seen) - 1


SETTINGS: list[dict[str, str | bytes]] = [
    {"0/Dockerfile": "FROM nginx\nEXPOSE 22 0\n# a line that only an excerpt shows\n"},
    {"0/Dockerfile": "FROM nginx\nEXPOSE 80 0\n# a line that only an excerpt shows\n"},
    {"9/Dockerfile": "FROM scratch\n"},
    {"devopslint.yaml": "ignore: [all]\n"},
    {".devopslint.yaml": "fail-on: never\n"},
    {".devopslint.yaml": "min-level: error\n"},
    {".devopslint.yaml": "ignore: [nothing-of-that-name]\n"},
    {".devopslint.yaml": "rules:\n  dockerfile/exposed-ssh-port: {level: note}\n"},
    {"0/.devopslint.yaml": "ignore: [all]\n"},
    {".devopslint-baseline.json": '{"format": 1, "findings": []}'},
]


def test_whatever_changes_is_seen(checks):
    write(Path.cwd(), {".gitignore": "/.devopslint.yaml\n/devopslint.yaml\n"})  # what is set is no file of the run
    before = checks.run()
    seen = [before]
    for setting in SETTINGS:
        write(Path.cwd(), setting)
        checks.run("--output", "json")
        cold = checks.cold()
        assert checks.run() == cold, setting
        assert checks.run() == cold, setting
        seen.append(cold)
    for path in ("9/Dockerfile", "0/Dockerfile", ".devopslint-baseline.json", "0/.devopslint.yaml", ".devopslint.yaml"):
        Path(path).unlink()
        assert checks.run() == checks.cold(), path
    assert len({repr(one) for one in seen}) >= len(SETTINGS), "only the baseline, which is empty, changes nothing"


@pytest.mark.parametrize(("name", "value"), [("FORCE_COLOR", "1"), ("GITHUB_ACTIONS", "true")])
def test_the_environment_counts(checks, monkeypatch, name, value):
    without = checks.run()
    monkeypatch.setenv(name, value)
    first = checks.run()
    assert first == checks.cold() != without
    assert checks.run() == first


def test_the_summary_of_a_job_is_written_every_time(checks, monkeypatch, tmp_path):
    summary = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    checks.run()
    size = summary.stat().st_size
    checks.run()
    assert summary.stat().st_size == 2 * size > 0


def test_a_report_that_can_not_be_written_is_not_taken_for_one_that_was(checks, tmp_path):
    path = tmp_path / "there" / "report"
    first = checks.run("--output", f"json:{path}")
    assert first[0] == 2
    path.parent.mkdir()
    assert checks.run("--output", f"json:{path}") == checks.cold("--output", f"json:{path}")
    assert path.exists()
    path.unlink()
    path.parent.rmdir()
    assert checks.run("--output", f"json:{path}") == first


def test_damage_is_noticed(checks, tmp_path):
    cold = checks.run()
    path = next((tmp_path / "kept/devopslint/results").glob("*.report-*"))
    content = path.read_bytes()
    dice = random.Random(3)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        assert checks.run() == cold
        assert checks.judged
    for damaged in (b"", content[:64], content[:-1], content + b"\0"):
        path.write_bytes(damaged)
        assert checks.run() == cold
        assert checks.judged
    checks.run()
    assert not checks.judged


def test_it_is_bounded(checks, tmp_path, monkeypatch):
    from devopslint.engine import cache

    for width in range(1, cache.MOST_REPORTS + 5):
        checks.run("--max-findings", str(width))
    assert len(list((tmp_path / "kept/devopslint/results").glob("*.report-*"))) == cache.MOST_REPORTS
    monkeypatch.setattr(replay, "LARGEST_REPORT", 10)
    checks.run("--output", "json")
    checks.run("--output", "json")
    assert checks.judged
