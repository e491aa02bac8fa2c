"""A project whose runs are recalled, and edits of it that a run must see."""

from __future__ import annotations

import os
from pathlib import Path

from engine_projects import check, everything
from running import write

from devopslint.engine.cache import Cache
from devopslint.engine.judge import Judge
from devopslint.engine.recall import Memory
from devopslint.engine.run import one_by_one
from devopslint.engine.workspace import Workspace
from devopslint.policy.ignores import Ignoring

FILES = {
    "app/Dockerfile": "FROM nginx:1.27\nEXPOSE 22\nCOPY . /srv/\n",
    "other/Dockerfile": "FROM node\n# devopslint: ignore[exposed-ssh-port] until=2027-01-31 -- soon\nEXPOSE 22\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: ./tools/act\n",
    "infra/main.tf": 'variable "a" {}\nresource "aws_s3_bucket" "b" {}\n',
    "k8s/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a}]}\n",
}


class Project:
    """Files, a cache of their own, and whether the last run was judged or recalled."""

    def __init__(self, folder: Path):
        self.root = write(folder / "project", FILES)
        self.kept = str(folder / "kept")
        self.judged = False

    def run(self, *paths: str, today: str = "2026-01-01", environment: str = "e", after=lambda: None):
        self.judged = False

        def perform(judge, tasks):
            self.judged = True
            yield from one_by_one(Judge(Workspace(str(self.root), remember=True), judge.dispatches), tasks)
            after()

        cache = Cache(self.kept, str(self.root), environment)
        report = check(self.root, *paths, performer=perform, memory=Memory(cache), ignoring=Ignoring(today=today))
        return everything(report), list(report.notes)

    def cold(self, *paths: str, today: str = "2026-01-01"):
        report = check(self.root, *paths, ignoring=Ignoring(today=today))
        return everything(report), list(report.notes)

    def place_of(self, part: str) -> Path:
        return Path(Cache(self.kept, str(self.root), "e").place_of(part))


def _replaced_by_folder(root: Path) -> None:
    (root / "app/Dockerfile").unlink()
    (root / "app/Dockerfile").mkdir()


def _exchanged_by_link(root: Path) -> None:
    os.rename(root / "infra", root.parent / "elsewhere")
    os.symlink(root.parent / "elsewhere", root / "infra")


EDITS = {
    "of the same size": lambda root: (root / "app/Dockerfile").write_text(FILES["app/Dockerfile"].replace("22", "80")),
    "of a file beside": lambda root: (root / "app/.dockerignore").write_text(".git\n"),
    "that removes": lambda root: (root / "k8s/a.yaml").unlink(),
    "that adds what is called": lambda root: write(root, {"tools/act/action.yml": "name: A\nruns: {using: node12}\n"}),
    "that adds what rules on the whole ask for": lambda root: write(root, {".github/CODEOWNERS": "* @ann\n"}),
    "from file to folder": _replaced_by_folder,
    "to a link that leads out": _exchanged_by_link,
    "of rights": lambda root: (root / "infra/main.tf").chmod(0),
}
