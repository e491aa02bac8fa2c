"""The first instruction of its kind in a stage and those that it builds on, looked for once: each of many may ask."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step


def first(start: Stage, key: Any, holds: Callable[[Step], object]) -> Step | None:
    """Return the first step, of those that `lineage` yields, for which something holds.

    The answer is kept under the key, for this stage and those that it builds on.
    """
    known: dict[tuple[Any, int], Step | None] = start.model.cache.setdefault("firsts", {})
    asked: list[Stage] = []
    stage: Stage | None = start
    while stage is not None and (key, stage.index) not in known:
        asked.append(stage)
        stage = stage.base
    found = known[key, stage.index] if stage is not None else None
    for one in reversed(asked):
        if found is None:
            found = next((step for step in one.steps if holds(step)), None)
        known[key, one.index] = found
    return found


def first_before(step: Step, key: Any, holds: Callable[[Step], object]) -> Step | None:
    """Return what `first` does for the stage of a step, when it stands in front of the step."""
    found = first(step.stage, key, holds) if step.stage is not None else None
    return found if found is not None and found.index < step.index else None
