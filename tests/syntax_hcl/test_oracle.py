"""What python-hcl2 reads of a file must equal what we read: the same blocks, labels, attributes and literals."""

from __future__ import annotations

import os
from typing import Any

import pytest

from devopslint.syntax.hcl import read_hcl
from devopslint.syntax.hcl_nodes import Block, Expression
from devopslint.syntax.source import Source

hcl2 = pytest.importorskip("hcl2")

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = {
    "settings": """
terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
  backend "s3" {
    bucket = "state"
    encrypt = true
  }
}
""",
    "resource": """
resource "aws_instance" "web" {
  ami           = data.aws_ami.this.id
  instance_type = var.kind == "big" ? "m5.large" : "t3.micro"
  count         = 3
  tags = {
    Name   = "web-${count.index}"
    "a/b"  = 1
    plain  = "x"
    nested = { list = [1, 2, [3, "four"]], none = null, yes = true, minus = -5 }
  }
  root_block_device { encrypted = true }
  ebs_block_device {
    size = 1.5
  }
  ebs_block_device {
    size = 2
  }
  dynamic "network_interface" {
    for_each = var.interfaces
    content {
      device_index = network_interface.key
    }
  }
  user_data = <<-EOT
    #!/bin/sh
    echo "hello"
      indented
  EOT
}
""",
    "expressions": """
locals {
  a = [for x in var.list : upper(x) if x != ""]
  b = { for k, v in var.map : k => v... }
  c = var.list[*].id
  d = !var.flag && (1 + 2 * 3 > 4)
  e = provider::aws::arn_parse(var.arn)
  f = "%{ if var.flag }yes%{ else }no%{ endif }"
  g = jsonencode({ a = 1 })
  h = "escaped \\" quote"
}
""",
    "empty": "",
    "comments": """
# one
// two
/* three
   lines */
a = 1 # after
b {
  # nothing
}
""",
}


def fixtures() -> list[str]:
    found = []
    for folder, _, names in os.walk(os.path.join(ROOT, "fixtures")):
        found += [os.path.join(folder, name) for name in names if name.endswith((".tf", ".tofu", ".tfvars"))]
    return sorted(found)


def theirs(value: Any, blocks: bool = True) -> Any:
    """Bring what python-hcl2 gives to a common form: quotes taken off, expressions as a mark."""
    if isinstance(value, dict):
        return {
            unquote(key): theirs(item)
            for key, item in value.items()
            if key not in {"__is_block__", "__comments__", "__inline_comments__"}
        }
    if isinstance(value, list):
        return [theirs(item) for item in value]
    if isinstance(value, str):
        if value.startswith('"<<'):
            return "<heredoc>" if "${" not in value and "%{" not in value else "<expression>"
        if "${" in value.replace("$${", "") or "%{" in value.replace("%%{", "") or not value.startswith('"'):
            return "<expression>"
        return unquote(value)
    return value


def unquote(text: str) -> str:
    if len(text) < 2 or text[0] != '"':
        return text
    return text[1:-1].replace("$${", "${").replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def ours(value: Any, text: str) -> Any:
    if isinstance(value, Block):
        return {key: common(value, key, text) for key in value if value[key].__class__.__name__ != "Unknown"}
    if isinstance(value, dict):
        return {key.strip('"'): common(value, key, text) for key in value}
    if isinstance(value, list):
        return [ours(item, text) for item in value]
    return "<expression>" if isinstance(value, Expression) else value


def common(owner: Any, key: str, text: str) -> Any:
    value = owner[key]
    _, _, start, _ = owner.at[key]
    if isinstance(value, list) and value and isinstance(value[0], Block):
        return [labelled(block, text) for block in value]
    if isinstance(value, str) and text.startswith("<<", start):
        return "<heredoc>"
    return ours(value, text)


def labelled(block: Block, text: str) -> Any:
    """python-hcl2 nests a block's body below its labels."""
    body = ours(block, text)
    for label in reversed(block.labels):
        body = {label: body}
    return body


def check(text: str) -> None:
    document, problems = read_hcl(Source("main.tf", text))
    assert problems == []
    assert ours(document.root, text) == theirs(hcl2.loads(text))


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_samples(name: str) -> None:
    check(SAMPLES[name])


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: os.path.relpath(path, ROOT))
def test_fixtures(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        check(file.read())
