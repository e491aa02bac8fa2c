"""What override files set: where it is pointed at, and what it refers to."""

from __future__ import annotations

import pytest

from devopslint.artifacts.terraform.checks.meta import cycles, invalid_meta_argument, misplaced_word
from devopslint.artifacts.terraform.checks.names import undeclared_provider
from devopslint.artifacts.terraform.policies import statements_of
from devopslint.policy.subject import Place, Subject
from devopslint.syntax.tree import UNKNOWN
from tests.terraform.test_module import read

MAIN = 'resource "x_y" "z" {\n  a = 1\n}\nresource "x_v" "w" {}\nlocals {\n  p = jsonencode({ Statement = [{ Action = "*" }] })\n}\n'


def subjects(override: str, name: str = "override.tf") -> tuple[Subject, Subject, Subject]:
    """The module, the resource that a file overrides, and another."""
    found, _ = read({"main.tf": MAIN, name: override})
    by_address = {one.address: one for one in found}
    return next(one for one in found if one.kind == "terraform.module"), by_address["x_y.z"], by_address["x_v.w"]


def shown(place: object) -> tuple[str, str]:
    """The file of a place, and the text there."""
    assert isinstance(place, Place)
    return place.source.path, place.source.text[place.start : place.end]


def test_an_item_of_a_list_is_pointed_at() -> None:
    _, one, _ = subjects('# é\nresource "x_y" "z" {\n  a = ["b", "c"]\n}\n')
    assert one.get("a[1]") == "c"
    assert shown(one.place("a[1]")) == ("override.tf", '"c"')
    assert shown(one.place("a[2]")) == ("override.tf", '["b", "c"]')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("override.tf", 'resource "x_y" "z" {\n  a = x_v.w.id\n}\n'),
        ("override.tf", 'resource "x_y" "z" {\n  a = var.b ? x_v.w.id : null\n}\n'),
        ("override.tf", 'resource "x_y" "z" {\n  c {\n    a = x_v.w.id\n  }\n}\n'),
        ("override.tf.json", '{"resource": {"x_y": {"z": {"a": "${x_v.w.id}"}}}}'),
    ],
)
def test_what_an_override_file_refers_to_belongs_together(name: str, text: str) -> None:
    _, _, other = subjects(text, name)
    assert other.related is not None
    assert [one.address for one in other.related("x_y")] == ["x_y.z"]


def test_a_reference_is_pointed_at_in_the_override_file() -> None:
    module, _, _ = subjects('resource "x_y" "z" {\n  a = each.key\n  b = x_y.z.a\n  provider = x.west\n}\n')
    found = [
        shown(problem.at) for check in (misplaced_word, cycles, undeclared_provider) for problem in check(module, {})
    ]
    assert found == [("override.tf", "each.key"), ("override.tf", "x_y.z.a"), ("override.tf", "x.west")]


def test_a_policy_that_stands_elsewhere_is_pointed_at_by_the_override_file() -> None:
    _, one, _ = subjects('resource "x_y" "z" {\n  policy = local.p\n}\n')
    ((where, statement),) = statements_of(one)
    assert shown(where.problem(statement.actions[0], statement).at) == ("override.tf", "local.p")


def test_what_is_a_plain_reference_stays_one() -> None:
    _, one, _ = subjects('resource "x_y" "z" {\n  a = x_v.w.id\n  b = "${x_v.w.id}-b"\n  c = 3\n}\n')
    assert [one.raw(name).is_plain for name in "abc"] == [True, True, False]


@pytest.mark.parametrize(
    "files",
    [
        {
            "main.tf": 'variable "v" {\n  type = any\n  default = { a = [{}] }\n}\nresource "x_y" "z" {\n  a = var.v\n}\n',
            "override.tf": 'variable "v" {\n  type = object({ a = list(object({ b = optional(string, "c") })) })\n}\n',
        },
        {
            "main.tf.json": '{"variable": {"v": {"type": "object({ a = list(object({ b = optional(string) })) })", '
            '"default": {"a": [{}]}}}, "resource": {"x_y": {"z": {"a": "${var.v}"}}}}'
        },
    ],
)
def test_what_a_type_that_is_not_followed_may_add_is_unknown(files: dict[str, str]) -> None:
    found, _ = read(files)
    one = next(one for one in found if one.address == "x_y.z")
    assert one.get("a.a") == [{}]
    assert one.get("a.a[0].b") is UNKNOWN


def test_what_an_override_file_gives_a_module_comes_from_there() -> None:
    files = {
        "m/main.tf": 'variable "v" {}\nresource "x_y" "z" {\n  a = var.v\n}\n',
        "main.tf": 'module "m" {\n  source = "./m"\n  v = "given"\n}\n',
        "override.tf": '# é\nmodule "m" {\n  v = "instead"\n}\n',
    }
    found, _ = read(files)
    one = next(one for one in found if one.address == "x_y.z")
    (candidate,) = one.candidates("a")
    assert candidate.value == "instead"
    assert [(source.path, source.text[start:end]) for source, start, end, _ in candidate.origins] == [
        ("override.tf", '"instead"')
    ]


def test_an_input_that_is_called_otherwise_is_pointed_at_in_the_override_file() -> None:
    call = (
        'module "e" {\n  source = "terraform-aws-modules/eks/aws"\n  endpoint_public_access_cidrs = ["10.0.0.0/8"]\n}\n'
    )
    more = '# some lines more\nmodule "e" {\n  endpoint_public_access_cidrs = ["0.0.0.0/0"]\n}\n'
    found, _ = read({"main.tf": call, "override.tf": more})
    one = next(one for one in found if one.type == "aws_eks_cluster")
    assert shown(one.place("vpc_config.public_access_cidrs[0]")) == ("override.tf", '"0.0.0.0/0"')


@pytest.mark.parametrize(("name", "value"), [("count", "-1"), ("for_each", '"a"')])
def test_a_meta_argument_is_pointed_at_in_the_override_file(name: str, value: str) -> None:
    module, _, _ = subjects(f'resource "x_y" "z" {{\n  {name} = {value}\n  depends_on = []\n}}\n')
    assert [shown(problem.at) for problem in invalid_meta_argument(module, {})] == [("override.tf", value)]
