"""Attributes where blocks belong, blocks where values belong: no rule may fail on what Terraform would refuse."""

from __future__ import annotations

import pytest

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.selection import Selection

CATALOG = open_catalog(Config())


@pytest.mark.parametrize(
    "text",
    [
        'resource "a_b" "c" {\n  lifecycle = 1\n  provisioner = var.x\n  dynamic = 3\n}\n',
        'resource "a_b" "c" {\n  lifecycle {\n    prevent_destroy = {}\n  }\n}\n',
        "locals = var.x\nprovider = 1\nterraform = 2\n",
        'resource "aws_security_group" {\n}\n',
        'resource "aws_s3_bucket_policy" "a" {\n  policy = jsonencode({ Statement = merge() })\n}\n',
        'resource "aws_iam_policy" "a" {\n  policy = lookup(1)\n}\n',
        'data "aws_iam_policy_document" "a" {\n  statement {\n    actions {\n    }\n    resources = [{}]\n  }\n}\n',
        'resource "aws_lambda_function" "a" {\n  image_uri = "x@${var.digest}"\n}\nvariable "digest" {}\n',
        'resource "a_b" "c" {\n  count = 2\n}\noutput "d" {\n  value = a_b.c.\n}\n',
    ],
)
def test_no_rule_fails(text: str) -> None:
    run = Run(MemoryWorkspace({"main.tf": text}), CATALOG, Selection([], (), "strict"))
    report = run.check(Asked([], ["main.tf"], True))
    assert [finding.message for finding in report.findings if finding.rule == "core/internal"] == []
