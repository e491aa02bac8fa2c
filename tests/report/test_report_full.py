from __future__ import annotations

import subprocess
import sys

from devopslint.policy.finding import Location, Summary, Suppression
from devopslint.report.full import short_help
from devopslint.syntax.source import Span

URL = "https://github.com/devopslint/devopslint/blob/main/docs/rules/kubernetes/latest-tag.md"
HELP = "  = help: Name the version that was tested, better still its digest.\n"
END = "\n1 error in 1 of 1 file (1 Kubernetes manifest)\n"


def test_shows_the_primary_span_the_related_ones_and_the_lines_around(build):
    finding = build.finding(
        (7, 14, 7, 26),
        text="pin a version",
        address="Deployment/shop container web",
        related=[Location("web.yaml", Span(5, 13, 5, 16), "this container")],
    )
    assert build.render("full", build.report(finding)) == (
        "error[kubernetes/latest-tag]: image `nginx:latest` has no fixed version\n"
        "  ┌─ web.yaml:7:14 in Deployment/shop container web\n"
        "5 │     - name: web\n"
        "  │             ─── this container\n"
        "6 │       imagePullPolicy: Always\n"
        "7 │       image: nginx:latest\n"
        "  │              ^^^^^^^^^^^^ pin a version\n" + HELP + f"  = docs: {URL}\n" + END
    )


def test_marks_left_out_lines_and_shows_other_files_apart(build):
    finding = build.finding(
        (7, 14, 7, 26),
        related=[
            Location("variables.tf", Span(2, 13, 2, 21), "the default"),
            Location("web.yaml", Span(2, 7, 2, 17), "of this"),
            Location("gone.tf", Span(12, 1, 12, 4), "and this"),
        ],
    )
    files = {"web.yaml": build.web, "variables.tf": 'variable "tag" {\n  default = "latest"\n}\n'}
    assert build.render("full", build.report(finding, files=files), urls=False) == (
        "error[kubernetes/latest-tag]: image `nginx:latest` has no fixed version\n"
        "  ┌─ web.yaml:7:14\n"
        "2 │ kind: Deployment\n"
        "  │       ────────── of this\n"
        "  …\n"
        "6 │       imagePullPolicy: Always\n"
        "7 │       image: nginx:latest\n"
        "  │              ^^^^^^^^^^^^\n"
        "  ┌─ variables.tf:2:13\n"
        '2 │   default = "latest"\n'
        "  │             ──────── the default\n"
        "  ┌─ gone.tf:12:1\n"
        "  │ 12: and this\n" + HELP + END
    )


def test_two_marks_on_one_line_each_have_their_row(build):
    finding = build.finding((7, 14, 7, 26), text="here", related=[Location("web.yaml", Span(7, 7, 7, 12), "key")])
    text = build.render("full", build.report(finding), urls=False)
    assert (
        "7 │       image: nginx:latest\n"
        "  │              ^^^^^^^^^^^^ here\n"
        "  │       ───── key\n"
    ) in text  # fmt: skip


def test_a_span_of_many_lines_shows_its_ends(build):
    finding = build.finding((2, 1, 7, 12), text="all this")
    assert build.render("full", build.report(finding), urls=False) == (
        "error[kubernetes/latest-tag]: image `nginx:latest` has no fixed version\n"
        "  ┌─ web.yaml:2:1\n"
        "1 │ apiVersion: apps/v1\n"
        "2 │ kind: Deployment\n"
        "  │ ^^^^^^^^^^^^^^^^\n"
        "3 │ spec:\n"
        "  │ ^^^^^\n"
        "  …\n"
        "7 │       image: nginx:latest\n"
        "  │       ^^^^^ all this\n" + HELP + END
    )


def test_carets_stand_under_tabs_wide_and_combining_characters(build):
    # a tab reaches to column 4, each of 日本 takes two columns, the accent on e none
    line = "\t日本e\u0301 = bad"
    finding = build.finding((1, 9, 1, 12), path="x")
    text = build.render("full", build.report(finding, files={"x": line}), urls=False)
    assert text.splitlines()[2:4] == [
        "1 │     日本e\u0301 = bad",
        "  │" + " " * 13 + "^^^",  # one blank, 4 for the tab, 4 wide ones, 1 for é, 3 for ` = `
    ]


def test_an_empty_span_past_the_end_still_has_a_caret(build):
    finding = build.finding((1, 4, 1, 4), path="x")
    text = build.render("full", build.report(finding, files={"x": "abc"}), urls=False)
    assert text.splitlines()[2:4] == ["1 │ abc", "  │    ^"]


def test_a_long_line_is_clipped_around_the_span(build):
    line = "a" * 50 + "BAD" + "z" * 50
    finding = build.finding((1, 51, 1, 54), path="x")
    text = build.render("full", build.report(finding, files={"x": line}), urls=False, width=44)
    # 40 columns of room: a third of them (13) before the mark, then the mark and what is left of 40 - 2
    assert text.splitlines()[2:4] == [
        "1 │ …" + "a" * 13 + "BAD" + "z" * 22 + "…",
        "  │ " + " " * 14 + "^^^",
    ]


def test_a_long_line_marked_at_its_start_is_cut_at_its_end(build):
    finding = build.finding((1, 1, 1, 4), path="x")
    text = build.render("full", build.report(finding, files={"x": "BAD" + "z" * 60}), urls=False, width=44)
    assert text.splitlines()[2:4] == ["1 │ BAD" + "z" * 36 + "…", "  │ ^^^"]


def test_nothing_in_a_file_a_name_or_a_message_reaches_the_terminal(build):
    evil = "\x1b[2J\x07\u202e\x9b"
    finding = build.finding(
        (1, 1, 1, 4), path=f"d{evil}", message=f"m{evil}\nn", text=f"t{evil}", address=f"a{evil}",
        rule=f"r{evil}",
    )  # fmt: skip
    report = build.report(finding, files={f"d{evil}": f"abc{evil}"}, notes=[evil], rules=())
    for name in ("full", "concise"):
        text = build.render(name, report)
        assert not [char for char in text if char != "\n" and (ord(char) < 32 or 0x7F <= ord(char) < 0xA0)]
        assert "\u202e" not in text
        assert "m␛[2J␇<U+202E><U+009B> n" in text


def test_colours_links_and_addresses(build):
    text = build.render("full", build.report(build.finding((7, 14, 7, 26))), color=True, links=True, urls=False)
    assert text.startswith(
        "\x1b[1;31merror[\x1b[0m\x1b[1;31m"
        f"\x1b]8;;{URL}\x1b\\kubernetes/latest-tag\x1b]8;;\x1b\\"
        "\x1b[0m\x1b[1;31m]\x1b[0m: "
    )
    assert "\x1b[1;31m^^^^^^^^^^^^\x1b[0m\n" in text
    assert "= docs" not in text


def test_draws_with_ascii_where_the_stream_has_no_more(build):
    related = [Location("web.yaml", Span(2, 7, 2, 17), "of this")]
    text = build.render("full", build.report(build.finding((7, 14, 7, 26), related=related)), unicode=False)
    assert text.isascii()
    assert "  -- web.yaml:7:14\n2 | kind: Deployment\n  |       ---------- of this\n  ...\n" in text


def test_suppressed_findings_are_only_counted(build):
    hidden = build.finding((7, 14, 7, 26), suppressed=Suppression("why not", "inline"))
    summary = Summary(
        {"kubernetes": 3, "terraform": 1}, 1, 2, 1, 5, {"terraform": ("Terraform file", "Terraform files")}
    )
    assert build.render("full", build.report(hidden, summary=summary, notes=["half of it"])) == (
        "note: half of it\n"
        "Nothing found in 5 files (3 kubernetes, 1 Terraform file) · 1 suppressed · 1 not read · 2 checks undecided\n"
    )


def test_only_the_gravest_are_shown_and_the_rest_is_counted(build):
    findings = [
        build.finding((1, 1, 1, 2), level="note", message="first"),
        build.finding((2, 1, 2, 2), level="warning", message="second"),
        build.finding((3, 1, 3, 2), level="error", message="third"),
        build.finding((4, 1, 4, 2), level="error", message="fourth"),
    ]
    report = build.report(*findings)
    for name in ("full", "grouped", "concise"):
        text = build.render(name, report, most=3, quiet=name != "full")
        said = [word for word in ("first", "second", "third", "fourth") if word in text]
        assert said == ["second", "third", "fourth"], name
        assert "1 more finding is not shown\n" in text
        assert text.index("second") < text.index("third")
        assert "not shown" not in build.render(name, report, most=4)
    assert build.render("full", report, most=3).endswith(
        "2 errors, 1 warning, 1 note in 1 of 1 file (1 Kubernetes manifest)\n"
    )
    assert build.render("json", report, most=1) == build.render("json", report)


def test_summary_counts_levels_and_files_and_names_five_kinds(build):
    findings = [
        build.finding((1, 1, 1, 2)),
        build.finding((2, 1, 2, 2)),
        build.finding((3, 1, 3, 2), level="warning"),
        build.finding((1, 1, 1, 2), level="note", path="other"),
    ]
    kinds = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}
    text = build.render("full", build.report(*findings, summary=Summary(kinds, total_files=21)))
    assert text.splitlines()[-1] == "2 errors, 1 warning, 1 note in 2 of 21 files (6 f, 5 e, 4 d, 3 c, 2 b, …)"


def test_documents_about_the_whole_are_not_among_the_files(build):
    findings = [build.finding((1, 1, 1, 2), path=path) for path in ("web.yaml", "README.md", "LICENSE")]
    text = build.render("full", build.report(*findings, summary=Summary({"kubernetes": 2}, total_files=2)))
    assert text.splitlines()[-1].startswith("3 errors in 2 of 2 files")


def test_says_when_there_was_nothing_to_check(build):
    text = build.render("full", build.report(summary=Summary()))
    assert text == "Nothing to check\n"


def test_help_is_the_first_paragraph_or_its_first_sentence_and_is_wrapped(build):
    assert short_help("One. Two.\n\nThree.") == "One. Two."
    assert short_help("One. " + "two " * 80) == "One."
    rule = build.rule(how="Name a version that was tested and then name its digest too.")
    text = build.render("full", build.report(build.finding((7, 14, 7, 26)), rules=(rule,)), urls=False, width=44)
    assert (
        "  = help: Name a version that was tested and\n"
        "          then name its digest too.\n"
    ) in text  # fmt: skip


def test_concise_gives_one_line_a_finding(build):
    report = build.report(build.finding((7, 14, 7, 26)), build.finding((1, 1, 1, 3), level="note", message="x"))
    assert build.render("concise", report) == (
        "web.yaml:1:1: note[kubernetes/latest-tag] x\n"
        "web.yaml:7:14: error[kubernetes/latest-tag] image `nginx:latest` has no fixed version\n"
    )
    assert build.render("concise", build.report()) == ""


def test_text_reports_import_nothing_heavy():
    code = (
        "import sys, devopslint.report.full, devopslint.report.concise, devopslint.report.options\n"
        "print(sorted({'json', 'typing', 'dataclasses', 'pathlib', 'unicodedata', 'hashlib'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "[]", found.stderr


def test_a_gap_of_one_line_is_shown_rather_than_marked(build):
    finding = build.finding((7, 14, 7, 26), related=[Location("web.yaml", Span(4, 3, 4, 13))])
    assert (
        "4 │   containers:\n"
        "  │   ──────────\n"
        "5 │     - name: web\n"
        "6 │       imagePullPolicy: Always\n"
    ) in build.render("full", build.report(finding))  # fmt: skip
