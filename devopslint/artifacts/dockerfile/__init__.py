"""Dockerfiles: their instructions, their stages, and the commands of their RUNs."""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source

NAME = "dockerfile"
TITLES = ("Dockerfile", "Dockerfiles")
EXAMPLE_PATH = "Dockerfile"
SUBJECTS = {
    "dockerfile.file": (),
    "dockerfile.stage": ("file",),
    "dockerfile.instruction": ("file", "stage"),
    "shell.command": ("file", "stage", "instruction"),
    "shell.script": ("file", "stage", "instruction"),
}
TYPED = frozenset({"dockerfile.instruction", "dockerfile.stage", "shell.command"})

_NAMES = ("dockerfile", "containerfile")
_OTHER_FILES = frozenset(
    {"asc", "bak", "bats", "conf", "containerignore", "cs", "cue", "diff", "dockerignore", "ejs", "erb", "gitignore", "go",
     "hbs", "html", "in", "ipynb", "j2", "java", "jinja", "jinja2", "js", "json", "jsonnet", "kt", "lock", "log",
     "m4", "md", "mustache", "ncl", "orig", "patch", "php", "pl", "png", "ps1", "py", "rb", "rej", "rs", "rst", "scala",
     "sh", "sha256", "snap", "svg", "swp", "templ", "template", "tmpl", "toml", "tpl", "ts", "txt", "yaml", "yml"}
)  # fmt: skip
"""What a file named `Dockerfile.<this>` is instead: documentation, a template to be filled in, source code, data."""


def claims_path(path: str) -> str | None:
    """Return `named <name>` when a file is a Dockerfile by its name."""
    name = path.rpartition("/")[2]
    lower = name.lower()
    for stem in _NAMES:
        if lower == stem:
            return f"named {name}"
        if lower.startswith(stem + "."):
            return None if lower.rpartition(".")[2] in _OTHER_FILES else f"named {stem.capitalize()}.*"
        if lower.endswith("." + stem):
            return f"named *.{stem}"
    for stem in ("Containerfile", "Dockerfile"):
        if name.startswith((stem + "-", stem + "_")):
            return None if lower.rpartition(".")[2] in _OTHER_FILES else f"named {stem}*"
    return None


def claims_document(path: str, root: Any) -> str | None:
    """Return `None`: no YAML or JSON document is a Dockerfile."""
    return None


def unit_of(path: str, workspace: Workspace) -> Sequence[str]:
    """Return the file alone: its `.dockerignore` is looked at, but is no Dockerfile."""
    return (path,)


@cache
def _subjects_of() -> Callable[[Unit, Source], Iterable[Subject]]:
    from devopslint.artifacts.dockerfile.subjects import subjects

    return subjects


def read(unit: Unit) -> Iterable[Subject]:
    """Yield the subjects of each Dockerfile of a unit."""
    subjects = _subjects_of()
    for path in unit.files:
        source = unit.workspace.source(path)
        if source is not None:
            yield from subjects(unit, source)
