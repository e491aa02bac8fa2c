"""A folder that several call, and what its resources are worth for each call."""

from __future__ import annotations

from typing import Any

import pytest

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
