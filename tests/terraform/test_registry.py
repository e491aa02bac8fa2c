"""Calls of registry modules that are judged as the resources that they make."""

from __future__ import annotations

import pytest

from devopslint.policy.subject import Subject
from devopslint.syntax.tree import MISSING, UNKNOWN
from tests.terraform.test_module import read


def made(call: str, kind: str) -> list[Subject]:
    """The resources of a type that the files of a folder give."""
    found, _ = read({"main.tf": call})
    return [subject for subject in found if subject.kind == "terraform.resource" and subject.type == kind]


@pytest.mark.parametrize(
    "source",
    [
        "terraform-aws-modules/s3-bucket/aws",
        "registry.terraform.io/terraform-aws-modules/s3-bucket/aws",
        "git::https://github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?ref=v4.1.0",
        "github.com/terraform-aws-modules/terraform-aws-s3-bucket",
    ],
)
def test_a_module_is_known_by_its_source(source: str) -> None:
    (subject,) = made(f'module "data" {{\n  source = "{source}"\n  acl    = "public-read"\n}}\n', "aws_s3_bucket")
    assert subject.address == "module.data"
    assert subject.get("acl") == "public-read"
    place = subject.place("acl")
    assert place.source.text[place.start : place.end] == '"public-read"'


@pytest.mark.parametrize(
    "source",
    [
        "terraform-aws-modules/s3-bucket/aws//modules/notification",
        "terraform-aws-modules/s3-bucket/aws/extra",
        "other/s3-bucket/aws",
        "./terraform-aws-modules/s3-bucket-like",
    ],
)
def test_other_modules_make_nothing(source: str) -> None:
    assert made(f'module "data" {{\n  source = "{source}"\n}}\n', "aws_s3_bucket") == []


def test_what_a_call_leaves_out_is_unknown() -> None:
    call = 'module "data" {\n  source = "terraform-aws-modules/s3-bucket/aws"\n  versioning = { status = true }\n}\n'
    (subject,) = made(call, "aws_s3_bucket")
    assert subject.get("acl") is UNKNOWN
    assert subject.get("versioning.enabled") is UNKNOWN
    assert [other.value for other in (subject.related or list)("aws_s3_bucket_logging")] == [UNKNOWN]


def test_inputs_that_are_null_by_default_are_absent() -> None:
    (subject,) = made('module "db" {\n  source = "terraform-aws-modules/rds/aws"\n}\n', "aws_db_instance")
    assert subject.get("replicate_source_db") is MISSING
    assert subject.get("storage_encrypted") is UNKNOWN


def test_inputs_are_called_like_the_arguments_that_they_become() -> None:
    call = (
        'module "table" {\n  source = "terraform-aws-modules/dynamodb-table/aws"\n'
        "  point_in_time_recovery_enabled = false\n}\n"
    )
    (subject,) = made(call, "aws_dynamodb_table")
    assert subject.get("point_in_time_recovery.enabled") is False
    place = subject.place("point_in_time_recovery.enabled")
    assert place.source.text[place.start : place.end] == "false"


def test_the_access_block_of_a_bucket_takes_its_own_inputs_and_belongs_to_it() -> None:
    call = (
        'module "data" {\n  source = "terraform-aws-modules/s3-bucket/aws"\n'
        '  acl = "private"\n  block_public_acls = false\n}\n'
    )
    (block,) = made(call, "aws_s3_bucket_public_access_block")
    assert block.get("block_public_acls") is False
    assert "acl" not in block.value
    (bucket,) = made(call, "aws_s3_bucket")
    assert [other.get("block_public_acls") for other in (bucket.related or list)(block.type)] == [False]


def test_a_call_that_is_switched_off_makes_nothing() -> None:
    call = 'module "data" {\n  source = "terraform-aws-modules/s3-bucket/aws"\n  create_bucket = false\n}\n'
    assert made(call, "aws_s3_bucket") == []
    assert len(made(call.replace("create_bucket", "create_policy"), "aws_s3_bucket")) == 1
