"""What people type, what they read, and what a pipeline sees of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from house import DOCKERFILE, house
from running import ROOT, devopslint, findings, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one Dockerfile and the policy of a house beside it, which the tests select."""
    house(tmp_path)
    return write(tmp_path / "project", {"Dockerfile": DOCKERFILE})


HOUSE = ("--rules-dir", "../policy", "--select", "house")


def rules_found(project: Path, *arguments: str) -> list[str]:
    return [one["rule"] for one in findings("--rules-dir", "../policy", *arguments, cwd=project)]


def test_findings_stand_where_the_fault_is(project: Path) -> None:
    done = devopslint("check", *HOUSE, "--output", "concise", cwd=project)
    assert done.stdout.splitlines()[:3] == [
        "Dockerfile:1:6: warning[house/floating] image `node:latest` floats",
        "Dockerfile:2:1: note[house/maintainer] `MAINTAINER` is of the past",
        "Dockerfile:3:11: error[house/ssh-port] port `22` is open to all",
    ]
    assert done.returncode == 1


# Exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--select", "house"), 1),
        (("--select", "house/maintainer"), 0),
        (("--select", "house/maintainer", "--fail-on", "note"), 1),
        (("--select", "house/floating", "--fail-on", "error"), 0),
        (("--select", "house/ssh-port", "--fail-on", "error"), 1),
        (("--select", "house", "--fail-on", "never"), 0),
        (("--select", "house", "--exit-zero"), 0),
        (("--select", "house", "--output", "json"), 1),
        (("--select", "house", "--output", "sarif"), 1),
    ],
)
def test_exit_code(project: Path, arguments: tuple[str, ...], code: int) -> None:
    done = devopslint("--rules-dir", "../policy", *arguments, cwd=project)
    assert done.returncode == code, done.stdout + done.stderr


def test_nothing_to_check_is_no_fault_but_under_strict(tmp_path: Path) -> None:
    write(tmp_path, {"notes.txt": "hello\n"})
    done = devopslint(cwd=tmp_path)
    assert done.returncode == 0
    assert "Nothing to check" in done.stdout + done.stderr
    given = devopslint("notes.txt", cwd=tmp_path)
    assert given.returncode == 0
    assert "notes.txt: not a kind of file that devopslint knows" in given.stdout + given.stderr
    assert devopslint("notes.txt", "--strict", cwd=tmp_path).returncode == 2
    quiet = devopslint("notes.txt", "--quiet", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


# What is wrong is said in words, with what was meant, and exit code 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone.tf",), "gone.tf: no such file or folder"),
        (("check", "gone/"), "gone/: no such file or folder"),
        (("--selct", "x"), "--select"),
        (("--select", "house/floatin"), "did you mean `house/floating`?"),
        (("--select", "house/floatin,nothing-at-all"), "did you mean `house/floating`?"),
        (("",), "(an empty path): no such file or folder"),
        (("--add-ignore", "--output", "json"), "--add-ignore writes comments and no report: not with --output"),
        (("--add-ignore", "--statistics"), "--add-ignore writes comments and no report: not with --statistics"),
        ((".\\Dockerfile",), ".\\Dockerfile: no such file or folder, did you mean `./Dockerfile`?"),
        (("-", "Dockerfile"), "`-` is standard input, and stands alone"),
        (("--stdin-filename", "a/Dockerfile", "Dockerfile"), "--stdin-filename names what is read from standard input"),
        (("--config", "a.yaml", "--no-config"), "--config and --no-config contradict each other"),
        (("--baseline", "a.json", "--no-baseline"), "--baseline and --no-baseline contradict each other"),
        (("--today", "31.1.2027"), "`31.1.2027` is no date"),
        (("--fail-on", "fatal"), "fatal"),
        (("--output", "xml"), "unknown output format `xml`"),
        (("--output", "json", "--output", "concise"), "give one a path"),
        (("--output", "json:"), "no path after the colon"),
        (("--rules-dir", "nowhere"), "nowhere: no such folder of rules"),
        (("--config", "nowhere.yaml"), "nowhere.yaml: can't be read"),
        (("rule", "show", "house/nothing-like-it"), "no rule is selected by `house/nothing-like-it`"),
        (("rule", "show", "qqqqqqqqqq"), "no rule is selected by `qqqqqqqqqq`: `devopslint rules` lists them"),
        (("rule", "test", "dockerfile/no-such-rule-at-all"), "no rule is selected by"),
        (("rule", "new", "Not An Id"), "is no id"),
        (("rule", "new", "a/b", "--rules-dir", "r", "--on", "dockerfile.stge"), "did you mean `dockerfile.stage`?"),
        (("rule", "new", "a/b", "--rules-dir", "r", "--on", "qqq"), "unknown subject kind `qqq`: choose from "),
        (
            ("rule", "new", "a/b", "--rules-dir", "r", "--on", "shell.command.["),
            "`shell.command.[` is no subject kind: ",
        ),
        (("rule", "new", "a/b", "--rules-dir", "r", "--on", "dockerfile.instruction."), "is no subject kind: a type "),
        (("rule", "new", "a/b", "--rules-dir", "r", "--on", "shell.script.bash"), "`shell.script` has no types"),
        (("rule", "new", "a/b", "--rules-dir", "r", "--on", "repository.x"), "`repository` has no types"),
        (("rule", "new", "a/b", "--rules-dir", "Dockerfile"), "Dockerfile/a/b.yaml can't be written"),
        (("rule", "new", "house/floating", "--rules-dir", "../policy"), "floating.yaml is there already"),
        (
            ("rule", "new", "dockerfile/latest-tag", "--rules-dir", "r"),
            "already a rule `dockerfile/latest-tag`: choose",
        ),
        (("--output", "json:a", "--output", "sarif:a"), "would go to `a`: give one another path"),
        (("rule", "test", "../policy/house/floating.yaml"), "is in no folder of rules that is known"),
    ],
)
def test_usage_errors(project: Path, arguments: tuple[str, ...], said: str) -> None:
    if arguments[0] != "rule" and "--rules-dir" not in arguments:
        arguments = (*arguments, "--rules-dir", "../policy")
    done = devopslint(*arguments, cwd=project)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_fault_of_the_environment_is_told_as_such(project: Path) -> None:
    done = devopslint("Dockerfile", cwd=project, env={"DEVOPSLINT_OUTPUT": "concise jsn"})
    assert done.returncode == 2
    assert done.stderr == "devopslint: DEVOPSLINT_OUTPUT: unknown output format `jsn`, did you mean `json`?\n"
    done = devopslint("Dockerfile", "--output", "jsn", cwd=project, env={"DEVOPSLINT_OUTPUT": "concise"})
    assert done.stderr == "devopslint: unknown output format `jsn`, did you mean `json`?\n"


def test_output_that_can_not_be_written(project: Path) -> None:
    done = devopslint("--output", "json:no/such/folder/out.json", cwd=project)
    assert done.returncode == 2
    assert "no/such/folder/out.json" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("output", ["full", "json", "sarif", "json:/dev/full"])
def test_a_disk_that_is_full_is_no_fault_of_ours(project: Path, output: str) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "devopslint", "--output", output, *HOUSE]
        done = subprocess.run(command, cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "can't be written: no space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_whoever_stops_reading_does_not_change_the_exit_code(project: Path) -> None:
    write(project, {f"s{number}/Dockerfile": DOCKERFILE for number in range(300)})
    command = (
        f"'{sys.executable}' -m devopslint --rules-dir ../policy --select house | head -1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "1"
    assert done.stderr == ""
    closed = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m devopslint Dockerfile >&-"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (closed.returncode, closed.stdout) == (2, "")
    assert "standard output is closed" in closed.stderr


# Selection


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--select", "house"), ["floating", "maintainer", "ssh-port"]),
        (("--select", "house/*"), ["floating", "maintainer", "ssh-port"]),
        (("--select", "house/floating,house/ssh-port"), ["floating", "ssh-port"]),
        (("--select", "floating", "--select", "ssh-port"), ["floating", "ssh-port"]),
        (("--select", "house", "--ignore", "security"), ["floating", "maintainer"]),
        (("--select", "house", "--ignore", "DL3007"), ["maintainer", "ssh-port"]),
        (("--select", "house", "--ignore", "hadolint:DL3007"), ["maintainer", "ssh-port"]),
        (("--select", "house", "--ignore", "containers/specific-tags"), ["maintainer", "ssh-port"]),
        (("--select", "house", "--ignore", "infrastructure"), ["floating", "ssh-port"]),
        (("--select", "house", "--ignore", "*port"), ["floating", "maintainer"]),
        (("--select", "house/maintainer", "--ignore", "house"), []),
        (("--select", "house", "--profile", "strict"), ["nameless-stage", "floating", "maintainer", "ssh-port"]),
        (("--select", "house/nameless-stage"), ["nameless-stage"]),
        (("--select", "house", "--min-level", "error"), ["ssh-port"]),
        (("--select", "house", "--min-level", "warning"), ["floating", "ssh-port"]),
    ],
)
def test_select_and_ignore(project: Path, arguments: tuple[str, ...], expected: list[str]) -> None:
    assert rules_found(project, *arguments) == [f"house/{slug}" for slug in expected]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ignore", "house/mantainer"), "no rule is selected by `house/mantainer`, did you mean `house/maintainer`?"),
        (("--ignore", "DL3008x"), "no rule is selected by `DL3008x`"),
        (("--select", "house,vila"), "no rule is selected by `vila`"),
    ],
)
def test_words_that_select_nothing_are_told_of(project: Path, arguments: tuple[str, ...], said: str) -> None:
    done = devopslint("--rules-dir", "../policy", "--output", "json", *arguments, cwd=project)
    assert done.returncode == 1
    assert said in done.stderr
    assert any(said in note for note in json.loads(done.stdout)["notes"])
    assert devopslint("--rules-dir", "../policy", "--strict", *arguments, cwd=project).returncode == 2


def test_what_can_not_be_read_is_told_whatever_is_selected(project: Path) -> None:
    write(project, {"k.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: [}\n", "notes.yaml": "a: [\n"})
    (project / "Containerfile").write_bytes(b"# \xe4\nFROM a:1\n")
    told = ["core/encoding Containerfile", "core/syntax k.yaml"]
    for select in ("house/nameless-stage", "house/nameless-stage,core/unused-ignore"):
        found = findings("--rules-dir", "../policy", "--select", select, cwd=project)
        assert [f"{one['rule']} {one['path']}" for one in found if one["rule"].startswith("core/")] == told, select
    for ignore in ("core", "core/syntax,core/encoding"):
        found = findings("--rules-dir", "../policy", "--ignore", ignore, cwd=project)
        assert not [one for one in found if one["rule"].startswith("core/")], ignore


def test_min_level_hides_from_the_exit_code_too(project: Path) -> None:
    arguments = (*HOUSE, "--ignore", "ssh-port", "--min-level", "error", "--fail-on", "note")
    assert devopslint(*arguments, cwd=project).returncode == 0


# Paths and standard input


def test_a_path_is_a_check_of_it(project: Path) -> None:
    short = devopslint("Dockerfile", *HOUSE, cwd=project)
    long = devopslint("check", "Dockerfile", *HOUSE, cwd=project)
    assert (short.returncode, short.stdout) == (long.returncode, long.stdout)
    assert short.returncode == 1


def test_only_the_given_files_are_reported(project: Path) -> None:
    write(project, {"api/Dockerfile": DOCKERFILE})
    found = findings("api/Dockerfile", *HOUSE, cwd=project)
    assert {one["path"] for one in found} == {"api/Dockerfile"}
    assert len(found) == 3


def test_standard_input(project: Path) -> None:
    done = devopslint(
        "-", "--stdin-filename", "web/Dockerfile", *HOUSE, "--output", "concise", cwd=project, stdin=DOCKERFILE.encode()
    )
    assert done.returncode == 1
    assert done.stdout.startswith("web/Dockerfile:1:6: warning[house/floating]")


def test_a_name_for_standard_input_means_that_it_is_read(project: Path) -> None:
    done = devopslint(
        "--stdin-filename", "web/Dockerfile", *HOUSE, "--output", "json", cwd=project, stdin=DOCKERFILE.encode()
    )
    assert {one["path"] for one in json.loads(done.stdout)["findings"]} == {"web/Dockerfile"}


def test_standard_input_without_a_kind_asks_for_a_name(project: Path) -> None:
    done = devopslint("-", cwd=project, stdin=b"FROM a\n")
    assert done.returncode == 0
    assert "--stdin-filename" in done.stdout


def test_standard_input_is_recognised_by_its_content(project: Path) -> None:
    manifest = b"apiVersion: v1\nkind: Service\nmetadata: {name: 'shop\n"
    done = devopslint("-", "--output", "concise", cwd=project, stdin=manifest)
    assert done.returncode == 1
    assert "[core/syntax]" in done.stdout


@pytest.mark.parametrize("arguments", [("--jobs", "1"), ("--jobs", "2"), ("-j", "2", "--no-cache"), ("--no-cache",)])
def test_processes_and_cache_change_nothing(project: Path, arguments: tuple[str, ...]) -> None:
    write(project, {f"service-{number}/Dockerfile": DOCKERFILE for number in range(30)})
    first = devopslint(*HOUSE, "--output", "json", cwd=project)
    assert len(json.loads(first.stdout)["findings"]) == 31 * 3
    for _ in range(2):
        assert devopslint(*HOUSE, *arguments, "--output", "json", cwd=project).stdout == first.stdout
    write(project, {"service-7/Dockerfile": "FROM scratch\n"})
    assert len(findings(*HOUSE, *arguments, cwd=project)) == 30 * 3


# Outputs


def test_several_outputs_at_once(project: Path) -> None:
    done = devopslint(
        *HOUSE, "--output", "sarif:out.sarif", "--output", "json:out.json", "--output", "concise", cwd=project
    )
    assert done.stdout.startswith("Dockerfile:1:6:")
    assert len(json.loads((project / "out.json").read_text())["findings"]) == 3
    assert len(json.loads((project / "out.sarif").read_text())["runs"][0]["results"]) == 3


def test_a_machine_format_has_standard_output_for_itself(project: Path) -> None:
    write(project, {"notes.txt": ""})
    done = devopslint("Dockerfile", "notes.txt", *HOUSE, "--output", "json", cwd=project)
    assert len(json.loads(done.stdout)["findings"]) == 3
    assert "notes.txt" in done.stderr


def test_statistics_are_a_report_like_others(project: Path) -> None:
    done = devopslint(*HOUSE, "--statistics", cwd=project)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("Rules\n")
    assert done.stdout == devopslint(*HOUSE, "--output", "statistics", cwd=project).stdout


def test_output_from_the_environment(project: Path) -> None:
    done = devopslint(*HOUSE, cwd=project, env={"DEVOPSLINT_OUTPUT": "json"})
    assert json.loads(done.stdout)["findings"]
    plain = devopslint("Dockerfile", cwd=project, env={"DEVOPSLINT_OUTPUT": "json"})
    assert json.loads(plain.stdout)["format"] == 1


def test_sarif_category(project: Path) -> None:
    done = devopslint(*HOUSE, "--output", "sarif", "--sarif-category", "lint", cwd=project)
    assert json.loads(done.stdout)["runs"][0]["automationDetails"]["id"] == "lint/"


@pytest.mark.parametrize("option", ["--show-suppressed", "--sarif-suppressed"])
def test_what_is_silenced_is_written_when_it_is_asked_for(project: Path, option: str) -> None:
    write(project, {"Dockerfile": "# devopslint: ignore[floating] -- rebuilt daily\n" + DOCKERFILE})

    def silenced(*arguments: str) -> list[Any]:
        done = devopslint(*HOUSE, "--output", "sarif", "--output", "json:out.json", *arguments, cwd=project)
        assert done.returncode == 1
        report = json.loads((project / "out.json").read_text())
        results = json.loads(done.stdout)["runs"][0]["results"]
        found = [one["suppressed"] for one in report["findings"] if one["suppressed"]]
        return found + [one["suppressions"] for one in results if one.get("suppressions")]

    assert silenced() == []
    assert silenced(option) == [
        {"kind": "inline", "reason": "rebuilt daily"},
        [{"kind": "inSource", "status": "accepted", "justification": "rebuilt daily"}],
    ]


@pytest.mark.parametrize(
    ("environment", "arguments", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
    ],
)
def test_colours(project: Path, environment: dict[str, str], arguments: tuple[str, ...], coloured: bool) -> None:
    done = devopslint(*HOUSE, *arguments, cwd=project, env={"NO_COLOR": "", **environment})
    assert ("\x1b[" in done.stdout) is coloured


def test_only_some_are_shown_and_all_count(project: Path) -> None:
    done = devopslint(*HOUSE, "--output", "concise", "--max-findings", "1", cwd=project)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "Dockerfile:3:11: error[house/ssh-port] port `22` is open to all",
        "2 more findings are not shown",
    ]
    assert devopslint(*HOUSE, "--max-findings", "0", cwd=project).returncode == 2


def test_urls_of_the_rules(project: Path) -> None:
    always = devopslint("--select", "latest-tag", "--show-urls", "always", cwd=project)
    never = devopslint("--select", "latest-tag", "--show-urls", "never", cwd=project)
    assert "https://" in always.stdout
    assert "https://" not in never.stdout


# Configuration


def configured(project: Path, text: str) -> Path:
    """Give a project a configuration, and rules in a folder of its own: it may name none outside of itself."""
    shutil.copytree(project.parent / "policy", project / "policy", dirs_exist_ok=True)
    write(project, {".devopslint.yaml": text})
    return project


def test_configuration(project: Path) -> None:
    configured(
        project,
        """\
select: [house]
ignore: [house/maintainer]
rules-dirs: [policy]
fail-on: error
exclude: [old/**]
rules:
  house/floating: {level: error}
  house/ssh-port:
    level: "off"
""",
    )
    write(project, {"old/Dockerfile": DOCKERFILE, "deep/down/Dockerfile": DOCKERFILE})
    found = findings(cwd=project)
    assert [(one["path"], one["rule"], one["level"]) for one in found] == [
        ("Dockerfile", "house/floating", "error"),
        ("deep/down/Dockerfile", "house/floating", "error"),
    ]
    assert len(findings("old/Dockerfile", cwd=project)) == 1
    assert findings("old/Dockerfile", "--force-exclude", cwd=project) == []
    assert [one["rule"] for one in findings("--select", "house/maintainer", cwd=project)] == []
    assert findings("--no-config", *HOUSE, cwd=project)[0]["level"] == "warning"


def test_options_of_rules(project: Path) -> None:
    configured(project, 'rules-dirs: [policy]\nrules:\n  house/ssh-port: {options: {closed: ["80"]}}\n')
    found = findings("--select", "house/ssh-port", cwd=project)
    assert [one["message"] for one in found] == ["port `80` is open to all"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct: [house]\n", ".devopslint.yaml:1:1: unknown setting `selct`, did you mean `select`?"),
        ("ignore: []\nfail-on: fatal\n", ".devopslint.yaml:2:10: `fatal` is none of error, warning, note, never"),
        ("rules:\n  house/floating: {levle: off}\n", ".devopslint.yaml:2:20: unknown setting `levle`"),
        ("ignore: [a\n", ".devopslint.yaml:1:10: "),
        ("select: [a]\n---\nselect: [b]\n", ".devopslint.yaml:"),
        ("- select\n", ".devopslint.yaml:1:3: "),
        ("select: [no-such-thing]\n", "no rule is selected by `no-such-thing`"),
        ("rules:\n  house/floating: {options: {x: 1}}\n", "has no option `x`"),
        ("rules:\n  house/ssh-port: {options: {closed: 22}}\n", "is of type list"),
        ("rules-dirs: [nowhere]\n", "nowhere: no such folder of rules"),
    ],
)
def test_errors_in_the_configuration(project: Path, text: str, said: str) -> None:
    configured(project, text)
    done = devopslint("check", "--rules-dir", "../policy", cwd=project)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_configuration_is_found_from_below_and_from_outside(project: Path) -> None:
    configured(project, "rules-dirs: [policy]\nselect: [house/maintainer]\n")
    write(project, {"deep/Dockerfile": DOCKERFILE})
    assert [one["rule"] for one in findings("Dockerfile", cwd=project / "deep")] == ["house/maintainer"]
    assert [one["rule"] for one in findings("project/Dockerfile", cwd=project.parent)] == ["house/maintainer"]


def test_a_configuration_names_no_rules_outside_of_its_repository(project: Path) -> None:
    configured(project, "rules-dirs: [../policy]\n")
    done = devopslint("check", cwd=project)
    assert done.returncode == 2
    assert "leads out of the repository" in done.stderr


def test_profile_rules(project: Path) -> None:
    done = devopslint("check", "--profile-rules", "--no-cache", *HOUSE, cwd=project)
    assert "house/floating" in done.stderr
    assert "house/floating" in done.stdout


# Other commands


def test_files_that_are_nothing_known(project: Path) -> None:
    write(project, {"notes.txt": "", "empty/x.txt": ""})
    done = devopslint("files", "notes.txt", "Dockerfile", cwd=project)
    assert (done.returncode, done.stdout.split()[0]) == (0, "Dockerfile")
    assert done.stderr == "devopslint: notes.txt: not a kind of file that devopslint knows\n"
    assert "no file is of a kind" in devopslint("files", "empty", cwd=project).stderr


def test_files(project: Path) -> None:
    write(project, {"main.tf": 'resource "a" "b" {}\n', "notes.yaml": "a: 1\n"})
    done = devopslint("files", cwd=project)
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["Dockerfile", "dockerfile"],
        ["main.tf", "terraform"],
    ]
    listed = json.loads(devopslint("files", "--json", cwd=project).stdout)
    assert [(one["path"], one["kind"]) for one in listed] == [("Dockerfile", "dockerfile"), ("main.tf", "terraform")]
    assert all(one["why"] for one in listed)


def test_rules(project: Path) -> None:
    done = devopslint("rules", "--rules-dir", "../policy", "--select", "house", cwd=project)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "house/floating",
        "house/maintainer",
        "house/nameless-stage",
        "house/ssh-port",
    ]
    assert done.stderr == "4 rules\n"
    strict = devopslint("rules", "--rules-dir", "../policy", "--select", "house", "--profile", "strict", cwd=project)
    assert strict.stdout.split()[0] == "house/nameless-stage"
    errors = devopslint(
        "rules", "--rules-dir", "../policy", "--select", "house", "--level", "error", "--json", cwd=project
    )
    (rule,) = json.loads(errors.stdout)
    assert (rule["id"], rule["security-severity"], rule["practice"]) == (
        "house/ssh-port",
        7.5,
        "security/network-segmentation",
    )


@pytest.mark.parametrize("name", ["house/floating", "floating", "DL3007", "hadolint:DL3007"])
def test_rule_show(project: Path, name: str) -> None:
    done = devopslint("rule", "show", name, "--rules-dir", "../policy", cwd=project)
    assert done.returncode == 0
    assert "# house/floating" in done.stdout
    assert "It has cost us an evening" in done.stdout


def test_a_rule_is_written_tested_and_used(project: Path) -> None:
    new = devopslint(
        "rule", "new", "mine/no-stop-signal", "--rules-dir", "mine", "--on", "dockerfile.stage", cwd=project
    )
    assert new.returncode == 0, new.stderr
    path = project / "mine" / "mine" / "no-stop-signal.yaml"
    assert "devopslint rule test --rules-dir mine mine/no-stop-signal" in new.stdout
    again = devopslint("rule", "new", "mine/no-stop-signal", "--rules-dir", "mine", cwd=project)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    passing = devopslint("rule", "test", "--rules-dir", "mine", "mine/no-stop-signal", cwd=project)
    assert passing.stdout == "1 passed, 0 failed\n", passing.stdout
    assert findings("--rules-dir", "mine", "--select", "mine", cwd=project) == []
    long = "mine/" + "a-name-" * 16 + "x"
    assert devopslint("rule", "new", long, "--rules-dir", "long", cwd=project).returncode == 0
    assert devopslint("rule", "test", "--rules-dir", "long", long, cwd=project).stdout == "1 passed, 0 failed\n"
    text = path.read_text()
    text = text.replace("forbid:\n  image: {image_registry: old.example.com}", "require:\n  stopsignal: {exists: true}")
    text = text.replace("`{image}` comes from the old registry", "stage has no STOPSIGNAL")
    text = text.replace("FROM old.example.com/base:1 #! 6-27", "FROM scratch #! 1-12")
    text = text.replace("FROM new.example.com/base:1", "FROM scratch\n      STOPSIGNAL SIGTERM")
    text = text.replace("FROM ${BASE}", "FROM scratch\n      STOPSIGNAL $BASE")
    path.write_text(text)
    for target in (("--rules-dir", "mine"), ("mine",), ("--rules-dir", "mine", "mine/mine/no-stop-signal.yaml")):
        passing = devopslint("rule", "test", *target, cwd=project)
        assert passing.stdout == "1 passed, 0 failed\n", target
        assert passing.returncode == 0
    found = findings("--rules-dir", "mine", "--select", "mine", cwd=project)
    assert [(one["message"], one["path"]) for one in found] == [("stage has no STOPSIGNAL", "Dockerfile")]


@pytest.mark.parametrize(
    ("target", "cwd"),
    [("rules/dependabot", "."), ("rules/dependabot/", "."), ("dependabot", "rules"), (".", "rules/dependabot")],
)
def test_a_folder_of_our_rules_is_what_it_holds(target: str, cwd: str) -> None:
    done = devopslint("rule", "test", target, cwd=ROOT / cwd)
    rules = len(list((ROOT / "rules/dependabot").rglob("*.yaml")))
    assert (done.returncode, done.stdout) == (0, f"{rules} passed, 0 failed\n")


def test_a_folder_below_a_folder_of_rules_is_what_it_holds(project: Path) -> None:
    named = ("--rules-dir", "../policy")
    (project.parent / "policy/other").mkdir()
    rule = (project.parent / "policy/house/floating.yaml").read_text()
    (project.parent / "policy/other/floating.yaml").write_text(rule)
    done = devopslint("rule", "test", *named, "../policy/other", cwd=project)
    assert done.stdout == "1 passed, 0 failed\n"
    assert devopslint("rule", "test", *named, "../policy", cwd=project).stdout.endswith("4 passed, 1 failed\n")


def test_a_new_rule_goes_where_the_configuration_has_its_rules(project: Path) -> None:
    configured(project, "rules-dirs: [policy]\n")
    assert devopslint("rule", "new", "mine/x", cwd=project).returncode == 0
    assert "1 passed" in devopslint("rule", "test", "--rules-dir", "policy", "mine/x", cwd=project).stdout
    assert (project / "policy/mine/x.yaml").is_file()


def test_a_new_rule_never_goes_to_the_rules_of_devopslint_from_elsewhere(project: Path) -> None:
    done = devopslint("rule", "new", "mine/gone", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "devopslint: say where your rules are to be: --rules-dir policy\n"
    assert not (ROOT / "rules/mine").exists()


def test_rule_test_says_what_does_not_hold(project: Path) -> None:
    rule = (project.parent / "policy/house/floating.yaml").read_text()
    write(
        project,
        {"mine/mine/wrong.yaml": rule + "  - bad: |\n      FROM a:latest #! 1-4\n  - good: |\n      FROM b:latest\n"},
    )
    done = devopslint("rule", "test", "mine", cwd=project)
    assert done.returncode == 1
    assert "mine/wrong: example 2 (bad): nothing is found at Dockerfile, line 1, columns 1-4" in done.stdout
    assert "mine/wrong: example 2 (bad): found at Dockerfile, line 1, columns 6-13" in done.stdout
    assert "mine/wrong: example 3 (good): found at Dockerfile, line 1, columns 6-13" in done.stdout


def test_rule_test_says_of_a_name_in_the_message_that_there_is_no_such_value(project: Path) -> None:
    rule = (project.parent / "policy/house/floating.yaml").read_text().replace("`{image}` floats", "`{imagge}` floats")
    write(project, {"mine/mine/wrong.yaml": rule + "  - bad: |\n      FROM a:latest #! 6-13\n"})
    done = devopslint("rule", "test", "mine", cwd=project)
    said = "mine/wrong: `{imagge}` of the message is `nothing` in every bad example: there is no such value\n"
    assert done.stdout.startswith(said), done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("mark", ["#! x", "#! 6-x", "#! here 6-13"])
def test_rule_test_says_what_is_no_mark(mark: str, project: Path) -> None:
    rule = (project.parent / "policy/house/floating.yaml").read_text()
    write(project, {"mine/mine/wrong.yaml": rule + f"  - bad: |\n      FROM a:latest {mark}\n"})
    done = devopslint("rule", "test", "mine", cwd=project)
    assert f"example 2 (bad): `{mark}` is no mark: write `#!`, or `#! 6-9` with the columns\n" in done.stdout
    assert done.returncode == 1


def test_a_check_that_fails_says_where(project: Path) -> None:
    rule = (project.parent / "policy/house/floating.yaml").read_text()
    rule = rule.replace(CONDITION, "check: house_python:floating\n")
    code = "import json\n\n\ndef floating(subject, options):\n    part = '{'\n    return json.loads(part)\n"
    write(project, {"mine/mine/wrong.yaml": rule, "mine/house_python.py": code, "Dockerfile": "FROM a:latest\n"})
    done = devopslint("--rules-dir", "mine", "--select", "mine", "--output", "concise", cwd=project)
    said = "error[core/internal] rule `mine/wrong` failed in line 6 of house_python.py: JSONDecodeError: Expecting"
    assert said in done.stdout
    assert done.returncode == 2


CONDITION = 'forbid:\n  image: {matches: ":latest$"}\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("level: warning", "level: fatal", "floating.yaml:2:8: `fatal` is none of error, warning, note"),
        ("tags:", "tgas:", "policy/house/floating.yaml:4:1: unknown field `tgas`, did you mean `tags`?"),
        (
            "{matches: ",
            "{mathces: ",
            "policy/house/floating.yaml:8:11: unknown operator `mathces`, did you mean `matches`?",
        ),
        (":latest$", "(", "policy/house/floating.yaml:8:11: `matches`: "),
        ("FROM\n", "FROM\nwhen: 1\n", "policy/house/floating.yaml:7:7: this should be a mapping"),
        (
            "dockerfile.instruction.FROM",
            "dockerfil.stage",
            "unknown subject kind `dockerfil.stage`, did you mean `dockerfile.stage`?",
        ),
        ("containers/specific-tags", "containers/specific-tag", "did you mean `containers/specific-tags`?"),
        ("title: Image floats", "title: [Image floats", "policy/house/floating.yaml:"),
        # A template in an example does not make a template of the file.
        ("title: ", "title: {{ .Values }}: ", "policy/house/floating.yaml:1:"),
        ("title: Image floats on the latest tag", "title: X", "floating.yaml:1:8: `X` is too short: at least 8"),
        ("  image: {", "  image[: {", "policy/house/floating.yaml:8:3: bracket not closed in path `image[`"),
        ("  image: {", "  image..x: {", "floating.yaml:8:3: a name is missing at a dot of path `image..x`"),
        ("forbid:", "at: a.\nforbid:", "policy/house/floating.yaml:7:5: a name is missing at a dot of path `a.`"),
        ("[supply-chain]", "[security]", "floating.yaml:1:1: missing `security-severity`, from 0.1 to 10: the tag"),
        ("tags: [supply-chain]", "tags: supply", "floating.yaml:4:7: this should be a list, as in `[supply]`\n"),
        ("[hadolint:DL3007]", "[DL3007]", "does not have the right form: Name of the tool and id, `hadolint:DL3007`."),
        ("tags:", "references: [http://a]\ntags:", "does not have the right form: It begins with `https://`."),
        ("  image: {", "  'a[x]': {", "policy/house/floating.yaml:8:3: `[x]` in path `a[x]` is neither a number nor"),
        ("  image: {", "  '': {", "policy/house/floating.yaml:8:3: a path is missing"),
        ('{matches: ":latest$"}', "&a {not: *a}", "policy/house/floating.yaml:7:1: conditions are nested too deep"),
        ('{matches: ":latest$"}', "{matches: a, matches: b}", "floating.yaml:8:23: `matches` is given twice"),
        (
            "message: image",
            "message: 'found it at {a[}' # ",
            "policy/house/floating.yaml:9:10: bracket not closed in path `a[`",
        ),
        ("forbid:", "at: a[\nforbid:", "policy/house/floating.yaml:7:5: bracket not closed"),
        (CONDITION, "check: nowhere:run\n", "policy/house/floating.yaml:7:8: `nowhere:run` can't be imported"),
        (CONDITION, "check: os.path:nothing\n", "`os.path:nothing` can't be imported"),
        (CONDITION, "check: os.path:sep\n", "`os.path:sep` is no function"),
        ("level: warning", "level: warning\nlevel: error", "policy/house/floating.yaml:3:1: `level` is given twice"),
        ("title: Image floats on the latest tag\n", "", "policy/house/floating.yaml:1:1: missing `title`"),
        ("forbid:", "check: a:b\nforbid:", "a rule has either `check`, or `require` or `forbid`"),
    ],
)
def test_a_broken_rule_file(project: Path, old: str, new: str, said: str) -> None:
    path = project.parent / "policy/house/floating.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    done = devopslint("check", "--rules-dir", "../policy", cwd=project)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert ("security-severity" in done.stderr) is ("security-severity" in said)


def test_a_rule_may_not_take_the_place_of_another(project: Path) -> None:
    write(project, {"more/house/floating.yaml": (project.parent / "policy/house/floating.yaml").read_text()})
    done = devopslint("check", "--rules-dir", "../policy", "--rules-dir", "more", cwd=project)
    assert done.returncode == 2
    assert "there is already a rule `house/floating`" in done.stderr


def test_python_of_a_repository_runs_only_when_it_is_asked_for(project: Path) -> None:
    rule = (project.parent / "policy/house/floating.yaml").read_text()
    rule = rule.replace('forbid:\n  image: {matches: ":latest$"}\n', "check: house_checks:find\n")
    write(
        project,
        {
            "own/own/floating.yaml": rule,
            "own/house_checks.py": "from devopslint.policy.subject import Problem\n\n"
            "def find(subject, options):\n    yield Problem('image')\n",
            ".devopslint.yaml": "rules-dirs: [own]\n",
        },
    )
    untrusted = devopslint("check", cwd=project)
    assert untrusted.returncode == 2
    assert "own/own/floating.yaml:" in untrusted.stderr.replace(str(project) + "/", "")
    assert "give it as --rules-dir" in untrusted.stderr
    found = findings("--no-config", "--rules-dir", "own", "--select", "own/floating", cwd=project)
    assert [(one["rule"], one["line"]) for one in found] == [("own/floating", 1)]


# Help


@pytest.mark.parametrize("command", [(), ("check",), ("files",), ("rules",), ("rule",), ("rule", "new")])
def test_help(command: tuple[str, ...], tmp_path: Path) -> None:
    done = devopslint(*command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: devopslint")


def test_every_option_of_a_check_is_tested() -> None:
    import re

    from devopslint.cli import check

    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.parent.rglob("test_*.py"))
    long = [name for parameter in check.params for name in parameter.opts if name.startswith("--")]
    assert [name for name in long if not re.search(re.escape(name) + r"[\"'=,]", tests)] == []


def test_a_fault_of_our_own_is_exit_code_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from devopslint.__main__ import main
    from devopslint.commands import check

    def broken(_request: object) -> int:
        raise RuntimeError("never to be")

    monkeypatch.setattr(check, "check", broken)
    assert main([str(tmp_path)]) == 2
    assert main(["check", "--exit-zero", str(tmp_path)]) == 2
    assert "please report it" in capfd.readouterr().err
