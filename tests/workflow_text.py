"""A workflow from its text."""

from __future__ import annotations

from textwrap import dedent

from devopslint.artifacts.workflow.model import Workflow
from devopslint.syntax.source import Source
from devopslint.syntax.yaml import read_yaml


def workflow(text: str, path: str = ".github/workflows/ci.yml") -> Workflow:
    documents, problems = read_yaml(Source(path, dedent(text)))
    assert not problems, problems
    return Workflow(documents[0], path, None)


def job(text: str) -> Workflow:
    """Return a workflow with the one job `a`, of which `text` gives the keys."""
    lines = dedent(text).strip("\n").split("\n")
    return workflow("on: push\njobs:\n  a:\n" + "".join(f"    {line}\n" for line in lines))
