"""Folders as people write them in settings: `./app/`, `/app`, `.`."""

from __future__ import annotations

from posixpath import normpath


def plain_folder(path: str) -> str:
    """Return the path of a folder from the one that it is meant in, without `./` and slashes around it; `""` is that one."""
    plain = normpath(path.strip().strip("/") or ".")
    return "" if plain == "." else plain
