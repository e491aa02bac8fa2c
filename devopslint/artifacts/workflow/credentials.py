"""Checks on credentials in clear."""

from __future__ import annotations

import re

from devopslint.knowledge.credentials import find_credential, is_plausible_secret, looks_like_secret_name
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_FOR_TESTS = re.compile(
    r"test|postgres|root|mysql|admin|pass|pwd|secret|dummy|example|guest|minio|rabbit|redis|local|default|fake|mock|sample"
    r"|changeit|change-?me|x{4}|1234|abcd",
    re.IGNORECASE,
)
"""What the passwords of databases that live as long as a job look like, and what stands in for one."""
_OTHER_KEY = re.compile(
    r"(?<!api)(?<!access)(?<!private)(?<!secret)(?<!ssh)(?<!deploy)(?<!signing)[-_]?keys?$", re.IGNORECASE
)
"""Keys of caches, of items, of translations."""
_SHELL_REFERENCE = re.compile(r"^\$|\$\{?\w|%\w+%")


def hard_coded_credential(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find credentials by their form anywhere, and by their name in `env` and `with`."""
    workflow: Workflow = subject.context
    for path, value, mark in _strings(workflow.root):
        if path[-1:] == ("uses",):
            continue
        found = find_credential(value)
        if found is not None:
            title, start, end = found
            fragment = workflow.fragment_at(mark, value)
            yield Problem(Place(fragment.source, *fragment.mark(start, end)), what=title)
            continue
        if (
            len(path) < 2
            or path[-2] not in {"env", "with", "secrets"}
            or not isinstance(path[-1], str)
            or "services" in path
        ):
            continue
        if "${{" in value or _SHELL_REFERENCE.search(value) or _FOR_TESTS.search(value) or len(value) < 8:
            continue
        name = path[-1].replace("-", "").replace("_", "")
        if not _OTHER_KEY.search(name) and looks_like_secret_name(path[-1]) and is_plausible_secret(value):
            yield Problem(path, what=f"the value of `{path[-1]}`")


def _strings(root: Any) -> Iterator[tuple[Path, str, tuple[int, int]]]:
    stack: list[tuple[Path, Any]] = [((), root)]
    seen: set[int] = set()
    while stack:
        path, node = stack.pop()
        if id(node) in seen:
            continue
        items: list[tuple[str | int, Any, tuple[int, int]]] = []
        if isinstance(node, Map):
            items = [(key, value, node.at[key][2:]) for key, value in node.items() if key in node.at]
        elif isinstance(node, Seq):
            items = [(index, value, mark) for index, (value, mark) in enumerate(zip(node, node.at, strict=False))]
        else:
            continue
        seen.add(id(node))
        for step, value, mark in items:
            if isinstance(value, str):
                yield (*path, step), value, mark
            else:
                stack.append(((*path, step), value))
