"""The folders of a repository, whatever was asked for of it, and whether something in them is built or deployed."""

from __future__ import annotations

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from devopslint.policy.artifact import Workspace

_FOREIGN = """node_modules vendor third_party test tests testing testdata test-data fixtures fixture __fixtures__ example
    examples sample samples demo demos docs doc documentation dist build target out e2e templates template playground
    benchmarks bench venv env site-packages hack integration spec"""
_NOT_OWN = frozenset(_FOREIGN.split())
"""Folders whose manifests are not what the repository itself depends on, or not its own."""
_MOST_FOLDERS = 300
_DEEPEST_BUILT = 4
_YAML, _MANIFEST = (".yaml", ".yml"), "apiVersion"
_BUILT = lazily(
    r"(?!.*\.(?:md|rst|txt|py|js|ts|go)\Z)(?i:(?:[\w.-]+\.)?(?:docker|container)file(?:[.-][\w.-]+)?|[\w.-]+\.(?:tf|tofu))\Z"
)


def folders_near_the_root(workspace: Workspace, deepest: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the root and what folders of its own there are in so many levels below it, with the names in them."""
    left = _MOST_FOLDERS
    open_folders = [("", 0)]
    while open_folders and left > 0:
        folder, depth = open_folders.pop(0)
        left -= 1
        names = list(workspace.names(folder))
        if not names:
            continue
        yield folder, names
        if depth < deepest:
            prefix = folder + "/" if folder else ""
            inner = (name for name in names if "." not in name and name.lower() not in _NOT_OWN)
            open_folders.extend((prefix + name, depth + 1) for name in inner)


def has_something_built(workspace: Workspace, found: Callable[[Sequence[str]], Sequence[str]] = list) -> bool:
    """Say whether there are images, infrastructure or manifests, in no more levels than people look through.

    `found` says which of some files a run over the whole comes to.
    """
    for folder, names in folders_near_the_root(workspace, _DEEPEST_BUILT):
        prefix = folder + "/" if folder else ""
        built = [prefix + name for name in names if _BUILT.match(name)]
        if workspace.has_word(folder, _YAML, _MANIFEST):
            built += [
                prefix + name
                for name in names
                if name.endswith(_YAML) and _MANIFEST in (getattr(workspace.source(prefix + name), "text", ""))
            ]
        if found(built):
            return True
    return False
