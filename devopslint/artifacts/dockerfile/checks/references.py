"""Names that no registry and no builder takes for an image."""

from __future__ import annotations

from devopslint.artifacts.dockerfile.checks.common import docker_place
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-f:]+\])(?::\d+)?"
_NAME = lazily(rf"(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*$")
_TAG = lazily(r"\w[\w.-]{0,127}$")
_HOLE = lazily(r"[$%{}<>]|__\w+__|@@|^[A-Z0-9]+[-_][A-Z0-9_-]+$")
"""What stands for something else, which a variable or another tool fills in."""


def invalid_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """A FROM whose image breaks the grammar of github.com/distribution/reference."""
    stage: Stage = subject.context
    word = stage.image_word
    if word is None or stage.base is not None or not isinstance(stage.image, str) or _HOLE.search(stage.image):
        return
    reason = _fault(stage.image.partition("@")[0])
    if reason:
        yield Problem(docker_place(stage.start, word), image=stage.image, reason=reason)


def _fault(text: str) -> str:
    """Return what is wrong with a reference without its digest; an empty text for nothing."""
    if "://" in text:
        return "it has no scheme in front"
    head, slash, last = text.rpartition("/")
    base, colon, tag = last.partition(":")
    name = head + slash + base
    if not name or name.isdigit():
        return ""  # nothing is known, or the number of a stage
    if colon and not tag:
        return "a tag has to follow the colon"
    if colon and not _TAG.match(tag):
        return f"`{tag}` is no tag"
    if _NAME.match(name):
        return ""
    return "it is written in small letters" if _NAME.match(name.lower()) else f"`{name}` is no name of a repository"
