"""Comparisons with a value that what is compared never has.

Sources: GitHub Docs, "Contexts reference" (values of `result`, `outcome`, `runner.os` …, forms of refs and repositories) and
"Reuse workflows" (a called workflow has the event of its caller).
"""

from __future__ import annotations

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.usage import nodes_of
from devopslint.artifacts.workflow.words import nearest
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.expressions import Node
    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.artifacts.workflow.usage import Usage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_RESULTS = ("success", "failure", "cancelled", "skipped")
_VALUES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("needs", "*", "result"): _RESULTS,
    ("jobs", "*", "result"): _RESULTS,
    ("steps", "*", "outcome"): _RESULTS,
    ("steps", "*", "conclusion"): _RESULTS,
    ("job", "status"): ("success", "failure", "cancelled"),
    ("runner", "os"): ("Linux", "Windows", "macOS"),
    ("runner", "arch"): ("X86", "X64", "ARM", "ARM64"),
    ("runner", "environment"): ("github-hosted", "self-hosted"),
    ("github", "ref_type"): ("branch", "tag"),
    ("github", "secret_source"): ("None", "Actions", "Codespaces", "Dependabot"),
}
_SHORT_REFS = frozenset({("github", name) for name in ("ref_name", "base_ref", "head_ref")})


def impossible_value(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find comparisons with a text that can't come up."""
    workflow: Workflow = subject.context
    for usage, node in nodes_of(workflow, "compare", "call"):
        reference, literal = _sides(node)
        path = reference.path() if reference is not None else None
        if path is None or literal is None or not literal.value or "{{" in literal.value:
            continue
        starts = node.kind == "call"
        reason = _form_fault(path, literal.value, starts) or ("" if starts else _choice_fault(usage, path, literal))
        if reason:
            shown = usage.site.value[node.start : node.end]
            holds = "always" if node.value == "!=" else "never"
            place = usage.place(node.start, node.end)
            yield Problem(place, comparison=" ".join(shown.split()), holds=holds, reason=reason)


def _sides(node: Node) -> tuple[Node | None, Node | None]:
    """Return the reference and the text of `==`, `!=` and `startsWith`; nothing when it is none of these."""
    name = node.value.lower() if node.kind == "call" else ""
    if len(node.items) != 2 or not (name == "startswith" or (node.kind == "compare" and node.value in {"==", "!="})):
        return None, None
    sides = node.items if name else sorted(node.items, key=lambda item: item.kind == "literal")
    is_text = sides[1].kind == "literal" and isinstance(sides[1].value, str)
    return (sides[0], sides[1]) if is_text else (None, None)


def _form_fault(path: tuple[str, ...], text: str, starts: bool) -> str:
    """Say why a text has not the form of a ref or of a repository; empty when it has."""
    text = text.lower()
    if path == ("github", "ref"):
        if not text.startswith("refs/") and not (starts and "refs/".startswith(text)):
            return "`github.ref` is `refs/heads/…`, `refs/tags/…` or `refs/pull/…`, `github.ref_name` the name alone"
    elif path in _SHORT_REFS:
        if text.startswith("refs/"):
            return f"`{'.'.join(path)}` is the name alone, without `refs/`"
    elif path == ("github", "repository") and not starts:
        if text.count("/") != 1:
            return "`github.repository` is `owner/name`"
    elif path == ("github", "repository_owner") and "/" in text:
        return "`github.repository_owner` is the owner alone"
    return ""


def _choice_fault(usage: Usage, path: tuple[str, ...], literal: Node) -> str:
    """Say why a text is none of the values that a reference can have; empty when it is one, or may be."""
    text: str = literal.value
    if path == ("github", "event_name"):
        return _event_fault(text)
    general = (path[0], "*", *path[2:]) if path[0] in {"needs", "jobs", "steps"} else path
    known: Iterable[str] = _VALUES.get(general, ())
    if path[0] == "inputs" or path[:3] == ("github", "event", "inputs"):
        known = _options_of(usage.workflow, path[-1]) if len(path) in {2, 4} else ()
    if not known or text.lower() in {one.lower() for one in known}:
        return ""
    return f"it is one of {', '.join(f'`{one}`' for one in known)}"


def _event_fault(text: str) -> str:
    from devopslint.artifacts.workflow.schema import load_table

    events = load_table()["workflow"]["on-mapping-strict"]["mapping"]["properties"]
    if text.lower() == "workflow_call":
        return "a called workflow has the event of its caller"
    return "" if text.lower() in {*events, "dynamic"} else f"there is no such event{nearest(text, events)}"


def _options_of(workflow: Workflow, name: str) -> list[str]:
    """Return the options of an input that is a choice wherever it is declared; empty when it is not."""
    if workflow.is_action or workflow.has_trigger("workflow_call"):
        return []
    inputs = map_at(workflow.triggers.get("workflow_dispatch"), "inputs")
    config = next((inputs[key] for key in inputs if key.lower() == name), None)
    options = config.get("options") if isinstance(config, Map) and config.get("type") == "choice" else None
    if not isinstance(options, Seq) or any(not isinstance(one, (str, int, float)) for one in options):
        return []
    return [str(one) for one in options]
