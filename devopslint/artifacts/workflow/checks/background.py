"""Checks on steps that run beside others: in the background, or in a group of parallel ones.

Source: GitHub Docs, "Workflow syntax", `background`, `wait`, `wait-all`, `cancel` and `parallel` of steps, as of 2026-11.
"""

from __future__ import annotations

from bisect import bisect_right

from devopslint.artifacts.workflow.words import nearest
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_ALL = "*"
"""Stands for every id: no step can have it for its own."""


def unknown_background_step(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find names in `wait` and `cancel` of steps that do not run in the background by then."""
    step: Step = subject.context
    for path, name in _awaited(step):
        named = step.job.step(name)
        if not name or "${{" in name or (named is not None and _is_aside(named) and named.place < step.place):
            continue
        if named is None:
            known = [one.id for one in step.job.steps if one.id and _is_aside(one)]
            fault = f"no step of this job has the id `{name}`{nearest(name, known)}"
        elif named.place >= step.place:
            fault = f"step `{named.id}` starts later"
        else:
            fault = f"step `{named.id}` has no `background: true`, and is done"
        yield Problem(path, fault=fault)


def _awaited(step: Step) -> Iterator[tuple[Path, str]]:
    """Yield the ids that a step waits for or cancels, each with its path."""
    for key in ("wait", "cancel"):
        value = step.value.get(key)
        if isinstance(value, str):
            yield (key,), value
        elif isinstance(value, list):
            yield from (((key, index), name) for index, name in enumerate(value) if isinstance(name, str))


def _is_aside(step: Step) -> bool:
    """Say whether a step runs, or may run, while those after it do."""
    return len(step.below) > 2 or step.value.get("background", False) is not False


def not_done_yet(step: Step, reader: Step) -> str:
    """Say why a step before another is not surely done when that one begins; an empty text when it is."""
    if step.index == reader.index:
        return f"step `{step.id}` runs at the same time as this one" if step is not reader else ""
    if step.value.get("background") is not True or len(step.below) > 2:
        return ""
    waits = _waits(step.job)
    for name in (_ALL, step.id.lower()):
        places = waits.get(name, [])
        following = bisect_right(places, step.place)
        if following < len(places) and places[following] < reader.place:
            return ""
    return f"step `{step.id}` runs in the background, and no step before this one waits for it"


def _waits(job: Job) -> dict[str, list[int]]:
    """Return the places in `steps` of what waits for, or cancels, each step, and under `_ALL` of what may wait for all."""
    known: dict[str, dict[str, list[int]]] = job.workflow.cache.setdefault("waits", {})
    if job.key not in known:
        waits = known[job.key] = {}
        for step in job.steps:
            names = [_ALL if "${{" in name else name.lower() for _, name in _awaited(step)]
            if "wait-all" in step.value:
                names.append(_ALL)
            for name in names:
                waits.setdefault(name, []).append(step.place)
    return known[job.key]
