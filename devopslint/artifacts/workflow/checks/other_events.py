"""Checks on what suits other events than those that start the workflow: conditions that never hold, contexts that are empty."""

from __future__ import annotations

from devopslint.artifacts.workflow.events import OF_PULLS, PAYLOAD, PULLS, events_of
from devopslint.artifacts.workflow.usage import usages, usages_at
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.events import Event
    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_COMPILED = ".lock.yml"
"""The end of the names of workflows that `gh aw` compiles, which read the contexts of all events alike."""
_REFS_OF_PULLS = (("github", "head_ref"), ("github", "base_ref"))


def event_never_comes(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find conditions that no event of the workflow fulfils, and what none of them has."""
    events = events_of(subject.context)
    if events is not None:
        yield from _conditions(subject, events)
        if all(event.is_known for event in events) and not subject.context.path.endswith(_COMPILED):
            yield from _contexts(subject, events)


def _conditions(subject: Subject, events: list[Event]) -> Iterator[Problem]:
    for usage in usages(subject.context):
        if usage.tree is None or usage.site.path[-1:] != ("if",) or usage.job is None:
            continue
        possible = [event for event in events if usage.step is None or _job_may_run(usage, event)] or events
        if any(truth(usage.tree, event) is not False for event in possible):
            continue
        node = _guilty(usage.tree, possible)
        place = usage.place(node.start, node.end)
        shown = " ".join(usage.site.value[node.start : node.end].split())
        yield Problem(place, what=f"`{shown}` never holds", reason=f"this runs on {_shown(possible)} only")


def _job_may_run(usage: Usage, event: Event) -> bool:
    """Say whether the job of a step may run when an event has started the workflow."""
    job = usage.job
    found = usages_at(usage.workflow, (*job.path, "if")) if job is not None else []
    return not any(one.tree is not None and truth(one.tree, event) is False for one in found)


def _guilty(tree: Node, events: list[Event]) -> Node:
    """Return the part of a condition that is false whichever event it is, or the whole of it."""
    for item in tree.items if tree.kind == "and" else ():
        if all(truth(item, event) is False for event in events):
            return _guilty(item, events)
    return tree


def _shown(events: list[Event]) -> str:
    names = [str(event) for event in events]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def truth(node: Node, event: Event) -> bool | None:
    """Return what an expression is in a run that an event starts, `None` when that depends on more."""
    if node.kind == "not":
        inner = truth(node.items[0], event)
        return None if inner is None else not inner
    if node.kind in {"and", "or"}:
        values = [truth(item, event) for item in node.items]
        decisive = node.kind == "or"
        if decisive in values:
            return decisive
        return None if None in values else not decisive
    if node.kind == "compare" and node.value in {"==", "!="}:
        equal = _equal(node, event)
        return None if equal is None else equal == (node.value == "==")
    if node.kind == "call":
        return _call(node, event)
    path = node.path()
    return False if path is not None and _is_empty(path, event) else None


def _equal(node: Node, event: Event) -> bool | None:
    """Return whether both sides of a comparison are equal."""
    left, right = node.items
    if left.kind == "literal":
        left, right = right, left
    path = left.path()
    if path is None or right.kind != "literal":
        return None
    text = right.value
    if _is_empty(path, event):
        return not text
    if not isinstance(text, str):
        return None
    may_be: bool | None = None
    if path == ("github", "event_name"):
        return text.lower() == event.name.lower()
    if path == ("github", "ref") and text.startswith("refs/"):
        may_be = event.may_be(text)
    elif path == ("github", "ref_name") and text and "/" not in text[:5]:
        may_be = event.may_be_named(text)
    elif path == ("github", "ref_type") and text in {"branch", "tag"}:
        may_be = text in event.kinds or "pull" in event.kinds
    elif path == ("github", "event", "action"):
        may_be = event.may_have_action(text)
    return False if may_be is False else None


def _call(node: Node, event: Event) -> bool | None:
    name = node.value.lower()
    if name not in {"startswith", "contains"} or len(node.items) != 2:
        return None
    path, text = node.items[0].path(), node.items[1].value
    if path is None or node.items[1].kind != "literal" or not isinstance(text, str) or not text:
        return None
    if _is_empty(path, event):
        return False
    if path == ("github", "ref") and text.startswith("refs/") and (name == "startswith" or text.count("/") < 3):
        return None if event.may_start(text) else False
    return None


def _is_empty(path: tuple[str, ...], event: Event) -> bool:
    """Say whether a reference is certainly empty in a run that an event starts."""
    if path in _REFS_OF_PULLS:
        return event.is_known and event.name not in OF_PULLS | {"merge_group"}
    return path[:2] == ("github", "event") and len(path) > 2 and not event.has(path[2])


def _contexts(subject: Subject, events: list[Event]) -> Iterator[Problem]:
    """Find references to what no event of the workflow has, outside of conditions."""
    for usage in usages(subject.context):
        if usage.tree is None or usage.site.path[-1:] == ("if",) or str(usage.site.path[-1]).startswith("GITHUB_"):
            continue  # the last is GitHub's own variable, which is passed on
        for node in _needed(usage.tree):
            path = node.path()
            if path is None or not all(_is_empty(path, event) for event in events):
                continue
            having = min(PULLS if path in _REFS_OF_PULLS else PAYLOAD[path[2]], key=len)
            shown = usage.site.value[node.start : node.end]
            reason = f"this runs on {_shown(events)} only, not on `{having}`"
            yield Problem(usage.place(node.start, node.end), what=f"`{shown}` is empty", reason=reason)


def _needed(node: Node) -> Iterator[Node]:
    """Yield the references of an expression for which nothing else stands in when they are empty."""
    if node.kind in {"name", "property", "index", "star"}:
        yield node
    elif node.kind == "call" and node.value.lower() != "tojson":
        for item in node.items:
            yield from _needed(item)
