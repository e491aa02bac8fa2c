from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from devopslint.policy.finding import Summary, Suppression
from devopslint.report.markdown import code, escaped, prose

URL = "https://github.com/devopslint/devopslint/blob/main/docs/rules/kubernetes/latest-tag.md"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


class Cells(HTMLParser):
    """The texts of the cells of a table, which elements there are, and what stands outside of code."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.outside = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        self.open.remove(tag)

    def handle_data(self, data):
        if "td" in self.open:
            self.cells[-1] += data
        if "code" not in self.open:
            self.outside += data


def rendered(text: str) -> Cells:
    cells = Cells()
    cells.feed(MARKDOWN.render(text))
    return cells


def test_a_table_of_findings(build):
    report = build.report(
        build.finding((7, 14, 7, 26)),
        build.finding((1, 1, 1, 2), level="note", message="m", rule="x/y"),
        build.finding((2, 1, 2, 2), suppressed=Suppression("", "inline")),
        notes=["half of it"],
        summary=Summary({"kubernetes": 1}, suppressed=1, total_files=1),
    )
    assert build.render("markdown", report) == (
        "## devopslint\n"
        "\n"
        "1 error, 1 note in 1 of 1 file (1 kubernetes) · 1 suppressed\n"
        "\n"
        "| Level | Place | Rule | Finding |\n"
        "|---|---|---|---|\n"
        "| note | `web.yaml:1:1` | `x/y` | m |\n"
        f"| error | `web.yaml:7:14` | [`kubernetes/latest-tag`]({URL}) | image `nginx:latest` has no fixed version |\n"
        "\n"
        "half of it\n"
    )
    assert build.render("markdown", build.report()) == (
        "## devopslint\n\nNothing found in 1 file (1 Kubernetes manifest)\n"
    )


def test_what_is_shown_is_what_was_meant(build):
    for evil in build.hostile:
        finding = build.finding((1, 2, 1, 3), path=f"p{evil}", message=f"value `{evil}` is odd", rule="x/y")
        found = rendered(build.render("markdown", build.report(finding, rules=())))
        assert len(found.cells) == 4, evil
        assert found.tags <= {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code"}, (evil, found.tags)
        assert "@everyone" not in found.outside
        from devopslint.report.text import plain

        assert found.cells[1].split() == plain(f"p{evil}:1:2").split(), evil
        assert found.cells[3].replace("`", "").split() == plain(f"value {evil} is odd").replace("`", "").split(), evil


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b` c", "a `b` c"),
        ("a * _ [b](c) <i>", r"a \* \_ \[b\](c) \<i\>"),
        ("a `b", r"a \`b"),
        ("`a|b`", "<code>a&#124;b</code>"),
        ("hello @team", "hello `@`team"),
        ("see http://a.example", r"see http\://a.example"),
    ],
)
def test_prose(text, expected):
    assert prose(text) == expected


def test_code_and_text():
    assert code("a b") == "`a b`"
    assert code("a`b") == "<code>a&#96;b</code>"
    assert code(" ") == "<code>&#32;</code>"
    assert escaped("a\nb") == "a b"


def test_a_rule_page_that_could_end_the_link_is_no_link(build):
    rule = build.rule(url="https://a.example/) ![x](http://b.example")
    text = build.render("markdown", build.report(build.finding((1, 1, 1, 2)), rules=(rule,)))
    assert "| `kubernetes/latest-tag` |" in text


def test_grouped_by_file(build):
    report = build.report(
        build.finding((7, 14, 7, 26)),
        build.finding((10, 1, 10, 2), level="warning", message="m", rule="x/y"),
        build.finding((1, 1, 1, 2), path="a.tf", level="note", message="n", rule="x/z"),
        notes=["half of it"],
    )
    findings = (
        "a.tf\n"
        "  1:1  note  n  x/z\n"
        "\n"
        "web.yaml\n"
        "  7:14  error    image `nginx:latest` has no fixed version  kubernetes/latest-tag\n"
        "  10:1  warning  m  x/y\n"
        "\n"
    )
    end = "note: half of it\n1 error, 1 warning, 1 note in 1 of 1 file (1 Kubernetes manifest)\n"
    assert build.render("grouped", report) == findings + end
    assert build.render("grouped", report, quiet=True) == findings
