"""Which tags of well-known images are past the end of their support.

The table is made by `scripts/end_of_life.py`; its day `as_of` decides, so that a result does not change by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.knowledge.images import name_without_mirror, parse_image
from devopslint.knowledge.tables import read_table
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.knowledge.images import Image
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_MIRRORS = ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/")
"""Registries that pass on the images of Docker Hub."""
_UBI = lazily(r"registry\.(?:access\.redhat\.com|redhat\.io)/ubi(\d+)\b")
_DISTROLESS = lazily(r"gcr\.io/distroless/(?:nodejs(\d+)|[a-z0-9-]+?)-debian(\d+)$")


def outdated_image(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield the `image` of a subject when its release line gets no more fixes."""
    text = subject.get("image")
    image = parse_image(text) if isinstance(text, str) else None
    found = end_of_life(image) if image is not None else None
    if found is not None and image is not None:
        yield Problem("image", image=text, line=line_title(image, found[0]), day=found[1])


def line_title(image: Image, line: str) -> str:
    """Return what people call a release line: `node 14`, and `debian buster` where the system below is what has ended."""
    return line if " " in line else f"{name_without_mirror(image, _MIRRORS)} {line}"


@lru_cache(maxsize=1024)
def end_of_life(image: Image) -> tuple[str, str] | None:
    """Return the release line and the last day of support when that had passed at `as_of`; `None` otherwise.

    The line is that of the image, or else of the system that its tag names (`node:22-buster`).
    """
    name = name_without_mirror(image, _MIRRORS)
    tag = image.tag
    if not name or not isinstance(tag, str):
        return None
    table = read_table("knowledge", "end_of_life")
    ubi = _UBI.match(name)
    if ubi is not None:
        return _ended(table, "ubi", ubi[1], "UBI ")
    distroless = _DISTROLESS.match(name)
    if distroless is not None:
        runtime = distroless[1] and _ended(table, "node", distroless[1], "node ")
        return runtime or _ended(table, "debian", distroless[2], "debian ")
    if not tag:
        return None
    lines = table["images"].get(name)
    if lines:
        line = _line_of(tag, lines)
        if line is not None and line[1] and line[1] <= table["as_of"]:
            return line
    elif "/" in name:
        return None
    for part in re.split(r"[-_]", tag):
        alpine = re.fullmatch(r"alpine(\d+\.\d+)(?:\.\d+)?", part)
        found = _ended(table, "alpine", alpine[1], "alpine ") if alpine else None
        for system in ("debian", "ubuntu"):
            found = found or (_ended(table, system, part, f"{system} ") if part.isalpha() and name != system else None)
        if found:
            return found
    return None


def _ended(table: Mapping[str, Any], name: str, line: str, prefix: str) -> tuple[str, str] | None:
    day = table["images"].get(name, {}).get(line, "")
    return (prefix + line, day) if day and day <= table["as_of"] else None


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
