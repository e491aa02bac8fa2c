"""What can't be known, and is there for certain or may be null: what `exists` asks."""

from __future__ import annotations

import pytest

from devopslint.policy.conditions import compile_condition
from devopslint.policy.evaluation import Evaluation
from tests.terraform.test_module import read

IN = """
variable "given" {}
resource "aws_key_pair" "ops" { public_key = "k" }
resource "aws_key_pair" "many" {
  count = var.given
}
resource "aws_instance" "web" {
  argument = VALUE
  block {
    argument = VALUE
  }
  block {
    argument = null
  }
}
"""
PATHS = ("argument", "block.argument")


@pytest.mark.parametrize(
    ("value", "there"),
    [
        ("aws_key_pair.ops.key_name", True),
        ("aws_key_pair.ops[0].id", True),
        ('aws_key_pair.ops["a"].arn', True),
        ("data.aws_ami.newest.id", True),
        ('"${aws_key_pair.ops.key_name}"', True),
        ('"${ aws_key_pair.ops.id }"', True),
        ('"${var.given}-key"', True),
        ('"${var.given}${var.given}"', True),
        ("<<EOT\n${var.given}\nEOT", True),
        ("element(aws_key_pair.ops[*].id, count.index)", True),
        ("aws_key_pair.ops.*.id[count.index]", True),
        ("one(aws_key_pair.ops[*].id)", True),
        ("one(aws_key_pair.many[*].id)", None),
        ("var.given", None),
        ('"${var.given}"', None),
        ("var.given.id", None),
        ("module.keys.id", None),
        ("each.value.name", None),
        ("aws_key_pair.ops.comment", None),
        ("var.given ? aws_key_pair.ops.id : null", None),
        ('"${var.given ? aws_key_pair.ops.id : null}"', None),
        ("try(aws_key_pair.ops.id, null)", None),
        ("null", False),
    ],
)
def test_what_exists_says_of_a_value_that_is_not_known(value: str, there: bool | None) -> None:
    found, _ = read({"main.tf": IN.replace("VALUE", value)})
    subject = next(one for one in found if one.address == "aws_instance.web")
    for path in PATHS:
        for word, expected in ((True, there), (False, None if there is None else not there)):
            for blame in (True, False):
                evaluation = Evaluation(subject)
                assert compile_condition({path: {"exists": word}}, blame)(evaluation, ()) is expected
                assert len(evaluation.blames) == (expected is blame)
                denied = compile_condition({path: {"not": {"exists": not word}}}, blame)
                assert denied(Evaluation(subject), ()) is expected


def test_other_operators_still_can_not_know() -> None:
    found, _ = read({"main.tf": IN.replace("VALUE", "aws_key_pair.ops.id")})
    subject = next(one for one in found if one.address == "aws_instance.web")
    for constraint in ({"equals": "any"}, {"length": {"min": 1}}, {"exists": True, "equals": "any"}):
        assert compile_condition({"argument": constraint}, False)(Evaluation(subject), ()) is None
