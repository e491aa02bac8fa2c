"""What is wrong with a configuration is said with its place and with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import devopslint, findings, write

LATEST = "dockerfile/latest-tag"
ONE = "FROM node:latest\nUSER 1\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extend: https://a.example/b.yaml\n", "1:9: `https://a.example/b.yaml` is no file here: nothing is fetched"),
        ("failOn: error\n", "1:1: unknown setting `failOn`, did you mean `fail-on`?"),
        ("severity: error\n", "1:1: unknown setting `severity`: choose from extend, select, ignore, profile, "),
        (f"rules:\n  {LATEST}: {{severity: x}}\n", "2:27: unknown setting `severity`: choose from level, options, "),
        (f"rules:\n  {LATEST}: error\n", "2:26: this should be a mapping"),
        (f"rules:\n  {LATEST}:\n", "2:3: this should be a mapping"),
        (f"rules:\n  {LATEST}: {{level: false}}\n", "2:34: `false` is none of error, warning, note, off"),
        (f"rules: [{LATEST}]\n", "1:8: this should be a mapping"),
        ("select: all\n", "1:9: this should be a list, as in `[all]`"),
        ("select:\n", "1:1: this should be a list"),
        ("select: []\n", "1:9: this should not be empty"),
        ('select: [""]\n', "1:10: this should not be empty"),
        ("select: [null]\n", "1:10: this should be a text"),
        ("overrides: [{path: [a]}]\n", "1:14: unknown setting `path`, did you mean `paths`?"),
        ("overrides: [{paths: []}]\n", "1:21: this should not be empty"),
        ("overrides: {paths: [a]}\n", "1:12: this should be a list"),
        ("peer-ignores: yes\n", "1:15: this should be true or false"),
        ("- a\n", "1:3: this should be a mapping"),
        ("text\n", "1:1: this should be a mapping"),
        ("{{ x }}\n", "1:1: this should be a mapping"),
        ("\tselect: [a]\n", "1:1: a tab stands where YAML wants spaces"),
        ("select:\n\t- a\n", "2:1: a tab stands where YAML wants spaces"),
        ("a: b: c\n", "1:5: a key can't stand here"),
        ("select: *b\n", "1:9: alias `*b` has no anchor before it"),
        ("1: 2\n", "1:1: unknown setting `1`"),
        ("---\nignore: [a]\n---\nignore: [b]\n", "1:1: a configuration is one document"),
        ('exclude: ["[a-"]\n', "1:11: `[` is not closed"),
        ("exclude: [x, '!y']\n", "1:14: a glob takes nothing back"),
        ("exclude: [../x/**]\n", "1:11: a glob stays below the folder of this file"),
        ("exclude: [~/x]\n", "1:11: a glob is relative to the folder of this file"),
        ("exclude: ['a\\b']\n", "1:11: folders are parted by `/`"),
        ("kinds:\n  none: ['*.{yml,yaml}']\n", "2:10: braces hold no choice here"),
        ("overrides:\n  - paths: [a, 'x[']\n", "2:16: `[` is not closed"),
        ("rules-dirs: [polcy]\n", "1:14: polcy: no such folder of rules, did you mean `policy`?"),
        ("rules-dirs: [..]\n", "1:14: ..: leads out of the repository"),
        (
            "rules:\n  untrusted-registry: {options: {registris: [a]}}\n",
            "2:34: rule `kubernetes/untrusted-registry` has no option `registris`, did you mean `registries`?",
        ),
        (
            "rules:\n  untrusted-registry: {options: {x: [a]}}\n",
            "2:34: rule `kubernetes/untrusted-registry` has no option `x`: choose from registries",
        ),
        ("rules:\n  untrusted-registry: {options: {registries: a}}\n", "2:34: option `registries` of rule "),
    ],
)
def test_faults_end_the_run(text: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", ".devopslint.yaml": text, "Dockerfile": ONE, "policy/x.txt": ""})
    done = devopslint(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"devopslint: .devopslint.yaml:{said}"), done.stderr


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = "selct: [default]\nfail-on: warn\nexclude: vendor\noverrides: [{path: [a]}]\n"
    write(tmp_path, {".git/HEAD": "", ".devopslint.yaml": text, "Dockerfile": ONE})
    done = devopslint(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.removeprefix("devopslint: ").splitlines() == [
        ".devopslint.yaml:1:1: unknown setting `selct`, did you mean `select`?",
        ".devopslint.yaml:2:10: `warn` is none of error, warning, note, never, did you mean `warning`?",
        ".devopslint.yaml:3:10: this should be a list, as in `[vendor]`",
        ".devopslint.yaml:4:14: unknown setting `path`, did you mean `paths`?",
    ]
    write(tmp_path, {".devopslint.yaml": "".join(f"a{number}: 1\n" for number in range(25))})
    told = devopslint(cwd=tmp_path).stderr.splitlines()
    assert (len(told), told[-1]) == (21, ".devopslint.yaml: and 5 more")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# words\n",
        "---\n",
        "null\n",
        "{}\n",
        '{"ignore": ["latest-tag"]}\n',
        "\ufeffignore: []\n",
        "exclude: ['\\!a']\n",
    ],
)
def test_what_is_no_fault(text: str, tmp_path: Path) -> None:
    write(tmp_path, {".devopslint.yaml": text, "Dockerfile": ONE})
    done = devopslint("Dockerfile", "--output", "concise", "--strict", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0 if "latest" in text else 1, "")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({".devopslint.yaml": "rules:\n  dockerfile: {level: note}\n"}, ".devopslint.yaml:2:3: `dockerfile` is no single rule"),
        ({".devopslint.yaml": "rules:\n  DL3oo7: {level: note}\n"}, ".devopslint.yaml:2:3: there is no rule `DL3oo7`, did you mean `DL"),
        ({".devopslint.yaml": "baseline: b.json\n"}, ".devopslint.yaml:1:11: b.json is not there: `devopslint baseline` "),
        ({"a/.devopslint.yaml": "baseline: b.json\n"}, "a/.devopslint.yaml:1:11: this baseline counts only when "),
        ({".devopslint.yml": ""}, ".devopslint.yml is not read: a configuration is called .devopslint.yaml"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_told_of(files: dict[str, str], said: str, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "Dockerfile": ONE, "a/Dockerfile": ONE, **files})
    done = devopslint("--output", "concise", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"devopslint: {said}"), done.stderr
    assert devopslint("--strict", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("word", [LATEST, "DL3007", "hadolint:DL3007"])
def test_rules_are_set_by_every_name_of_theirs(word: str, tmp_path: Path) -> None:
    text = f"rules:\n  {word}: {{level: note, ignorable: false}}\noverrides:\n"
    text += f"  - paths: [a]\n    rules:\n      {word}: {{level: 'off'}}\n"
    silenced = "# devopslint: ignore[latest-tag]\n" + ONE
    write(tmp_path, {".devopslint.yaml": text, "Dockerfile": silenced, "a/Dockerfile": ONE})
    found = findings("--select", "latest-tag", cwd=tmp_path)
    assert [(one["path"], one["level"]) for one in found] == [("Dockerfile", "note")]
    done = devopslint("config", "a/Dockerfile", cwd=tmp_path)
    assert f"rules.{LATEST}.level: off  # .devopslint.yaml:6:" in done.stdout


def test_levels_and_peers_comments_are_those_of_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": ONE, "a/Dockerfile": "# hadolint ignore=DL3007\n" + ONE, "b/Dockerfile": ONE})
    write(tmp_path, {".devopslint.yaml": "fail-on: never\n", "a/.devopslint.yaml": "peer-ignores: false\n"})
    write(tmp_path, {"b/.devopslint.yaml": "min-level: error\nselect: [full-base-image, latest-tag]\n"})
    found = findings("--select", "full-base-image,latest-tag", cwd=tmp_path)
    assert [(one["path"], one["rule"].split("/")[1]) for one in found] == [
        ("Dockerfile", "full-base-image"),
        ("Dockerfile", "latest-tag"),
        ("a/Dockerfile", "full-base-image"),
        ("a/Dockerfile", "latest-tag"),
        ("b/Dockerfile", "latest-tag"),
    ]
    assert devopslint(cwd=tmp_path).returncode == 1
    write(tmp_path, {"a/.devopslint.yaml": "fail-on: never\n", "b/.devopslint.yaml": "fail-on: never\n"})
    assert devopslint(cwd=tmp_path).returncode == 0
    assert devopslint("--fail-on", "error", cwd=tmp_path).returncode == 1


def test_what_holds_is_shown_for_files_that_are_left_out_and_for_folders(tmp_path: Path) -> None:
    text = (
        "exclude: [vendor]\nkinds: {none: [x]}\noverrides:\n  - paths: [dev]\n    ignore: [DL3007]\n    reason: old\n"
    )
    write(tmp_path, {".devopslint.yaml": text, "vendor/Dockerfile": ONE, "x/Dockerfile": ONE, "notes.txt": ""})

    def told(path: str) -> list[str]:
        lines = devopslint("config", path, cwd=tmp_path).stdout.splitlines()
        return lines[1 : lines.index('select: ["default"]  # default')]

    kind, excluded = told("vendor/Dockerfile")
    assert kind == "kind: dockerfile  # named Dockerfile"
    assert excluded.startswith("excluded: true  # .devopslint.yaml:1:1; ")
    assert told("x/Dockerfile") == ["kind: none  # by the configuration"]
    assert told("notes.txt") == ["kind: none  # nothing in its name or its text tells what it is"]
    assert told(".") == ['overrides: ["dev"]  # .devopslint.yaml:4:5: old']


@pytest.mark.parametrize(
    "text",
    [
        "exclude: [gone/**, /gone.yaml, '*.gone']\n",
        "kinds: {kubernetes: [gone/**], none: [gone/]}\n",
        "overrides:\n  - paths: [gone/**]\n    ignore: [latest-tag]\n",
    ],
)
def test_a_glob_that_fits_no_file_of_today_is_no_fault(text: str, tmp_path: Path) -> None:
    write(tmp_path, {".devopslint.yaml": text, "Dockerfile": "FROM node:latest\n"})
    done = devopslint("--strict", "--fail-on", "never", "--select", "latest-tag", "--output", "concise", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Dockerfile:1:6: ")


@pytest.mark.parametrize(
    ("text", "plain", "strict"),
    [
        ("select: [default, terraform/gone-*]\n", 0, 2),
        ("ignore: [terraform/gone-*]\n", 0, 2),
        ("select: [terraform/gone-*]\n", 2, 2),
        ("overrides:\n  - paths: ['*']\n    ignore: [terraform/gone-*]\n", 0, 2),
    ],
)
def test_a_glob_over_rules_that_selects_none_is_told(text: str, plain: int, strict: int, tmp_path: Path) -> None:
    write(tmp_path, {".devopslint.yaml": text, "Dockerfile": "FROM node:latest\n"})
    for more, code in (((), plain), (("--strict",), strict)):
        done = devopslint("--fail-on", "never", "--output", "concise", *more, cwd=tmp_path)
        assert done.returncode == code
        assert "no rule is selected by `terraform/gone-*`" in done.stderr.splitlines()[0]


def test_what_was_meant_is_said_of_the_first_words_only(tmp_path: Path) -> None:
    words = "".join(f"  - untagged-imag{number}\n" for number in range(30))
    write(tmp_path, {".devopslint.yaml": f"ignore:\n{words}", "Dockerfile": "FROM node:latest\n"})
    said = devopslint("--fail-on", "never", "--output", "concise", cwd=tmp_path).stderr.splitlines()
    told = ["did you mean `untagged-image`?" in line for line in said if "no rule is selected by" in line]
    assert told == [True] * 10 + [False] * 20
