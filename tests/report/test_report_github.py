from __future__ import annotations

import io
import os

from devopslint.policy.finding import Suppression
from devopslint.report import Output, github, write_output
from devopslint.report.options import Options, options_for_stream

URL = "https://github.com/devopslint/devopslint/blob/main/docs/rules/kubernetes/latest-tag.md"


def test_one_finding_is_one_command(build):
    text = build.render("github", build.report(build.finding((7, 14, 7, 26))))
    assert text == (
        "::error file=web.yaml,line=7,endLine=7,col=14,endColumn=26,title=devopslint (kubernetes/latest-tag)"
        "::web.yaml:7:14: image `nginx:latest` has no fixed version"
        "%0AName the version that was tested, better still its digest.\n"
    )


def test_levels_become_the_three_kinds_and_suppressed_findings_stay_out(build):
    report = build.report(
        build.finding((1, 1, 1, 2), level="note", message="a"),
        build.finding((2, 1, 2, 2), level="warning", message="b"),
        build.finding((3, 1, 3, 2), level="error", message="c"),
        build.finding((4, 1, 4, 2), suppressed=Suppression("", "inline")),
    )
    commands = build.obeyed(build.render("github", report))
    assert [name for name, _, _ in commands] == ["error", "warning", "notice"]
    assert build.render("github", build.report()) == ""


def test_columns_are_left_out_when_the_lines_differ(build):
    def properties(span):
        return build.obeyed(build.render("github", build.report(build.finding(span))))[0][1]

    assert properties((2, 3, 4, 5)) == {
        "file": "web.yaml",
        "line": "2",
        "endLine": "4",
        "title": "devopslint (kubernetes/latest-tag)",
    }
    # a span that ends with a line end ends on that line, never on one that the file may not have
    assert properties((2, 3, 4, 1))["endLine"] == "3"
    whole = properties((7, 3, 8, 1))
    assert (whole["line"], whole["endLine"], "col" in whole) == ("7", "7", False)
    empty = properties((7, 3, 7, 3))
    assert "col" not in empty


def test_properties_and_messages_come_back_as_they_were(build):
    path = "a,b:c%3A d=e/::f.yaml"
    message = "100% of `a::b`, %0A and %25"
    rules = (build.rule(how=""),)
    text = build.render("github", build.report(build.finding((1, 1, 1, 2), path=path, message=message), rules=rules))
    ((name, properties, told),) = build.obeyed(text)
    assert (name, properties["file"], told) == ("error", path, f"{path}:1:1: {message}")


def test_ten_of_each_kind_the_gravest_first_and_a_notice_of_the_rest(build):
    rules = (build.rule("a/plain", how=""), build.rule("a/grave", how="", tags=("security",), security_severity=9))
    findings = [build.finding((line, 1, line, 2), rule="a/plain", level="error") for line in range(1, 13)]
    findings += [build.finding((line, 3, line, 4), rule="a/plain", level="note") for line in range(1, 11)]
    findings += [build.finding((20, 1, 20, 2), rule="a/grave", level="error")]
    findings += [build.finding((30, 1, 30, 2), rule="a/plain", level="warning")]
    commands = build.obeyed(build.render("github", build.report(*findings, rules=rules)))
    names = [name for name, _, _ in commands]
    assert names == ["error"] * 10 + ["warning"] + ["notice"] * 10
    assert commands[0][1]["line"] == "20"
    assert [one[1]["line"] for one in commands[1:10]] == [str(line) for line in range(1, 10)]
    assert commands[-1] == (
        "notice",
        {"title": "devopslint"},
        "3 errors, 1 note more: GitHub shows ten of a kind, all are in the log",
    )


def test_ten_of_each_kind_are_all_shown(build):
    findings = [
        build.finding((line, column, line, column + 1), level=level)
        for line in range(1, 11)
        for column, level in enumerate(("error", "warning", "note"), 1)
    ]
    commands = build.obeyed(build.render("github", build.report(*findings)))
    assert len(commands) == 30
    assert "more" not in commands[-1][2]


def test_the_summary_of_the_job_gets_the_whole_table_after_what_it_has(build, tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    findings = [build.finding((line, 1, line, 2), message=f"m{line}") for line in range(1, 13)]
    findings.append(build.finding((13, 1, 13, 2), level="note", message="m13"))
    text = build.render("github", build.report(*findings), step_summary=str(path))
    assert "2 errors more: GitHub shows ten of a kind, all are in the summary of this job\n" in text
    summary = path.read_text(encoding="utf-8")
    assert summary.startswith("before\n## devopslint\n\n12 errors, 1 note in 1 of 1 file (1 Kubernetes manifest)\n\n")
    rows = [row for row in summary.splitlines() if row.startswith(("| error", "| note"))]
    assert len(rows) == 13
    assert rows[0] == f"| error | `web.yaml:1:1` | [`kubernetes/latest-tag`]({URL}) | m1 |"


def test_the_summary_keeps_within_what_github_takes(build, tmp_path, monkeypatch):
    monkeypatch.setattr(github, "MAX_SUMMARY", 4000)
    path = tmp_path / "summary.md"
    path.write_text("x" * 2400, encoding="utf-8")
    findings = [build.finding((line, 1, line, 2)) for line in range(1, 101)]
    build.render("github", build.report(*findings), step_summary=str(path))
    summary = path.read_text(encoding="utf-8")
    kept = summary.count("| error |")
    assert 0 < kept < 100
    assert summary.endswith(f"\n{100 - kept} findings more did not fit here.\n")
    assert os.path.getsize(path) <= 4000


def test_a_summary_that_can_not_be_written_is_said_and_no_failure(build, tmp_path):
    told: list[str] = []
    build.render("github", build.report(), step_summary=str(tmp_path / "no" / "summary"), warn=told.append)
    assert told == ["the summary of the job can't be written: no such file or directory"]


def test_where_commands_are_obeyed_reports_for_people_have_none(build):
    path = "::error title=a::b"
    finding = build.finding((1, 1, 1, 4), path=path, message="see ##[error]x")
    report = build.report(
        finding, files={path: "##[warning]y ##vso[task.complete]z"}, notes=["::debug::n", "##[debug]m"]
    )
    environ = {"GITHUB_ACTIONS": "true"}
    for name in ("full", "concise", "grouped", "statistics", "markdown"):
        out = io.StringIO()
        write_output(Output(name, None), report, out, lambda _, stream: options_for_stream(stream, environ))
        assert build.obeyed(out.getvalue()) == [], name
        assert "##vso[" not in out.getvalue()
        out = io.StringIO()
        write_output(Output(name, None), report, out, lambda _, stream: options_for_stream(stream, {}))
        assert out.getvalue() == build.render(name, report), name
    assert build.obeyed(build.render("full", report)) != []
    assert build.obeyed(build.render("concise", report)) != []


def test_the_summary_file_comes_from_the_environment():
    assert options_for_stream(io.StringIO(), {"GITHUB_STEP_SUMMARY": "/a"}).step_summary == "/a"
    assert Options().step_summary == ""
    assert not options_for_stream(io.StringIO(), {"GITHUB_ACTIONS": "false"}).guarded
    assert options_for_stream(io.StringIO(), {"TF_BUILD": "True"}).guarded


def test_a_message_gives_no_orders_to_other_services(build):
    report = build.report(build.finding((1, 1, 1, 2), message="is ##vso[task.complete]x"))
    assert "is ##vso [task.complete]x" in build.render("github", report)
