"""ShellCheck as an extra: what it says stands in its place, in few processes, and can be left out."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import devopslint, findings, write

from devopslint.analysers import shellcheck
from devopslint.commands.check import judge
from devopslint.commands.request import Request, UsageError
from devopslint.policy.finding import Finding
from devopslint.policy.selection import SelectionError

absent = shellcheck.missing()
needs_it = pytest.mark.skipif(bool(absent), reason=absent)

HEAD = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
WORKFLOW = ".github/workflows/ci.yml"
DOCKERFILE = "FROM debian:12.5\n"


def found(folder: Path, files: dict[str, str | bytes], *select: str, **settings: object) -> list[Finding]:
    request = Request([str(write(folder, files))])
    request.select = select or ("shellcheck",)
    request.no_config = request.no_cache = True
    for name, value in settings.items():
        setattr(request, name, value)
    report, _, _ = judge(request)
    return list(report.active)


def places(folder: Path, files: dict[str, str | bytes], *select: str) -> list[tuple[str, tuple[int, int, int, int]]]:
    return [(one.rule, one.span.as_tuple()) for one in found(folder, files, *select)]


def scripts_seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the number of scripts of every process that is started."""
    seen: list[int] = []
    start = shellcheck._start

    def counting(folder: str, paths: list[str]) -> object:
        seen.append(len(paths))
        return start(folder, paths)

    monkeypatch.setattr(shellcheck, "_start", counting)
    return seen


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    shellcheck._lost = 0.0


@needs_it
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN cp $A b\n", [(2, 8, 2, 10)]),
        ("RUN set -x; \\\n    # a comment\n\n    cp é $A \\\n  $B\n", [(5, 10, 5, 12), (6, 3, 6, 5)]),
        ("ONBUILD RUN cp $A b\n", [(2, 16, 2, 18)]),
        ('RUN ["bash", "-c", "cp $A b"]\n', [(2, 24, 2, 26)]),
        ("RUN <<EOF\ncp $A b\nEOF\n", [(3, 4, 3, 6)]),
        ("RUN <<-EOF bash\n\t cp $A b\n\tEOF\n", [(3, 6, 3, 8)]),
        ("RUN --mount=type=cache,target=/x cp $A b\n", [(2, 37, 2, 39)]),
        ("RUN cat >/a <<'EOF' && cp $A b\necho $C\nEOF\n", [(2, 27, 2, 29)]),
        ("RUN <<EOF\n#!/usr/bin/env python3\nprint($A)\nEOF\n", []),
        ("RUN <<EOF\n#!/bin/bash -e\ncp $A b\nEOF\n", [(4, 4, 4, 6)]),
        ('SHELL ["powershell", "-Command"]\nRUN cp $A b\n', []),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN cp $A b\n', [(3, 8, 3, 10)]),
        ("RUN cp $A b\r\nRUN cp c $D\r\n", [(2, 8, 2, 10), (3, 10, 3, 12)]),
    ],
)
def test_places_in_a_dockerfile(tmp_path: Path, text: str, expected: list[tuple[int, int, int, int]]) -> None:
    assert places(tmp_path, {"Dockerfile": DOCKERFILE + text}) == [("shell/SC2086", one) for one in expected]


@needs_it
@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("- run: cp $A ${{ github.sha }} $B\n", [(6, 17, 6, 19), (6, 38, 6, 40)]),
        ("- run: |\n    true\n    cp $A b\n", [(8, 14, 8, 16)]),
        ("- run: >-\n    cp $A\n    $B\n", [(7, 14, 7, 16), (8, 11, 8, 13)]),
        ('- run: "cp \\"x\\" $A"\n', [(6, 24, 6, 26)]),
        ("- run: 'cp ''x'' $A'\n", [(6, 24, 6, 26)]),
        ("- run: |\n    cp ${{\n      inputs.x }} $B\n", [(8, 25, 8, 27)]),
        ("- shell: pwsh\n  run: cp $A b\n", []),
        ("- shell: python\n  run: cp $A b\n", []),
        ("- shell: cmd\n  run: cp $A b\n", []),
        ("- shell: bash -x {0}\n  run: cp $A b\n", [(7, 17, 7, 19)]),
        ("- shell: ${{ matrix.shell }}\n  run: cp $A b\n", []),
    ],
)
def test_places_in_a_workflow(tmp_path: Path, step: str, expected: list[tuple[int, int, int, int]]) -> None:
    text = HEAD + "".join(f"      {line}\n" for line in step.splitlines())
    assert places(tmp_path, {WORKFLOW: text}) == [("shell/SC2086", one) for one in expected]


@needs_it
def test_the_shell_decides_what_is_said(tmp_path: Path) -> None:
    def codes(text: str) -> set[str]:
        return {rule for rule, _ in places(tmp_path, {"Dockerfile": text}, "shell/SC30*")}

    run = 'RUN [[ "$A" == b ]] && true\n'
    assert codes("FROM debian:12.5\n" + run) == {"shell/SC3010", "shell/SC3014"}
    assert codes("FROM alpine:3.20\n" + run) == set()
    assert codes("FROM fedora:41\n" + run) == set()
    assert codes("ARG BASE\nFROM $BASE\n" + run) == set(), "what /bin/sh is there is not known"
    written = "ARG BASE\nFROM $BASE\nRUN ['/bin/{}', '-ec', '[[ $A ]] && cd x; true']\n".replace("'", '"')
    assert codes(written.format("dash")) == {"shell/SC3010"}
    assert codes(written.format("bash")) == set()


@needs_it
def test_a_failure_that_ends_the_script_need_not_be_looked_for(tmp_path: Path) -> None:
    step = "      - shell: bash{}\n        run: |\n          cd x\n          ls\n"
    assert places(tmp_path, {WORKFLOW: HEAD + step.format("")}) == []
    assert [rule for rule, _ in places(tmp_path, {WORKFLOW: HEAD + step.format(" {0}")})] == ["shell/SC2164"]


@needs_it
def test_variables_that_stand_outside_are_known(tmp_path: Path) -> None:
    docker = DOCKERFILE + 'ARG one\nENV two=2\nRUN cp "$one" "$two" && cp "$three" "$four"\n'
    assert [one.message for one in found(tmp_path / "a", {"Dockerfile": docker})] == [
        "three is referenced but not assigned",
        "four is referenced but not assigned",
    ]
    steps = """\
      - run: echo "given=1" >> "$GITHUB_ENV"
      - env: {own: "1"}
        run: cp "$given" "$own"; cp "$other" "$own"; cp "$pythonLocation" "$JAVA_HOME_21_arm64"
"""
    assert [one.message for one in found(tmp_path / "b", {WORKFLOW: HEAD + steps})] == [
        "other is referenced but not assigned"
    ]


@needs_it
def test_an_expression_is_no_constant(tmp_path: Path) -> None:
    steps = """\
      - run: |
          if [ "${{ github.ref }}" = main ]; then for x in ${{ inputs.list }}; do echo "$x"; done; fi
          case ${{ inputs.kind }} in a) true ;; esac
          [ -n "${{ inputs.kind }}" ] && true
          [ "a" = "b" ]
"""
    assert places(tmp_path, {WORKFLOW: HEAD + steps}) == [("shell/SC2050", (10, 17, 10, 18))]


@needs_it
def test_what_a_rule_of_ours_reports_is_not_reported_twice(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": DOCKERFILE + "RUN [ $A = b ]; cd /x; cp $C d\n"}
    assert [rule for rule, _ in places(tmp_path, files)] == ["shell/SC2086", "shell/SC2164", "shell/SC2086"]
    assert [rule for rule, _ in places(tmp_path, files, "shell")] == [
        "shell/unquoted-in-test",
        "shell/unchecked-cd",
        "shell/SC2086",
    ]
    piped: dict[str, str | bytes] = {"Dockerfile": DOCKERFILE + "RUN find /x -name a | xargs rm; find /y | xargs cat\n"}
    strict = found(tmp_path, piped, "shell", profile="strict")
    assert [one.rule for one in strict] == ["shell/find-xargs-without-null"] * 2, "on one line, two for two"
    silenced = {"Dockerfile": DOCKERFILE + "# devopslint: ignore[unquoted-in-test]\nRUN [ $A = b ]\n"}
    assert places(tmp_path, {**silenced}, "shell") == []


@needs_it
def test_members_are_rules(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": DOCKERFILE + "RUN cp $A $(ls); cd /x; . /etc/os-release; rm y\n"}

    def rules(*select: str, ignore: tuple[str, ...] = ()) -> list[str]:
        return sorted({one.rule for one in found(tmp_path, files, *select, ignore=ignore) if "/SC" in one.rule})

    assert rules("shellcheck") == ["shell/SC2046", "shell/SC2086", "shell/SC2164"]
    assert rules("shell/shellcheck", ignore=("SC2046", "shell/SC2164")) == ["shell/SC2086"]
    assert rules("shell/SC2086", "shell/SC2046") == ["shell/SC2046", "shell/SC2086"]
    assert rules("shell/SC20*") == ["shell/SC2046", "shell/SC2086"]
    assert rules("shell/SC1091") == ["shell/SC1091"], "it runs only when it is named"
    assert rules("dockerfile") == []
    assert rules("all", ignore=("shellcheck",)) == []


@needs_it
def test_levels_of_members(tmp_path: Path) -> None:
    files = {"Dockerfile": DOCKERFILE + "RUN cp $A $(ls); cd /x; rm y\n"}

    def levels(rules: str) -> dict[str, str]:
        config = {".devopslint.yaml": f"select: [shellcheck]\nrules:\n{rules}"}
        write(tmp_path, {**files, **config})
        return {one["rule"]: one["level"] for one in findings(".", cwd=tmp_path)}

    assert levels("  shell/SC2046: {level: note}\n  shell/SC2164: {level: 'off'}\n") == {
        "shell/SC2086": "note",
        "shell/SC2046": "note",
    }
    assert set(levels("  shell/shellcheck: {level: error}\n").values()) == {"error"}
    assert levels("  shell/shellcheck: {level: 'off'}\n  shell/SC2164: {level: warning}\n") == {}


@needs_it
@pytest.mark.parametrize(
    "text",
    [
        "# devopslint: ignore[SC2046]\nRUN cp $(ls) a\n",
        "# devopslint: ignore[shellcheck]\nRUN cp $(ls) a\n",
        "# hadolint ignore=SC2046\nRUN cp $(ls) a\n",
        "RUN <<EOF\n# shellcheck disable=SC2046\ncp $(ls) a\nEOF\n",
    ],
)
def test_comments(tmp_path: Path, text: str) -> None:
    assert places(tmp_path, {"Dockerfile": DOCKERFILE + text}, "shell") == []


def test_a_comment_for_shellcheck_silences_our_equal_rule(tmp_path: Path) -> None:
    step = "      - run: |\n          {}\n          true\n          cp $(ls) a\n          {}\n          cp $(ls) b\n"
    alone = "unquoted-substitution"
    word = "# shellcheck disable=SC2046,SC2086"
    assert len(found(tmp_path, {WORKFLOW: HEAD + step.format("true", "true")}, alone)) == 2
    assert [one.span.line for one in found(tmp_path, {WORKFLOW: HEAD + step.format("true", word)}, alone)] == [9]
    assert found(tmp_path, {WORKFLOW: HEAD + step.format(word, "true")}, alone) == []


@needs_it
def test_few_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = scripts_seen(monkeypatch)
    monkeypatch.setattr(shellcheck, "_cores", lambda: 2)
    files: dict[str, str | bytes] = {
        f"{number}/Dockerfile": DOCKERFILE + f"RUN cp $A {number}; true\nRUN cp $A same; true\n" for number in range(60)
    }
    assert len(places(tmp_path, files)) == 120
    assert sorted(seen) == [30, 31], "61 different scripts, in one process for each processor"


@needs_it
def test_processes_and_a_warm_cache_say_the_same(tmp_path: Path) -> None:
    write(tmp_path, {f"{n}/Dockerfile": DOCKERFILE + f"RUN cp $A {n}; cd x; ls\n" for n in range(30)})
    run = ["--select", "shell", "--profile", "strict"]
    cold = findings(".", *run, cwd=tmp_path)
    assert len(cold) == 60
    assert findings(".", *run, cwd=tmp_path) == cold
    assert findings(".", *run, "--no-cache", "-j", "2", cwd=tmp_path) == cold
    assert findings(".", *run, "--shellcheck", "off", cwd=tmp_path) == cold, "ours report all of this"


@needs_it
def test_a_script_that_takes_too_long_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shellcheck, "SECONDS", 1.0)
    slow = 'echo "$(' * 40 + "a" + ')"' * 40
    files: dict[str, str | bytes] = {
        "a/Dockerfile": DOCKERFILE + f"RUN true; {slow}\n",
        "b/Dockerfile": DOCKERFILE + "RUN true; cp $A b\n",
        "c/Dockerfile": DOCKERFILE + "RUN true; " + "a " * shellcheck.LONGEST + "\n",
    }
    started = time.monotonic()
    told = [(one.path, one.rule, one.span.line) for one in found(tmp_path, files)]
    assert told == [
        ("a/Dockerfile", "core/not-analysed", 2),
        ("b/Dockerfile", "shell/SC2086", 2),
        ("c/Dockerfile", "core/not-analysed", 2),
    ]
    assert time.monotonic() - started < 60


@needs_it
@pytest.mark.skipif(sys.platform != "linux", reason="others do not bound memory")
def test_a_script_that_takes_too_much_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shellcheck, "MEMORY", 200 << 20)
    greedy = "; ".join(f"v{n}=$v{n - 1}; echo $v{n}" for n in range(2000))
    told = found(tmp_path, {"Dockerfile": DOCKERFILE + f"RUN {greedy}\n"})
    assert [(one.rule, "memory" in one.message) for one in told] == [("core/not-analysed", True)]


@needs_it
def test_the_repository_does_not_steer_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    files: dict[str, str | bytes] = {
        ".shellcheckrc": "disable=SC2086\n",
        "lib.sh": "echo $B\n",
        "Dockerfile": DOCKERFILE
        + "RUN <<EOF\n# shellcheck source=lib.sh\n. ./lib.sh\n# shellcheck source=/etc/passwd\n. /etc/passwd\ncp $A b\nEOF\n",
    }
    monkeypatch.chdir(write(tmp_path, files))
    assert [one.rule for one in found(tmp_path, files)] == ["shell/SC2086"]
    assert {one.message for one in found(tmp_path, files, "shell/SC1091")} == {
        "Not following: lib.sh was not specified as input (see shellcheck -x)",
        "Not following: /etc/passwd was not specified as input (see shellcheck -x)",
    }


@needs_it
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    assert found(tmp_path / "work", {"Dockerfile": DOCKERFILE + "RUN true; cp $A b\n"})
    assert os.listdir(tmp_path / "tmp") == []


@needs_it
def test_pages_and_sarif(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": DOCKERFILE + "RUN true; cp $A b\n"})
    shown = devopslint("rule", "show", "shell/SC2086", cwd=tmp_path).stdout
    assert "# shell/SC2086" in shown
    assert "https://www.shellcheck.net/wiki/SC2086" in shown
    assert "unquoted-variable" in devopslint("rule", "show", "SC2086", cwd=tmp_path).stdout
    done = devopslint(".", "--select", "shellcheck", "--output", "sarif", cwd=tmp_path)
    (rule,) = json.loads(done.stdout)["runs"][0]["tool"]["driver"]["rules"]
    assert (rule["id"], rule["helpUri"]) == ("shell/SC2086", "https://www.shellcheck.net/wiki/SC2086")
    told = devopslint("explain", "shell/SC2086", "Dockerfile", cwd=tmp_path).stdout
    assert "reported at Dockerfile:2:14: Double quote" in told


@needs_it
def test_a_comment_that_silences_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": DOCKERFILE + "# devopslint: ignore[SC2045] -- so be it\nRUN a; b\n"}
    assert [one.rule for one in found(tmp_path, files, "shell", "core")] == ["core/unused-ignore"]


@needs_it
def test_a_comment_about_what_is_switched_off(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": DOCKERFILE + "# devopslint: ignore[SC2086] -- so be it\nRUN a; b\n"}
    rules = [one.rule for one in found(tmp_path, files, "shell", "core", profile="strict")]
    assert rules == ["core/unused-ignore"]
    assert found(tmp_path, files, "shell", "core", profile="strict", analysers={"shellcheck": "off"}) == []


def test_where_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shellcheck, "_program", "")
    files: dict[str, str | bytes] = {
        "Dockerfile": DOCKERFILE + "# devopslint: ignore[SC2045] -- so be it\nRUN a $B; c\n"
    }
    assert found(tmp_path, files, "shell", "core") == [], "nothing is said of it, nor of comments about it"
    with pytest.raises(SelectionError, match=r"`shell/SC2086` can't be looked for: ShellCheck is not installed: pip"):
        found(tmp_path, files, "shell/SC2086")
    with pytest.raises(UsageError, match="shellcheck is switched on: ShellCheck is not installed"):
        found(tmp_path, files, "shell", analysers={"shellcheck": "on"})
    request = Request([str(tmp_path)])
    request.select, request.no_config, request.no_cache = ["dockerfile", "shell/SC2086"], True, True
    report, _, _ = judge(request)
    assert [note for note in report.notes if "can't be looked for" in note]


def test_words_of_a_configuration_are_known(tmp_path: Path) -> None:
    config = (
        "ignore: [SC2086, shell/SC2046, shellcheck]\nrules: {shell/SC2129: {level: note}, shell/SC0: {level: note}}\n"
    )
    write(tmp_path, {"Dockerfile": DOCKERFILE, ".devopslint.yaml": config})
    done = devopslint(".", cwd=tmp_path)
    assert "shell/SC0" in done.stderr + done.stdout
    assert "SC2129" not in done.stderr + done.stdout
