"""What was not looked at is said, on standard error or in the report, and fails under `--strict`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from running import devopslint, write

GOOD = "FROM debian:13.1-slim\nUSER 1000\n"
FINE = ("--fail-on", "never", "--output", "concise")
MODULES = 'module "a" {\n  source = "./nope"\n}\nmodule "b" {\n  source  = "x/y/aws"\n  version = "1.0.0"\n}\n'


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({}, (), "nothing was checked: no file is of a kind that devopslint knows"),
        ({"a.txt": ""}, (), "nothing was checked: no file is of a kind that devopslint knows"),
        ({"a.txt": ""}, ("a.txt",), "a.txt: not a kind of file that devopslint knows"),
        ({"a.yaml": "x: 1\n"}, ("a.yaml",), "a.yaml: not a kind of file that devopslint knows (nothing in it tells "),
        ({"a/x.txt": "", "b/Dockerfile": GOOD}, ("a", "b"), "a: no file in it is of a kind that devopslint knows"),
        ({"a/x.txt": "", "Dockerfile": GOOD}, ("a", "Dockerfile"), "a: no file in it is of a kind that devopslint kno"),
        (
            {"Dockerfile": GOOD},
            ("--ignore", "latest-tga"),
            "no rule is selected by `latest-tga`, did you mean `latest-",
        ),
        ({"Dockerfile": GOOD, ".devopslint.yaml": "ignore: [latest-tga]\n"}, (), ".devopslint.yaml:1:10: no rule is "),
    ],
)
def test_it_is_said_and_fails_when_strict(
    files: dict[str, str], arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    write(tmp_path, {".git/HEAD": "", **files})
    plain = devopslint(*arguments, *FINE, cwd=tmp_path)
    assert plain.returncode == 0
    assert plain.stderr.startswith(f"devopslint: {said}"), plain.stderr
    machine = devopslint(*arguments, "--fail-on", "never", "--output", "json", cwd=tmp_path)
    assert json.loads(machine.stdout)["notes"][0].startswith(said)
    people = devopslint(*arguments, "--fail-on", "never", cwd=tmp_path)
    assert f"note: {said}" in people.stdout
    for quiet in ((), ("--quiet",)):
        strict = devopslint(*arguments, *FINE, "--strict", *quiet, cwd=tmp_path)
        assert strict.returncode == 2
        assert strict.stderr.splitlines()[0].startswith(f"devopslint: {said}")
        assert strict.stderr.splitlines()[-1] == "devopslint: --strict takes this note for an error"
    assert devopslint(*arguments, *FINE, "--quiet", cwd=tmp_path).stderr == ""


@pytest.mark.parametrize(
    ("files", "said", "counted"),
    [
        ({"Dockerfile": "ARG V\nFROM a:${V}\nUSER 1\n"}, "left undecided, because a value can't be known", " undecided"),
        ({"main.tf": MODULES}, "2 modules are not read, for nothing is downloaded and they are not in the repository: "
         "`./nope`, `x/y/aws`", " · 2 modules not read"),
    ],
)  # fmt: skip
def test_what_is_counted_fails_when_strict(files: dict[str, str], said: str, counted: str, tmp_path: Path) -> None:
    write(tmp_path, files)
    path = next(iter(files))
    plain = devopslint(path, "--fail-on", "never", cwd=tmp_path)
    assert plain.returncode == 0
    assert counted in plain.stdout.splitlines()[-1]
    strict = devopslint(path, *FINE, "--strict", cwd=tmp_path)
    assert strict.returncode == 2
    assert said in strict.stderr


def test_modules_that_are_there_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'module "a" {\n  source = "./m"\n}\n', "m/main.tf": "locals {}\n"})
    done = devopslint("--output", "json", "--fail-on", "never", "--strict", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["summary"]["modules_not_read"]) == (0, 0)


def test_modules_are_counted_from_the_cache_and_in_processes(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}/main.tf": MODULES for number in range(10)})
    for jobs in ("1", "2"):
        done = devopslint("--output", "json", "--jobs", jobs, cwd=tmp_path)
        assert json.loads(done.stdout)["summary"]["modules_not_read"] == 20


def test_a_comment_that_names_no_rule_fails_when_strict(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "# devopslint: ignore[latest-tga]\n" + GOOD})
    assert devopslint("Dockerfile", *FINE, cwd=tmp_path).returncode == 0
    done = devopslint("Dockerfile", *FINE, "--strict", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "devopslint: --strict takes comments that name no rule for an error\n")


@pytest.mark.parametrize("arguments", [(), ("--strict",), ("--exit-zero",), ("--quiet",)])
def test_a_path_that_is_not_there_is_always_an_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": GOOD})
    done = devopslint("Dockerfile", "gone", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "devopslint: gone: no such file or folder\n")


def test_what_is_given_by_name_is_checked_though_excluded_or_ignored_by_git(tmp_path: Path) -> None:
    write(tmp_path, {".devopslint.yaml": "exclude: [v]\n", "v/Dockerfile": "FROM a:latest\n"})
    write(tmp_path, {".gitignore": "w\n", "w/Dockerfile": "FROM a:latest\n"})
    for path in ("v/Dockerfile", "w/Dockerfile"):
        assert devopslint(path, cwd=tmp_path).returncode == 1
    hook = devopslint("v/Dockerfile", "--force-exclude", "--strict", cwd=tmp_path)
    assert (hook.returncode, hook.stdout, hook.stderr) == (0, "Nothing to check: 1 file is excluded\n", "")
    # what the whole lacks is not told of what is not looked at
    whole = devopslint(cwd=tmp_path).stdout.splitlines()
    assert whole[-1] == "Nothing to check: 1 file is excluded"
    assert not any("repository/" in line for line in whole)


def test_what_a_hook_names_is_no_more_asked_for_than_what_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "x: 1\n", "notes.txt": "", "Dockerfile": "FROM a:latest\n", "broken.yaml": "kind: [\n"})
    write(tmp_path, {"gone/x.txt": ""})
    unknown = ("a.yaml", "notes.txt", "broken.yaml")
    for strict in ((), ("--strict",)):
        hook = devopslint("check", "--force-exclude", *strict, *unknown, cwd=tmp_path)
        assert (hook.returncode, hook.stdout, hook.stderr) == (0, "Nothing to check\n", "")
        hook = devopslint("check", "--force-exclude", *strict, *unknown, "Dockerfile", *FINE[2:], cwd=tmp_path)
        assert (hook.returncode, hook.stderr) == (1, "")
        assert {line.split(":")[0] for line in hook.stdout.splitlines()} == {"Dockerfile"}
    # a folder that a person names is still told of, and so is a path that is not there
    assert (
        "gone: no file in it is of a kind" in devopslint("--force-exclude", "gone", "Dockerfile", cwd=tmp_path).stdout
    )
    assert devopslint("--force-exclude", "nowhere", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    "arguments", [("-q", "check", "."), ("--color", "never", "check"), ("--strict", "check"), ("--jobs=1", "check")]
)
def test_a_command_behind_options_is_told(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = devopslint(*arguments, cwd=tmp_path)
    said = "check: no such file or folder: a command stands before its options (`devopslint check …`)"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"devopslint: {said}\n")


@pytest.mark.parametrize("below_git", [False, True])
def test_a_nested_configuration_holds_though_it_is_ignored_itself(tmp_path: Path, below_git: bool) -> None:
    write(tmp_path, {".gitignore": ".devopslint.yaml\n", "a/Dockerfile": "FROM a:latest\n"})
    write(tmp_path, {"a/.devopslint.yaml": "ignore: [all]\n", "Dockerfile": "FROM a:1\n"})
    if below_git:
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for asked in ((), ("a",), ("a/Dockerfile",)):
        assert "a/Dockerfile:" not in devopslint(*asked, cwd=tmp_path).stdout, asked


def test_a_fault_of_a_rule_file_is_told_by_the_path_that_people_gave(tmp_path: Path) -> None:
    write(tmp_path, {"rules/house/a.yaml": "title: A\n", "Dockerfile": GOOD})
    told = devopslint("--rules-dir", "rules", cwd=tmp_path)
    assert told.returncode == 2
    assert "rules/house/a.yaml:1:1: " in told.stderr
    assert str(tmp_path) not in told.stderr
