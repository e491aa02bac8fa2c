"""Checks on what a workflow asks of an event, a branch or a payload that none of its own triggers brings.

Source: GitHub Docs, "Events that trigger workflows" (`GITHUB_REF` of each event) and "Webhook events and payloads".
"""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import names_of
from devopslint.artifacts.workflow.usage import usages
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_PULL_REQUESTS = ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment")
_PAYLOADS: dict[str, tuple[str, ...]] = {
    "pull_request": _PULL_REQUESTS,
    "issue": ("issues", "issue_comment"),
    "comment": ("issue_comment", "commit_comment", "pull_request_review_comment", "discussion_comment"),
    "release": ("release",),
    "workflow_run": ("workflow_run",),
    "review": ("pull_request_review",),
    "discussion": ("discussion", "discussion_comment"),
    "head_commit": ("push",),
    "client_payload": ("repository_dispatch",),
    "deployment": ("deployment", "deployment_status"),
    "deployment_status": ("deployment_status",),
    "merge_group": ("merge_group",),
    "check_run": ("check_run",),
    "check_suite": ("check_suite", "check_run"),
}
"""Property of `github.event` → the events that bring it."""
_OF_PULL_REQUESTS = frozenset({"head_ref", "base_ref"})
_ON_BRANCHES = frozenset({"push", *_PULL_REQUESTS, "merge_group"})
"""Events whose ref is a branch that the filters let through, that of a pull request or that of a queue."""


def never_comes(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find conditions on, and values of, what none of a workflow's events brings."""
    workflow: Workflow = subject.context
    events = set(workflow.triggers)
    if workflow.is_action or not events or "workflow_call" in events or any("${{" in name for name in events):
        return
    for usage in usages(workflow):
        if usage.tree is None or usage.site.path[:1] != ("jobs",):
            continue
        is_condition = usage.site.path[-1:] == ("if",)
        if str(usage.site.path[-1]).startswith("GITHUB_"):
            continue  # GitHub's own variable, passed on
        for node in _demanded(usage.tree) if is_condition else ():
            reason = _never_holds(node, workflow)
            if reason:
                yield Problem(usage.place(node.start, node.end), what="this never holds", reason=reason)
        for node in _demanded(usage.tree) if is_condition else (usage.tree,):
            path = node.path() or ()
            reason = _is_empty(path, events) if "*" not in path and "?" not in path else ""
            if reason:
                yield Problem(usage.place(node.start, node.end), what="this is always empty", reason=reason)


def _demanded(tree: Node) -> Iterator[Node]:
    """Yield the parts of a condition all of which must hold."""
    if tree.kind == "and":
        for item in tree.items:
            yield from _demanded(item)
    else:
        yield tree


def _is_empty(path: tuple[str, ...], events: set[str]) -> str:
    if path[:1] != ("github",) or len(path) < 2:
        return ""
    if path[1] in _OF_PULL_REQUESTS and len(path) == 2:
        return "" if events & {*_PULL_REQUESTS, "merge_group"} else f"only pull requests have a `{path[1]}`"
    bringing = _PAYLOADS.get(path[2], ()) if path[1] == "event" and len(path) > 3 else ()
    if not bringing or events.intersection(bringing):
        return ""
    return f"only {_listed(bringing)} bring{'s' if len(bringing) == 1 else ''} `github.event.{path[2]}`"


def _listed(names: tuple[str, ...]) -> str:
    shown = [f"`{name}`" for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _never_holds(node: Node, workflow: Workflow) -> str:
    """Say why a comparison with an event or a ref never holds; empty when it may."""
    starts = node.kind == "call" and node.value.lower() == "startswith"
    if len(node.items) != 2 or not (starts or (node.kind == "compare" and node.value == "==")):
        return ""
    sides = node.items if starts else sorted(node.items, key=lambda item: item.kind == "literal")
    path, literal = sides[0].path(), sides[1].value if sides[1].kind == "literal" else None
    if path is None or not isinstance(literal, str):
        return ""
    text = literal.lower()
    if path == ("github", "event_name") and not starts:
        return _other_event(text, workflow)
    if path == ("github", "ref_type"):
        text, path = ("refs/tags/" if text == "tag" else "-"), ("github", "ref")
        starts = True
    if path == ("github", "ref_name") and not starts:
        return _other_branch(literal, workflow)
    if path != ("github", "ref"):
        return ""
    if text.startswith("refs/tags/") and set(workflow.triggers) <= _ON_BRANCHES | {"schedule"}:
        push = workflow.triggers.get("push")
        filters = {name.partition("-")[0] for name in push or ()}
        only_branches = push is None or ("branches" in filters and "tags" not in filters)
        return "no event of this workflow is for tags" if only_branches else ""
    return (
        _other_branch(literal[len("refs/heads/") :], workflow) if text.startswith("refs/heads/") and not starts else ""
    )


def _other_event(name: str, workflow: Workflow) -> str:
    from devopslint.artifacts.workflow.schema import load_table

    known = load_table()["workflow"]["on-mapping-strict"]["mapping"]["properties"]
    if name not in known or name == "workflow_call" or name in workflow.triggers:
        return ""
    return f"`{name}` is no event of this workflow"


def _other_branch(branch: str, workflow: Workflow) -> str:
    """Say that no push to a branch starts a workflow which starts with pushes and pull requests only."""
    if not set(workflow.triggers) <= _ON_BRANCHES or not branch:
        return ""
    push = workflow.triggers.get("push")
    if push is None:
        return "the ref of a pull request is `refs/pull/…/merge`" if set(workflow.triggers) == {"pull_request"} else ""
    patterns = names_of(push.get("branches"))
    if not patterns or "tags" in push or "tags-ignore" in push or "pull_request_target" in workflow.triggers:
        return ""
    if any(re.search(r"[\[\]+?!\\{]", one) for one in patterns) or any(_matches(branch, one) for one in patterns):
        return ""
    return f"`push` lets no `{branch}` through"


def _matches(branch: str, pattern: str) -> bool:
    """Say whether a pattern of plain letters and stars matches a branch."""
    parts = re.split(r"(\*\*?)", pattern)
    wild = {"*": "[^/]*", "**": ".*"}
    return re.fullmatch("".join(wild.get(part, re.escape(part)) for part in parts), branch) is not None
