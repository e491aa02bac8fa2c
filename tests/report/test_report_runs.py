"""The reports of whole runs, as people and CI services get them."""

from __future__ import annotations

import json
import os

import pytest
from hostile import obeyed
from running import devopslint, write

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: "##[error]forged:latest"
"""
ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": ""}
ONE = ("--no-config", "--select", "kubernetes/latest-tag")


@pytest.fixture
def project(tmp_path):
    return write(tmp_path, {".git/HEAD": "ref: refs/heads/main\n", "web.yaml": POD})


def test_annotations_come_by_themselves_in_actions(project, tmp_path):
    summary = tmp_path / "summary.md"
    done = devopslint(*ONE, cwd=project, env={**ACTIONS, "GITHUB_STEP_SUMMARY": str(summary)})
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("error[kubernetes/latest-tag]: image `")
    assert "## [error]forged" in done.stdout
    ((name, properties, message),) = obeyed(done.stdout)
    assert (name, properties["file"], properties["line"]) == ("error", "web.yaml", "8")
    assert message.startswith("web.yaml:8:")
    assert "| error | `web.yaml:8:" in summary.read_text(encoding="utf-8")


def test_no_annotations_elsewhere_or_where_an_output_was_asked_for(project):
    plain = devopslint(*ONE, cwd=project)
    assert "##[error]forged" in plain.stdout
    assert "::error" not in plain.stdout
    asked = devopslint(*ONE, "--output", "concise", cwd=project, env=ACTIONS)
    assert obeyed(asked.stdout) == []
    assert asked.stdout.count("\n") == 1
    machine = devopslint(*ONE, "--output", "json", cwd=project, env=ACTIONS)
    assert obeyed(machine.stdout) == []
    assert "##[error]forged" in json.loads(machine.stdout)["findings"][0]["message"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_of_files_give_no_orders_on_standard_error(project):
    name = "a\n::error::forged ##[error]x.txt"
    write(project, {name: "text"})
    done = devopslint(name, *ONE, "--output", "concise", cwd=project, env=ACTIONS)
    assert "not a kind of file that devopslint knows" in done.stderr
    assert obeyed(done.stderr) == []
    missing = devopslint("no\n::error::forged", *ONE, cwd=project, env=ACTIONS)
    assert missing.returncode == 2
    assert obeyed(missing.stderr) == []


def test_statistics_say_what_was_not_checked(project):
    done = devopslint("--no-config", "--select", "kubernetes", "--statistics", cwd=project)
    assert done.returncode == 1, done.stderr
    rules, practices, summary = done.stdout.split("\n\n")
    assert any(row.startswith("1  error    kubernetes/latest-tag  ") for row in rules.splitlines())
    rows = practices.splitlines()[1:]
    (tags,) = (row for row in rows if "containers/specific-tags" in row)
    assert tags.lstrip().startswith("1 finding ")
    assert "not selected" in tags
    (build,) = (row for row in rows if "containers/small-images" in row)
    assert build.lstrip().startswith("not checked  containers/small-images ")
    assert "1 Kubernetes manifest" in summary
    quiet = devopslint("--no-config", "--select", "kubernetes", "--statistics", "--quiet", cwd=project)
    assert summary.strip() not in quiet.stdout
    clash = devopslint("--statistics", "--output", "json", cwd=project)
    assert (clash.returncode, "give one a path" in clash.stderr) == (2, True)


def test_statistics_know_what_files_there_are(project):
    whole = devopslint("--no-config", "--statistics", cwd=project).stdout
    single = devopslint("--no-config", "--statistics", "web.yaml", cwd=project).stdout
    assert "not run (no workflows)" in whole
    assert "not run (not the whole repository)" not in whole
    assert "not run (not the whole repository)" in single


def test_quiet_prints_findings_only(project):
    loud = devopslint(*ONE, cwd=project).stdout
    quiet = devopslint(*ONE, "--quiet", cwd=project).stdout
    assert loud.startswith(quiet)
    assert loud[len(quiet) :] == "1 error in 1 of 1 file (1 Kubernetes manifest)\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_no_encoding_of_standard_output_is_too_small(project, encoding):
    write(project, {"web.yaml": POD.replace("forged", "日本\U0001f600")})
    for name in ("full", "concise", "grouped", "statistics"):
        done = devopslint(*ONE, "--output", name, cwd=project, env={"PYTHONIOENCODING": encoding})
        assert done.returncode == 1, done.stderr
        assert name == "statistics" or "\\u65e5\\u672c\\U0001f600" in done.stdout
    for name in ("markdown", "junit", "checkstyle", "github"):
        done = devopslint(*ONE, "--output", name, cwd=project, env={"PYTHONIOENCODING": encoding})
        assert done.returncode == 1, done.stderr
        assert "日本\U0001f600" in done.stdout


def test_what_an_encoding_lacks_is_written_as_people_would(project):
    write(project, {"web.yaml": POD.replace("forged", "a…b → c")})
    for encoding, shown in (("ascii", "a...b -> c"), ("utf-8", "a…b → c")):
        done = devopslint(*ONE, "--output", "concise", cwd=project, env={"PYTHONIOENCODING": encoding})
        assert shown in done.stdout
