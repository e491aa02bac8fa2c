"""What the comments of peers cover, as their own documentation has it."""

from __future__ import annotations

import pytest
from suppressing import BUCKET, JOB, POD, left

D, F, K, W = "Dockerfile", "main.tf", "pod.yaml", ".github/workflows/a.yml"
TWO = "FROM a:latest\nRUN x\n"  # user 1, from 1, run 2


CASES = {
    "hadolint far": (D, "# hadolint ignore=DL3007\n\n# other\n" + TWO, ["user 4", "run 5"], "2026-06-01"),
    "hadolint unknown word": (D, "# hadolint ignore=crazy,DL3007\n" + TWO, ["user 2", "run 3"], "2026-06-01"),
    "hadolint spaces": (D, "#hadolint   ignore = DL3007 , DL3059\n" + TWO, ["user 2", "run 3"], "2026-06-01"),
    "hadolint lower": (D, "# hadolint ignore=dl3007\n" + TWO, ["user 2", "run 3"], "2026-06-01"),
    "hadolint above RUN": (
        D,
        "FROM a:latest\n# hadolint ignore=DL3059\nRUN a\nRUN b\n",
        ["user 1", "from 1", "run 4"],
        "2026-06-01",
    ),
    "hadolint SC": (
        D,
        "FROM a\n# hadolint ignore=SC2086\nRUN curl a\nRUN curl b\n",
        ["user 1", "run 3", "run 4", "curl 4"],
        "2026-06-01",
    ),
    "trivy param match": (F, "#trivy:ignore:AVD-AWS-0092[acl=public-read]\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "trivy param no match": (
        F,
        "#trivy:ignore:AVD-AWS-0092[acl=private]\n" + BUCKET,
        ["tags 2", "bucket 3"],
        "2026-06-01",
    ),
    "trivy star": (F, "#trivy:ignore:*\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "trivy wild": (F, "#trivy:ignore:aws-s3-*\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "trivy wild2": (F, "#trivy:ignore:aws-ec2-*\n" + BUCKET, ["tags 2", "bucket 3"], "2026-06-01"),
    "trivy wild3": (F, "#trivy:ignore:AVD-AWS-*\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "trivy exp today": (F, "#trivy:ignore:AVD-AWS-0092:exp:2026-01-01\n" + BUCKET, ["tags 2"], "2026-01-01"),
    "trivy exp past": (F, "#trivy:ignore:AVD-AWS-0092:exp:2026-01-01\n" + BUCKET, ["tags 2", "bucket 3"], "2026-01-02"),
    "trivy exp bad": (F, "#trivy:ignore:AVD-AWS-0092:exp:soon\n" + BUCKET, ["tags 2", "bucket 3"], "2026-06-01"),
    "tfsec exp": (
        F,
        "#tfsec:ignore:aws-s3-no-public-access-with-acl:exp:2026-01-01\n" + BUCKET,
        ["tags 2"],
        "2026-01-01",
    ),
    "trivy //": (F, "//trivy:ignore:AVD-AWS-0092\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "trivy space": (F, "# trivy:ignore:AVD-AWS-0092\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "trivy two comments": (
        F,
        "#trivy:ignore:AVD-AWS-0092 #trivy:ignore:AVD-AWS-0001\n" + BUCKET,
        ["tags 2"],
        "2026-06-01",
    ),
    "trivy two lines": (
        F,
        "#trivy:ignore:AVD-AWS-0001\n#trivy:ignore:AVD-AWS-0092\n" + BUCKET,
        ["tags 3"],
        "2026-06-01",
    ),
    "trivy trailing header": (F, BUCKET.replace("{\n", "{ #trivy:ignore:AVD-AWS-0092\n"), ["tags 1"], "2026-06-01"),
    "trivy k8s": (
        K,
        POD.replace("      image", "      #trivy:ignore:KSV-0013\n      image"),
        ["image 9"],
        "2026-06-01",
    ),
    "checkov nested": (
        F,
        'resource "aws_s3_bucket" "a" {\n  # checkov:skip=CKV_AWS_20: the why\n  acl = "public-read"\n}\n'
        + BUCKET.replace('"a"', '"b"'),
        ["tags 1", "tags 5", "bucket 6"],
        "2026-06-01",
    ),
    "checkov in nested block": (
        F,
        'resource "aws_s3_bucket" "a" {\n  acl = "public-read"\n  versioning {\n    #checkov:skip=CKV_AWS_20:why\n    enabled = true\n  }\n}\n',
        ["tags 1"],
        "2026-06-01",
    ),
    "checkov above": (F, "#checkov:skip=CKV_AWS_20:why\n" + BUCKET, ["tags 2", "bucket 3"], "2026-06-01"),
    "checkov decorated": (
        F,
        BUCKET.replace("  acl", "  # TODO later checkov:skip=CKV_AWS_20:why\n  acl"),
        ["tags 1"],
        "2026-06-01",
    ),
    "checkov two": (
        F,
        BUCKET.replace("  acl", "  #checkov:skip=CKV_AWS_1:why\n  #checkov:skip=CKV_AWS_20\n  acl"),
        ["tags 1"],
        "2026-06-01",
    ),
    "checkov docker mid": (
        D,
        "FROM a\nRUN a\n#checkov:skip=CKV_DOCKER_3: Ok\nRUN b\n",
        ["run 2", "run 4"],
        "2026-06-01",
    ),
    "checkov json //": (
        "main.tf.json",
        '{"resource": {"aws_s3_bucket": {"a": {\n "//": "checkov:skip=CKV_AWS_20:why",\n "acl": "public-read"}}}}',
        ["tags 1"],
        "2026-06-01",
    ),
    "tflint block": (F, "# tflint-ignore: aws_resource_missing_tags, x # why\n" + BUCKET, ["bucket 3"], "2026-06-01"),
    "tflint only next line": (
        F,
        "# tflint-ignore: aws_resource_missing_tags\nlocals {\n  a = 1\n}\n" + BUCKET,
        ["tags 5", "bucket 6"],
        "2026-06-01",
    ),
    "tflint trailing": (
        F,
        BUCKET.replace("{\n", "{ # tflint-ignore: aws_resource_missing_tags\n"),
        ["bucket 2"],
        "2026-06-01",
    ),
    "tflint /* */": (F, "/* tflint-ignore: aws_resource_missing_tags */\n" + BUCKET, ["bucket 3"], "2026-06-01"),
    "tflint json": (
        "main.tf.json",
        '{"resource": {"aws_s3_bucket": {"a": {\n "//": "tflint-ignore: aws_resource_missing_tags",\n "acl": "public-read"}}}}',
        ["bucket 3"],
        "2026-06-01",
    ),
    "kics enable": (F, "# kics-scan enable=terraform/aws/other\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "kics enable own": (
        F,
        "# kics-scan enable=terraform/aws/s3_bucket_acl\n" + BUCKET,
        ["tags 2", "bucket 3"],
        "2026-06-01",
    ),
    "kics ignore not top": (F, "locals {}\n# kics-scan ignore\n" + BUCKET, ["tags 3", "bucket 4"], "2026-06-01"),
    "kics disable 2": (F, "# kics-scan disable=a,terraform/aws/s3_bucket_acl\n" + BUCKET, ["tags 2"], "2026-06-01"),
    "kics line trailing": (F, BUCKET.replace('read"', 'read" # kics-scan ignore-line'), ["tags 1"], "2026-06-01"),
    "zizmor in step": (
        W,
        JOB.replace(
            "      - run: curl c",
            "      - run: curl c\n        # zizmor: ignore[adhoc-packages] why\n        shell: bash",
        ),
        ["runner 4", "curl 7", "curl 8"],
        "2026-06-01",
    ),
    "zizmor two": (
        W,
        JOB.replace("- run: curl c", "- run: curl c # zizmor: ignore[other,adhoc-packages]"),
        ["runner 4", "curl 7", "curl 8"],
        "2026-06-01",
    ),
    "zizmor + ours": (
        W,
        JOB.replace("ubuntu-latest", "ubuntu-latest # zizmor: ignore[x] # devopslint: ignore[runner]"),
        ["curl 7", "curl 8", "curl 9"],
        "2026-06-01",
    ),
    "zizmor block scalar inside": (
        W,
        JOB.replace("curl a", "curl a # zizmor: ignore[adhoc-packages]"),
        ["runner 4", "curl 7", "curl 8", "curl 9"],
        "2026-06-01",
    ),
    "shellcheck next": (
        W,
        JOB.replace("          curl b", "          # shellcheck disable=SC2086\n          curl b"),
        ["runner 4", "curl 7", "curl 10"],
        "2026-06-01",
    ),
    "shellcheck first": (
        W,
        JOB.replace("          curl a", "          # shellcheck disable=SC2086 # reason\n          curl a"),
        ["runner 4", "curl 10"],
        "2026-06-01",
    ),
    "shellcheck shebang": (
        W,
        JOB.replace(
            "          curl a", "          #!/bin/bash\n          # shellcheck disable=SC1000-SC9999\n          curl a"
        ),
        ["runner 4", "curl 11"],
        "2026-06-01",
    ),
    "shellcheck num": (
        W,
        JOB.replace("          curl b", "          # shellcheck disable=SC1,2086\n          curl b"),
        ["runner 4", "curl 7", "curl 10"],
        "2026-06-01",
    ),
    "shellcheck other": (
        W,
        JOB.replace("          curl b", "          # shellcheck disable=SC2000-SC2085\n          curl b"),
        ["runner 4", "curl 7", "curl 9", "curl 10"],
        "2026-06-01",
    ),
    "shellcheck all": (
        W,
        JOB.replace("          curl b", "          # shellcheck disable=all\n          curl b"),
        ["runner 4", "curl 7", "curl 10"],
        "2026-06-01",
    ),
    "shellcheck heredoc": (
        D,
        "FROM a\nRUN <<EOF\n# shellcheck disable=SC2086\ncurl a\ncurl b\nEOF\n",
        ["user 1", "run 2"],
        "2026-06-01",
    ),
    "shellcheck with shell=": (
        W,
        JOB.replace("          curl b", "          # shellcheck shell=bash disable=SC2086\n          curl b"),
        ["runner 4", "curl 7", "curl 10"],
        "2026-06-01",
    ),
    "peers after devopslint reason": (
        D,
        "# devopslint: ignore[user] -- hadolint ignore=DL3007 was here\n" + TWO,
        ["from 2", "run 3"],
        "2026-06-01",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_they_cover(case: str) -> None:
    path, text, expected, today = CASES[case]
    assert left(path, text, today=today) == expected


@pytest.mark.parametrize(
    "annotation",
    [
        'kube-score/ignore: "*"',
        'checkov.io/skip1: "CKV_K8S_14"',
        'checkov.io/skip99: "CKV_K8S_14=a=b"',
        "bridgecrew.io/skip1: CKV_K8S_14=x",
        'ignore-check.kube-linter.io/latest-tag: ""',
        'kube-linter.io/ignore-all: ""',
        "polaris.fairwinds.com/exempt: true",
    ],
)
def test_annotations(annotation: str) -> None:
    assert left("pod.yaml", POD.replace("  name: a\n", f"  name: a\n  annotations:\n    {annotation}\n", 1)) == []
