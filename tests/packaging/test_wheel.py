"""What people install is whole: a wheel, made through an sdist, works in an environment of its own, anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from running import ROOT, clean_environment

pytestmark = pytest.mark.xdist_group("wheel")
BAD = "FROM node:latest\nRUN apt-get update\nADD . /app\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An sdist, and the wheel that is built from it, in isolation: its own requirements must do."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--outdir", out, ROOT], check=True, capture_output=True)
    assert len(list(out.glob("*.tar.gz"))) == 1
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of a new environment with the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([scripts / "python", "-m", "pip", "install", "-q", wheel], check=True, capture_output=True)
    return scripts


def run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = clean_environment()
    del environment["PYTHONPATH"]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_carries_rules_index_types_and_schemas(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("devopslint/rules/_index/stamp") == b"frozen"
    rules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "rules").rglob("*.yaml")}
    assert {f"devopslint/{name}" for name in rules} <= names
    groups = {name.split("/")[1] for name in rules if name.count("/") > 1}
    assert {f"devopslint/rules/_index/{group}.json" for group in groups} <= names
    assert {
        "devopslint/py.typed",
        "devopslint/config/config.schema.json",
        "devopslint/policy/rule.schema.json",
    } <= names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"devopslint"}


def test_it_runs_in_another_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BAD)
    done = run([installed / "devopslint"], tmp_path)
    assert done.returncode == 1, done.stderr
    assert "dockerfile/latest-tag" in done.stdout
    assert done.stderr == ""


def test_version_and_rules(installed: Path, tmp_path: Path) -> None:
    version = run([installed / "devopslint", "--version"], tmp_path)
    assert (version.returncode, version.stdout[:11]) == (0, "devopslint ")
    listed = run([installed / "devopslint", "rules", "--json"], tmp_path)
    assert listed.returncode == 0, listed.stderr
    ids = {rule["id"] for rule in json.loads(listed.stdout)}
    of_the_checkout = {path.relative_to(ROOT / "rules").with_suffix("").as_posix() for path in _rule_files()}
    assert ids == of_the_checkout


def _rule_files() -> list[Path]:
    return [path for path in (ROOT / "rules").rglob("*.yaml") if path.name != "practices.yaml"]


def test_no_index_is_made_again(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BAD)
    code = (
        "import sys, os, devopslint\n"
        "from devopslint.__main__ import main\n"
        "folder = os.path.join(os.path.dirname(devopslint.__file__), 'rules', '_index')\n"
        "before = {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in os.listdir(folder)}\n"
        "main(['Dockerfile'])\n"
        "after = {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in os.listdir(folder)}\n"
        "assert before == after\n"
        "assert 'devopslint.policy.indexing' not in sys.modules\n"
        "assert 'site-packages' in devopslint.__file__, devopslint.__file__\n"
    )
    done = run([installed / "python", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
