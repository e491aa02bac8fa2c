"""What fuzzing found: each of these has once made a rule or a reader fail."""

from __future__ import annotations

import pytest
from engine_projects import Everything, catalog

from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace

POD = "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [a: b]}}}\n"
FOUND = {
    "a block type used as an argument": ("main.tf", "variable = [for a in b : a]\nresource = true\n"),
    "principals that are a list": ("main.tf", 'data "aws_iam_policy_document" "a" {\n  statement {\n    actions = ["a"]\n'
                                   '    principals = ["a"]\n    condition = ["b"]\n  }\n}\n'),
    "an empty key in a manifest": ("a.yaml", POD + "metadata: {'': g}\n"),
    "a list where true or false belongs": ("main.tf", 'output "a_password" {\n  sensitive = []\n  value = aws_b.c.password\n}\n'
                                           'variable "password" {\n  sensitive = [1]\n}\n'),
    "a list where a name belongs": (".github/workflows/a.yml", "on: {workflow_dispatch: {inputs: {x: {type: [a]}}}}\njobs:\n  a:\n"
                                    "    runs-on: windows-latest\n    steps:\n    - run: a ${{ inputs.x }}\n      shell: [cmd]\n"),
    "a quote left open in JSON": ("main.tf.json", ' with: {install: "${{ v\njobs:\n'),
    "an event without a name": (".github/workflows/a.yml", "on: {'': a, push: }\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n"),
    "stages without end": ("Dockerfile", "".join(f"FROM a{n - 1} AS a{n}\n" for n in range(1500))),
    "options whose values nobody knows": (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
                                          "    - run: |\n        pip install -r $F\n        npm install --prefix $D\n        nc -z -e $E 1.2.3.4 80\n"),
    "a lone surrogate": ("a.json", '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\\ud800"}, "spec": 1}'),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_it_fails_no_more(name):
    path, text = FOUND[name]
    report = Run(MemoryWorkspace({path: text}), catalog(), Everything()).check(Asked([], [path], True))
    assert [finding.message for finding in report.findings if finding.rule == "core/internal"] == []
