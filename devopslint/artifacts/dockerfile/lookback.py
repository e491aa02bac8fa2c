"""Where instructions of a kind stand, in front of a step and behind it, looked for once: each of many may ask."""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Stage, Step


def first(start: Stage, key: Any, holds: Callable[[Step], object]) -> Step | None:
    """Return the first step, of those that `lineage` yields, for which something holds.

    The answer is kept under the key, for this stage and those that it builds on.
    """
    known: dict[tuple[Any, int], Step | None] = start.model.cache.setdefault("firsts", {})
    if (key, start.index) in known:
        return known[key, start.index]
    asked: list[Stage] = []
    stage: Stage | None = start
    while stage is not None and (key, stage.index) not in known:
        asked.append(stage)
        stage = stage.base
    found = known[key, stage.index] if stage is not None else None
    for one in reversed(asked):
        if found is None:
            for step in one.steps:
                if holds(step):
                    found = step
                    break
        known[key, one.index] = found
    return found


def first_before(step: Step, key: Any, holds: Callable[[Step], object]) -> Step | None:
    """Return what `first` does for the stage of a step, when it stands in front of the step."""
    found = first(step.stage, key, holds) if step.stage is not None else None
    return found if found is not None and found.index < step.index else None


def steps_by(
    model: Model, key: Any, steps: Iterable[Step], named: Callable[[Step], Iterable[Any]]
) -> dict[Any, list[Step]]:
    """Return under each of the words, paths … that a function names of a step those of some steps that have it, in order.

    The answer is kept under the key, which is another one for other steps.
    """
    known: dict[Any, dict[Any, list[Step]]] = model.cache.setdefault("steps by", {})
    found = known.get(key)
    if found is None:
        found = known[key] = {}
        for step in steps:
            for name in dict.fromkeys(named(step)):
                found.setdefault(name, []).append(step)
    return found


def next_behind(step: Step, steps: Sequence[Step]) -> Step | None:
    """Return the first of some steps, which are in order, that stands behind a step."""
    at = bisect_right(steps, step.index, key=lambda one: one.index)
    return steps[at] if at < len(steps) else None
