"""Rules on caches ask the same of a job, and none changes what another one is told."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from workflow_text import job

from devopslint.artifacts.workflow.checks import speed
from devopslint.artifacts.workflow.checks.speed import setup_without_cache, wrong_cache
from devopslint.artifacts.workflow.published import load_actions


def test_one_rule_does_not_change_what_another_is_told() -> None:
    (built,) = job("""
        runs-on: ubuntu-24.04
        steps:
          - uses: gradle/actions/setup-gradle@v4
          - uses: actions/setup-java@v4
            with: {distribution: temurin, java-version: 21, cache: maven}
          - run: ./gradlew build
    """).jobs.values()
    subject: Any = SimpleNamespace(context=built)

    def told() -> list[Any]:
        return [problem.values for problem in wrong_cache(subject, {})]

    alone = told()
    assert alone == [{"cache": "maven", "used": "gradle"}]
    assert list(setup_without_cache(subject, {})) == []
    assert told() == alone


INSTALLS = {
    "actions/setup-node": "npm ci",
    "actions/setup-python": "pip install -r requirements.txt",
    "actions/setup-java": "mvn verify",
    "actions/setup-dotnet": "dotnet restore --locked-mode",
    "ruby/setup-ruby": "bundle install",
    "shivammathur/setup-php": "composer install",
    "dtolnay/rust-toolchain": "cargo test",
    "actions-rs/toolchain": "cargo test",
}


def advice_on(action: str, version: str) -> str:
    (built,) = job(f"""
        runs-on: ubuntu-24.04
        steps:
          - uses: {action}@{version}
          - run: {INSTALLS[action]}
    """).jobs.values()
    subject: Any = SimpleNamespace(context=built)
    (problem,) = setup_without_cache(subject, {})
    return str(problem.values["advice"])


def test_every_action_that_the_rule_covers_is_tried_here() -> None:
    assert set(INSTALLS) == set(speed._CACHES) | set(speed._WITHOUT_CACHE)


@pytest.mark.parametrize("action", INSTALLS)
def test_no_advice_names_an_input_that_the_action_does_not_have(action: str) -> None:
    majors = load_actions()[action]
    for major, entry in majors.items():
        if action == "actions/setup-node" and int(major) >= 5:
            continue  # these cache by themselves
        advice = advice_on(action, "stable" if action == "dtolnay/rust-toolchain" else f"v{major}")
        told = re.findall(r"set `([\w-]+): ", advice)
        has = [name for name in told if name in entry["inputs"]]
        assert has == told or advice.startswith("move to a newer version and "), (major, advice)
        assert set(told) <= set(majors[max(majors, key=int)]["inputs"])


def test_an_action_without_an_input_for_it_is_left_as_it_is_and_another_is_added() -> None:
    assert advice_on("shivammathur/setup-php", "v2").startswith("add `actions/cache` for the folder ")
    assert advice_on("actions-rs/toolchain", "v1") == "add `Swatinem/rust-cache` behind it"
    assert advice_on("ruby/setup-ruby", "v1").startswith("set `bundler-cache: true`")
    assert advice_on("actions/setup-python", "v1") == "move to a newer version and set `cache: pip`"
