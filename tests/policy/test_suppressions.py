"""Comments that silence findings, seen through whole runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import house
from running import devopslint, findings, write


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("FROM a:latest\nMAINTAINER ann\n", ["floating 1", "maintainer 2"]),
        # the line above
        ("# devopslint: ignore[floating]\nFROM a:latest\nMAINTAINER ann\n", ["maintainer 3"]),
        ("# devopslint: ignore[house/floating] -- the base is ours\nFROM a:latest\n", []),
        ("# devopslint: ignore[DL3007]\nFROM a:latest\n", []),
        ("# devopslint: ignore[hadolint:DL3007, maintainer]\nFROM a:latest\nMAINTAINER ann\n", ["maintainer 3"]),
        ("# devopslint: ignore[supply-chain]\nFROM a:latest\n", []),
        ("# devopslint: ignore[house/*]\nFROM a:latest\n", []),
        ("#devopslint:ignore[floating]\nFROM a:latest\n", []),
        # not the line after the next, and only what is named
        ("# devopslint: ignore[maintainer]\nFROM a:latest\nMAINTAINER ann\n", ["floating 2", "maintainer 3"]),
        ("# devopslint: ignore[]\nFROM a:latest\n", ["floating 2"]),
        ("# devopslint: ignore\nFROM a:latest\n", ["floating 2"]),
        # comments and empty lines between are passed over
        ("# devopslint: ignore[floating]\n# the base is ours\n\nFROM a:latest\n", []),
        ("FROM a:latest\n# devopslint: ignore[maintainer]\nMAINTAINER ann\n", ["floating 1"]),
        # a word that fits nothing silences nothing
        ("# devopslint: ignore[flaoting]\nFROM a:latest\n", ["floating 2"]),
    ],
)
def test_in_dockerfiles(tmp_path: Path, text: str, left: list[str]) -> None:
    house(tmp_path)
    write(tmp_path / "project", {"Dockerfile": text})
    found = findings("--rules-dir", "../policy", "--select", "house", cwd=tmp_path / "project")
    assert [f"{one['rule'].split('/')[1]} {one['line']}" for one in found] == left


def test_the_end_of_the_line_in_terraform(tmp_path: Path) -> None:
    rule = """\
title: Bucket has a name that is fixed
level: warning
practice: infrastructure/reproducible
on: terraform.resource.aws_s3_bucket
forbid:
  bucket: {exists: true}
message: bucket `{bucket}` has a fixed name
"""
    house(tmp_path, house__fixed=rule)
    write(
        tmp_path / "project",
        {
            "main.tf": 'resource "aws_s3_bucket" "a" {\n  bucket = "a" # devopslint: ignore[fixed] -- known\n}\n'
            'resource "aws_s3_bucket" "b" {\n  bucket = "b" // devopslint: ignore[fixed]\n}\n'
            '# devopslint: ignore[fixed]\nresource "aws_s3_bucket" "c" {\n  tags = {}\n  bucket = "c"\n}\n'
            'resource "aws_s3_bucket" "d" {\n  bucket = "d"\n}\n',
        },
    )
    done = devopslint("--rules-dir", "../policy", "--select", "house", cwd=tmp_path / "project")
    assert "bucket `d` has a fixed name" in done.stdout
    assert done.stdout.count("has a fixed name") == 1
    assert "3 suppressed" in done.stdout
