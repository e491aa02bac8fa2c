"""What the checks of cycles, lock files and firewalls decide, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from devopslint.artifacts.terraform.checks.firewalls import admin_port, every_port
from devopslint.artifacts.terraform.checks.lock import fits
from devopslint.artifacts.terraform.checks.meta import cycles
from devopslint.artifacts.terraform.indexes import is_before
from tests.terraform.test_module import read


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("5.40.0", "~> 5.0", True),
        ("6.0.0", "~> 5.0", False),
        ("5.1.9", "~> 5.1.2", True),
        ("5.2.0", "~> 5.1.2", False),
        ("5.1.1", "~> 5.1.2", False),
        ("5.0.0", "5.0", True),
        ("4.67.0", ">= 4.0, < 5.0", True),
        ("5.0.0", ">= 4.0, < 5.0", False),
        ("5.3.0", "!= 5.3.0", False),
        ("5.0.0-beta1", ">= 4.0", None),
        ("5.0.0", ">= 4.0-beta", None),
    ],
)
def test_versions(version: str, constraint: str, expected: bool | None) -> None:
    assert fits(version, constraint) is expected


@pytest.mark.parametrize(
    ("constraint", "before"),
    [
        ('"~> 4.0"', True),
        ('"~> 4"', False),
        ('"~> 5.0"', False),
        ('"4.84.0"', True),
        ('"= 5.1"', False),
        ('">= 4.0"', False),
        ('">= 4.0, < 5.0.0"', True),
        ('">= 4, <5"', True),
        ('"<= 5.0"', False),
        ('"< 5.1"', False),
        ('"!= 4.1"', False),
        ('"~> 4.0-beta"', False),
        ("var.version", False),
        ('{ source = "hashicorp/x", version = "< 4.1" }', True),
        ('{ source = "hashicorp/x" }', False),
    ],
)
def test_folders_that_allow_only_versions_before(constraint: str, before: bool) -> None:
    found, _ = read({"main.tf": f"terraform {{\n  required_providers {{\n    x = {constraint}\n  }}\n}}\n"})
    assert is_before(found[0].context, "x", 5) is before
    assert is_before(found[0].context, "y", 5) is False


def trails(text: str) -> list[str]:
    found, _ = read({"main.tf": text})
    module = next(subject for subject in found if subject.kind == "terraform.module")
    return [problem.values["trail"] for problem in cycles(module, {})]


def test_each_circle_is_told_once() -> None:
    text = "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n  d = local.d\n  e = local.a\n  f = 1\n  g = local.f\n}\n"
    assert trails(text) == ["`local.a` and `local.b` need each other", "`local.d` needs itself"]


def test_a_long_chain_is_no_circle_and_costs_no_stack() -> None:
    text = "locals {\n  a0 = 1\n" + "".join(f"  a{i} = local.a{i - 1}\n" for i in range(1, 3000)) + "}\n"
    assert trails(text) == []
    assert len(trails(text.replace("a0 = 1", "a0 = local.a2999"))) == 1


def hits(check: Any, text: str) -> list[tuple[str, ...]]:
    found, _ = read({"main.tf": text})
    subject = next(one for one in found if one.kind == "terraform.resource")
    return [tuple(str(step) for step in problem.at) for problem in check(subject, {})]


FIREWALL = 'resource "google_compute_firewall" "f" {\n  %s\n  source_ranges = ["10.0.0.0/8", "0.0.0.0/0"]\n  allow {\n    %s\n  }\n}\n'


@pytest.mark.parametrize(
    ("head", "allow", "admin", "every"),
    [
        ("", 'protocol = "tcp"\n    ports = ["20-25"]', True, False),
        ("", 'protocol = "tcp"\n    ports = ["443"]', False, False),
        ("", 'protocol = "tcp"', False, True),
        ("", 'protocol = "all"', False, True),
        ("", 'protocol = "6"', False, True),
        ("", 'protocol = "47"', False, False),
        ("", 'protocol = "icmp"', False, False),
        ('direction = "EGRESS"', 'protocol = "tcp"\n    ports = ["22"]', False, False),
        ("disabled = true", 'protocol = "tcp"\n    ports = ["22"]', False, False),
        ("disabled = var.x", 'protocol = "tcp"\n    ports = ["22"]', False, False),
        ("", 'protocol = "tcp"\n    ports = [var.x]', False, False),
    ],
)
def test_firewalls_of_google(head: str, allow: str, admin: bool, every: bool) -> None:
    text = FIREWALL % (head, allow)
    at = [("source_ranges", "1")]
    assert hits(admin_port, text) == (at if admin else [])
    assert hits(every_port, text) == (at if every else [])


def test_a_single_allow_in_json() -> None:
    text = """{"resource": {"google_compute_firewall": {"f": {"source_ranges": ["0.0.0.0/0"],
      "allow": %s}}}}"""
    for allow in ('{"protocol": "tcp", "ports": ["22"]}', '[{"protocol": "tcp", "ports": ["22"]}]'):
        found, _ = read({"main.tf.json": text % allow})
        subject = next(one for one in found if one.kind == "terraform.resource")
        assert [problem.at for problem in admin_port(subject, {})] == [("source_ranges", 0)]
