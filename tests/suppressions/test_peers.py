"""The comments and annotations of peers."""

from __future__ import annotations

import pytest
from suppressing import BUCKET, JOB, POD, left

TWO = "FROM a:latest\nRUN x\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Dockerfile", "# hadolint ignore=DL3007\n" + TWO, ["user 2", "run 3"]),
        ("Dockerfile", "# hadolint ignore=DL3059,DL3007 # why\n" + TWO, ["user 2", "run 3"]),
        ("Dockerfile", "# hadolint global ignore=DL3059\n" + TWO, ["user 2", "from 2"]),
        ("Dockerfile", "# check=skip=StageNameCasing,JSONArgsRecommended\n" + TWO, ["user 2", "from 2"]),
        ("Dockerfile", "# syntax=docker/dockerfile:1\n#check=error=true; skip = all;experimental=all\n" + TWO, ["user 3", "from 3"]),
        ("Dockerfile", "# check=skip=StageNameCasing\n" + TWO, ["user 2", "from 2", "run 3"]),
        ("Dockerfile", "# check=error=true;experimental=JSONArgsRecommended\n" + TWO, ["user 2", "from 2", "run 3"]),
        ("Dockerfile", "# The app\n# check=skip=all\n" + TWO, ["user 3", "from 3", "run 4"]),
        ("Dockerfile", TWO + "# check=skip=all\n", ["user 1", "from 1", "run 2"]),
        ("Dockerfile", TWO + "#checkov:skip=CKV_DOCKER_3:why\n", ["from 1", "run 2"]),
        ("Dockerfile", "#trivy:ignore:AVD-DS-0001\n" + TWO, ["user 2", "run 3"]),
        ("Dockerfile", "#trivy:ignore:DS001\n" + TWO, ["user 2", "run 3"]),
        ("Dockerfile", "#trivy:ignore:DS-0001:exp:2020-01-01\n" + TWO, ["user 2", "from 2", "run 3"]),
        ("Dockerfile", "#trivy:ignore:DS-0001:ws:prod\n" + TWO, ["user 2", "from 2", "run 3"]),
        ("main.tf", BUCKET.replace("  acl", "  #checkov:skip=CKV_AWS_20:why\n  acl"), ["tags 1"]),
        ("main.tf", "#tfsec:ignore:aws-s3-no-public-access-with-acl\n" + BUCKET, ["tags 2"]),
        ("main.tf", "#trivy:ignore:AVD-AWS-0092 tfsec:ignore:x\n" + BUCKET, ["tags 2"]),
        ("main.tf", BUCKET.replace('read"', 'read" #tfsec:ignore:AVD-AWS-0092'), ["tags 1"]),
        ("main.tf", "# tflint-ignore: aws_resource_missing_tags # why\n" + BUCKET, ["bucket 3"]),
        ("main.tf", "# tflint-ignore-file: aws_resource_missing_tags\n\n\n" + BUCKET, ["bucket 5"]),
        ("main.tf", "// tflint-ignore: all\n" + BUCKET, ["bucket 3"]),
        ("main.tf", "# kics-scan ignore-block\n" + BUCKET, ["tags 2"]),
        ("main.tf", BUCKET.replace("  acl", "  # kics-scan ignore-line\n  acl"), ["tags 1"]),
        ("main.tf", "# kics-scan ignore\n" + BUCKET, ["tags 2"]),
        ("main.tf", "# kics-scan disable=terraform\n" + BUCKET, ["tags 2", "bucket 3"]),
        ("a/.github/workflows/a.yml", JOB.replace("- run: |", "- run: | # zizmor: ignore[adhoc-packages] why"),
         ["runner 4", "curl 9"]),
        ("a/.github/workflows/a.yml", JOB.replace("curl c", "curl c # zizmor: ignore[other]"),
         ["runner 4", "curl 7", "curl 8", "curl 9"]),
    ],
)  # fmt: skip
def test_comments(path: str, text: str, expected: list[str]) -> None:
    assert left(path, text, today="2026-01-01") == expected


@pytest.mark.parametrize(
    ("annotation", "silenced"),
    [
        ("ignore-check.kube-linter.io/latest-tag: why", True),
        ("ignore-check.kube-linter.io/run-as-non-root: why", False),
        ("kube-linter.io/ignore-all: why", True),
        ("kube-score/ignore: pod-probes,container-image-tag", True),
        ("kube-score/ignore: pod-probes", False),
        ('polaris.fairwinds.com/tagNotSpecified-exempt: "true"', True),
        ('polaris.fairwinds.com/tagNotSpecified-exempt: "false"', False),
        ('polaris.fairwinds.com/exempt: "true"', True),
        ("checkov.io/skip1: CKV_K8S_14=why", True),
        ("checkov.io/skip2: CKV_K8S_15=why", False),
    ],
)
def test_annotations(annotation: str, silenced: bool) -> None:
    text = POD.replace("  name: a\n", f"  name: a\n  annotations:\n    {annotation}\n")
    assert left("pod.yaml", text) == ([] if silenced else ["image 10"])


def test_they_can_be_left_unheeded() -> None:
    assert left("Dockerfile", "# hadolint ignore=DL3007\n" + TWO, heeds_peers=lambda path: False) == [
        "user 2",
        "from 2",
        "run 3",
    ]
