"""Checks on the comment behind a pinned commit, which says to people what the sha says to GitHub."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.actions import comment_behind, version_behind
from devopslint.artifacts.workflow.published import newest_version, version_of_commit
from devopslint.policy.subject import Place, Problem, Related, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Map, Mark

    Options = Mapping[str, Any]

_NAMED = lazily(
    r"(?:^|[\s=@/])(?:main|master|head|trunk|develop|dev|nightly|stable|latest|\d{4}-\d\d-\d\d)(?![\w-])", re.IGNORECASE
)
"""What names a state of an action that has no versions: a branch, or a day."""


def mismatched_comment(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find comments that name another version than the commit is, or two versions for one commit."""
    workflow: Workflow = subject.context
    source = subject.document.source
    seen: dict[tuple[str, str], tuple[str, Place]] = {}
    for owner, uses in _pinned(workflow):
        found = version_behind(source, owner.at["uses"][3])
        if found is None:
            continue
        version, start = found
        place = Place(source, start, start + len(version))
        known = version_of_commit(uses)
        first = seen.setdefault((uses.slug, uses.ref), (version, place))
        if known and not _agree(version, known):
            yield Problem(place, version=version, action=uses.slug, fault=f"the commit is version {known}")
        elif not known and not _agree(version, first[0]):
            fault = f"the same commit is called {first[0]} elsewhere"
            yield Problem(place, version=version, action=uses.slug, fault=fault, related=[Related(first[1], "here")])
        elif len(version) > len(first[0]):
            seen[uses.slug, uses.ref] = version, place


def commit_without_version(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find pinned commits behind which no comment says a version, a branch or a day; on the line above it may stand too."""
    workflow: Workflow = subject.context
    source = subject.document.source
    for owner, uses in _pinned(workflow):
        mark = owner.at["uses"][2:]
        line = source.text.rfind("\n", 0, mark[0])
        above = source.text.rfind("\n", 0, max(line, 0)) + 1
        comments = [mark[1], above] if source.text[above:line].lstrip().startswith("#") else [mark[1]]
        if any(version_behind(source, at) or _NAMED.search(comment_behind(source, at)) for at in comments):
            continue
        known = version_of_commit(uses)
        said = f", which is version {known}" if known else ""
        yield Problem(_place_of_ref(workflow, mark, uses), action=uses.slug, known=said)


def unknown_commit(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find commits of well known actions that are no version of theirs, as far as the table of commits goes."""
    workflow: Workflow = subject.context
    source = subject.document.source
    for owner, uses in _pinned(workflow):
        newest = newest_version(uses)
        if not newest or version_of_commit(uses):
            continue
        mark = owner.at["uses"][2:]
        found = version_behind(source, mark[1])
        named = tuple(int(part) for part in found[0].split(".")) if found is not None else ()
        if named and named > newest[: len(named)]:
            continue  # newer than the table
        if found is not None and named == newest[: len(named)] and len(named) < 3:
            continue
        yield Problem(_place_of_ref(workflow, mark, uses), action=uses.slug, ref=uses.ref[:12])


def _place_of_ref(workflow: Workflow, mark: Mark, uses: ActionRef) -> Place:
    end = len(uses.text)
    return place_in(workflow.fragment_at(mark, uses.text), end - len(uses.ref), end)


def _pinned(workflow: Workflow) -> Iterator[tuple[Map, ActionRef]]:
    owners: list[Any] = [*workflow.jobs.values(), *workflow.steps]
    for owner in sorted(owners, key=lambda one: one.value.at["uses"][3] if "uses" in one.value.at else 0):
        if owner.uses is not None and owner.uses.kind == "repository" and owner.uses.is_sha:
            yield owner.value, owner.uses


def _agree(one: str, other: str) -> bool:
    """Say whether two versions are the same as far as both go: `4` and `4.2.2` are."""
    return all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))
