"""The table of what AWS takes: that it is sound, and that what it says is judged."""

from __future__ import annotations

import re
from typing import Any

import pytest

from devopslint.artifacts.terraform.checks.aws import values
from devopslint.knowledge.tables import read_table

TABLE = read_table("artifacts/terraform", "aws_values")
KEYS = {
    "one_of",
    "any_case",
    "from",
    "to",
    "form",
    "as",
    "sizes",
    "prefix",
    "shown",
    "network",
    "strict",
    "shortest",
    "longest",
    "unless",
    "policy",
}


def all_facts() -> list[Any]:
    return [
        *TABLE["facts"].values(),
        *TABLE["enums"].values(),
        *(fact for row in TABLE["values"].values() for fact in row.values()),
    ]


def test_every_fact_is_one_that_the_check_reads() -> None:
    for fact in all_facts():
        if isinstance(fact, dict):
            assert set(fact) <= KEYS
            assert ("from" in fact) == ("to" in fact)
            assert ("form" in fact) <= ("as" in fact or "one_of" in fact)
            re.compile(fact.get("form", ""))
        elif isinstance(fact, str):
            assert fact in TABLE["facts"] or fact in TABLE["enums"]
        else:
            assert fact
            assert len(set(fact)) == len(fact)


def test_every_named_fact_is_used() -> None:
    used = {fact for row in TABLE["values"].values() for fact in row.values() if isinstance(fact, str)}
    assert {*TABLE["facts"], *TABLE["enums"]} == used


def test_no_type_stands_in_two_rows() -> None:
    types = [name for row in TABLE["values"] for name in row.split()]
    assert len(set(types)) == len(types)


def fact_of(kind: str, path: str) -> Any:
    return values._table()[kind][path]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("aws_instance", "instance_type", "t1.micro"),
        ("aws_instance", "instance_type", "u7in-16tb.224xlarge"),
        ("aws_instance", "instance_type", "mac-m4pro.metal"),
        ("aws_instance", "instance_type", "p6e-gb200.36xlarge"),
        ("aws_instance", "instance_type", "m6gd.medium"),
        ("aws_instance", "availability_zone", "us-west-2-lax-1a"),
        ("aws_instance", "availability_zone", "us-gov-west-1a"),
        ("aws_instance", "availability_zone", "us-east-1-wl1-bos-wlz-1"),
        ("aws", "region", "ap-southeast-5"),
        ("aws", "region", "eusc-de-east-1"),
        ("aws", "region", "us-isob-east-1"),
        ("aws_autoscaling_group", "health_check_type", "elb"),
        ("aws_autoscaling_group", "health_check_type", "EC2,EBS"),
        ("aws_db_instance", "engine", "MySQL"),
        ("aws_db_instance", "engine", "db2-ce"),
        ("aws_docdb_cluster", "port", 1024),
        ("aws_db_instance", "license_model", "bring-your-own-media"),
        ("aws_db_instance", "instance_class", "db.m1.small"),
        ("aws_redshift_cluster", "node_type", "rg.4xlarge"),
        ("aws_redshift_cluster", "node_type", "ra3.xlplus"),
        ("aws_acm_certificate", "validation_method", "HTTP"),
        ("aws_eks_node_group", "ami_type", "AL2_x86_64_GPU"),
        ("aws_security_group_rule", "protocol", 50),
        ("aws_security_group_rule", "protocol", "ICMPv6"),
        ("aws_security_group_rule", "ipv6_cidr_blocks", "0::0/0"),
        ("aws_vpc_security_group_ingress_rule", "cidr_ipv4", "10.0.0.5/24"),
        ("aws_lb_target_group", "health_check.port", "8080"),
        ("aws_cloudwatch_log_group", "retention_in_days", "30"),
        ("aws_lambda_function", "runtime", "java8.al2"),
        ("aws_lambda_function", "runtime", "java17.al2023"),
        ("aws_opensearch_domain", "cluster_config.instance_type", "ultrawarm1.medium.search"),
    ],
)
def test_what_aws_takes_is_right(kind: str, path: str, value: object) -> None:
    assert values._wrong(value, fact_of(kind, path)) is None


@pytest.mark.parametrize(
    ("kind", "path", "value", "wanted"),
    [
        ("aws_instance", "instance_type", "t2.mikro", ", did you mean `t2.micro`?"),
        ("aws_instance", "instance_type", "t3.4xlarge", ", did you mean `t3.xlarge`?"),
        ("aws_instance", "instance_type", "large", ": it takes a family and a size that it has, as `t3.micro`"),
        ("aws_instance", "availability_zone", "us-east-1", ": it takes a zone of a region, as `eu-west-1a`"),
        ("aws_db_instance", "engine", "postgrezz", ", did you mean `postgres`?"),
        ("aws_db_instance", "instance_class", "t3.medium", ", did you mean `db.t3.medium`?"),
        ("aws_security_group_rule", "protocol", "tcpp", ", did you mean `tcp`?"),
        ("aws_security_group_rule", "protocol", "TCPP", ", did you mean `tcp`?"),
        ("aws_lb_listener", "protocol", "htps", ", did you mean `HTTPS`?"),
        ("aws_cloudwatch_log_group", "retention_in_days", "45", ", did you mean `30` or `60`?"),
        ("aws_cloudwatch_log_group", "retention_in_days", "9999", ", did you mean `3653`?"),
        ("aws_db_instance", "monitoring_interval", "-1", ", did you mean `0`?"),
        ("aws_vpc", "cidr_block", "10.0.0.0", ": it lacks the length, as `10.0.0.0/32`"),
        ("aws_security_group_rule", "cidr_blocks", "0.0.0.0", ": it lacks the length, as `0.0.0.0/0`"),
        ("aws_security_group_rule", "ipv6_cidr_blocks", "::", ": it lacks the length, as `::/0`"),
        ("aws_vpc", "cidr_block", "10.0.0.0/33", ": the length is 16 to 28"),
        ("aws_security_group_rule", "cidr_blocks", "10.0.0.0/33", ": the length is 0 to 32"),
        ("aws_instance", "availability_zone", "us-est-1a", ": it takes a zone of a region, as `eu-west-1a`"),
        ("aws_vpc", "cidr_block", "10.0.0.1/16", ": the block is `10.0.0.0/16`"),
        ("aws_vpc", "cidr_block", "::/0", ": it takes an IPv4 block, as `10.0.0.0/16`"),
        ("aws_subnet", "ipv6_cidr_block", "2001:db8::/129", ": the length is 0 to 128"),
        ("aws_sqs_queue", "delay_seconds", 901, ": it takes 0 to 900"),
        ("aws_ecs_service", "launch_type", "fargate", ", did you mean `FARGATE`?"),
        ("aws_s3_bucket_notification", "queue.events", "s3:ObjectCreate:*", ", did you mean `s3:ObjectCreated:*`?"),
        (
            "aws_autoscaling_group",
            "health_check_type",
            "ALB",
            ": it takes `EC2`, `ELB`, `EBS` and `VPC_LATTICE`, by commas",
        ),
        ("aws_lambda_function", "timeout", "15m", ": it takes 1 to 900"),
    ],
)
def test_what_aws_refuses_is_told(kind: str, path: str, value: object, wanted: str) -> None:
    assert values._wrong(value, fact_of(kind, path)) == wanted


@pytest.mark.parametrize("value", ["", True, None, [], {}])
def test_what_is_no_text_and_no_number_is_not_judged(value: object) -> None:
    assert values._wrong(value, fact_of("aws_instance", "tenancy")) is None
