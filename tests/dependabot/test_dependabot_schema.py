"""What Dependabot takes, by the table that is made from its schema."""

from __future__ import annotations

from textwrap import dedent

import pytest

from devopslint.artifacts.dependabot.schema import faults, load_schema
from devopslint.syntax.source import Source
from devopslint.syntax.yaml import read_yaml


def told(text: str) -> list[tuple[str, str]]:
    """Return what is pointed at, and what is said of it."""
    source = Source(".github/dependabot.yml", dedent(text))
    documents, problems = read_yaml(source)
    assert not problems
    return [(source.text[start:end], fault) for (start, end), fault in faults(documents[0].root, (0, 1))]


def update(line: str) -> str:
    """Return a configuration whose only update has one line more."""
    return f"version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    {line}\n"


@pytest.mark.parametrize(
    "line",
    [
        "labels: []",
        "vendor: yes",
        "milestone: 4",
        "open-pull-requests-limit: 0",
        "registries: '*'",
        "registries: [house]",
        "ignore: [{dependency-name: left-pad, versions: 1.x}]",
        "ignore: [{versions: [1.x, 2.x]}]",
        "cooldown: {default-days: 7, semver-patch-days: 0, exclude: ['octo-*']}",
        "cooldown: {default-days: 0}",
        "reviewers: [octocat]",
        "schedule: {interval: cron, cronjob: every day at 5pm}",
    ],
)
def test_what_dependabot_takes(line: str) -> None:
    assert told(update(line)) == []


@pytest.mark.parametrize(
    ("line", "place", "part"),
    [
        ("milestone: four", "four", "a whole number"),
        ("labels: dependencies", "dependencies", "a list"),
        ("assignees: []", "assignees", "an empty list"),
        ("assignees: [octocat, octocat]", "octocat", "twice"),
        ("schedule: {interval: weekly, time: '5:30'}", "'5:30'", "of the form `05:30`"),
        ("ignore: [{}]", "{}", "needs `dependency-name`"),
        ("registries: house", "house", "only `*` may"),
        ("cooldown: {default-days: 91}", "91", "more than 90"),
        ("rebase_strategy: auto", "rebase_strategy", "did you mean `rebase-strategy`?"),
        ("commit-message: {include: type}", "type", "only `scope` may"),
    ],
)
def test_what_dependabot_refuses(line: str, place: str, part: str) -> None:
    ((at, fault),) = told(update(line))
    assert at == place
    assert part in fault


@pytest.mark.parametrize(
    ("written", "meant"), [("yarn", "npm"), ("go", "gomod"), ("poetry", "pip"), ("github_actions", "github-actions")]
)
def test_the_name_of_a_tool_leads_to_that_of_its_ecosystem(written: str, meant: str) -> None:
    ((at, fault),) = told(update("vendor: true").replace("npm", written))
    assert at == written
    assert fault.endswith(f"did you mean `{meant}`?")


def test_the_table_knows_the_ecosystems_of_the_documentation() -> None:
    known = load_schema()["properties"]["updates"]["items"]["properties"]["package-ecosystem"]["enum"]
    named = "bazel bun bundler cargo composer conda devcontainers docker docker-compose dotnet-sdk elm github-actions"
    more = (
        "gitsubmodule gomod gradle helm julia maven mix npm nuget opentofu pip pre-commit pub swift terraform uv vcpkg"
    )
    assert set(f"{named} {more}".split()) <= set(known)
