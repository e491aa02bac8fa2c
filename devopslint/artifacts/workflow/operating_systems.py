"""Which operating systems a job runs on, and what that says of the shell of its scripts."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.shells import speaks_powershell
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLAIN_COMMANDS = lazily(r"(?:[ \t]*(?:[\w./][\w./:@=,+-]*(?:[ \t]+[\w./:@=,+-]+)*[ \t]*)?(?:\n|\Z))+")
_ASKS_FOR_SYSTEM = lazily(r"runner\.os|matrix\.|windows", re.IGNORECASE)


def is_on_windows(job: Any) -> bool | None:
    """Say whether a `Job` runs on Windows; `None` when that is not known, or not so for all rows of its matrix."""
    found = _systems(job)
    value = job.value.get("runs-on")
    labels = value.get("labels") if isinstance(value, Map) else value
    if isinstance(labels, list) and len(labels) > 1 and True in found:
        return True
    return next(iter(found)) if len(found) == 1 else None


def is_also_on_windows(job: Any) -> bool:
    """Say whether the matrix of a `Job` has some rows on Windows, and others elsewhere."""
    return isinstance(job.value.get("runs-on"), str) and _systems(job) == {True, False}


def _systems(job: Any) -> set[bool]:
    """Return whether the runners that the labels can name are Windows; nothing when that is not known of all."""
    return {"windows" in label.lower() for label in labels_of(job) or ()}


def labels_of(job: Any) -> list[str] | None:
    """Return every label that the runner of a `Job` can have; `None` when one can't be known, or there is none."""
    known: dict[str, list[str] | None] = job.workflow.cache.setdefault("labels of runners", {})
    if job.key not in known:
        known[job.key] = _find_labels(job) or None
    return known[job.key]


def may_be_self_hosted(job: Any) -> bool:
    """Say whether a runner of a `Job` is, or may be, a machine of one's own, as far as its labels or expressions say it."""
    return "self-hosted" in (labels_of(job) or str(job.value.get("runs-on")))


def _find_labels(job: Any) -> list[str] | None:
    from devopslint.artifacts.workflow.resolve import resolve_in

    value = job.value.get("runs-on")
    if isinstance(value, Map):
        value = value.get("labels", UNKNOWN)
    if isinstance(value, str) and "${{" not in value:
        return [value]
    found: list[str] = []
    for label in value if isinstance(value, list) else [value]:
        candidates = resolve_in(label, job) if isinstance(label, str) else None
        for one in [label] if candidates is None else [candidate.value for candidate in candidates]:
            several = one if isinstance(one, list) else [one]
            if not all(isinstance(text, str) and "${{" not in text for text in several):
                return None
            found.extend(several)
    return found


def reads_as_bash(step: Any) -> bool:
    """Say whether the script of a `Step` can be read as one of bash.

    That is so where bash runs it, in all rows of the matrix or in those that are not Windows, and of plain commands, which
    mean the same to every shell.
    """
    if step.run is None or step.is_shell:
        return bool(step.run is not None)
    if step.shell not in (None, "pwsh", "powershell", "cmd"):
        return False
    if _PLAIN_COMMANDS.fullmatch(step.run):
        return True
    if step.shell is not None or not is_also_on_windows(step.job):
        return False
    return not speaks_powershell(step.run) and not _ASKS_FOR_SYSTEM.search(str(step.value.get("if", "")))
