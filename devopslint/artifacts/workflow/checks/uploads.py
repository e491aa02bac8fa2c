"""Checks on what `actions/upload-artifact` is told."""

from __future__ import annotations

import re

from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]


def artifact_retention(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find uploads without a time after which the artifact is deleted."""
    if _is_told(subject.context, _has_no_retention):
        yield Problem("uses")


def _has_no_retention(step: Step) -> bool:
    return "retention-days" not in step.inputs


def artifact_may_be_empty(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find uploads that go on with a warning when there is nothing to upload."""
    if _is_told(subject.context, _goes_on_without_files):
        yield Problem("uses")


def _goes_on_without_files(step: Step) -> bool:
    condition = step.value.get("if")
    may_lack = isinstance(condition, str) and re.search(r"always|failure|cancelled|outcome|conclusion", condition)
    return "if-no-files-found" not in step.inputs and not may_lack


def _is_told(step: Step, lacks: Callable[[Step], bool]) -> bool:
    """Say whether an upload lacks something and is told so: the first for all where most of the workflow lack it."""
    if not _uploads(step) or not lacks(step):
        return False
    cache, key = step.workflow.cache, f"uploads: {lacks.__name__}"
    if key not in cache:
        uploads = [one for one in step.workflow.steps if _uploads(one)]
        lacking = [one for one in uploads if lacks(one)]
        cache[key] = lacking[0] if 2 * len(lacking) > len(uploads) else None
    return cache[key] is None or cache[key] is step


def _uploads(step: Step) -> bool:
    return step.action == "actions/upload-artifact"
