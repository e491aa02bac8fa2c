"""What is said of names that nothing declares."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import findings, write

NETWORK = 'output "vpc_id" {\n  value = 1\n}\noutput "zones" {\n  value = 2\n}\n'


@pytest.mark.parametrize(
    ("name", "hint"),
    [("vpc", "vpc_id"), ("vcp_id", "vpc_id"), ("zone", "zones"), ("cidr", ""), ("network", "")],
)
def test_the_output_that_is_meant(tmp_path: Path, name: str, hint: str) -> None:
    code = f'module "network" {{\n  source = "./network"\n}}\noutput "x" {{\n  value = module.network.{name}\n}}\n'
    write(tmp_path, {"main.tf": code, "network/main.tf": NETWORK})
    (found,) = findings("--select", "terraform/undeclared-reference", cwd=tmp_path)
    meant = f", did you mean `module.network.{hint}`?" if hint else ""
    assert found["message"] == f"`module.network.{name}` is not declared in this folder{meant}"
