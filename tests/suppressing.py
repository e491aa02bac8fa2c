"""Runs in this process over files in memory, by a few rules that are easy to work out by hand."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.finding import Report
from devopslint.policy.ignores import Ignoring
from devopslint.policy.selection import Selection

RULE = """\
title: This is not as the house likes it
level: warning
practice: infrastructure/documented
{equivalents}
on: {on}
{condition}
message: found it
why: |
  It has cost us an evening, and it will cost another one.
how: |
  Do it as the house does it.
examples:
  - good: |
      FROM scratch
"""

CONDITIONS = {
    "from": ("dockerfile.instruction.FROM", "forbid:\n  image: {matches: ':latest$'}", "[hadolint:DL3007, trivy:DS-0001]"),
    "run": ("dockerfile.instruction.RUN", "forbid:\n  .: {exists: true}", "[hadolint:DL3059, buildkit:JSONArgsRecommended]"),
    "user": ("dockerfile.stage", "require:\n  nothing_like_it: {exists: true}", "[checkov:CKV_DOCKER_3]"),
    "bucket": ("terraform.resource.aws_s3_bucket", "forbid:\n  acl: {equals: public-read}", "[checkov:CKV_AWS_20, 'trivy:AWS-0092', 'kics:terraform/aws/s3_bucket_acl']"),
    "tags": ("terraform.resource.aws_s3_bucket", "require:\n  tags: {exists: true}", "['tflint:aws_resource_missing_tags']"),
    "image": ("kubernetes.container", "forbid:\n  image: {matches: ':latest$'}", "['kube-linter:latest-tag', 'kube-score:container-image-tag', 'polaris:tagNotSpecified', 'checkov:CKV_K8S_14']"),
    "curl": ("shell.command.curl", "forbid:\n  .: {exists: true}", "['zizmor:adhoc-packages', 'shellcheck:SC2086']"),
    "runner": ("workflow.job", "forbid:\n  runs-on: {equals: ubuntu-latest}", "[]"),
}  # fmt: skip

FOLDER = Path(tempfile.mkdtemp(prefix="devopslint-house-"))
atexit.register(shutil.rmtree, FOLDER, True)
(FOLDER / "house").mkdir()
for name, (on, condition, equivalents) in CONDITIONS.items():
    text = RULE.format(on=on, condition=condition, equivalents=f"equivalents: {equivalents}")
    (FOLDER / "house" / f"{name}.yaml").write_text(text)


def check(files: dict[str, str], select: tuple[str, ...] = ("house",), whole: bool = True, **how: object) -> Report:
    not_ignorable = how.pop("not_ignorable", ())
    catalog = open_catalog(Config(), [str(FOLDER)])
    selection = Selection(select, not_ignorable=not_ignorable)  # type: ignore[arg-type]
    run = Run(MemoryWorkspace(files), catalog, selection, ignoring=Ignoring(**how))  # type: ignore[arg-type]
    paths = sorted(files)
    return run.check(Asked([] if whole else paths, paths if whole else [], whole))


def left(path: str, text: str, select: tuple[str, ...] = ("house",), **how: object) -> list[str]:
    """Return `rule line` of what is reported of one file, in order."""
    return [f"{one.rule.split('/')[1]} {one.span.line}" for one in check({path: text}, select, **how).active]


BUCKET = 'resource "aws_s3_bucket" "a" {\n  acl = "public-read"\n}\n'  # tags 1, bucket 2

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: b:latest\n"
# image 8

JOB = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          curl a\n          curl b\n      - run: curl c\n"
# runner 4, curl 7, curl 8, curl 9
