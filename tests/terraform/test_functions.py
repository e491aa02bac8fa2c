"""What functions and templates come to, worked out by hand from Terraform's documentation."""

from __future__ import annotations

from typing import Any

import pytest

from devopslint.syntax.tree import UNKNOWN
from tests.terraform.test_evaluate import value_of


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"%{ if var.flag }yes%{ else }no%{ endif }"', "yes"),
        ('"%{ if var.off }${var.required}%{ else }no%{ endif }"', "no"),
        ('"%{ for z in var.list }${z},%{ endfor }"', "a,b,"),
        ('"%{ for i, z in var.list ~}${i}=${z} %{ endfor ~}"', "0=a 1=b "),
        ('"%{ for z in var.list }%{ if z == "a" }${z}!%{ endif }%{ endfor }"', "a!"),
        ('"a ${~ var.name ~} b"', "awebb"),
        ("<<EOT\n%{ for z in var.list ~}\n  line ${z}\n%{ endfor ~}\nEOT\n", "  line a\n  line b\n"),
        ("<<-EOT\n    %{~ if var.flag ~}\n    x\n    %{~ endif ~}\n    y\n    EOT\n", "x\ny\n"),
        ("<<-EOT\n    a\n    %{ if var.flag }b%{ endif }\n      c\n    EOT\n", "a\nb\n  c\n"),
        ('format("%s-%03d|%-4s|%q", "a", 7, "b", "c")', 'a-007|b   |"c"'),
        ('format("%5.1f%%", 2.25)', "  2.2%"),
        ('formatlist("%s-%s", var.list, "x")', ["a-x", "b-x"]),
        ('replace("a1b2", "/[0-9]/", "")', "ab"),
        ('replace("ab", "/(a)(b)/", "$2$1")', "ba"),
        ('regex("a(.)", "xab")', ["b"]),
        ('regex("(?P<x>[0-9]+)", "a12")', {"x": "12"}),
        ('regexall("[a-z]", "a1b")', ["a", "b"]),
        ('try(regex("z", "a"), "none")', "none"),
        ('cidrsubnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24"),
        ('cidrsubnets("10.0.0.0/16", 4, 8, 4)', ["10.0.0.0/20", "10.0.16.0/24", "10.0.32.0/20"]),
        ('cidrhost("10.0.0.0/24", 5)', "10.0.0.5"),
        ('cidrnetmask("10.0.0.0/20")', "255.255.240.0"),
        ('base64decode(base64encode("a/b"))', "a/b"),
        ('sha256("")', "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ('trim("!!a!", "!")', "a"),
        ('basename("a/b.txt")', "b.txt"),
        ('dirname("a/b.txt")', "a"),
        ("setsubtract([1, 2], [2])", [1]),
        ("setintersection([1, 2], [2, 3])", [2]),
        ('setproduct(["a"], [1, 2])', [["a", 1], ["a", 2]]),
        ("chunklist([1, 2, 3], 2)", [[1, 2], [3]]),
        ('transpose({ a = ["x"], b = ["x"] })', {"x": ["a", "b"]}),
        ("sum([1, 2.5])", 3.5),
        ("ceil(1.2) + floor(1.8)", 3),
        ('yamldecode("a: [1, x]").a', [1, "x"]),
        ('{ for o in var.objects : "k" => o.id... }', {"k": [1, 2]}),
        ("[for k in keys(var.tags) : var.tags[k]]", [1, "x"]),
        ("regex(\"(a+)+b\", \"aaaa\")", UNKNOWN),
        ('regex("\\\\pL", "a")', UNKNOWN),
        ('format("%[2]s", "a", "b")', UNKNOWN),
        ("pow(10, 100)", UNKNOWN),
        ('try(cidrsubnet("10.0.0.0/30", 8, 1), "full")', "full"),
    ],
)  # fmt: skip
def test_values(written: str, value: Any) -> None:
    found = value_of(written)
    assert found is UNKNOWN if value is UNKNOWN else found == value
