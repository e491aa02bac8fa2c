"""The types of expressions, as far as the file tells."""

from __future__ import annotations

import pytest
from workflow_text import workflow

from devopslint.artifacts.workflow.types import type_of
from devopslint.artifacts.workflow.usage import usages

TEXT = """
on:
  workflow_dispatch:
    inputs:
      flag: {type: boolean}
      level: {type: choice, options: [a]}
      both: {type: boolean}
  workflow_call:
    inputs:
      both: {type: string}
jobs:
  a:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        os: [linux, macos]
        mixed: [1, two]
        host: [{name: x, port: 1}, {name: y, port: 2}]
        given: ["${{ vars.X }}"]
        include:
          - {os: windows, extra: true}
    steps:
      - run: echo ${{ EXPRESSION }}
"""


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("'a'", "string"),
        ("1", "number"),
        ("!github", "boolean"),
        ("github", "object"),
        ("github.ref", "string"),
        ("github.event", "object"),
        ("github.event.issue", "any"),
        ("github.event.inputs.flag", "string"),
        ("inputs.flag", "boolean"),
        ("inputs.level", "string"),
        ("inputs.both", "any"),
        ("inputs.nobody", "any"),
        ("matrix.os", "string"),
        ("matrix.mixed", "any"),
        ("matrix.host", "object"),
        ("matrix.host.port", "number"),
        ("matrix.given", "any"),
        ("matrix.extra", "boolean"),
        ("strategy.job-index", "number"),
        ("needs.x.outputs.y", "string"),
        ("job.services.pg.ports", "object"),
        ("github.event.commits.*.id", "array"),
        ("toJSON(github)", "string"),
        ("fromJSON('[1]')", "array"),
        ("fromJSON('[1]')[0]", "number"),
        ("fromJSON(vars.X)", "any"),
        ("contains(github.ref, 'x')", "boolean"),
        ("github.ref || 'x'", "string"),
        ("github.ref || 1", "any"),
        ("case(true, 'a', 'b')", "string"),
    ],
)
def test_types(expression: str, kind: str) -> None:
    made = workflow(TEXT.replace("EXPRESSION", expression))
    usage = next(one for one in usages(made) if one.site.path[-1] == "run")
    assert usage.tree is not None
    assert type_of(usage.tree, usage).kind == kind
