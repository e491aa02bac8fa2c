"""Values that cross files and folders: calls of local modules, text files, `dynamic` blocks, instances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from devopslint.artifacts import terraform
from devopslint.engine.workspace import Workspace
from devopslint.policy.artifact import Unit
from devopslint.policy.subject import Subject
from devopslint.syntax.tree import MISSING, UNKNOWN
from tests.terraform.test_module import read

CHILD = """
variable "encrypted" { default = true }
variable "cidrs" {
  type = list(string)
}
resource "x_disk" "d" {
  encrypted = var.encrypted
  cidrs     = var.cidrs
}
output "fixed" { value = "out" }
output "passed" { value = var.cidrs }
"""


def of(files: dict[str, str], address: str) -> list[Subject]:
    found, _ = read(files)
    return [subject for subject in found if subject.address == address]


def disk(**callers: str) -> Subject:
    """The child's resource, with callers by folder (`_` stands for `/`)."""
    files = {"modules/disk/main.tf": CHILD}
    files.update({path.replace("_", "/") + "/main.tf": text for path, text in callers.items()})
    if "root/main.tf" in files:
        files["main.tf"] = files.pop("root/main.tf")
    return of(files, "x_disk.d")[0]


def test_the_arguments_of_the_only_caller_count() -> None:
    caller = 'locals { on = false }\nmodule "d" {\n  source    = "./modules/disk"\n  encrypted = local.on\n  cidrs = ["x"]\n}\n'
    subject = disk(root=caller)
    assert subject.get("encrypted") is False
    assert subject.get("cidrs") == ["x"]
    (candidate,) = subject.candidates("encrypted")
    assert [(o[0].path, o[0].text[o[1] : o[2]], o[3]) for o in candidate.origins] == [
        ("main.tf", "local.on", "`module.d` sets `var.encrypted`")
    ]


def test_the_default_counts_where_the_caller_says_nothing() -> None:
    assert disk(envs_prod='module "d" {\n  source = "../../modules/disk"\n  cidrs  = []\n}\n').get("encrypted") is True


def test_examples_are_no_callers() -> None:
    call = 'module "d" {\n  source    = "../../modules/disk"\n  encrypted = false\n  cidrs = []\n}\n'
    assert disk(examples_all=call).get("encrypted") is True


def test_unknown_arguments_are_unknown() -> None:
    caller = 'variable "on" {}\nmodule "d" {\n  source    = "./modules/disk"\n  encrypted = var.on\n  cidrs = []\n}\n'
    assert disk(root=caller).get("encrypted") is UNKNOWN


def test_modules_that_call_each_other_end() -> None:
    files = {
        "a/main.tf": 'variable "x" {}\nmodule "b" {\n  source = "../b"\n  x = module.b.y\n}\noutput "y" { value = var.x }\n',
        "b/main.tf": 'variable "x" {}\nmodule "a" {\n  source = "../a"\n  x = module.a.y\n}\noutput "y" { value = var.x }\n'
        'resource "x_y" "z" {\n  v = var.x\n  w = module.a.y\n}\n',
    }
    (subject,) = of(dict(reversed(files.items())), "x_y.z")
    assert subject.get("v") is UNKNOWN
    assert subject.get("w") is UNKNOWN


def test_outputs_of_a_local_module() -> None:
    main = (
        'module "d" {\n  source = "./modules/disk"\n  cidrs = ["x"]\n}\n'
        'resource "x_y" "z" {\n  a = module.d.fixed\n  b = "${module.d.passed[0]}!"\n  c = module.d.gone\n}\n'
    )
    (subject,) = of({"main.tf": main, "modules/disk/main.tf": CHILD}, "x_y.z")
    assert [subject.get(name) for name in "abc"] == ["out", "x!", UNKNOWN]


def test_files_of_the_folder() -> None:
    main = (
        'resource "x_y" "z" {\n  a = jsondecode(file("${path.module}/p.json")).k\n'
        '  b = templatefile("t.tpl", { n = "x", l = [1, 2] })\n  c = file("../secret.txt")\n  d = file("x.zip")\n'
        '  e = templatefile("t.tpl", { l = [1] })\n}\n'
    )
    files = {
        "m/main.tf": main,
        "m/p.json": '{"k": [1]}',
        "m/t.tpl": "a ${n}%{ for i in l }-${i}%{ endfor }\n",
        "m/x.zip": "x",
    }
    (subject,) = of(files, "x_y.z")
    assert subject.get("a") == [1]
    assert subject.get("b") == "a x-1-2\n"
    assert [subject.get(name) for name in "cde"] == [UNKNOWN, UNKNOWN, UNKNOWN]


def ports(text: str) -> Any:
    (subject,) = of({"main.tf": text}, "x_y.z")
    blocks = subject.raw("rule")
    if blocks is UNKNOWN or blocks is MISSING:
        return blocks
    return [subject.get(("rule", index, "port")) for index in range(len(blocks))], blocks.open


DYNAMIC = """
variable "open" {}
resource "x_y" "z" {
  rule {
    port = 1
  }
  dynamic "rule" {
    for_each = %s
    content {
      port = rule.value
    }
  }
}
"""


def test_dynamic_blocks_of_known_items_are_written_out() -> None:
    assert ports(DYNAMIC % "[22, 443]") == ([1, 22, 443], False)
    assert ports(DYNAMIC % "{ a = 22 }") == ([1, 22], False)
    assert ports(DYNAMIC % "var.open") == ([1], True)
    assert ports(DYNAMIC % "[22, var.open]") == ([1, 22, UNKNOWN], False)


def test_an_empty_dynamic_block_is_absent_only_where_no_caller_can_fill_it() -> None:
    text = 'resource "x_y" "z" {\n  dynamic "rule" {\n    for_each = %s\n    content {}\n  }\n}\n'
    asked = 'variable "rules" {\n  default = []\n}\n' + text % "var.rules"
    assert ports(asked) is UNKNOWN
    assert ports('provider "x" {\n  region = "y"\n}\n' + asked) is MISSING
    assert [ports(text % empty) for empty in ("[]", "{}", "toset([])")] == [MISSING] * 3


def test_dynamic_blocks_inside_of_dynamic_blocks() -> None:
    text = """
resource "x_y" "z" {
  dynamic "group" {
    for_each = [{ name = "a", ports = [1, 2] }]
    iterator = g
    content {
      name = g.value.name
      dynamic "rule" {
        for_each = g.value.ports
        content {
          id = "${g.value.name}${rule.value}"
        }
      }
    }
  }
}
"""
    (subject,) = of({"main.tf": text}, "x_y.z")
    assert subject.get("group[0].name") == "a"
    assert [subject.get(("group", 0, "rule", i, "id")) for i in range(2)] == ["a1", "a2"]


def test_instances() -> None:
    text = """
resource "x_y" "z" {
  for_each = { a = { port = 1 }, b = { port = 2 } }
  name     = each.key
  port     = each.value.port
}
resource "x_y" "s" {
  for_each = toset(["a", "b"])
  name     = "${each.key}${each.value}"
}
resource "x_y" "n" {
  count = 2
  name  = count.index
}
resource "x_y" "one" {
  count = 2
  name  = "x"
}
"""
    found, _ = read({"main.tf": text})
    values = [(one.address, one.get("name"), one.get("port")) for one in found if one.kind == "terraform.resource"]
    assert values == [
        ("x_y.z", "a", 1), ("x_y.z", "b", 2), ("x_y.s", "aa", MISSING), ("x_y.s", "bb", MISSING),
        ("x_y.n", 0, MISSING), ("x_y.n", 1, MISSING), ("x_y.one", "x", MISSING),
    ]  # fmt: skip


def test_every_unit_depends_on_what_its_values_come_from(tmp_path: Path) -> None:
    """Whichever unit is judged first, the cache must see a change of the caller, and of what the caller calls."""
    texts = {
        "main.tf": 'module "d" {\n  source = "./modules/disk"\n  cidrs = module.n.list\n}\n'
        'module "n" {\n  source = "./names"\n}\n',
        "names/main.tf": 'output "list" { value = ["x"] }\n',
        "modules/disk/main.tf": CHILD,
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    workspace = Workspace(str(tmp_path), remember=True)
    for _ in range(2):
        workspace.begin_task()
        unit = Unit(terraform, ["modules/disk/main.tf"], workspace, frozenset(), lambda *_: None, lambda *_: True)
        (subject,) = [one for one in terraform.read(unit) if one.address == "x_disk.d"]
        assert subject.get("cidrs") == ["x"]
        assert {("source", "main.tf"), ("source", "names/main.tf")} <= workspace.looked_at.keys()
