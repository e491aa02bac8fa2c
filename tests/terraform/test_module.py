"""What a folder's model holds: subjects, what belongs to what, what is applied, and the JSON syntax."""

from __future__ import annotations

from typing import Any

import pytest

from devopslint.artifacts import terraform
from devopslint.artifacts.terraform.checks.names import undeclared, unused
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.artifact import Unit
from devopslint.policy.subject import Subject
from devopslint.syntax.tree import MISSING, UNKNOWN


def read(files: dict[str, str]) -> tuple[list[Subject], list[str]]:
    """The subjects of the folder of the first file, and the messages of what could not be read."""
    workspace = MemoryWorkspace(files)
    problems: list[str] = []
    paths = terraform.unit_of(next(iter(files)), workspace)
    unit = Unit(
        terraform,
        paths,
        workspace,
        frozenset(),
        lambda rule, place, values: problems.append(f"{place.source.path}: {values['message']}"),
        lambda path, document: True,
    )
    return list(terraform.read(unit)), problems


def subjects(text: str) -> dict[str, Subject]:
    found, _ = read({"main.tf": text})
    return {subject.address or subject.kind: subject for subject in found}


def problems_of(check: Any, files: dict[str, str]) -> list[tuple[str, str]]:
    found, _ = read(files)
    module = next(subject for subject in found if subject.kind == "terraform.module")
    return [
        (problem.at.source.text[problem.at.start : problem.at.end], problem.values["name"])
        for problem in check(module, {})
    ]


@pytest.mark.parametrize("path", ["main.tf", "a/b.tofu", "x.auto.tfvars", "main.tf.json", "terraform.tfstate"])
def test_claimed(path: str) -> None:
    assert terraform.claims_path(path)


@pytest.mark.parametrize("path", ["a/.terraform/modules/x/main.tf", "main.hcl", ".terraform.lock.hcl", "tf", "a.json"])
def test_not_claimed(path: str) -> None:
    assert terraform.claims_path(path) is None


def test_the_unit_is_the_folder() -> None:
    workspace = MemoryWorkspace({"a/x.tf": "", "a/y.tfvars": "", "a/b/z.tf": "", "a/n.txt": "", "a/s.tfstate": ""})
    assert terraform.unit_of("a/x.tf", workspace) == ["a/x.tf", "a/y.tfvars"]
    assert terraform.unit_of("a/s.tfstate", workspace) == ["a/s.tfstate"]


def test_kinds_types_and_addresses() -> None:
    found, problems = read(
        {
            "main.tf": """
terraform {
  backend "s3" {}
}
provider "aws" {}
variable "v" {}
locals {
  l = 1
}
data "aws_ami" "d" {}
resource "aws_s3_bucket" "r" {}
module "m" {
  source = "./m"
}
output "o" {
  value = 1
}
"""
        }
    )
    assert problems == []
    assert sorted((subject.kind, subject.type, subject.address) for subject in found) == [
        ("terraform.backend", "s3", "backend.s3"),
        ("terraform.data", "aws_ami", "data.aws_ami.d"),
        ("terraform.file", "tf", ""),
        ("terraform.local", "", "local.l"),
        ("terraform.module", "", "."),
        ("terraform.module_call", "", "module.m"),
        ("terraform.output", "", "output.o"),
        ("terraform.provider", "aws", "provider.aws"),
        ("terraform.resource", "aws_s3_bucket", "aws_s3_bucket.r"),
        ("terraform.settings", "", "terraform"),
        ("terraform.variable", "", "var.v"),
    ]
    assert {kind for kind, *_ in ((subject.kind,) for subject in found)} <= set(terraform.SUBJECTS)


def test_what_is_not_made_is_left_out() -> None:
    found = subjects(
        """
variable "on" { default = false }
variable "given" {}
resource "x_y" "none" { count = 0 }
resource "x_y" "off" { count = var.on ? 1 : 0 }
resource "x_y" "empty" { for_each = {} }
resource "x_y" "given" { count = var.given }
resource "x_y" "one" { count = 1 }
"""
    )
    assert [address for address in found if address.startswith("x_y")] == ["x_y.given", "x_y.one"]


def test_paths_into_blocks() -> None:
    bucket = subjects(
        """
resource "aws_s3_bucket" "a" {
  versioning {
    enabled = true
  }
  dynamic "logging" {
    for_each = var.x
    content {}
  }
}
"""
    )["aws_s3_bucket.a"]
    assert bucket.get("versioning.enabled") is True
    assert bucket.get("versioning.mfa_delete") is MISSING
    assert bucket.get("logging.target_bucket") is UNKNOWN
    assert bucket.get("acl") is MISSING
    place = bucket.place("versioning.enabled")
    assert place.source.text[place.start : place.end] == "true"
    place = bucket.place("acl")
    assert place.source.text[place.start : place.end] == 'resource "aws_s3_bucket" "a"'


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("aws_s3_bucket.a.id", "yes"),
        ("aws_s3_bucket.a.bucket", "yes"),
        ("aws_s3_bucket.a[0].id", "yes"),
        ("local.id", "yes"),
        ('"name"', "yes"),
        ("var.same", "no"),
        ("aws_s3_bucket.b.id", "no"),
        ('"other"', "no"),
        ("var.given", "unknown"),
        ("data.x_y.z.id", "unknown"),
        ("each.value", "unknown"),
    ],
)
def test_related(link: str, expected: str) -> None:
    bucket = subjects(
        f"""
variable "given" {{}}
variable "same" {{ default = "elsewhere" }}
locals {{
  id = aws_s3_bucket.a.id
}}
resource "aws_s3_bucket" "a" {{
  bucket = "name"
}}
resource "aws_s3_bucket" "b" {{}}
resource "aws_s3_bucket_versioning" "v" {{
  bucket = {link}
}}
"""
    )["aws_s3_bucket.a"]
    assert bucket.related is not None
    found = list(bucket.related("aws_s3_bucket_versioning"))
    assert ["no" if not found else "unknown" if found[0].value is UNKNOWN else "yes"] == [expected]
    assert list(bucket.related("aws_s3_bucket_logging")) == []


def test_related_through_a_loop_and_a_module() -> None:
    found = subjects(
        """
resource "aws_s3_bucket" "a" {}
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_versioning" "v" {
  for_each = toset([aws_s3_bucket.a.id])
  bucket   = each.value
}
module "m" {
  source = "./m"
  bucket = aws_s3_bucket.b.id
}
"""
    )
    related = {name: found[f"aws_s3_bucket.{name}"].related for name in "ab"}
    assert [one.address for one in related["a"]("aws_s3_bucket_versioning")] == ["aws_s3_bucket_versioning.v"]  # type: ignore[misc]
    assert [one.value for one in related["b"]("aws_s3_bucket_versioning")] == [UNKNOWN]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ('provider "aws" {\n  region = "x"\n}\n', True),
        ('terraform {\n  backend "s3" {}\n}\n', True),
        ("terraform {\n  cloud {}\n}\n", True),
        ('provider "aws" {}\n', False),
        ('resource "x_y" "z" {}\n', False),
    ],
)
def test_roots(text: str, root: bool) -> None:
    assert subjects(text)["."].context.is_root is root


def test_undeclared_looks_at_the_whole_folder() -> None:
    files = {
        "main.tf": 'resource "x_y" "a" {\n  b = [var.one, var.two, local.l, x_y.c.id, data.x_z.d.id, module.m.o]\n}\n',
        "variables.tf": 'variable "one" {}\nmodule "m" {}\n',
    }
    names = sorted(name for _, name in problems_of(undeclared, files))
    assert names == ["data.x_z.d", "local.l", "var.two", "x_y.c"]


def test_nothing_is_said_of_names_when_a_file_is_broken() -> None:
    files = {"main.tf": 'variable "unused" {}\noutput "o" {\n  value = var.none\n}\n', "bad.tf": "locals {\n"}
    assert problems_of(undeclared, files) == []
    assert problems_of(unused, files) == []
    _, problems = read(files)
    assert problems == ["bad.tf: `}` is missing after this"]


def test_json_syntax() -> None:
    text = """
{
  "variable": {"name": {"default": "web"}},
  "locals": {"n": "${var.name}-x"},
  "resource": {
    "aws_s3_bucket": {
      "logs": {"bucket": "${var.name}", "versioning": {"enabled": true}, "tags": {"T": "${local.n}", "U": "${each.key}"}}
    }
  },
  "terraform": {"backend": {"s3": {"encrypt": true}}}
}
"""
    found, problems = read({"main.tf.json": text})
    assert problems == []
    by_address = {subject.address: subject for subject in found if subject.address}
    bucket = by_address["aws_s3_bucket.logs"]
    assert bucket.get("bucket") == "web"
    assert bucket.get("versioning.enabled") is True
    assert bucket.get("tags.T") == "web-x"
    assert bucket.get("tags.U") is UNKNOWN
    assert by_address["backend.s3"].get("encrypt") is True
    place = bucket.place("bucket")
    assert place.source.text[place.start : place.end] == '"${var.name}"'


def test_broken_pieces_of_a_file_never_crash() -> None:
    text = 'resource "a_b" "c" {\n  d = { e = [f(var.g)], "h${x.y}" = <<-T\n    i ${j}\n  T\n  }\n  k { l = -1 }\n}\n'
    for at in range(len(text)):
        read({"main.tf": text[:at], "other.tf": text[at:]})


def test_an_override_file_replaces_what_it_sets() -> None:
    files = {
        "main.tf": 'resource "x_y" "z" {\n  a = 1\n  b = 2\n  d = local.l\n  e = var.v\n  f { g = 1 }\n}\n'
        'locals {\n  l = "old"\n}\nvariable "v" {\n  default = false\n}\n',
        "a_override.tf": 'resource "x_y" "z" {\n  a = 3\n  c = "${var.v}-${local.l}"\n  f { g = 2 }\n  h { i = 1 }\n}\n'
        'locals {\n  l = "new"\n}\nvariable "v" {\n  default = true\n}\n',
    }
    found, _ = read(files)
    (one,) = [subject for subject in found if subject.kind == "terraform.resource"]
    assert [one.get(name) for name in ("a", "b", "c", "d", "e")] == [3, 2, "true-new", "new", True]
    assert one.get("f.g") is UNKNOWN
    assert one.get("h.i") is UNKNOWN
    places = [one.place(name) for name in ("a", "b", "c", "d")]
    assert [(place.source.path, place.source.text[place.start : place.end]) for place in places] == [
        ("a_override.tf", "3"),
        ("main.tf", "2"),
        ("a_override.tf", '"${var.v}-${local.l}"'),
        ("main.tf", "local.l"),
    ]
    assert [(origin[0].path, origin[0].text[origin[1] : origin[2]]) for origin in one.candidates("e")[0].origins] == [
        ("a_override.tf", "true")
    ]
    (local,) = [subject for subject in found if subject.kind == "terraform.local"]
    assert (local.value, local.document.source.path) == ("new", "a_override.tf")


def test_what_an_override_file_replaces_is_referred_to_all_the_same() -> None:
    files = {
        "main.tf": 'resource "x_y" "z" {\n  a = var.v\n}\nvariable "v" {}\n',
        "override.tf": 'resource "x_y" "z" {\n  a = 3\n  b = jsonencode({ c = 1 })\n  d = "{}"\n}\n',
    }
    found, _ = read(files)
    (one,) = [subject for subject in found if subject.kind == "terraform.resource"]
    assert [one.get(name) for name in "abd"] == [3, UNKNOWN, UNKNOWN]
    assert [reference.text for reference, _ in one.context.references()] == ["var.v"]


def test_an_override_file_in_json_makes_unknown_what_it_sets() -> None:
    files = {
        "main.tf": 'resource "x_y" "z" {\n  a = 1\n  b = 2\n}\n',
        "override.tf.json": '{"resource": {"x_y": {"z": {"a": 3}}}}',
    }
    found, _ = read(files)
    (one,) = [subject for subject in found if subject.kind == "terraform.resource"]
    assert (one.get("a"), one.get("b")) == (UNKNOWN, 2)
