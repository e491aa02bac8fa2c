"""Checks of AWS access and networks that are functions: the many ways to write the same fault, and what is none."""

from __future__ import annotations

import pytest

from devopslint.artifacts.terraform.checks.aws import containers, iam, network
from devopslint.knowledge.aws_policy import REVEALING, escalating, is_any_resource, is_one_of, writes
from devopslint.knowledge.ports import addresses_in, is_everyone
from devopslint.policy.subject import Place
from tests.terraform.test_aws_data import lines
from tests.terraform.test_module import read

ADMIN = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        (f"<<EOF\n{ADMIN}\nEOF", 3),
        (f"<<-EOF\n    {ADMIN}\n  EOF", 3),
        ('"' + ADMIN.replace('"', '\\"') + '"', 2),
        ('jsonencode({\n  Statement = {\n    Effect = "Allow"\n    Action = "*"\n    Resource = ["*"]\n  }\n})', 5),
        ('jsonencode({\n  "Statement" : [{ "Effect" : "Allow", "Action" : ["*:*"], "Resource" : "*" }]\n})', 3),
        ("jsonencode(local.everything)", 6),
        ("local.everything_as_text", 2),
    ],
)
def test_an_administrators_policy_is_seen_in_every_spelling(policy: str, line: int) -> None:
    text = (
        f'resource "aws_iam_policy" "a" {{\n  policy = {policy}\n}}\n'
        'locals {\n  everything = { Statement = [{ Effect = "Allow",\n    Action = ["*"], Resource = "*" }] }\n'
        "  everything_as_text = jsonencode(local.everything)\n}\n"
    )
    assert lines(iam.admin_policy, text, "aws_iam_policy") == [line]


@pytest.mark.parametrize(
    "statement",
    [
        'Effect = "Deny", Action = "*", Resource = "*"',
        'Effect = var.effect, Action = "*", Resource = "*"',
        'Effect = "Allow", Action = var.actions, Resource = "*"',
        'Effect = "Allow", Action = "*", Resource = "arn:aws:s3:::logs"',
        'Effect = "Allow", Action = "*", Resource = "*", Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } }',
        'Effect = "Allow", Action = "*", Resource = "*", Condition = var.condition',
    ],
)
def test_what_is_no_administrators_policy(statement: str) -> None:
    text = f'resource "aws_iam_policy" "a" {{\n  policy = jsonencode({{ Statement = [{{ {statement} }}] }})\n}}\n'
    assert lines(iam.admin_policy, text, "aws_iam_policy") == []


def test_an_allow_for_everyone_beside_a_fence_is_none() -> None:
    allow = '{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" }'
    fence = (
        '{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "*",'
        ' Condition = { StringNotEquals = { "aws:SourceVpce" = "vpce-1" } } }'
    )
    tls = fence.replace("StringNotEquals", "Bool").replace("aws:SourceVpce", "aws:SecureTransport")
    text = 'resource "aws_s3_bucket_policy" "a" {{\n  policy = jsonencode({{ Statement = [{}] }})\n}}\n'
    for statements, expected in ((allow, [2]), (f"{allow}, {tls}", [2]), (f"{allow}, {fence}", [])):
        assert lines(iam.public_policy, text.format(statements), "aws_s3_bucket_policy") == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [("iam:*", True), ("iam:Put*", True), ("sts:*", True), ("iam:passrole", True), ("iam:PassRol?", True),
     ("lambda:*", False), ("lambda:Update*", True), ("iam:Get*", False), ("*", False), ("s3:PutObject", False)],
)  # fmt: skip
def test_escalating_actions(action: str, expected: bool) -> None:
    assert escalating(action) is expected


def test_which_actions_reveal_and_write() -> None:
    assert is_one_of("secretsmanager:Get*", REVEALING)
    assert not is_one_of("secretsmanager:*", REVEALING)
    assert writes("ec2:TerminateInstances")
    assert writes("sqs:Delete*")
    assert not any(writes(one) for one in ("ec2:DescribeInstances", "s3:*", "*", "cloudwatch:PutMetricData"))


@pytest.mark.parametrize(
    ("resource", "expected"),
    [("*", True), ("arn:aws:s3:::*", True), ("arn:aws:iam::*:role/*", True), ("arn:aws:iam::123456789012:role/*", True),
     ("arn:aws:s3:::logs/*", False), ("arn:aws:iam::123456789012:role/app-*", False), ("arn:aws:logs:*:*:*", True)],
)  # fmt: skip
def test_resources_that_are_all_of_a_kind(resource: str, expected: bool) -> None:
    assert is_any_resource(resource) is expected


def rule(first: str, last: str, protocol: str, blocks: str) -> str:
    """A security group with one rule, whose address blocks stand on line 6."""
    return (
        'resource "aws_security_group" "a" {\n  ingress {\n'
        f"    from_port = {first}\n    to_port = {last}\n    protocol = {protocol}\n    cidr_blocks = {blocks}\n  }}\n}}\n"
    )


@pytest.mark.parametrize(
    ("first", "last", "protocol", "blocks", "expected"),
    [
        ("22", "22", '"tcp"', '["0.0.0.0/0"]', [6]),
        ('"22"', '"22"', '"6"', '["0.0.0.0/0"]', [6]),
        ("20", "30", '"TCP"', '["10.0.0.0/8", "0.0.0.0/1"]', [6]),
        ("22", "22", '"tcp"', 'concat(["10.0.0.0/8"], ["0.0.0.0/0"])', [6]),
        ("22", "22", '"tcp"', '["10.0.0.0/8"]', []),
        ("22", "22", '"icmp"', '["0.0.0.0/0"]', []),
        ("0", "0", '"-1"', '["0.0.0.0/0"]', []),
        ("80", "80", '"tcp"', '["0.0.0.0/0"]', []),
        ("22", "22", "var.protocol", '["0.0.0.0/0"]', []),
    ],
)
def test_administration_open_to_the_world(
    first: str, last: str, protocol: str, blocks: str, expected: list[int]
) -> None:
    assert lines(network.admin_port, rule(first, last, protocol, blocks), "aws_security_group") == expected


def test_blocks_of_addresses() -> None:
    assert [one for one in ("0.0.0.0/0", "::/0", "128.0.0.0/1", "2000::/3") if not is_everyone(one)] == []
    assert not any(is_everyone(one) for one in ("10.0.0.0/8", "fd00::/8", "0.0.0.0", "any"))
    assert [addresses_in(one) for one in ("10.0.0.0/24", "10.0.0.1/32", "fd00::/64", "office")] == [256, 1, 0, 0]


def test_a_container_is_judged_in_a_heredoc_and_in_an_expression() -> None:
    heredoc = '<<-EOF\n    [{"name": "a",\n      "privileged": true}]\n  EOF'
    encoded = 'jsonencode([\n    { name = "a", privileged = false },\n    { name = "b", privileged = "true" },\n  ])'
    text = 'resource "aws_ecs_task_definition" "a" {{\n  container_definitions = {}\n}}\n'
    for definitions in (heredoc, encoded):
        found = lines(containers.privileged_container, text.format(definitions), "aws_ecs_task_definition")
        assert found == [4]


def test_a_policy_document_in_terraforms_json() -> None:
    text = '{"data": {"aws_iam_policy_document": {"a": {"statement": %s}}}}'
    statement = '{\n"actions": ["*"],\n"resources": ["*"]}'
    for blocks in (statement, f"[{statement}]"):
        found, _ = read({"main.tf.json": text % blocks})
        problems = [
            one for subject in found if subject.kind == "terraform.data" for one in iam.admin_policy(subject, {})
        ]
        assert [one.at.source.position(one.at.start) for one in problems if isinstance(one.at, Place)] == [(2, 13)]


def test_rules_of_an_acl_that_a_loop_makes_are_one_finding() -> None:
    text = (
        'resource "aws_network_acl" "a" {\n  dynamic "ingress" {\n    for_each = ["0.0.0.0/0", "::/0"]\n    content {\n'
        '      protocol = "-1"\n      action = "allow"\n      cidr_block = ingress.value\n    }\n  }\n}\n'
    )
    assert lines(network.network_acl_everything, text, "aws_network_acl") == [5]


@pytest.mark.parametrize(
    "policy",
    ['file("${path.module}/p.json")', 'file("p.json")', 'templatefile("${path.module}/p.json", { a = 1 })'],
)
def test_a_policy_in_a_file_of_its_own_has_a_second_place_there(policy: str) -> None:
    text = f'resource "aws_iam_policy" "a" {{\n  policy = {policy}\n}}\n'
    found, _ = read({"main.tf": text, "p.json": ADMIN})
    subject = next(one for one in found if one.type == "aws_iam_policy")
    (problem,) = iam.admin_policy(subject, {})
    assert isinstance(problem.at, Place)
    assert problem.at.source.path == "main.tf"
    (other,) = problem.related
    assert (other.place.source.path, ADMIN[other.place.start : other.place.end]) == ("p.json", '"*"')


def test_a_policy_of_a_template_with_holes_has_no_second_place() -> None:
    text = 'resource "aws_iam_policy" "a" {\n  policy = templatefile("p.json", { a = "*" })\n}\n'
    found, _ = read({"main.tf": text, "p.json": ADMIN.replace('"*"', '"${a}"')})
    (problem,) = iam.admin_policy(next(one for one in found if one.type == "aws_iam_policy"), {})
    assert problem.related == []
