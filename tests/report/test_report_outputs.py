from __future__ import annotations

import io

import pytest

from devopslint.report import FORMATS, Output, OutputError, parse_output, parse_outputs, write_output, writer
from devopslint.report.options import Options, options_for_stream
from devopslint.report.style import wants_color
from devopslint.report.text import cells, clip, plain, width


class Stream(io.StringIO):
    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self._terminal = terminal
        self._encoding = encoding

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return self._terminal


@pytest.mark.parametrize(
    ("text", "name", "path"),
    [
        ("full", "full", None),
        ("sarif:out.sarif", "sarif", "out.sarif"),
        ("json:-", "json", None),
        ("sarif:C:\\out.sarif", "sarif", "C:\\out.sarif"),
    ],
)
def test_parses_format_and_path(text, name, path):
    output = parse_output(text)
    assert (output.format, output.path) == (name, path)


@pytest.mark.parametrize("text", ["xml", "", "sarif:", "SARIF", ":x"])
def test_refuses_what_is_no_output(text):
    with pytest.raises(OutputError):
        parse_output(text)


def test_one_output_may_go_to_standard_output_and_each_to_a_path_of_its_own():
    assert [output.format for output in parse_outputs(["full", "json:a", "sarif:b"])] == ["full", "json", "sarif"]
    with pytest.raises(OutputError, match="both `full` and `json` would go to standard output"):
        parse_outputs(["full", "json"])
    assert [output.format for output in parse_outputs(["github", "full"])] == ["full", "github"]
    for texts in (["github", "json"], ["full", "github", "github"], ["github", "full", "concise"]):
        with pytest.raises(OutputError, match="would go to standard output"):
            parse_outputs(texts)
    with pytest.raises(OutputError, match="would go to `a`"):
        parse_outputs(["sarif:a", "json:a"])


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_a_file(name, build, tmp_path):
    report = build.report(build.finding((7, 14, 7, 26), message="image `日本` floats"))
    path = tmp_path / "out"
    write_output(Output(name, str(path)), report, io.StringIO(), lambda output, stream: Options())
    assert path.read_text(encoding="utf-8") == build.render(name, report)


def test_standard_output_is_used_without_a_path(build):
    stream = io.StringIO()
    report = build.report(build.finding((7, 14, 7, 26)))
    write_output(Output("concise", None), report, stream, lambda output, stream: Options())
    assert stream.getvalue() == build.render("concise", report)
    with pytest.raises(OutputError):
        writer("xml")


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR": "0"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
    ],
)
def test_colours_by_choice_then_environment_then_stream(choice, environ, terminal, expected):
    assert wants_color(choice, Stream(terminal), environ) is expected


@pytest.mark.parametrize(
    ("show", "environ", "terminal", "links", "urls"),
    [
        ("auto", {}, True, True, False),
        ("auto", {}, False, False, True),
        ("auto", {"CI": "true"}, True, False, True),
        ("auto", {"CI": "false"}, True, True, False),
        ("always", {}, True, True, True),
        ("never", {}, False, False, False),
        ("auto", {"TERM": "dumb"}, True, False, False),
    ],
)
def test_addresses_are_links_on_a_terminal_and_printed_elsewhere(show, environ, terminal, links, urls):
    options = options_for_stream(Stream(terminal), environ, show_urls=show)
    assert (options.links, options.urls) == (links, urls)


def test_box_characters_only_where_the_encoding_has_them():
    assert options_for_stream(Stream(False), {}).unicode
    assert not options_for_stream(Stream(False, "cp1252"), {}).unicode
    assert not options_for_stream(Stream(False, "ascii"), {}).unicode


def test_cells_have_the_width_of_what_is_shown():
    assert cells("a\tb") == [("a", 1), ("   ", 3), ("b", 1)]
    assert cells("日\t") == [("日", 2), ("  ", 2)]
    assert cells("\x1b\x7f") == [("␛", 1), ("␡", 1)]
    assert cells("\u2066") == [("<U+2066>", 8)]
    assert cells("\U0001f600\u200d\ufe0f") == [("\U0001f600", 2), ("\u200d", 0), ("\ufe0f", 0)]
    assert cells("\ud800") == [("<U+D800>", 8)]


def test_plain_keeps_to_one_line():
    assert plain("a\r\nb\tc\nd") == "a b c d"
    assert plain("\u2028") == "<U+2028>"
    assert width("日本") == 4
    assert clip("日本語", 5) == "日本…"
    assert clip("日本語", 6) == "日本語"
