"""Checks on conditions."""

from __future__ import annotations

import re
from itertools import pairwise

from devopslint.artifacts.workflow.checks.injection import harmless_input
from devopslint.artifacts.workflow.expressions import find_expressions
from devopslint.artifacts.workflow.model import is_step
from devopslint.artifacts.workflow.usage import nodes_of, usages
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Job, Step, Workflow
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_FALSE = lazily(r"(?:\$\{\{\s*)?false(?:\s*\}\})?")
_BOTS = lazily(r"\[bot\]$", re.IGNORECASE)
_ACTORS = frozenset(
    {
        ("github", "actor"),
        ("github", "triggering_actor"),
        ("github", "event", "sender", "login"),
        ("github", "event", "pull_request", "sender", "login"),
    }
)
_ACTOR_IDS = frozenset(
    {("github", "actor_id"), ("github", "event", "sender", "id"), ("github", "event", "pull_request", "sender", "id")}
)
_WITH_SECRETS = ("pull_request_target", "workflow_run", "issue_comment")
_BOT_IDS = frozenset({"49699333", "29139614"})
"""Dependabot and Renovate."""


def _conditions(workflow: Workflow) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the path and the text of every `if` that is a string."""
    for site in workflow.walk.sites:
        if site.path and site.path[-1] == "if" and isinstance(site.value, str):
            yield site.path, site.value


def constant_condition(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find conditions that are true or false whatever happens."""
    workflow: Workflow = subject.context
    for path, text in _conditions(workflow):
        found = list(find_expressions(text))
        shown = " ".join(text.split())
        if found and all(one.closed for one in found):
            rest = (
                text[: found[0].start]
                + "".join(text[before.end : after.start] for before, after in pairwise(found))
                + text[found[-1].end :]
            )
            if rest or len(found) > 1:
                reason = (
                    "there is text outside of `${{ }}`"
                    if rest.strip()
                    else "a blank or line break stands outside of `${{ }}`"
                    if rest
                    else "two `${{ }}` make a text"
                )
                yield Problem(path, condition=shown, truth="true", reason=reason)
    owners: list[Job | Step] = [*workflow.jobs.values(), *workflow.steps]
    for owner in owners:
        number = owner.value.get("if")
        if number is True:
            yield Problem((*owner.path, "if"), condition="true", truth="true", reason="nothing in it can change")
        elif isinstance(number, (int, float)) and not isinstance(number, bool):
            always = "true" if number else "false"
            yield Problem((*owner.path, "if"), condition=number, truth=always, reason="nothing in it can change")
    for usage in usages(workflow):
        if usage.tree is not None and usage.site.path[-1:] == ("if",):
            truth = _constant(usage.tree)
            bare = usage.tree.kind == "literal" and usage.tree.value is False
            if truth is not None and not bare:
                start, end = usage.tree.start, usage.tree.end
                yield Problem(
                    usage.place(start, end),
                    condition=usage.site.value[start:end],
                    truth="true" if truth else "false",
                    reason="nothing in it can change",
                )


def switched_off(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `if: false`, by which people put a job or step aside."""
    workflow: Workflow = subject.context
    owners: list[Job | Step] = [*workflow.jobs.values(), *workflow.steps]
    for owner in owners:
        condition = owner.value.get("if")
        if condition is False or (isinstance(condition, str) and _FALSE.fullmatch(condition.strip())):
            what = "step" if is_step(owner) else "job"
            yield Problem((*owner.path, "if"), what=what)


def _constant(node: Node) -> bool | None:
    """Return what a condition always is, `None` when it depends on something."""
    if node.kind == "literal":
        return bool(node.value)
    if node.kind == "not":
        inner = _constant(node.items[0])
        return None if inner is None else not inner
    values = [_constant(item) for item in node.items] if node.kind in {"and", "or"} else []
    if node.kind == "or" and (True in values):
        return True
    if node.kind == "and" and (False in values):
        return False
    if values and None not in values:
        return node.kind == "and"
    if node.kind == "call" and node.items and all(item.kind == "literal" for item in node.items):
        return _constant_call(node)
    if node.kind == "compare" and all(item.kind == "literal" for item in node.items):
        left, right = (item.value for item in node.items)
        return left == right if node.value == "==" else left != right if node.value == "!=" else None
    return None


def _constant_call(node: Node) -> bool | None:
    """Return what a function of two texts that stand in the file gives."""
    name, values = node.value.lower(), [str(item.value).lower() for item in node.items]
    if len(values) != 2 or not all(isinstance(item.value, str) for item in node.items):
        return None
    text, part = values
    found = {"contains": part in text, "startswith": text.startswith(part), "endswith": text.endswith(part)}
    return found.get(name)


def bot_name_in_pull_request(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find what `spoofable_bot_condition` does, in workflows that no event with secrets or write access starts."""
    workflow: Workflow = subject.context
    if not workflow.has_trigger(*_WITH_SECRETS):
        yield from spoofable_bot_condition(subject, options)


def spoofable_bot_condition(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find conditions that trust `github.actor` to be a bot in workflows that strangers start."""
    workflow: Workflow = subject.context
    if not workflow.has_trigger(*options["events"]):
        return
    for usage in usages(workflow):
        if usage.tree is None or usage.site.path[-1:] != ("if",) or _asks_for_author(usage.tree):
            continue
        denied = {*_denied(usage.tree), *_let_in_anyway(usage.tree)}
        for node in usage.nodes:
            if node.kind == "call" and id(node) not in denied:
                yield from _bot_function(usage, node)
            if node.kind != "compare" or node.value != "==" or id(node) in denied:
                continue
            name, text = node.items if node.items[1].kind == "literal" else reversed(node.items)
            is_bot = text.kind == "literal" and isinstance(text.value, str) and _BOTS.search(text.value)
            is_id = text.kind == "literal" and str(text.value) in _BOT_IDS and name.path() in _ACTOR_IDS
            if (is_bot and name.path() in _ACTORS) or is_id:
                yield Problem(
                    usage.place(node.start, node.end), name=usage.site.value[name.start : name.end], bot=text.value
                )


def _denied(tree: Node, *, denied: bool = False) -> Iterator[int]:
    """Yield the parts of a condition under an odd number of `!`, by their `id`."""
    if denied:
        yield id(tree)
    for item in tree.items:
        yield from _denied(item, denied=denied != (tree.kind == "not"))


def _let_in_anyway(tree: Node) -> Iterator[int]:
    """Yield, by their `id`, the alternatives of one that lets strangers in: `head.repo.full_name != github.repository`."""
    for node in tree.walk():
        if node.kind == "or" and any(_asks_for_fork(item) for item in node.items):
            yield from (id(inner) for item in node.items for inner in item.walk())


def _asks_for_fork(node: Node) -> bool:
    paths = [item.path() or ("",) for item in (node.items if node.kind == "compare" else (node,))]
    if node.kind == "compare" and node.value == "!=":
        return ("github", "repository") in paths and any(path[-1] == "full_name" for path in paths)
    is_true = node.kind != "compare" or any(item.kind == "literal" and item.value is True for item in node.items)
    return is_true and any(path[-1] == "fork" and "event" in path for path in paths)


def _asks_for_author(tree: Node) -> bool:
    """Say whether a condition demands that a bot has opened the pull request, which nobody else can bring about."""
    if tree.kind == "and":
        return any(_asks_for_author(item) for item in tree.items)
    paths = [item.path() for item in tree.items] if tree.kind == "compare" and tree.value == "==" else []
    return ("github", "event", "pull_request", "user", "login") in paths


def _bot_function(usage: Usage, node: Node) -> Iterator[Problem]:
    """Find `endsWith(github.actor, '[bot]')` and the like."""
    if node.value.lower() not in {"contains", "endswith", "startswith"} or len(node.items) != 2:
        return
    name, text = node.items
    if text.path() in _ACTORS and node.value.lower() == "contains" and name.kind != "literal":
        named = [one.value for one in name.walk() if one.kind == "literal" and re.search(r"\[bot\]", str(one.value))]
        if named:
            bot = str(min(re.findall(r"(?<![\w-])[\w-]++\[bot\]", str(named[0])), default=named[0]))
            yield Problem(usage.place(node.start, node.end), name=usage.site.value[text.start : text.end], bot=bot)
        return
    if name.path() in _ACTORS and text.kind == "literal" and re.search(r"bot|renovate", str(text.value), re.IGNORECASE):
        place = usage.place(node.start, node.end)
        yield Problem(place, name=usage.site.value[name.start : name.end], bot=text.value)


def unsound_contains(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `contains('a b c', github.ref)`, which is true of parts of names as well."""
    workflow: Workflow = subject.context
    for usage, node in nodes_of(workflow, "call"):
        if usage.site.path[-1:] != ("if",) or node.value.lower() != "contains" or len(node.items) != 2:
            continue
        texts, wanted = node.items
        path = wanted.path()
        is_text = texts.kind == "literal" and isinstance(texts.value, str)
        if is_text and path is not None and _is_chosen_by_others(path, workflow):
            name = usage.site.value[wanted.start : wanted.end]
            yield Problem(usage.place(node.start, node.end), name=name, text=texts.value)


def _is_chosen_by_others(path: tuple[str, ...], workflow: Workflow) -> bool:
    if path[0] == "inputs":
        return len(path) == 2 and not harmless_input(path[1], workflow)
    if path[0] in {"needs", "steps"}:
        return "outputs" in path
    return path[:2] in {
        ("github", name)
        for name in ("ref", "ref_name", "head_ref", "base_ref", "actor", "triggering_actor", "repository", "sha")
    } or ((path[:2] == ("github", "event") and path[2:] != ("action",)) or path[0] == "env")


def unsound_ternary(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `a && '' || b`, which is always `b`: the value in the middle is never true."""
    for usage, node in nodes_of(subject.context, "or"):
        for item in node.items[:-1]:
            middle = item.items[-1] if item.kind == "and" else None
            if middle is not None and middle.kind == "literal" and not middle.value:
                shown = usage.site.value[middle.start : middle.end]
                yield Problem(usage.place(middle.start, middle.end), value=shown)
