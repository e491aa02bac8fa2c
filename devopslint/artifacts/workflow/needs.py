"""Which jobs come before others."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_NEEDED = 1000
"""Jobs that are followed backwards from one through `needs`."""


def needed_before(job: Any) -> frozenset[str]:
    """Return the keys of all jobs that come before a `Job`."""
    found: set[str] = set()
    open_keys: list[str] = list(job.needs)
    while open_keys and len(found) < MOST_NEEDED:
        key = open_keys.pop()
        if key not in found and key in job.workflow.jobs:
            found.add(key)
            open_keys.extend(job.workflow.jobs[key].needs)
    return frozenset(found)
