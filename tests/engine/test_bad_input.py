"""Whatever lies in a repository: a clear finding, the promised exit code, and every other file judged all the same."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from running import devopslint, write

BROKEN = "apiVersion: v1\nkind: Service\nmetadata:\n  name: 'shop\n"
SENTINEL = ".github/workflows/sentinel.yml"
"""A workflow whose fault (a quote that never ends, line 1) is found wherever other files are judged."""


def check(folder: Path, *paths: str) -> dict[str, list[tuple[str, int]]]:
    """Check a folder (or paths in it) by the rules about files alone, beside a broken workflow that must be found.

    Returns path → (rule, line) of each finding in the other files.
    """
    write(folder, {SENTINEL: "on: 'push\n"})
    asked = (*paths, SENTINEL) if paths else ()
    done = devopslint("check", *asked, "--select", "core", "--output", "json", "--no-cache", cwd=folder)
    assert "Traceback" not in done.stderr, done.stderr[-300:]
    assert done.returncode == 1, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    found: dict[str, list[tuple[str, int]]] = {}
    for one in report["findings"]:
        found.setdefault(one["path"], []).append((one["rule"], one["line"]))
    assert found.pop(SENTINEL, []) == [("core/syntax", 1)], "the other files are still judged"
    everything = devopslint("check", *asked, "--no-cache", cwd=folder)
    assert "Traceback" not in everything.stderr, everything.stderr[-300:]
    assert everything.returncode == 1, everything.stdout + everything.stderr
    return found


def rules(found: dict[str, list[tuple[str, int]]], path: str) -> set[str]:
    return {rule for rule, _ in found.get(path, [])}


ARTIFACTS = ["Dockerfile", ".github/workflows/ci.yml", "main.tf", "deploy.yaml"]


@pytest.mark.parametrize("path", ARTIFACTS)
@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "# nothing\n", "   \n\t\n", "\r\n", "---\n---\n"])
def test_empty_files(tmp_path: Path, path: str, text: str) -> None:
    write(tmp_path, {path: text})
    assert rules(check(tmp_path), path) <= {"core/syntax"}


@pytest.mark.parametrize("path", ARTIFACTS[:3])
def test_binary(tmp_path: Path, path: str) -> None:
    write(tmp_path, {path: b"\x7fELF\0\0\0" + bytes(range(256))})
    assert check(tmp_path) == {path: [("core/binary", 1)]}


def test_binary_of_no_known_kind_is_nobodys_business(tmp_path: Path) -> None:
    write(tmp_path, {"logo.png": b"\x89PNG\0\0", "data.yaml": b"\0\0\0\0"})
    assert "logo.png" not in check(tmp_path)


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("Dockerfile", b"FROM scratch\n# caf\xe9\n", 2),
        ("main.tf", b'locals {\n  name = "caf\xe9"\n}\n', 2),
        (".github/workflows/ci.yml", b"# \xff\non: push\njobs: {}\n", 1),
        ("deploy.yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: caf\xe9}\n", 4),
    ],
)
def test_not_utf8(tmp_path: Path, path: str, content: bytes, line: int) -> None:
    write(tmp_path, {path: content})
    assert ("core/encoding", line) in check(tmp_path)[path]


def test_utf16(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM scratch\n".encode("utf-16")})
    assert check(tmp_path) == {"Dockerfile": [("core/encoding", 1)]}


GOOD = {
    "Dockerfile": "FROM node:22.11.0-slim\nUSER node\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
    "main.tf": 'variable "name" {\n  type = string\n}\n',
    "deploy.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
}


@pytest.mark.parametrize("path", ARTIFACTS)
def test_byte_order_marks_and_line_ends_change_nothing(tmp_path: Path, path: str) -> None:
    text = GOOD[path]
    write(tmp_path, {path: text})
    assert check(tmp_path) == {}
    whole = [one["rule"] for one in _everything(tmp_path)]
    for changed in ("\ufeff" + text, text.replace("\n", "\r\n"), text.rstrip("\n")):
        write(tmp_path, {path: changed})
        assert check(tmp_path) == {}, repr(changed)
        assert [one["rule"] for one in _everything(tmp_path)] == whole


def _everything(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(devopslint("check", "--output", "json", "--no-cache", cwd=folder).stdout)[
        "findings"
    ]
    return found


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (".github/workflows/ci.yml", "on: push\njobs:\n\tbuild: {}\n", 3),
        (".github/workflows/ci.yml", "on: push\njobs:\n  build: [\n", 3),
        (".github/workflows/ci.yml", "on: push\njobs:\n  build:\n    runs-on: a\n   steps: []\n", 5),
        ("deploy.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: a\nspec: {}\n", None),
        ("deploy.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: *nobody\n", 4),
        ("deploy.json", '{\n "apiVersion": "v1",\n "kind": "Service",\n "metadata": {"name": "a",}\n}\n', 4),
        ("main.tf", 'resource "a" "b" {\n  c = \n}\n', None),
        ("main.tf", 'resource "a" "b" {\n', None),
        ("main.tf.json", '{"resource": {\n', None),
        ("Dockerfile", "FORM node\n", 1),
        ("Dockerfile", "FROM scratch\nRUN <<EOF\nls\n", 2),
    ],
)
def test_broken_syntax(tmp_path: Path, path: str, text: str, line: int | None) -> None:
    write(tmp_path, {path: text})
    found = check(tmp_path)
    assert "core/syntax" in rules(found, path), found
    if line is not None:
        assert ("core/syntax", line) in found[path]


def test_one_broken_document_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"deploy.yaml": f"{BROKEN[:-1]}'\n---\n{BROKEN}---\n{BROKEN}"})
    assert len(check(tmp_path)["deploy.yaml"]) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "{{- if .Values.enabled }}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n{{- end }}\n",
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include "a.name" . }}\n  labels:\n'
        '    {{- include "a.labels" . | nindent 4 }}\nspec:\n  replicas: {{ .Values.replicas }}\n',
        "{{- range .Values.all }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .name }}}\n{{- end }}\n",
    ],
)
def test_helm_templates_are_no_faults(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "chart/templates/a.yaml": text})
    assert check(tmp_path) == {}


def test_too_large(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"main.tf": "# padding\n" * 1_200_000, "big.yaml": "a: 1\n" * 2_200_000, "big.json": b"[" + b"1," * 6_000_000},
    )
    found = check(tmp_path)
    assert found["main.tf"] == [("core/too-large", 1)]
    assert rules(found, "big.yaml") <= {"core/too-large"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM scratch\n", "closed/Dockerfile": "FROM scratch\n"})
    (tmp_path / "Dockerfile").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        assert check(tmp_path) == {"Dockerfile": [("core/unreadable", 1)]}
    finally:
        (tmp_path / "closed").chmod(0o755)


def test_links(tmp_path: Path) -> None:
    project = tmp_path / "project"
    write(tmp_path, {"outside/Dockerfile": "FROM scratch\n", "project/real/Dockerfile": "FROM scratch\n"})
    for name, target in (
        ("broken/Dockerfile", "nowhere"),
        ("loop/Dockerfile", "Dockerfile"),
        ("out/Dockerfile", "../../outside/Dockerfile"),
        ("in/Dockerfile", "../real/Dockerfile"),
    ):
        (project / name).parent.mkdir(parents=True)
        (project / name).symlink_to(target)
    (project / "circle").symlink_to(".")
    found = check(project)
    assert found == {
        "broken/Dockerfile": [("core/unreadable", 1)],
        "loop/Dockerfile": [("core/unreadable", 1)],
        "out/Dockerfile": [("core/unreadable", 1)],
    }
    assert rules(check(project, "loop/Dockerfile", "broken/Dockerfile"), "loop/Dockerfile") == {"core/unreadable"}


def test_folders_named_like_files(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile/notes.txt": "", "main.tf/x.txt": "", ".github/workflows/ci.yml/x.txt": ""})
    assert check(tmp_path) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    os.mkfifo(tmp_path / "deploy.yaml")
    assert rules(check(tmp_path), "Dockerfile") == {"core/unreadable"}
    assert rules(check(tmp_path, "Dockerfile"), "Dockerfile") == {"core/unreadable"}


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "{{ "])
@pytest.mark.parametrize("path", ["deploy.yaml", ".github/workflows/ci.yml", "deploy.json"])
def test_deep_nesting(tmp_path: Path, path: str, opening: str) -> None:
    head = '{"apiVersion": 1, "kind": ' if path.endswith("json") else "apiVersion: v1\nkind: Service\non:\njobs: "
    write(tmp_path, {path: head + opening * 50_000})
    check(tmp_path)


@pytest.mark.parametrize(
    "text", ["a = " + "(" * 20_000, "a = " + "[" * 20_000, 'a = "' + "${" * 10_000, "b {" * 20_000]
)
def test_deep_nesting_in_terraform(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"main.tf": text})
    assert rules(check(tmp_path), "main.tf") == {"core/syntax"}


@pytest.mark.parametrize(
    "text",
    [
        "RUN " + "$(" * 5_000,
        "RUN " + "if true; then " * 2_000,
        "RUN a " + "&& b " * 5_000,
        "RUN a \\\n" * 5_000,
        'RUN ["' + "a" * 100_000,
        "ENV A=${A:-" * 2_000,
        "ARG A=$A\n" * 500,
    ],
)
def test_deep_nesting_in_dockerfiles(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"Dockerfile": "FROM scratch\n" + text})
    check(tmp_path)


def test_values_that_contain_themselves(tmp_path: Path) -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: &b {labels: *b}, spec: *a}"
    text = f"apiVersion: v1\nkind: List\nitems: &a\n  - *a\n  - {pod}\n"
    laughs = "apiVersion: v1\nkind: ConfigMap\na: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}]\n"
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    write(
        tmp_path,
        {"deploy.yaml": text, "laughs.yaml": laughs, ".github/workflows/ci.yml": "on: &a [*a]\njobs: &b {c: *b}\n"},
    )
    check(tmp_path)


TORN = ["", "\n", "\t", '"', "{", "${{", "[", "\\", ": ", "\0", "é"]


@pytest.mark.parametrize("seed", range(12))
def test_torn_files(tmp_path: Path, seed: int) -> None:
    """Files cut and mixed at random never break a run."""
    chance = random.Random(seed)
    for path, text in GOOD.items():
        for number in range(6):
            letters = list(text)
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(len(letters))
                letters[at : at + chance.randint(0, 5)] = chance.choice(
                    ["", "\n", "\t", '"', "{", "${{", "[", "\\", ": ", "\0", "é"]
                )
            folder, _, name = path.rpartition("/")
            write(tmp_path, {f"{number}/{folder}/{name}": "".join(letters)})
    check(tmp_path)


def test_names_that_are_hard_to_write(tmp_path: Path) -> None:
    names = ["a b/Dockerfile", "ü/Dockerfile", "-x/Dockerfile", "q'\"/Dockerfile", "100%/Dockerfile", "[a]/Dockerfile"]
    write(tmp_path, dict.fromkeys(names, "FORM x\n"))
    assert sorted(check(tmp_path)) == sorted(names)
    done = devopslint("check", *names[:2], *names[3:], "--output", "sarif", cwd=tmp_path)
    assert done.returncode == 1
    json.loads(done.stdout)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("this file system takes only text for names")
    with open(folder + b"/Dockerfile", "wb") as file:
        file.write(b"FORM x\n")
    for format_name in ("full", "concise", "json", "sarif"):
        done = devopslint("check", "--output", format_name, cwd=tmp_path)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == 1
