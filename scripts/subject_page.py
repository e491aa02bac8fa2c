"""The page of what rules can be about: every kind of subject, its owners, and what a condition sees of a small file."""

from __future__ import annotations

import json
from typing import Any

from devopslint.artifacts.repository import reduce
from devopslint.engine.artifacts import artifacts, subject_kinds
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.artifact import Unit
from devopslint.syntax.tree import MISSING

SAMPLES = (
    ("dockerfile", "Dockerfile", "FROM --platform=linux/amd64 node:22 AS build\nENV PORT=80 HOST=shop\n"
     "COPY --chown=app src/ test/ /srv/\nRUN --network=none apt-get install -y curl && make test\nEXPOSE 80\nUSER app\n"
     'WORKDIR /srv\nHEALTHCHECK --interval=5s CMD curl localhost\nENTRYPOINT ["node", "shop.js"]\n'),
    ("dockerignore", ".dockerignore", "dist\n!dist/shop.js\n"),
    ("workflow", ".github/workflows/ci.yml", "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n"
     "      - uses: actions/checkout@v6\n        with: {fetch-depth: 0}\n      - run: make test\n"),
    ("terraform", "main.tf", 'terraform {\n  required_version = ">= 1.9"\n  backend "s3" {\n    bucket = "state"\n  }\n}\n'
     'locals {\n  team = "shop"\n}\nprovider "aws" {\n  region = "eu-central-1"\n}\nmodule "network" {\n'
     '  source = "./network"\n}\nresource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n  tags   = { team = "shop" }\n'
     "  versioning {\n    enabled = true\n  }\n}\n"),
    ("kubernetes", "shop.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  hostNetwork: true\n"
     "  containers:\n    - {name: web, image: nginx:1.29.1}\n"),
    ("dependabot", ".github/dependabot.yml", "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n"
     "    schedule: {interval: weekly}\n"),
)  # fmt: skip
"""Kind of artifact, path, and text of the files that the page shows."""
_WITHIN = frozenset({"instructions", "stages"})
"""What holds other subjects that have rows of their own."""
_SPOKEN = {"dockerignore": "text", "kubernetes": "yaml", "workflow": "yaml", "dependabot": "yaml", "terraform": "hcl"}


def subject_page() -> str:
    """Return the page."""
    lines = ["# What rules can be about", "", "The kinds of subject that stand under `on`, and the owners whose fields"]
    lines += ["a condition reaches by their names (`pod.hostNetwork`).", "", "| kind | owners |", "|---|---|"]
    for kind, owners in sorted(subject_kinds().items()):
        lines.append(f"| `{kind}` | {', '.join(f'`{owner}`' for owner in owners)} |")
    lines += ["", "## What a condition sees"]
    lines += [
        "A manifest, a step, a block of Terraform is what is written there: its keys are the names of paths. Of a"
    ]
    lines += [
        "Dockerfile, a script and a `.dockerignore` the reader makes the names. Here is what it makes of some small"
    ]
    lines += [
        "files; what is left out behind `…` has rows of its own. The type of a subject, which may follow its kind"
    ]
    lines += ["(`dockerfile.instruction.COPY`, `shell.command.curl`), stands in brackets."]
    files = {path: artifact for artifact, path, _ in SAMPLES}
    for artifact, path, text in SAMPLES:
        lines += ["", f"### {path}", "", f"```{_SPOKEN.get(artifact, artifact)}", *text.splitlines(), "```", ""]
        lines += _rows(subjects_of(artifact, path, text))
    lines += [
        "",
        "### The repository",
        "",
        "Of a run over all of these files; of a run over some the files are not known.",
    ]
    whole = reduce([], files, MemoryWorkspace({path: text for _, path, text in SAMPLES}))
    return "\n".join([*lines, "", *_rows(whole), ""])


def subjects_of(artifact: str, path: str, text: str) -> list[Any]:
    """Return the subjects of one file."""
    wanted = frozenset(subject_kinds())
    workspace = MemoryWorkspace({path: text})
    unit = Unit(artifacts()[artifact], [path], workspace, wanted, lambda *_: None, lambda *_: True)
    return list(unit.artifact.read(unit))


def _rows(subjects: Any) -> list[str]:
    rows = ["| subject | what it holds |", "|---|---|"]
    for subject in subjects:
        kind = f"`{subject.kind}`" + (f" ({subject.type})" if subject.type else "")
        rows.append(f"| {kind} | `{json.dumps(_plain(subject.value), ensure_ascii=False)}` |".replace("||", "\\|\\|"))
    return list(dict.fromkeys(rows))


def _plain(value: Any) -> Any:
    """Return a value without marks, and without what other rows hold."""
    if isinstance(value, dict):
        return {
            str(key): "…" if key in _WITHIN else _plain(below) for key, below in value.items() if below is not MISSING
        }
    return [_plain(item) for item in value] if isinstance(value, list) else value
