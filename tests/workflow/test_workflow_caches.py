"""Rules on caches ask the same of a job, and none changes what another one is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from workflow_text import job

from devopslint.artifacts.workflow.checks.speed import setup_without_cache, wrong_cache


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
