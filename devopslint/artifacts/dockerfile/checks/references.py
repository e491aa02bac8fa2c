"""Names that no registry and no builder takes for an image."""

from __future__ import annotations

from functools import lru_cache

from devopslint.artifacts.dockerfile.checks.common import docker_place, is_containerfile
from devopslint.knowledge.images import SCHEME, image_fault
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_HOLE = lazily(r"[$%{}<>]|__\w+__|@@|^[A-Z0-9]+[-_][A-Z0-9_-]+$")
"""What stands for something else, which a variable or another tool fills in."""
_NO_NAME = lazily(r"$|[:@]|\d+(?:[:@]|$)")
"""The number of a stage, and what is left of a name that is not known."""


@lru_cache(maxsize=1024)
def _is_filled_in(image: str) -> bool:
    return _HOLE.search(image) is not None


def invalid_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """A FROM whose image breaks the grammar of github.com/distribution/reference."""
    stage: Stage = subject.context
    word = stage.image_word
    if word is None or stage.base is not None or not isinstance(stage.image, str) or _is_filled_in(stage.image):
        return
    reason = image_fault(stage.image.removeprefix(SCHEME) if is_containerfile(stage.start.model) else stage.image)
    if isinstance(reason, str) and reason and not _NO_NAME.match(stage.image):
        yield Problem(docker_place(stage.start, word), image=stage.image, reason=reason)
