"""A folder that several call, and what its resources are worth for each call."""

from __future__ import annotations

from typing import Any

import pytest
from engine_projects import Everything, catalog

from devopslint.artifacts.terraform.checks.aws import iam, network
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.subject import Place
from devopslint.syntax.tree import MISSING, UNKNOWN
from tests.terraform.test_module import read

CHILD = """
variable "encrypted" { default = true }
variable "name" { default = "disk" }
variable "made" { default = 1 }
locals {
  whole = "${var.name}-1"
  loop  = local.loop
}
resource "x_disk" "d" {
  encrypted = var.encrypted
  label     = local.whole
}
resource "x_disk" "apart" {
  count = var.made
  label = "one"
}
resource "x_disk" "many" {
  for_each = toset(["a", "b"])
  label    = "${each.key}${var.name}"
}
resource "x_disk" "fixed" {
  encrypted = true
}
"""


def disks(text: str, name: str = "d", child: str = CHILD, **more: str) -> list[Any]:
    """The resources of a child, which the folder above calls, in the order in which they are told of."""
    files = {"modules/disk/main.tf": child, "main.tf": text}
    files.update({path.replace("_", "/") + "/main.tf": other for path, other in more.items()})
    found, _ = read(files)
    return [subject for subject in found if subject.address == f"x_disk.{name}"]


def call(name: str, *arguments: str) -> str:
    return "\n  ".join([f'module "{name}" {{', 'source = "./modules/disk"', *arguments]) + "\n}\n"


def values(subjects: list[Any], path: str) -> list[Any]:
    return [subject.get(path) for subject in subjects]


def test_each_call_has_its_own_values_and_is_named_for_them() -> None:
    found = disks(call("safe", "encrypted = true") + call("bare", "encrypted = false"))
    assert values(found, "encrypted") == [True, False]
    origins = [subject.candidates("encrypted")[0].origins for subject in found]
    assert [(source.path, source.text[start:end], text) for ((source, start, end, text),) in origins] == [
        ("main.tf", "true", "`module.safe` sets `var.encrypted`"),
        ("main.tf", "false", "`module.bare` sets `var.encrypted`"),
    ]


def test_a_default_is_a_value_too() -> None:
    assert values(disks(call("a") + call("b", "encrypted = false")), "encrypted") == [True, False]


def test_calls_that_agree_are_one() -> None:
    assert values(disks(call("a", "encrypted = false") * 2), "encrypted") == [False]
    assert values(disks(call("a", "encrypted = false") + call("b", "encrypted = true") * 3), "encrypted") == [
        False,
        True,
    ]


def test_a_resource_is_told_of_once_for_what_it_asks() -> None:
    text = call("a", "encrypted = false", 'name = "a"') + call("b", "encrypted = false", 'name = "b"')
    assert values(disks(text, "fixed"), "encrypted") == [True]
    assert [(one.get("encrypted"), one.get("label")) for one in disks(text)] == [(False, "a-1"), (False, "b-1")]


def test_what_one_call_gives_does_not_meet_what_another_gives() -> None:
    text = call("a", "encrypted = true", 'name = "a"') + call("b", "encrypted = false", 'name = "b"')
    assert [(one.get("encrypted"), one.get("label")) for one in disks(text)] == [(True, "a-1"), (False, "b-1")]


def test_what_is_not_known_of_a_call_is_unknown_for_that_call() -> None:
    text = 'variable "on" {}\n' + call("a", "encrypted = var.on") + call("b", "encrypted = false")
    assert values(disks(text), "encrypted") == [UNKNOWN, False]


@pytest.mark.parametrize(
    ("loop", "value", "expected"),
    [
        ("for_each = { a = true, b = false }", "each.value", [True, False]),
        ('for_each = { a = "x", b = "y" }', 'each.key == "b"', [False, True]),
        ('for_each = toset(["a", "b"])', 'each.value == "a"', [True, False]),
        ("for_each = { a = false, b = false }", "each.value", [False]),
        ("count = 2", "count.index == 0", [True, False]),
        ("for_each = var.gone", "each.value", [UNKNOWN]),
    ],
)
def test_instances_of_a_call(loop: str, value: str, expected: list[Any]) -> None:
    assert values(disks(call("a", loop, f"encrypted = {value}")), "encrypted") == expected


def test_instances_of_a_resource_for_each_call() -> None:
    found = disks(call("a", 'name = "x"') + call("b", 'name = "y"'), "many")
    assert values(found, "label") == ["ax", "bx", "ay", "by"]


def test_what_a_call_does_not_make_is_not_there_for_it() -> None:
    assert values(disks(call("a", "made = 0") + call("b", "made = 1"), "apart"), "label") == ["one"]
    assert disks(call("a", "made = 0") + call("b", "made = 0"), "apart") == []


def test_calls_of_the_folder_that_calls() -> None:
    found, _ = read(
        {
            "modules/disk/main.tf": CHILD,
            "modules/app/main.tf": 'variable "on" {}\nmodule "d" {\n  source = "../disk"\n  encrypted = var.on\n}\n',
            "main.tf": 'module "a" {\n  source = "./modules/app"\n  on = true\n}\n'
            'module "b" {\n  source = "./modules/app"\n  on = false\n}\n',
        }
    )
    assert values([one for one in found if one.address == "x_disk.d"], "encrypted") == [True, False]


DYNAMIC = """
variable "ports" { default = [] }
resource "x_disk" "d" {
  rule {
    port = 1
  }
  dynamic "rule" {
    for_each = [2]
    content {
      port = rule.value
    }
  }
  dynamic "rule" {
    for_each = var.ports
    content {
      port = rule.value
    }
  }
  dynamic "other" {
    for_each = var.ports
    content {
      nested {
        dynamic "deep" {
          for_each = var.ports
          content {
            port = deep.value + other.value
          }
        }
      }
    }
  }
}
"""


def ports(subject: Any) -> tuple[Any, Any]:
    rules, others = subject.raw("rule"), subject.raw("other")
    first = [subject.get(("rule", index, "port")) for index in range(len(rules))]
    if others is UNKNOWN:
        assert rules.open
        return first, others
    assert not rules.open
    return first, [
        subject.get(("other", index, "nested", 0, "deep", deep, "port"))
        for index in range(len(others))
        for deep in range(len(others[index]["nested"][0]["deep"]))
    ]


def test_dynamic_blocks_of_each_call() -> None:
    text = call("a", "ports = [3]") + call("b", "ports = [4, 5]") + call("c", "ports = []")
    assert [ports(one) for one in disks(text, child=DYNAMIC)] == [
        ([1, 2, 3], [6]),
        ([1, 2, 4, 5], [8, 9, 9, 10]),
        ([1, 2], UNKNOWN),  # a module for others says little by what one of them leaves out
    ]


def test_dynamic_blocks_of_each_instance() -> None:
    loop = "for_each = { a = [3], b = [4, 5] }\n  name = each.key"
    text = DYNAMIC.replace("var.ports", "each.value").replace(
        "rule {\n    port = 1", f"{loop}\n  rule {{\n    port = 1"
    )
    found = [one for one in read({"main.tf": text})[0] if one.address == "x_disk.d"]
    assert [ports(one) for one in found] == [([1, 2, 3], [6]), ([1, 2, 4, 5], [8, 9, 9, 10])]


def test_ten_ways_of_calling_are_looked_at() -> None:
    text = "".join(call(f"a{number}", f'name = "n{number}"') for number in range(30))
    assert values(disks(text), "label") == [f"n{number}-1" for number in range(10)]


def test_a_local_of_itself_ends() -> None:
    child = CHILD.replace("label     = local.whole", 'label = "${var.name}${local.loop}"')
    assert values(disks(call("a", 'name = "x"') + call("b", 'name = "y"'), child=child), "label") == [UNKNOWN, UNKNOWN]


def test_an_absent_value_stays_absent() -> None:
    assert values(disks(call("a", "encrypted = null") + call("b", "encrypted = false")), "encrypted") == [
        MISSING,
        False,
    ]


def test_a_call_that_is_not_made_gives_nothing() -> None:
    assert values(disks(call("a", "count = 0", "encrypted = false")), "encrypted") == [True]
    assert values(disks(call("a", "for_each = {}", "encrypted = false") + call("b")), "encrypted") == [True]


def test_null_stands_for_the_default_of_what_is_not_nullable() -> None:
    child = CHILD.replace('"encrypted" { default = true }', '"encrypted" {\n  default = true\n  nullable = false\n}')
    assert values(disks(call("a", "encrypted = null"), child=child), "encrypted") == [True]
    assert values(disks(call("a", "encrypted = null")), "encrypted") == [MISSING]


OPEN = """
resource "aws_security_group_rule" "r" {
  for_each    = { https = 443, ssh = 22 }
  type        = "ingress"
  protocol    = "tcp"
  from_port   = each.value
  to_port     = each.value
  cidr_blocks = ["0.0.0.0/0"]
}
"""
ALLOWED = """
resource "aws_iam_policy" "p" {
  for_each = { read = ["s3:GetObject"], all = ["*"] }
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = each.value, Resource = "*" }]
  })
}
data "aws_iam_policy_document" "d" {
  for_each = { read = ["s3:GetObject"], all = ["*"] }
  statement {
    actions   = each.value
    resources = ["*"]
  }
}
"""


def places(check: Any, files: dict[str, str]) -> list[tuple[str, str]]:
    """What a check finds in resources and data sources, by the file and the text that it points at."""
    found, _ = read(files)
    judged = [one for one in found if one.kind in {"terraform.resource", "terraform.data"}]
    at = [
        problem.at if isinstance(problem.at, Place) else subject.place(problem.at)
        for subject in judged
        for problem in check(subject, {})
    ]
    return [(one.source.path, one.source.text[one.start : one.end]) for one in at]


def test_checks_see_the_values_of_each_instance() -> None:
    assert places(network.admin_port, {"main.tf": OPEN}) == [("main.tf", '"0.0.0.0/0"')]
    assert places(iam.admin_policy, {"main.tf": ALLOWED}) == [("main.tf", "each.value"), ("main.tf", "each.value")]


def test_a_policy_of_locals_of_another_file_stands_where_it_is_used() -> None:
    files = {
        "main.tf": 'resource "aws_iam_policy" "p" {\n  policy = jsonencode(local.policy)\n}\n'
        'resource "aws_iam_policy" "q" {\n  policy = jsonencode({ Statement = local.statements })\n}\n',
        "locals.tf": '\n\nlocals {\n  actions = ["*"]\n  policy = {\n    Statement = local.statements\n  }\n'
        '  statements = [{ Effect = "Allow", Action = local.actions, Resource = "*" }]\n}\n',
    }
    assert places(iam.admin_policy, files) == [("main.tf", "local.policy"), ("main.tf", "local.statements")]
    whole = {"main.tf": files["main.tf"] + files["locals.tf"]}
    assert places(iam.admin_policy, whole) == [("main.tf", "local.statements"), ("main.tf", "local.actions")]


def test_findings_of_every_check_name_the_call() -> None:
    module = 'variable "safe" {}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.safe\n}\n'
    files = {"modules/disk/main.tf": module, "main.tf": call("a", "safe = true") + call("b", "safe = false")}
    report = Run(MemoryWorkspace(files), catalog(), Everything()).check(Asked([], list(files), True))
    (found,) = [one for one in report.findings if one.rule == "terraform/aws/unencrypted-volume"]
    assert [(one.path, one.text) for one in found.related] == [("main.tf", "`module.b` sets `var.safe`")]
