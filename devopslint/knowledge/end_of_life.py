"""Which tags of well-known images are past the end of their support.

The table is made by `scripts/end_of_life.py`; its day `as_of` decides, so that a result does not change by itself.
"""

from __future__ import annotations

import json
import os
import re

from devopslint.knowledge.images import parse_image
from devopslint.policy.subject import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.knowledge.images import Image
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_MIRRORS = ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/")
"""Registries that pass on the images of Docker Hub."""
_table: dict[str, Any] = {}


def outdated_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the `image` of a subject when its release line gets no more fixes."""
    text = subject.get("image")
    image = parse_image(text) if isinstance(text, str) else None
    found = end_of_life(image) if image is not None else None
    if found is not None:
        yield Problem("image", image=text, line=f"{_name(image)} {found[0]}", day=found[1])


def end_of_life(image: Image) -> tuple[str, str] | None:
    """Return the release line and the last day of support when that had passed at `as_of`; `None` otherwise."""
    name = _name(image)
    if not name or not isinstance(image.tag, str) or not image.tag:
        return None
    table = _read()
    line = _line_of(image.tag, table["images"].get(name, {}))
    return line if line is not None and line[1] and line[1] <= table["as_of"] else None


def _name(image: Image | None) -> str:
    if image is None or not isinstance(image.name, str):
        return ""
    for mirror in _MIRRORS:
        if image.name.startswith(mirror):
            return image.name[len(mirror) :]
    return image.name


def _line_of(tag: str, lines: dict[str, str]) -> tuple[str, str] | None:
    """Return the release line of a tag: the longest that it begins with, or the last of those that it may stand for."""
    head = re.split(r"[-_+]", tag)[0]
    version = re.match(r"v?(\d+(?:\.\d+)*)", head)
    if version is None:
        return (head, lines[head]) if head in lines else None
    parts = version[1].split(".")
    for count in range(len(parts), 0, -1):
        line = ".".join(parts[:count])
        if line in lines:
            return line, lines[line]
    days = [day for line, day in lines.items() if line.startswith(version[1] + ".")]
    return (version[1], "" if "" in days else max(days)) if days else None


def _read() -> dict[str, Any]:
    if not _table:
        path = os.path.join(os.path.dirname(__file__), "data", "end_of_life.json")
        with open(path, encoding="utf-8") as file:
            _table.update(json.load(file))
    return _table
