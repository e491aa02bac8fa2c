"""A run imports only what it needs: what is not imported decides how fast a hook feels."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from running import clean_environment, write

from devopslint.analysers import shellcheck

CODE = """
import os, sys
before = set(sys.modules)
from devopslint.__main__ import main
stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
code = main(sys.argv[1:])
stdout.write(repr([code, sorted(set(sys.modules) - before)]))
"""

NEVER = {
    "argparse", "asyncio", "attr", "click", "concurrent", "ctypes", "dataclasses", "email", "http",
    "importlib.metadata", "importlib.resources", "inspect", "jsonschema", "logging", "multiprocessing", "pathlib",
    "rich", "sarif_om", "socket", "ssl", "subprocess", "tempfile", "urllib", "urllib.request",
    "devopslint.cli", "devopslint.commands.rules", "devopslint.policy.indexing", "devopslint.report.sarif",
}  # fmt: skip
PARSERS = {"yaml", "tree_sitter", "tree_sitter_hcl", "tree_sitter_bash"}

PLAIN_DOCKERFILE = 'FROM node:22.11.0-slim\nCOPY . /app\nUSER node\nCMD ["node", "/app/index.js"]\n'
DOCKERFILE = "FROM node\nRUN apt-get update && apt-get install -y curl\n"
WORKFLOW = "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n"
MANIFEST = "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  ports: [{port: 80}]\n"
PLAIN_TERRAFORM = 'resource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n}\n'
TERRAFORM = 'resource "aws_s3_bucket" "logs" {\n  bucket = lower("logs")\n}\n'


def modules_of(folder: Path, *arguments: str) -> set[str]:
    # The first run makes the index of a checkout, if a rule has changed; the second is like every other run.
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", CODE, *arguments],
            cwd=folder,
            env=clean_environment(),
            capture_output=True,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    code, modules = ast.literal_eval(done.stdout.decode())
    assert code in {0, 1}, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    ("path", "text", "parsers"),
    [
        ("Dockerfile", PLAIN_DOCKERFILE, set()),
        ("Dockerfile", DOCKERFILE, {"tree_sitter", "tree_sitter_bash"}),
        (".github/workflows/ci.yml", WORKFLOW, {"yaml"}),
        ("service.yaml", MANIFEST, {"yaml"}),
        ("main.tf", PLAIN_TERRAFORM, set()),
        ("main.tf", TERRAFORM, {"tree_sitter", "tree_sitter_hcl"}),
    ],
    ids=["Dockerfile without RUN", "Dockerfile", "workflow", "manifest", "plain terraform", "terraform"],
)
def test_one_file_imports_what_it_needs(tmp_path: Path, path: str, text: str, parsers: set[str]) -> None:
    write(tmp_path, {path: text})
    modules = modules_of(tmp_path, path)
    # Where the extra is installed and there is a script, ShellCheck is run.
    analysed = {"subprocess"} if "devopslint.analysers.shellcheck" in modules and shellcheck.program() else set()
    assert modules & (NEVER - analysed) == set()
    assert modules & PARSERS <= parsers
    if not parsers:
        assert "typing" not in modules


def test_nothing_of_other_artifacts_is_imported(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": DOCKERFILE})
    of_artifacts = {name for name in modules_of(tmp_path, "Dockerfile") if name.startswith("devopslint.artifacts.")}
    assert {name for name in of_artifacts if name.count(".") > 2 and ".dockerfile" not in name} == set()


def test_version_imports_next_to_nothing() -> None:
    modules = modules_of(Path.cwd(), "--version")
    assert {name for name in modules if name.startswith("devopslint")} == {"devopslint", "devopslint.__main__"}
    assert modules & NEVER == set()


def test_a_recalled_run_imports_neither_rules_nor_readers_nor_writers(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}/Dockerfile": DOCKERFILE for number in range(9)})
    modules = modules_of(tmp_path, "--output", "sarif", "--exit-zero", ".")
    needless = {"collections", "contextlib", "enum", "functools", "hashlib", "json", "re", "sqlite3", "signal"}
    ours = {
        "engine.run",
        "engine.judge",
        "policy.rule",
        "policy.families",
        "policy.finding",
        "report.sarif",
        "syntax.tree",
    }
    assert modules & (NEVER | PARSERS | needless | {f"devopslint.{name}" for name in ours}) == set()


def test_what_a_hook_calls_takes_the_short_way(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": PLAIN_DOCKERFILE})
    assert modules_of(tmp_path, "check", "--force-exclude", "Dockerfile") & NEVER == set()
