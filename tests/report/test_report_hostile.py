"""Whatever files, names and messages hold, no report gives orders to a terminal or a CI service, and all can be read."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET

import pytest
from hostile import obeyed
from hypothesis import example, given
from hypothesis import strategies as st

from devopslint.policy.finding import Location
from devopslint.report import FORMATS, HUMAN_FORMATS, Output, write_output
from devopslint.report.commands import neutral
from devopslint.report.json import as_text
from devopslint.report.options import options_for_stream
from devopslint.report.practices import Practice
from devopslint.report.text import sound
from devopslint.syntax.source import Span

ENVIRON = {"GITHUB_ACTIONS": "true", "FORCE_COLOR": ""}


def hostile_report(build, evil):
    path = f"{evil}/f"
    finding = build.finding(
        (1, 1, 1, 4),
        path=path,
        message=evil,
        text=evil,
        address=evil,
        rule=f"x/{evil}",
        related=[Location(path, Span(2, 1, 2, 2), evil, origin=True)],
        line_text=evil,
    )
    rule = build.rule(f"x/{evil}", title=evil, why=evil, how=evil, practice=evil, examples=({"bad": evil},), url=evil)
    lines = evil.splitlines() or [""]
    return build.report(finding, files={path: "\n".join(lines)}, rules=(rule,), notes=[evil])


def written(name, report):
    out = io.StringIO()
    practices = [Practice(rule.practice, rule.title, idle={rule.title: 1}) for rule in report.rules.values()]
    write_output(
        Output(name, None),
        report,
        out,
        lambda _, stream: options_for_stream(stream, ENVIRON, practices=lambda: practices),
    )
    return out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_gives_orders(build, name):
    for evil in build.hostile:
        text = written(name, hostile_report(build, evil))
        commands = build.obeyed(text)
        assert len(commands) == (name == "github"), (evil, text)
        assert "##vso[" not in text or name == "github"
        text.encode("utf-8")  # no lone surrogates
        odd = {char for char in text if (ord(char) < 32 or 0x7F <= ord(char) < 0xA0) and char != "\n"}
        assert not odd or name in {"junit", "checkstyle"}, (evil, odd)
        assert "\x1b" not in text
        assert not {"\u202e", "\u2066"} & set(text) or name in {"junit", "checkstyle"}


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in HUMAN_FORMATS | {"github"}])
def test_every_machine_format_can_be_read(build, name):
    for evil in build.hostile:
        text = written(name, hostile_report(build, evil))
        if name in {"junit", "checkstyle"}:
            ET.fromstring(text.encode("utf-8"))
            continue
        assert text.isascii()
        for document in text.splitlines() if name.endswith("jsonl") else [text]:
            value = json.loads(document)
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # no lone surrogates: strict readers refuse them


@given(st.text(alphabet="#[]: \n\rverosgl\u00a0\u2028\x0b", max_size=40))
@example("\n\n ::error::a")
@example(":::error::a")
@example("##[error]##[error]")
def test_what_is_neutral_is_not_obeyed(text):
    assert obeyed(neutral(text)) == []
    assert neutral(neutral(text)) == neutral(text)


def test_texts_without_commands_stay_as_they_are():
    for text in ("a :: b", "std::string", "# [x]", "##", "a\nb: c\n::", ":a"):
        assert neutral(text) == text or text.endswith("::")


def test_sound_texts_stay_and_lone_surrogates_go():
    assert sound("a\U0001f600é") == "a\U0001f600é"
    assert sound("a\ud83d b\udcff") == "a\ufffd b\ufffd"


@given(st.text(alphabet='\\"ud83\ud83d\ude00\udcff\U0001f600é', max_size=12))
def test_json_holds_sound_texts(text):
    assert json.loads(as_text({"a": text})) == {"a": sound(text)}
