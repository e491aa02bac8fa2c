"""Checkouts of a pull request's code: which versions of the action refuse it, and what a finding says of that."""

from __future__ import annotations

import pytest
from workflow_text import workflow

from devopslint.artifacts.workflow.checks.checkout import untrusted_checkout
from devopslint.policy.subject import Subject

HEAD = "ref: '${{ github.event.pull_request.head.sha }}'"


def note(uses: str, inputs: str, event: str = "pull_request_target") -> str:
    """Return what is added to the finding on a checkout."""
    text = f"on: {event}\njobs:\n  a:\n    steps:\n      - uses: {uses}\n        with: {{{inputs}}}\n"
    step = workflow(text).steps[0]
    subject = Subject("workflow.step", step.value, step.workflow.document, "uses", context=step)
    (problem,) = untrusted_checkout(subject, {})
    return str(problem.values["note"])


@pytest.mark.parametrize("uses", ["actions/checkout@v7", "actions/checkout@v7.0.1", "actions/checkout@v8"])
def test_it_is_said_that_the_action_refuses_forks(uses: str) -> None:
    assert "refuses" in note(uses, HEAD)
    assert "refuses" in note(uses, f"{HEAD}, allow-unsafe-pr-checkout: false")
    assert not note(uses, f"{HEAD}, allow-unsafe-pr-checkout: true")
    assert not note(uses, f"{HEAD}, allow-unsafe-pr-checkout: '${{{{ vars.ANY }}}}'")


def test_nothing_is_said_of_versions_and_events_that_take_all() -> None:
    assert not note("actions/checkout@v6", HEAD)
    assert not note("actions/checkout@main", HEAD)
    assert not note("actions/checkout@v7", "ref: 'refs/pull/${{ github.event.issue.number }}/head'", "issue_comment")
