"""What expressions come to, worked out by hand from Terraform's documentation."""

from __future__ import annotations

import random
from typing import Any

import pytest

from devopslint.artifacts.terraform.evaluate import evaluate
from devopslint.artifacts.terraform.module import Module
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.syntax.hcl import read_hcl
from devopslint.syntax.hcl_nodes import parse_expression
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN

CONTEXT = """
variable "name" { default = "web" }
variable "flag" { default = true }
variable "off" { default = false }
variable "nothing" { default = null }
variable "required" {}
variable "number" { default = 3 }
variable "list" { default = ["a", "b"] }
variable "tags" {
  default = { Team = "x", Cost = 1 }
}
variable "settings" {
  type    = object({ tls = optional(bool, true), size = number })
  default = { size = 1 }
}
variable "deep" {
  type = object({
    sites  = map(object({ port = optional(number, 443), name = string }))
    rules  = list(object({ open = optional(bool), "log" = optional(object({ on = optional(bool, false) }), {}) }))
    pair   = tuple([string, object({ size = optional(number, 2) })])
    absent = optional(object({ size = optional(number, 2) }))
  })
  default = {
    sites = { a = { name = "a" }, b = { name = "b", port = null }, c = { name = "c", port = 80 } }
    rules = [{}, { open = true, log = { on = true } }]
    pair  = ["x", {}]
  }
}
variable "objects" { default = [{ id = 1 }, { id = 2 }] }
locals {
  prefix  = "${var.name}-app"
  deep    = { a = { b = [local.prefix, var.required] } }
  cycle_a = local.cycle_b
  cycle_b = local.cycle_a
  zones   = [for zone in ["a", "b"] : "eu-west-1${zone}"]
}
"""


def module(**files: str) -> Module:
    documents = [read_hcl(Source(path.replace("__", "."), text))[0] for path, text in files.items()]
    return Module("", documents, MemoryWorkspace({}))


def value_of(written: str) -> Any:
    found = module(context__tf=CONTEXT, main__tf=f'resource "x_y" "z" {{\n  value = {written}\n}}\n')
    return found.value(found.declared["x_y.z"].block["value"])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("var.name", "web"),
        ("var.nothing", None),
        ("local.prefix", "web-app"),
        ('"${var.name}"', "web"),
        ('"${var.flag}"', True),
        ('"${var.flag} ${var.number}"', "true 3"),
        ('"a-${local.prefix}-$${x}"', "a-web-app-${x}"),
        ("<<-EOT\n    x ${var.name}\n      y\n  EOT\n", "x web\n  y\n"),
        ("local.deep.a.b[0]", "web-app"),
        ('local.deep["a"].b.0', "web-app"),
        ("var.tags.Team", "x"),
        ('var.tags["Cost"]', 1),
        ("var.settings.size", 1),
        ("var.settings.tls", True),
        ("[for site in var.deep.sites : site.port]", [443, 443, 80]),
        ("var.deep.rules[*].open", [None, True]),
        ("var.deep.rules[*].log.on", [False, True]),
        ("var.deep.pair[1].size", 2),
        ("var.deep.absent", None),
        ("var.objects[*].id", [1, 2]),
        ("var.objects.*.id", [1, 2]),
        ("local.zones", ["eu-west-1a", "eu-west-1b"]),
        ("{ for k, v in var.tags : lower(k) => v if k != \"Cost\" }", {"team": "x"}),
        ("var.flag ? 1 : 2", 1),
        ("!var.flag ? 1 : 2", 2),
        ("var.required ? 1 : 1", 1),
        ("var.flag && !var.off", True),
        ("var.off && var.required", False),
        ("var.flag || var.required", True),
        ('var.name == "web"', True),
        ('var.name != "web"', False),
        ("var.nothing == null", True),
        ("var.nothing != null ? var.nothing : 7", 7),
        ("var.number + 1 > 3", True),
        ("(var.number - 1) * 2", 4),
        ("-var.number", -3),
        ("length(var.list)", 2),
        ("length(var.list) > 0 ? var.list[0] : null", "a"),
        ('merge(var.tags, { Team = "y" })', {"Team": "y", "Cost": 1}),
        ('concat(var.list, ["c"])', ["a", "b", "c"]),
        ("concat(var.list...)", UNKNOWN),
        ('join("-", var.list)', "a-b"),
        ('format("%s/%d", var.name, 3)', "web/3"),
        ('upper(lower("A"))', "A"),
        ('coalesce("", null, "x")', "x"),
        ('lookup(var.tags, "Nope", "d")', "d"),
        ('lookup({ tls = "x" }, "tls")', "x"),
        ("try(var.tags.nope, 5)", 5),
        ("try(var.settings.tls, 5)", True),
        ("try(local.deep.a.b[9], var.name)", "web"),
        ("can(var.tags.nope)", False),
        ('contains(var.list, "a")', True),
        ('contains(["a", var.required], "z")', UNKNOWN),
        ('contains(["a", var.required], "a")', True),
        ("toset(var.list)", ["a", "b"]),
        ("flatten([var.list, [[1]]])", ["a", "b", 1]),
        ('compact(["a", "", null])', ["a"]),
        ("jsonencode({ a = [var.name] })", {"a": ["web"]}),
        ("jsondecode(\"[1, true]\")", [1, True]),
        ('split(",", "a,b")', ["a", "b"]),
        ('replace("a-b", "-", "_")', "a_b"),
        ("tostring(5)", "5"),
        ("one([])", None),
        ("element(var.list, 3)", "b"),
        ("keys(var.tags)", ["Cost", "Team"]),
        ("sensitive(var.name)", "web"),
    ],
)  # fmt: skip
def test_values(written: str, value: Any) -> None:
    assert value_of(written) == value


@pytest.mark.parametrize(
    "written",
    ["var.required", "var.undeclared", "local.undeclared", "local.cycle_a", "each.value", "count.index", "self.id",
     "data.aws_x.y.id", "aws_x.y.id", "module.m.o", "path.root", "terraform.workspace", '"${var.required}-x"',
     "var.required ? 1 : 2", "var.required && var.flag", "file(\"x\")", "templatefile(\"x\", {})", "uuid()", "timestamp()",
     "var.tags.nope", "var.list[7]", "1 / 0", "[for x in var.required : x]", "nosuch(1)",
     '"%{ if var.required }a%{ endif }"', "provider::aws::x(1)"],
)  # fmt: skip
def test_unknown(written: str) -> None:
    assert value_of(written) is UNKNOWN


def test_origins_name_the_default_and_the_local() -> None:
    found = module(main__tf=CONTEXT + 'resource "x_y" "z" {\n  value = local.prefix\n}\n')
    candidates = found.resolve(found.declared["x_y.z"].block["value"])
    assert candidates is not None
    assert [(source.text[start:end], text) for source, start, end, text in candidates[0].origins] == [
        ('"web"', "default of `var.name`"),
        ('"${var.name}-app"', "value of `local.prefix`"),
    ]


def test_values_files() -> None:
    main = 'variable "a" { default = 1 }\nvariable "b" { default = 1 }\nvariable "c" { default = 1 }\n'
    found = module(
        main__tf=main + 'resource "x_y" "z" {\n  v = [var.a, var.b, var.c]\n}\n',
        terraform__tfvars="a = 2\nb = 2\n",
        z__auto__tfvars="b = 3\n",
        prod__tfvars="c = 9\n",
    )
    values = found.declared["x_y.z"].block["v"]
    assert [found.value(value) for value in values] == [2, 3, UNKNOWN]


def test_growth_is_bounded() -> None:
    text = 'locals {\n  a0 = "xxxxxxxxxxxxxxxx"\n'
    text += "".join(f'  a{i} = "${{local.a{i - 1}}}${{local.a{i - 1}}}"\n' for i in range(1, 60)) + "}\n"
    text += "locals {\n  b0 = [1, 2]\n" + "".join(
        f"  b{i} = concat(local.b{i - 1}, local.b{i - 1})\n" for i in range(1, 60)
    )
    found = module(main__tf=text + "}\n")
    assert found.lookup("local", "a3")[0] == "x" * 128
    assert found.lookup("local", "a59")[0] is UNKNOWN
    assert found.lookup("local", "b59")[0] is UNKNOWN


def test_values_inside_values_are_worked_out_once() -> None:
    text = 'locals {\n  a0 = { v = "x" }\n'
    text += "".join(f'  a{i} = {{ v = "${{local.a{i - 1}.v}}${{local.a{i - 1}.v}}" }}\n' for i in range(1, 40))
    text += "  c = { v = local.c.v }\n}\n"
    text += 'resource "x_y" "z" {\n  few  = local.a3.v\n  many = local.a39.v\n  self = local.c.v\n}\n'
    found = module(main__tf=text)
    block = found.declared["x_y.z"].block
    assert found.value(block["self"]) is UNKNOWN
    assert found.value(block["many"]) is UNKNOWN
    assert found.value(block["few"]) == "x" * 8


def test_long_chains_and_deep_expressions_end() -> None:
    text = "locals {\n  a0 = 1\n" + "".join(f"  a{i} = local.a{i - 1}\n" for i in range(1, 2000)) + "}\n"
    found = module(main__tf=text)
    assert found.lookup("local", "a20")[0] == 1
    assert found.lookup("local", "a1999")[0] in {1, UNKNOWN}
    assert value_of("(" * 400 + "1" + ")" * 400) in {1, UNKNOWN}
    assert value_of("[" * 400 + "var.name" + "]" * 400) != 1
    assert value_of("!" * 300 + "true") in {True, UNKNOWN}
    assert value_of("f(" * 300 + "1" + ")" * 300) is UNKNOWN


REFERENCES = (
    "var.name", "var.nothing", "var.flag", "var.number", "var.list", "var.tags", "var.required", "var.absent", "var", "local",
    "local.prefix", "local.deep", "local.cycle_a", "local.zones", "var.tags.Team", "var.list[0]", "var.objects[*].id", "var[0]",
    "path.module", "path", "module.a.b", "each.value", "each", "x_y.z.id", "data.a.b.c", "string", "local.deep.a", "var.list[*]",
)  # fmt: skip


@pytest.mark.parametrize("bound", [{}, {"each": {"value": "e"}}, {"var": "v"}], ids=["nothing", "each", "var"])
def test_plain_expressions_are_worth_what_the_grammar_makes_of_them(bound: dict[str, Any]) -> None:
    chance = random.Random(1)
    texts = [*REFERENCES, *(f'"${{{one}}}"' for one in REFERENCES)]
    for _ in range(200):
        parts = [chance.choice(("", "a", " -", "% ", f"${{{chance.choice(REFERENCES)}}}")) for _ in range(4)]
        texts.append(f'"${{{chance.choice(REFERENCES)}}}{"".join(parts)}"')
    for text in texts:
        found = module(context__tf=CONTEXT, main__tf=f"locals {{\n  it = {text}\n}}\n")
        plain = found.locals["it"].value
        assert plain.is_plain, text
        parsed = parse_expression(plain.source, plain.start, plain.end)
        assert parsed is not None
        assert not parsed.is_plain
        assert evaluate(plain, found, bound) == evaluate(parsed, found, bound), text
