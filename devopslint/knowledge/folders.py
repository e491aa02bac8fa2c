"""Folders of a repository: how people write them in settings (`./app/`, `/app`, `.`), and which they write in."""

from __future__ import annotations

from posixpath import normpath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 80
"""Folders below one that are looked into."""
_FETCHED = frozenset({"node_modules", "vendor"})


def plain_folder(path: str) -> str:
    """Return the path of a folder from the one that it is meant in, without `./` and slashes around it; `""` is that one."""
    plain = normpath(path.strip().strip("/") or ".")
    return "" if plain == "." else plain


def likely_folders(names: Iterable[str]) -> list[str]:
    """Return those of the names in a folder that may be folders which people write in, up to a bound."""
    return [name for name in names if "." not in name and name not in _FETCHED][:_MOST]
