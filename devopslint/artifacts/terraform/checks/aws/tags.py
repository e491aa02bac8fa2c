"""Checks of the tags by which people find out whose a resource is and what it costs."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import is_absent
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]


def without_tags(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a resource without tags of its own or of its provider, which a module does not know."""
    module: Module = subject.context
    if not module.is_root or any("default_tags" in one.block for one in module.all("provider")):
        return
    tags = subject.get("tags")
    if is_absent(subject, "tags"):
        yield Problem()
    elif tags is not UNKNOWN and isinstance(tags, Map) and not tags and not tags.open:
        yield Problem("tags")
