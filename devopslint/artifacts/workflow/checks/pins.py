"""Checks on the comment behind a pinned commit, which says to people what the sha says to GitHub."""

from __future__ import annotations

from devopslint.artifacts.workflow.actions import comment_behind
from devopslint.artifacts.workflow.published import newest_version, version_of_commit
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Map

    Options = Mapping[str, Any]

_VERSION = lazily(
    r"(?:^(?:tag|pin|version|release|ref)? ?[=@:]? ?v?|(?:\s|=|@|/)(?:v|(?=\d+\.\d+\.\d)))"
    r"((?>\d+(?:\.\d+){0,2}))(?![\w.-]*[A-Za-z])"
)


def mismatched_comment(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find comments that name another version than the commit is, or two versions for one commit."""
    workflow: Workflow = subject.context
    source = subject.document.source
    seen: dict[tuple[str, str], tuple[str, Place]] = {}
    for owner, uses in _pinned(workflow):
        end = owner.at["uses"][3]
        found = _VERSION.search(comment_behind(source, end))
        if found is None:
            continue
        start = source.text.index(found.group(1), end)
        place, version = Place(source, start, start + len(found.group(1))), found.group(1)
        known = version_of_commit(uses)
        first = seen.setdefault((uses.slug, uses.ref), (version, place))
        if known and not _agree(version, known):
            yield Problem(place, version=version, action=uses.slug, fault=f"the commit is version {known}")
        elif not known and not _agree(version, first[0]):
            fault = f"the same commit is called {first[0]} elsewhere"
            yield Problem(place, version=version, action=uses.slug, fault=fault, related=[Related(first[1], "here")])


def unknown_commit(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find commits of well known actions that are no version of theirs, as far as the table of commits goes."""
    workflow: Workflow = subject.context
    source = subject.document.source
    for owner, uses in _pinned(workflow):
        newest = newest_version(uses)
        if not newest or version_of_commit(uses):
            continue
        mark = owner.at["uses"][2:]
        found = _VERSION.search(comment_behind(source, mark[1]))
        named = tuple(int(part) for part in found.group(1).split(".")) if found is not None else ()
        if named and named > newest[: len(named)]:
            continue  # newer than the table
        if found is not None and named == newest[: len(named)] and len(named) < 3:
            continue
        fragment = workflow.fragment_at(mark, uses.text)
        start = len(uses.text) - len(uses.ref)
        yield Problem(Place(source, *fragment.mark(start, len(uses.text))), action=uses.slug, ref=uses.ref[:12])


def _pinned(workflow: Workflow) -> Iterator[tuple[Map, ActionRef]]:
    owners: list[Any] = [*workflow.jobs.values(), *workflow.steps]
    for owner in sorted(owners, key=lambda one: one.value.at["uses"][3] if "uses" in one.value.at else 0):
        if owner.uses is not None and owner.uses.kind == "repository" and owner.uses.is_sha:
            yield owner.value, owner.uses


def _agree(one: str, other: str) -> bool:
    """Say whether two versions are the same as far as both go: `4` and `4.2.2` are."""
    return all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))
