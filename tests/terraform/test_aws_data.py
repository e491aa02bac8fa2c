"""Checks of AWS data services that are functions: what conditions and examples do not show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from devopslint.artifacts.terraform.checks.aws import analytics, buckets, databases, keys, machines
from devopslint.artifacts.terraform.indexes import first_major
from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.policy.subject import Place, Problem, Subject
from tests.terraform.test_module import read

Check = Callable[[Subject, dict[str, Any]], Iterable[Problem]]


def lines(check: Check, text: str, kind: str) -> list[int]:
    """The lines that a check points at in the resources of a type, in their order."""
    found, _ = read({"main.tf": text})
    places = [
        problem.at if isinstance(problem.at, Place) else subject.place(problem.at, problem.part)
        for subject in found
        if subject.kind == "terraform.resource" and subject.type == kind
        for problem in check(subject, {})
    ]
    return [place.source.position(place.start)[0] for place in places]


def test_the_rules_and_the_table_of_keys_know_the_same_types() -> None:
    named = {"terraform/aws/without-own-key", "terraform/aws/service-without-own-key"}
    kinds = [kind for rule in open_catalog(Config()).rules() if rule.id in named for kind in rule.on]
    assert sorted(kinds) == [f"terraform.resource.{kind}" for kind in sorted(keys.key_attributes())]


def test_two_keys_that_are_left_out_are_one_finding() -> None:
    text = 'resource "aws_comprehend_entity_recognizer" "a" {\n  name = "a"\n}\n'
    assert lines(keys.without_own_key, text, "aws_comprehend_entity_recognizer") == [1]


def test_a_disk_in_clear_is_not_asked_for_its_key() -> None:
    text = 'resource "aws_ebs_volume" "a" {\n  encrypted = false\n}\n'
    assert lines(keys.without_own_key, text, "aws_ebs_volume") == []


def test_every_block_is_asked_for_its_key() -> None:
    text = (
        'resource "aws_imagebuilder_image_recipe" "a" {\n'
        "  block_device_mapping {\n    ebs {\n    }\n  }\n"
        '  block_device_mapping {\n    ebs {\n      kms_key_id = "alias/images"\n    }\n  }\n'
        '  block_device_mapping {\n    ebs {\n      kms_key_id = "alias/aws/ebs"\n    }\n  }\n'
        "}\n"
    )
    assert lines(keys.without_own_key, text, "aws_imagebuilder_image_recipe") == [3, 13]


def test_a_key_of_aws_is_seen_through_a_data_source() -> None:
    text = (
        'data "aws_kms_key" "%s" {\n  key_id = "alias/%s"\n}\n'
        'resource "aws_sns_topic" "a" {\n  kms_master_key_id = data.aws_kms_key.%s.arn\n}\n'
    )
    assert lines(keys.without_own_key, text % ("a", "aws/sns", "a"), "aws_sns_topic") == [5]
    assert lines(keys.without_own_key, text % ("a", "shop", "a"), "aws_sns_topic") == []


def test_encryption_by_default_covers_what_says_nothing_and_not_what_says_no() -> None:
    text = (
        'resource "aws_ebs_encryption_by_default" "a" {\n}\n'
        'resource "aws_ebs_volume" "a" {\n}\n'
        'resource "aws_ebs_volume" "b" {\n  encrypted = "false"\n}\n'
    )
    assert lines(machines.unencrypted_volume, text, "aws_ebs_volume") == [6]


def test_dynamic_disks_are_not_judged() -> None:
    text = 'resource "aws_instance" "a" {\n  dynamic "root_block_device" {\n    for_each = var.x\n    content {\n    }\n  }\n}\n'
    assert lines(machines.unencrypted_root_disk, text, "aws_instance") == []


@pytest.mark.parametrize(
    ("constraint", "major"),
    [('"~> 5.31"', 5), ('">= 4.0, < 7.0"', 4), ('"6.2.0"', 6), ('"< 6"', 0), ("var.version", 0)],
)
def test_the_first_major_version_of_a_provider(constraint: str, major: int) -> None:
    text = f"terraform {{\n  required_providers {{\n    aws = {{\n      version = {constraint}\n    }}\n  }}\n}}\n"
    subject, *_ = read({"main.tf": text + 'resource "aws_redshift_cluster" "a" {\n}\n'})[0]
    assert first_major(subject.context, "aws") == major


def test_parameters_that_are_made_of_a_variable_may_be_there() -> None:
    text = (
        'resource "aws_docdb_cluster_parameter_group" "a" {\n  dynamic "parameter" {\n    for_each = var.x\n'
        "    content {\n      name = parameter.key\n    }\n  }\n}\n"
    )
    assert lines(databases.audit_log_off, text, "aws_docdb_cluster_parameter_group") == []


def test_emr_configurations_are_read_in_every_form() -> None:
    forms = (
        '"{\\"EncryptionConfiguration\\": {\\"EnableAtRestEncryption\\": false}}"',
        "jsonencode({ EncryptionConfiguration = { EnableAtRestEncryption = false } })",
        '<<EOF\n{"EncryptionConfiguration": {"EnableAtRestEncryption": false}}\nEOF',
    )
    text = "".join(
        f'resource "aws_emr_security_configuration" "r{i}" {{\n  configuration = {form}\n}}\n'
        for i, form in enumerate(forms)
    )
    assert lines(analytics.emr_unencrypted_at_rest, text, "aws_emr_security_configuration") == [2, 5, 9]


def test_a_bucket_that_takes_the_logs_of_a_load_balancer_needs_none() -> None:
    text = (
        'resource "aws_s3_bucket" "logs" {\n}\nresource "aws_s3_bucket" "data" {\n}\n'
        'resource "aws_lb" "a" {\n  access_logs {\n    bucket = aws_s3_bucket.logs.id\n  }\n}\n'
    )
    assert lines(buckets.without_access_logs, text, "aws_s3_bucket") == [3]


def test_an_object_takes_the_key_of_its_bucket() -> None:
    text = (
        'resource "aws_s3_bucket" "a" {\n}\n'
        'resource "aws_s3_object" "a" {\n  bucket = aws_s3_bucket.a.id\n}\n'
        'resource "aws_s3_bucket_server_side_encryption_configuration" "a" {\n  bucket = %s\n}\n'
    )
    assert lines(keys.without_own_key, text % "aws_s3_bucket.a.id", "aws_s3_object") == []
    assert lines(keys.without_own_key, text % '"other"', "aws_s3_object") == [3]
