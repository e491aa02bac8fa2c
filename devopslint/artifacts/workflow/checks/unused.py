"""Checks on what is declared and never used: inputs, secrets, axes of a matrix."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.words import words
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import at_word, lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Map, Path

    Options = Mapping[str, Any]

_FOR_PEOPLE = lazily(
    r"reason|comment|note|descri|message|log|debug|why|tags?$|id$|placeholder|unused|deprecat|manual|trigger",
    re.IGNORECASE,
)
"""Inputs that are there to be read in the list of runs."""
_HANDED = words("actions docker github aws-actions azure google-github-actions hashicorp")
"""Owners of actions that read nothing but what they are handed."""
_ENOUGH_STEPS = 3
_OF_DIST = "plan"
"""What cargo-dist hands to every workflow that it calls."""
_REPEATS = words("""run attempt iteration repeat repetition round rerun index idx shard n i count trial try seed replica copy
    copies chunk part partition split bucket slot worker times loop number num""")
"""Names of axes by which a job is repeated on purpose."""


def unused_input(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs and secrets that nothing in the workflow, or in the composite action, reads."""
    workflow: Workflow = subject.context
    declared = [(path, what, context, _at(workflow, path)) for path, what, context in _declarations(workflow)]
    if not any(node for _, _, _, node in declared):
        return
    text = workflow.document.source.text
    whole, names_read = _taken_whole(text), _names_read(text)
    read = False
    found: list[Problem] = []
    for path, what, context, node in declared:
        if context in whole or (path[1:2] == ("workflow_dispatch",) and _may_read_event(workflow)):
            read = True
            continue
        for name in node:
            is_for_people = path[1:2] == ("workflow_dispatch",) and _FOR_PEOPLE.search(name)
            if (context, name.lower()) in names_read:
                read = True
            elif "${{" not in name and name != _OF_DIST and not is_for_people:
                found.append(Problem((*path, name), part="key", what=what, name=name))
    if read or len(list(workflow.steps)) >= _ENOUGH_STEPS:
        yield from found  # what reads nothing and does little is an abridged example


def _at(workflow: Workflow, path: Path) -> Map:
    node = workflow.root
    for key in path:
        node = map_at(node, str(key))
    return node


def _declarations(workflow: Workflow) -> Iterator[tuple[Path, str, str]]:
    """Yield where names are declared, what they are called, and the context that has them."""
    if workflow.is_action:
        if map_at(workflow.root, "runs").get("using") == "composite":
            yield ("inputs",), "input", "inputs"
        return
    for event in ("workflow_call", "workflow_dispatch"):
        yield ("on", event, "inputs"), "input", "inputs"
    yield ("on", "workflow_call", "secrets"), "secret", "secrets"


def _may_read_event(workflow: Workflow) -> bool:
    """Say whether an action of others, which gets the whole event, may read an input that is not handed to it."""
    return any(step.uses is not None and step.uses.owner not in _HANDED for step in workflow.steps)


_WHOLE = lazily(
    rf"({at_word('inputs', 'secrets')})\s*(?:\[\s*[^'\s]|\.\*|\)|\}}\}}|,)"
    r"|github_event_path|context\.payload\b|github\.event\s*[)}]"
)
_READ = lazily(rf"({at_word('inputs', 'secrets', 'matrix')})\s*(?:\.\s*([\w-]+)|\[\s*['\"]([\w.-]+)['\"]\s*\])")


def _taken_whole(text: str) -> set[str]:
    """Return the contexts that are used as a whole, or with a name that is worked out."""
    found: set[str] = set()
    for one in _WHOLE.finditer(text.lower()):
        found.update({one.group(1)} if one.group(1) else {"inputs", "secrets"})
    if re.search(r"\bsecrets:\s*inherit\b", text):
        found.add("secrets")
    return found


def _names_read(text: str) -> set[tuple[str, str]]:
    """Return each context with each name, in lower case, that is read of it."""
    return {(one.group(1), one.group(2) or one.group(3)) for one in _READ.finditer(text.lower())}


def _repeats(name: str, cells: Sequence[Any]) -> bool:
    """Say whether an axis only multiplies runs: by its name (`seed`, `shard_index`, `test-run`), or it counts from 0 or 1."""
    plain = name.lower().replace("_", "-")
    last = plain.rpartition("-")[2]
    if not _REPEATS.isdisjoint({plain, plain.rstrip("s"), last, last.rstrip("s")}):
        return True
    values = [str(value) for value, _ in cells]
    return values in ([str(one) for one in range(len(values))], [str(one + 1) for one in range(len(values))])


def unused_matrix_axis(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find axes of a matrix that the job does not look at: each combination does the same again."""
    job: Job = subject.context
    matrix = job.matrix
    if matrix is None or matrix.keys is None or not matrix.vectors:
        return
    start, end = job.value.start, job.value.end
    text = job.workflow.document.source.text[start:end]
    if re.search(
        r"(?i)\bmatrix\s*(?:\[\s*[^'\s]|\.\*|\)|\}\}|,)|\bstrategy\.job-(?:index|total)\b|toJSON\(\s*strategy", text
    ):
        return
    names_read = _names_read(text)
    chosen = {key.lower() for item in (*matrix.include, *matrix.exclude) if isinstance(item, dict) for key in item}
    for name, cells in matrix.vectors.items():
        if len(cells) < 2 or name.lower() in chosen or _repeats(name, cells) or "${{" in name:
            continue
        if ("matrix", name.lower()) not in names_read:
            yield Problem(("strategy", "matrix", name), part="key", name=name, count=len(cells))
