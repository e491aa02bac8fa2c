"""Configurations: which one holds where, what it may say, and how it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import devopslint, findings, write
from suppressing import FOLDER

ARGUMENTS = ("--rules-dir", FOLDER, "--no-cache")
ONE = "FROM a:latest\nRUN x\n"  # user 1, from 1, run 2
HOUSE = "select: [house]\n"


def left(folder: Path, *paths: str) -> list[str]:
    found = findings(*paths, *ARGUMENTS, cwd=folder)
    return [f"{one['rule'].split('/')[1]} {one['path']}:{one['line']} {one['level']}" for one in found]


def test_the_nearest_counts_alone(tmp_path: Path) -> None:
    nested = HOUSE + "ignore: [run]\nrules:\n  house/from: {level: error}\n"
    write(tmp_path, {".devopslint.yaml": HOUSE + "ignore: [from, user]\n", "Dockerfile": ONE, "a/b/Dockerfile": ONE})
    write(tmp_path, {"a/.devopslint.yaml": nested})
    expected = ["run Dockerfile:2 warning", "user a/b/Dockerfile:1 warning", "from a/b/Dockerfile:1 error"]
    assert left(tmp_path) == expected
    # the same for files that are named, and from within
    assert left(tmp_path, "Dockerfile", "a/b/Dockerfile") == expected
    assert left(tmp_path / "a") == [one.replace("a/b/", "b/") for one in expected[1:]]


def test_extend(tmp_path: Path) -> None:
    base = HOUSE + "ignore: [run]\nfail-on: never\nexclude: [vendor]\nrules:\n  house/from: {level: error}\n"
    write(tmp_path, {".devopslint.yaml": base, "Dockerfile": ONE, "a/Dockerfile": ONE, "vendor/Dockerfile": ONE})
    write(tmp_path, {"a/.devopslint.yaml": "extend: ../.devopslint.yaml\nignore: [user]\n"})
    assert left(tmp_path) == ["user Dockerfile:1 warning", "from Dockerfile:1 error", "from a/Dockerfile:1 error"]
    write(tmp_path, {".devopslint.yaml": "extend: [a/.devopslint.yaml]\n"})
    done = devopslint("check", *ARGUMENTS, cwd=tmp_path)
    assert done.returncode == 2
    assert "goes round in a circle" in done.stderr
    write(tmp_path, {".devopslint.yaml": "extend: nowhere.yaml\n"})
    assert ".devopslint.yaml:1:9: nowhere.yaml: can't be read" in devopslint("check", cwd=tmp_path).stderr


OVERRIDES = (
    HOUSE
    + """\
rules:
  house/run: {level: note}
overrides:
  - paths: [dev/**]
    ignore: [user]
    reason: thrown away
  - paths: ["**/special.Dockerfile"]
    rules:
      house/run: {level: error}
      house/from: {level: "off"}
"""
)


def test_overrides(tmp_path: Path) -> None:
    write(
        tmp_path,
        {".devopslint.yaml": OVERRIDES, "dev/Dockerfile": ONE, "dev/special.Dockerfile": ONE, "x/Dockerfile": ONE},
    )
    assert left(tmp_path) == [
        "from dev/Dockerfile:1 warning",
        "run dev/Dockerfile:2 note",
        "run dev/special.Dockerfile:2 error",
        "user x/Dockerfile:1 warning",
        "from x/Dockerfile:1 warning",
        "run x/Dockerfile:2 note",
    ]


def test_overrides_within_one_unit(tmp_path: Path) -> None:
    bucket = 'resource "aws_s3_bucket" "%s" {\n  acl = "public-read"\n}\n'
    rules = "overrides:\n  - paths: [b.tf]\n    ignore: [tags]\n"
    write(tmp_path, {".devopslint.yaml": HOUSE + rules, "a.tf": bucket % "a", "b.tf": bucket % "b"})
    expected = ["tags a.tf:1 warning", "bucket a.tf:2 warning", "bucket b.tf:2 warning"]
    assert left(tmp_path) == expected
    assert left(tmp_path, "b.tf") == expected[2:]


def test_scopes_are_the_same_in_processes_and_from_the_cache(tmp_path: Path) -> None:
    write(tmp_path, {".devopslint.yaml": OVERRIDES} | {f"dev/{n}/Dockerfile": ONE for n in range(9)})
    write(tmp_path, {"x/special.Dockerfile": ONE, "x/Dockerfile": ONE})
    alone = findings(*ARGUMENTS, cwd=tmp_path)
    assert findings(*ARGUMENTS, "--jobs", "2", cwd=tmp_path) == alone
    for _ in range(2):
        assert findings("--rules-dir", FOLDER, cwd=tmp_path) == alone
    write(tmp_path, {".devopslint.yaml": OVERRIDES.replace("error", "warning")})
    changed = findings("--rules-dir", FOLDER, cwd=tmp_path)
    assert [one["level"] for one in changed if "special" in one["path"]] == ["warning", "warning"]


@pytest.mark.parametrize(
    ("glob", "meant"),
    [
        ("app/web.dockerfile", ["app/app/web.dockerfile"]),
        ("/web.dockerfile", ["app/web.dockerfile"]),
        ("web.dockerfile", ["app/app/web.dockerfile", "app/web.dockerfile"]),
        ("**/web.dockerfile", ["app/app/web.dockerfile", "app/web.dockerfile"]),
    ],
)
def test_kinds_are_those_of_the_folder_that_they_stand_in(tmp_path: Path, glob: str, meant: list[str]) -> None:
    paths = ["app/app/web.dockerfile", "app/web.dockerfile", "web.dockerfile"]
    write(tmp_path, dict.fromkeys(paths, ONE) | {"app/.devopslint.yaml": f"kinds:\n  none: ['{glob}']\n", ".git/x": ""})
    left = [path for path in paths if path not in meant]
    assert {one["path"] for one in findings("--select", "dockerfile", cwd=tmp_path)} == set(left)
    for path in paths:
        assert bool(findings(path, "--select", "dockerfile", cwd=tmp_path)) == (path in left), path
    assert {one["path"] for one in findings("app", "--select", "dockerfile", cwd=tmp_path)} == set(left) - {
        "web.dockerfile"
    }


def test_kinds_that_are_brought_in_from_above_stay_there(tmp_path: Path) -> None:
    files = dict.fromkeys(["app/web.dockerfile", "web.dockerfile"], ONE) | {".git/x": ""}
    files |= {
        "app/.devopslint.yaml": "extend: ../.devopslint.yaml\n",
        ".devopslint.yaml": "kinds: {none: [/web.dockerfile]}\n",
    }
    write(tmp_path, files)
    assert {one["path"] for one in findings("--select", "dockerfile", cwd=tmp_path)} == {"app/web.dockerfile"}
    assert findings("app/web.dockerfile", "--select", "dockerfile", cwd=tmp_path)


def test_kinds(tmp_path: Path) -> None:
    kinds = "kinds:\n  dockerfile: [images/*.txt]\n  none: [testdata]\n"
    write(tmp_path, {".devopslint.yaml": HOUSE + kinds, "images/a.txt": ONE, "testdata/Dockerfile": ONE})
    assert left(tmp_path) == [
        "user images/a.txt:1 warning",
        "from images/a.txt:1 warning",
        "run images/a.txt:2 warning",
    ]
    done = devopslint("files", "--json", cwd=tmp_path)
    assert [(one["path"], one["kind"], one["why"]) for one in json.loads(done.stdout)] == [
        ("images/a.txt", "dockerfile", "by the configuration")
    ]


def test_ignorable(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "# devopslint: ignore[from, user, run]\n" + ONE})
    write(tmp_path, {".devopslint.yaml": HOUSE + "rules:\n  house/from: {ignorable: false}\n"})
    assert left(tmp_path) == ["from Dockerfile:2 warning", "run Dockerfile:3 warning"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct: [a]\n", "1:1: unknown setting `selct`, did you mean `select`?"),
        ("rules:\n  house/from: {levl: error}\n", "2:16: unknown setting `levl`, did you mean `level`?"),
        (
            "rules:\n  house/from: {level: eror}\n",
            "2:23: `eror` is none of error, warning, note, off, did you mean `error`?",
        ),
        ("rules:\n  house/from: {options: {x: 1}}\n", "2:26: rule `house/from` has no option `x`"),
        ("overrides:\n  - ignore: [from]\n", "2:5: missing `paths`"),
        ("select: [form, house/nothing]\n", "1:10: no rule is selected by `form`, did you mean `from`?"),
        ("ignore:\n  - \xe4\n", "2:5: can't be read: byte 0xE4 is not UTF-8"),
        ("extend: [b.yaml, b.yaml]\n", "1:1: `extend` brings in more than 64 files"),
        ("kinds: {dockerfle: [a]}\n", "1:9: `dockerfle` is none of "),
        ("fail-on: [error]\n", "1:10: "),
        ("select: all\n", "1:9: this should be a list"),
        ("select: [a]\nselect: [b]\n", "2:1: "),
    ],
)
def test_errors_have_their_place(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, {".devopslint.yaml": text, "Dockerfile": ONE})
    (tmp_path / ".devopslint.yaml").write_text(text, encoding="latin-1")
    for number in range(98, 121):  # each takes in the next one twice
        write(tmp_path, {f"{chr(number)}.yaml": f"extend: [{chr(number + 1)}.yaml, {chr(number + 1)}.yaml]\n"})
    write(tmp_path, {"y.yaml": "ignore: []\n"})
    done = devopslint("check", *ARGUMENTS, cwd=tmp_path)
    assert done.returncode == 2
    assert f".devopslint.yaml:{said}" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ignore: [house/form]\n", "1:10: no rule is selected by `house/form`, did you mean `house/from`?"),
        ("rules:\n  house/form: {level: error, options: {a: 1}}\n", "2:3: there is no rule `house/form`"),
        (
            "overrides:\n  - paths: [a]\n    ignore: [form]\n",
            "3:14: no rule is selected by `form`, did you mean `from`?",
        ),
        ("select: [house, form]\n", "1:17: no rule is selected by `form`"),
    ],
)
def test_rules_that_are_no_more_are_told_of_every_time(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, {".devopslint.yaml": text, "Dockerfile": ONE})
    for _ in range(2):  # the second time from what is kept of the configuration
        done = devopslint("check", *ARGUMENTS, "--output", "concise", cwd=tmp_path)
        assert done.returncode == 1
        assert f".devopslint.yaml:{said}" in done.stderr
    assert devopslint("check", *ARGUMENTS, "--strict", cwd=tmp_path).returncode == 2


def test_what_holds_is_shown(tmp_path: Path) -> None:
    write(tmp_path, {".devopslint.yaml": "fail-on: error\n", "dev/Dockerfile": ONE})
    override = "overrides:\n  - paths: ['*']\n    ignore: [dockerfile/missing-user]\n    reason: thrown away\n"
    write(tmp_path, {"dev/.devopslint.yaml": "extend: ../.devopslint.yaml\nprofile: strict\n" + override})
    done = devopslint("config", "dev/Dockerfile", cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "# dev/.devopslint.yaml",
        "kind: dockerfile  # named Dockerfile",
        'select: ["default"]  # default',
        "profile: strict  # dev/.devopslint.yaml:2:1",
        "fail-on: error  # .devopslint.yaml:1:1",
        "min-level: note  # default",
        "peer-ignores: true  # default",
        "shellcheck: auto  # default",
        'ignore: ["dockerfile/missing-user"]  # dev/.devopslint.yaml:5:5, for *: thrown away',
    ]
    assert devopslint("config", cwd=tmp_path / "dev").stdout.startswith("# .devopslint.yaml\noverrides")


def test_explain(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a:latest\nFROM b\n# devopslint: ignore[run] -- known\nRUN x\n"})
    done = devopslint("explain", "house/from", "Dockerfile", "--rules-dir", FOLDER, cwd=tmp_path)
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert 'image: {matches: ":latest$"}' in done.stdout
    assert '"a:latest"  Dockerfile:1:6' in lines
    assert '"b"  Dockerfile:2:6' in lines
    assert [line for line in lines if line.startswith(("holds", "does not"))] == [
        "holds          forbid",
        'holds          image: {matches: ":latest$"}',
        "does not hold  forbid",
        'does not hold  image: {matches: ":latest$"}',
    ]
    assert "reported at Dockerfile:1:6: found it" in lines
    done = devopslint("explain", "DL3059", "Dockerfile", "--rules-dir", FOLDER, cwd=tmp_path)
    assert "reported at Dockerfile:4:1: found it (ignored by Dockerfile:3: known)" in done.stdout
    done = devopslint("explain", "house/bucket", "Dockerfile", "--rules-dir", FOLDER, cwd=tmp_path)
    assert "it saw nothing of that in this file, which is dockerfile" in done.stdout


def test_migrate(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".hadolint.yaml": "ignored: [DL3007, DL9999]\nfailure-threshold: info\n",
            ".trivyignore": "# words\nDS001\nCVE-2024-1\n",
            "zizmor.yml": "rules:\n  unpinned-uses:\n    ignore: [ci.yml:10]\n",
        },
    )
    done = devopslint("migrate", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(
        "# From .hadolint.yaml, zizmor.yml, .trivyignore, by `devopslint migrate`.\nignore:\n"
    )
    assert "  - dockerfile/latest-tag  # hadolint DL3007\n" in done.stdout
    assert "  - paths: ['**/ci.yml']\n    ignore:\n      - workflow/" in done.stdout
    assert ".hadolint.yaml: DL9999: no rule here is its equal" in done.stderr
    assert ".hadolint.yaml: failure-threshold: it is about Dockerfiles alone, and `fail-on: note` would" in done.stderr
    assert ".trivyignore:3: CVE-2024-1" in done.stderr
    assert devopslint("migrate", "--write", cwd=tmp_path).returncode == 0
    write(tmp_path, {"Dockerfile": "FROM scratch\n"})
    assert devopslint("check", "Dockerfile", cwd=tmp_path).returncode == 0
    assert devopslint("migrate", "--write", cwd=tmp_path).returncode == 2
    assert devopslint("migrate", "nowhere", cwd=tmp_path).returncode == 2


def test_strict(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "ARG V\nFROM a:${V}\n", "note.txt": "x\n"})
    strict = ("check", *ARGUMENTS, "--select", "from", "--fail-on", "never")
    done = devopslint(*strict, "--strict", "Dockerfile", cwd=tmp_path)
    assert done.returncode == 2
    assert "1 check is left undecided" in done.stdout + done.stderr
    assert devopslint(*strict, "Dockerfile", cwd=tmp_path).returncode == 0
    done = devopslint(*strict, "--strict", "note.txt", cwd=tmp_path)
    assert done.returncode == 2


def test_an_excluded_workflow_is_no_more_seen_from_beside_than_from_above(tmp_path: Path) -> None:
    on_push = "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps: [{run: make test}]\n"
    path = ".github/workflows/a.yml"
    write(tmp_path, {path: on_push, ".github/workflows/b.yml": on_push.replace("push", "pull_request")})
    rule = "repository/pull-requests-not-checked"
    for config, found in (("fail-on: error\n", 0), ("exclude: [b.yml]\n", 1)):
        write(tmp_path, {".devopslint.yaml": config})
        for asked in ((), (path,), (".github",)):
            assert len(findings("--select", rule, *asked, cwd=tmp_path)) == found, (config, asked)
