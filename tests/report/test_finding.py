from __future__ import annotations

from devopslint.policy.finding import Location, Suppression, merge
from devopslint.syntax.source import Span


def test_findings_are_ordered_by_path_place_rule_and_message(build):
    ordered = [
        build.finding((1, 1, 1, 2), path="a", rule="a", message="x"),
        build.finding((1, 1, 1, 2), path="a", rule="a", message="y"),
        build.finding((1, 1, 1, 2), path="a", rule="b", message="a"),
        build.finding((1, 1, 1, 9), path="a", rule="a"),
        build.finding((2, 1, 2, 2), path="a", rule="a"),
        build.finding((10, 1, 10, 2), path="a", rule="a"),
        build.finding((1, 1, 1, 2), path="b", rule="a"),
    ]
    assert merge(reversed(ordered)) == ordered
    assert min(reversed(ordered)) == ordered[0]


def test_what_says_the_same_of_the_same_place_is_one(build):
    here, there = Location("x", Span(1, 1, 1, 2), "here"), Location("x", Span(2, 1, 2, 2), "there")
    first = build.finding((1, 1, 1, 2), address="a", related=[here])
    second = build.finding((1, 1, 1, 2), address="b", related=[here, there])
    (merged,) = merge([second, first])
    assert merged.address == "a"
    assert merged.related == (here, there)


def test_an_open_finding_is_not_swallowed_by_a_suppressed_one(build):
    hidden = build.finding((1, 1, 1, 2), address="a", suppressed=Suppression("", "inline"))
    shown = build.finding((1, 1, 1, 2), address="b")
    report = build.report(hidden, shown)
    assert report.active == [shown]
    assert len(report.findings) == 1


def test_help_is_loaded_when_it_is_first_read(build):
    from devopslint.policy.finding import RuleInfo

    calls = []

    def load():
        calls.append(1)
        return {"why": "because\n", "how": "so"}

    rule = RuleInfo("a/b", "T", "error", load_help=load)
    assert not calls
    assert (rule.why, rule.how, list(rule.examples)) == ("because", "so", [])
    assert len(calls) == 1
    assert rule.url == "https://github.com/devopslint/devopslint/blob/main/docs/rules/a/b.md"
