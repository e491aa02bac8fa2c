from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopslint.policy.finding import Finding, Location, Report, Summary, Suppression
from devopslint.report.fingerprints import fingerprints, line_hashes
from devopslint.syntax.source import Source, Span


def slow_line_hashes(text: str) -> dict[int, str]:
    """The algorithm of the upload action, word for word and one unit at a time."""
    raw = text.encode("utf-16-be", "surrogatepass")
    units = [raw[at] * 256 + raw[at + 1] for at in range(0, len(raw), 2)]
    kept: list[int] = []
    starts = [0]
    after_cr = False
    for unit in [*units, 65535]:
        if unit in {32, 9} or (after_cr and unit == 10):
            after_cr = False
            continue
        after_cr = unit == 13
        kept.append(10 if unit == 13 else unit)
        if kept[-1] == 10:
            starts.append(len(kept))
    hashes: list[str] = []
    found = {}
    for number, start in enumerate(starts, 1):
        value = 0
        for at in range(start, start + 100):
            value = (value * 37 + (kept[at] if at < len(kept) else 0)) % 2**64
        hashes.append(format(value, "x"))
        found[number] = f"{hashes[-1]}:{hashes.count(hashes[-1])}"
    return found


def lines_of(text: str) -> list[str]:
    source = Source("x", text)
    return [source.line(number) for number in range(1, len(source.line_starts) + 1)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a: 1\n  b:\t2\n",
        "a\r\nb\rc\nd",
        "same line\n" * 8,
        "long " * 60 + "\n" + "x\n" * 3,
        "image: \U0001f600 é 日\n" * 3,
    ],
)
def test_line_hashes_equal_those_of_the_upload_action(text):
    expected = slow_line_hashes(text)
    assert line_hashes(lines_of(text), expected) == expected


def test_the_known_value_of_an_empty_file():
    assert line_hashes([], [1]) == {1: "c129715d7a2bc9a3:1"}
    assert line_hashes([""], [1]) == {1: "c129715d7a2bc9a3:1"}


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        (" a\nb\n  \t\tc\n d", "271789c17abda88f 54703d4cd895b18 180aee12dab6264 a23a3dc5e078b07b"),
        (
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            "e9496ae3ebfced30 fb7c023a8b9ccb3f ce8ba1a563dcdaca e20e36e16fcb0cc8 b3edc88f2938467e c8e28b0b4002a3a0 "
            "c129715d7a2bc9a3",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_published_values(text: str, hashes: str, end: str) -> None:
    """Those that github/codeql-action gives for its own implementation, in `src/fingerprints.test.ts`."""
    expected = [f"{value}:1" for value in hashes.split()]
    lines = lines_of(text.replace("\n", end))
    assert list(line_hashes(lines, range(1, len(lines) + 1)).values()) == expected


def test_lines_that_do_not_exist_have_no_hash():
    assert line_hashes(["a"], [0, 1, 2]).keys() == {1}
    assert line_hashes(["a"], []) == {}


@given(st.text(alphabet="aAjBE \t\r\n\u00e9\U0001f600", max_size=250))
def test_line_hashes_of_any_text_equal_the_slow_ones(text):
    expected = slow_line_hashes(text)
    assert line_hashes(lines_of(text), expected) == expected


def report_of(text: str, numbers: list[int]) -> Report:
    lines = lines_of(text)
    findings = [
        Finding("a/b", "error", "m", Location("x", Span(number, 1, number, 2)), line_text=lines[number - 1])
        for number in numbers
    ]
    return Report(findings, {}, Summary(), read_lines=lambda path: lines)


LINES = st.lists(st.text(alphabet="ab ", max_size=3), min_size=1, max_size=8)


@given(LINES, LINES, LINES)
def test_fingerprints_differ_and_outlive_lines_put_elsewhere(before, lines, after):
    old = report_of("\n".join(lines), list(range(1, len(lines) + 1)))
    new = report_of("\n".join([*before, *lines, *after]), list(range(len(before) + 1, len(before) + len(lines) + 1)))
    assert fingerprints(old) == fingerprints(new)
    assert len(set(fingerprints(old))) == len(lines)


def test_fingerprints_heed_rule_path_address_and_the_words_of_the_line():
    def one(rule="r", path="p", address="a", line="x: 1", number=1):
        place = Location(path, Span(number, 1, number, 2))
        return fingerprints(Report([Finding(rule, "error", "m", place, address, (), line)], {}, Summary()))[0]

    assert len({one(), one(rule="s"), one(path="q"), one(address="b"), one(line="x: 2")}) == 5
    assert one() == one(line="  x:  1 ") == one(number=7)
    assert one(rule="ab", path="c") != one(rule="a", path="bc")


def test_suppressing_one_does_not_rename_the_others():
    def report(suppressed):
        places = [Location("p", Span(number, 1, number, 2)) for number in (1, 2)]
        hidden = Suppression("", "inline") if suppressed else None
        return Report(
            [
                Finding("r", "error", "m", places[0], "", (), "x", hidden),
                Finding("r", "error", "m", places[1], "", (), "x"),
            ],
            {},
            Summary(),
        )

    assert fingerprints(report(True)) == fingerprints(report(False))
