"""A repository of somebody who means harm: nothing of it is run, nothing outside of it is read, nothing of it is obeyed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys

import pytest
from house import COMMON
from running import clean_environment, devopslint, in_git, write

from devopslint.engine.workspace import Workspace

ESCAPES = "\x1b]0;owned\x07\x1b[31mred\x9b1m\u202ereversed"
FORGED = "::error file=a::forged"
CHECK = """\
title: Whatever the stranger wants to be done
level: error
practice: infrastructure/documented
on: dockerfile.instruction.FROM
check: evil:run
message: it has been done
"""


@pytest.fixture
def outside(tmp_path):
    return write(
        tmp_path / "outside",
        {
            "Dockerfile": "FROM secret-image:latest\n",
            "action.yml": "name: [secret-action\n",
            "main.tf": 'variable "secret_variable" {\n',
            ".dockerignore": "secret-pattern\n",
        },
    )


def test_no_path_leads_out_of_the_root(tmp_path, outside):
    root = write(tmp_path / "root", {"in/Dockerfile": "FROM a:1\n"})
    os.symlink(outside, root / "folder")
    os.symlink(outside / "Dockerfile", root / "Dockerfile")
    os.symlink("../outside/Dockerfile", root / "in/relative.dockerfile")
    os.symlink(root / "folder", root / "in/chain")
    os.symlink("in/Dockerfile", root / "inside.dockerfile")
    workspace = Workspace(str(root))
    ways = ["../outside/Dockerfile", "in/../../outside/Dockerfile", "folder/Dockerfile", "Dockerfile", "in/chain/Dockerfile",
            "in/relative.dockerfile", str(outside / "Dockerfile"), "a\0b", "\udc80", "\ud800", "x" * 5000]  # fmt: skip
    for way in ways:
        assert workspace.source(way) is None, way
        assert not workspace.exists(way), way
    for folder in ("..", "folder", "in/chain", str(outside), "../outside", "in/../..", "a\0b", "\ud800"):
        assert workspace.names(folder) == (), folder
        assert not workspace.has_word(folder, ("Dockerfile",), "secret-image")
    assert workspace.exists("inside.dockerfile")
    source = workspace.source("inside.dockerfile")
    assert source is not None
    assert source.text == "FROM a:1\n"


def test_what_files_name_is_looked_for_inside_only(tmp_path, outside):
    up = "../" * 12
    root = write(
        tmp_path / "root",
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            f"      - uses: ./../outside\n      - uses: ./{up}{outside}\n      - uses: ./link\n"
            "  b:\n    uses: ./../outside/action.yml\n",
            "infra/main.tf": f'module "a" {{\n  source = "../../outside"\n}}\nmodule "b" {{\n  source = "{outside}"\n}}\n'
            'locals {\n  x = file("../../outside/Dockerfile")\n  y = templatefile("/etc/passwd", {})\n}\n',
            "k8s/kustomization.yaml": f"resources:\n- {outside}/main.tf\npatches:\n- path: ../../outside/action.yml\n",
            "k8s/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
            "app/Dockerfile": "FROM a:1\nCOPY ../../outside /x\n",
        },
    )
    os.symlink(outside, root / "link")
    os.symlink(outside / ".dockerignore", root / "app/.dockerignore")
    os.symlink(outside / "main.tf", root / "infra/link.tf")
    seen = write(tmp_path, {"watch.py": WATCH}) / "watch.py"
    done = subprocess.run(
        [sys.executable, seen, str(outside), "--no-cache", "--output", "json", "."],
        cwd=root, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    assert "OPENED" not in done.stderr
    assert "secret-" not in done.stdout
    assert "secret_variable" not in done.stdout


WATCH = """
import os, sys
outside = sys.argv[1]
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path.startswith(outside) or path == "/etc/passwd":
            print("OPENED", path, file=sys.stderr)
    elif event in {"os.listdir", "os.scandir"} and isinstance(arguments[0], str):
        if os.path.realpath(arguments[0]).startswith(outside):
            print("OPENED", arguments[0], file=sys.stderr)
    elif event.startswith(("socket.", "os.system", "os.exec", "os.posix_spawn")) or (
        event == "subprocess.Popen" and not str(arguments[0]).endswith("git")
    ):
        print("OPENED", event, arguments, file=sys.stderr)
sys.addaudithook(watch)
from devopslint.__main__ import main
sys.exit(main(sys.argv[2:]))
"""


def test_the_python_of_a_repository_is_not_imported(tmp_path):
    done = tmp_path / "done"
    evil = f"open({str(done)!r}, 'w')\ndef run(subject, options):\n    return []\n"
    root = write(
        tmp_path / "root",
        {
            ".devopslint.yaml": "rules-dirs: [policy]\n",
            "policy/house/evil.yaml": CHECK + COMMON,
            "policy/evil.py": evil,
            "evil.py": evil,
            "yaml.py": evil,
            "sitecustomize.py": evil,
            "Dockerfile": "FROM a\n",
        },
    )
    script = shutil.which("devopslint", path=os.path.dirname(sys.executable))
    command = [script] if script else [sys.executable, "-P", "-m", "devopslint"]
    ended = subprocess.run(
        [*command, "."], cwd=root, env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "is not imported: give it as --rules-dir" in ended.stderr
    assert not done.exists()
    asked = subprocess.run(
        [*command, "--rules-dir", "policy", "--no-config", "."],
        cwd=root, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.exists(), asked.stderr


@pytest.mark.parametrize("folder", ["../outside", "{outside}", "link"])
def test_a_repository_names_no_rules_outside_of_it(tmp_path, outside, folder):
    write(outside, {"house/a.yaml": CHECK + COMMON})
    root = write(
        tmp_path / "root",
        {
            ".devopslint.yaml": f"rules-dirs: ['{folder.format(outside=outside)}']\n",
            "Dockerfile": "FROM a\n",
            ".git/x": "",
        },
    )
    os.symlink(outside, root / "link")
    ended = devopslint(".", cwd=root)
    assert ended.returncode == 2
    assert "leads out of the repository" in ended.stderr


def test_rules_in_a_loop_of_links_are_read_once_and_pipes_are_not(tmp_path):
    root = write(tmp_path / "root", {".devopslint.yaml": "rules-dirs: [policy]\n", "Dockerfile": "FROM a\n"})
    write(root, {"policy/house/a.yaml": CHECK.replace("check: evil:run", "forbid: {image: {equals: a}}") + COMMON})
    os.symlink(".", root / "policy/house/again")
    assert devopslint(".", cwd=root).returncode == 1
    os.mkfifo(root / "policy/house/pipe.yaml")
    piped = devopslint(".", cwd=root)
    assert piped.returncode == 2
    assert "policy/house/pipe.yaml:1:1: can't be read: no regular file" in piped.stderr


@pytest.mark.parametrize("kind", ["pipe", "zero", "large"])
def test_a_configuration_is_a_small_regular_file(tmp_path, kind):
    root = write(tmp_path / "root", {".devopslint.yaml": "extend: other\n", "Dockerfile": "FROM a:1\n"})
    if kind == "pipe":
        os.mkfifo(root / "other")
    elif kind == "zero":
        os.symlink("/dev/zero", root / "other")
    else:
        with open(root / "other", "wb") as file:
            file.truncate(1 << 31)
    ended = devopslint(".", cwd=root)
    assert ended.returncode == 2
    assert ("leads out of the repository" if kind == "zero" else "no regular file of at most") in ended.stderr


def test_git_runs_nothing_of_the_repository(tmp_path):
    root = write(tmp_path / "root", {"Dockerfile": "FROM a\n", "sub/Dockerfile": "FROM b\n"})
    done = tmp_path / "done"
    hook = write(tmp_path, {"hook.sh": f"#!/bin/sh\ntouch {done}\n"}) / "hook.sh"
    hook.chmod(0o755)
    in_git(root, "init", "-q")
    for setting in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "diff.external",
        "pager.ls-files",
    ):
        in_git(root, "config", setting, str(hook))
    hooks = write(root / ".git/hooks", {"post-index-change": hook.read_text(), "fsmonitor-watchman": hook.read_text()})
    for path in hooks.iterdir():
        path.chmod(0o755)
    assert devopslint(".", cwd=root).returncode == 1
    assert not done.exists()


def test_a_repository_inside_the_repository_is_not_obeyed(tmp_path):
    root = write(tmp_path / "root", {"a/Dockerfile": "FROM a\n"})
    in_git(root, "init", "-q")
    in_git(root, "init", "-q", "--bare", "a/bare")
    write(root, {"a/bare/Dockerfile": "FROM b\n", "a/bare/main.tf": "x {\n"})
    done = tmp_path / "done"
    hook = write(tmp_path, {"hook.sh": f"#!/bin/sh\ntouch {done}\n"}) / "hook.sh"
    hook.chmod(0o755)
    in_git(root / "a/bare", "config", "core.fsmonitor", str(hook))
    ended = devopslint("a/bare", "--output", "json", cwd=root)
    assert ended.returncode in {0, 1}, ended.stderr
    assert {"a/bare/Dockerfile"} <= {finding["path"] for finding in json.loads(ended.stdout)["findings"]}
    assert not done.exists()


def test_the_environment_sends_git_nowhere_else(tmp_path, outside):
    root = write(tmp_path / "root", {"Dockerfile": "FROM a\n"})
    in_git(root, "init", "-q")
    in_git(outside, "init", "-q")
    in_git(outside, "add", ".")
    plain = devopslint(".", "--output", "json", cwd=root).stdout
    away = {
        "GIT_DIR": str(outside / ".git"),
        "GIT_WORK_TREE": str(outside),
        "GIT_INDEX_FILE": str(outside / ".git/index"),
    }
    trace = {"GIT_TRACE": str(tmp_path / "trace"), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.worktree"}
    redirected = devopslint(
        ".", "--output", "json", cwd=root, env={**away, **trace, "GIT_CONFIG_VALUE_0": str(outside)}
    )
    assert redirected.stdout == plain
    assert not (tmp_path / "trace").exists()


def test_files_deleted_but_not_committed_are_no_findings(tmp_path):
    root = write(tmp_path / "root", {"Dockerfile": "FROM a:1\n", ".github/workflows/a.yml": "on: push\n"})
    in_git(root, "init", "-q")
    in_git(root, "add", ".")
    (root / ".github/workflows/a.yml").unlink()
    found = json.loads(devopslint(".", "--output", "json", cwd=root).stdout)["findings"]
    assert [finding for finding in found if finding["path"].endswith(".yml")] == []


FORMATS = [
    "full",
    "concise",
    "grouped",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "checkstyle",
    "markdown",
]


@pytest.mark.parametrize("output", FORMATS)
def test_contents_and_names_command_no_terminal_and_no_ci(tmp_path, output):
    name = f"{ESCAPES}\n{FORGED}\r.dockerfile"
    text = f"FROM {ESCAPES}:latest\nLABEL {ESCAPES}\nMAINTAINER {FORGED}\nEXPOSE 22{ESCAPES}\nRUN echo '\r{FORGED}'\n"
    root = write(tmp_path / "root", {name: text, f"app/{ESCAPES}/Dockerfile": text})
    write(
        root, {"a.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\\ud800\\u001b[31m"}, "spec": 1}'}
    )
    ended = devopslint("--output", output, "--color", "never", ".", cwd=root, env={"GITHUB_ACTIONS": "true"})
    assert ended.returncode == 1, ended.stderr
    written = ended.stdout + ended.stderr
    for character in ("\x1b", "\x9b", "\x07", "\u202e"):
        assert character not in written or (output in {"json", "jsonl", "sarif"} and character == "\u202e"), repr(
            character
        )
    if output != "github":
        assert not any(line.lstrip().startswith("::") for line in written.splitlines())
    else:
        assert not any(line.lstrip().startswith(FORGED) for line in written.splitlines())


def test_nothing_is_fetched(tmp_path, monkeypatch):
    from devopslint.__main__ import main

    root = write(
        tmp_path / "root",
        {
            "Dockerfile": "# syntax=http://localhost:1/x\nFROM http://localhost:1/a\nADD http://localhost:1/b /\n",
            "main.tf": 'module "a" {\n  source = "http://localhost:1/m.zip"\n}\n',
            ".github/workflows/a.yml": "on: push\njobs: {a: {uses: 'a/b/.github/workflows/c.yml@v1'}}\n",
        },
    )

    def refuse(*_, **__):
        pytest.fail("a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    assert main(["--jobs", "1", "--no-cache", "."]) == 1
