"""The `.dockerignore` of a Dockerfile, and what else beside it says of its build."""

from __future__ import annotations

import re

from devopslint.knowledge.ignore_patterns import Patterns, read_patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.artifacts.dockerfile.model import Model
    from devopslint.knowledge.ignore_patterns import Pattern
    from devopslint.syntax.source import Source


def read_ignore(model: Model) -> Ignore | None:
    """Return the ignore file of a Dockerfile: its own, or the one beside or above it; `None` when there is none.

    Which folder is the build context is not written anywhere, so that a `.dockerignore` above counts as well.
    """
    if model.workspace is None:
        return None
    if model.ignore is False:
        model.ignore = _find(model)
    return model.ignore if isinstance(model.ignore, Ignore) else None


def _find(model: Model) -> Ignore | None:
    workspace = model.workspace
    assert workspace is not None
    own, _, name = model.source.path.rpartition("/")
    folder = own
    names: Sequence[str] = (f"{name}.dockerignore", *_IGNORE_FILES)
    while True:
        for found in workspace.existing(folder, names):
            source = workspace.source(f"{folder}/{found}" if folder else found)
            if source is not None:
                return Ignore(source, folder=folder, is_certain=folder == own)
        if not folder:
            return None
        folder, names = folder.rpartition("/")[0], _IGNORE_FILES


_IGNORE_FILES = (".containerignore", ".dockerignore")
"""Podman and Buildah look for the first of them first."""
_COMPOSE = tuple(f"{stem}.{end}" for stem in ("compose", "docker-compose") for end in ("yaml", "yml"))
_CONTEXTS = ("docker-bake.hcl", "docker-bake.json", "docker-bake.override.hcl", *_COMPOSE, "Makefile")
"""Files that give a build contexts of other names."""
_WORKFLOWS, _YAML = ".github/workflows", (".yaml", ".yml")


def is_named_context(model: Model, name: str) -> bool:
    """Say whether a bake or Compose file beside or above a Dockerfile mentions a name together with named contexts."""
    if model.workspace is None:
        return False
    folder = model.source.path.rpartition("/")[0]
    if any(_has_stage(model, folder, file, name) for file in model.workspace.names(folder)):
        return True
    while True:
        for file in model.workspace.existing(folder, _CONTEXTS):
            source = model.workspace.source(f"{folder}/{file}" if folder else file)
            if source is not None and "context" in source.text and re.search(rf"\b{re.escape(name)}\b", source.text):
                return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def is_target(model: Model, name: str) -> bool:
    """Say whether a bake, Compose or workflow file, or a Makefile, beside or above a Dockerfile builds a stage by name."""
    workspace = model.workspace
    if workspace is None or not name:
        return False
    mentioned = re.compile(rf"target(?:s|\b)[\"'\s:=\[]*{re.escape(name)}\b|--target[= ]{re.escape(name)}\b")
    folder = model.source.path.rpartition("/")[0]
    while True:
        files = [f"{folder}/{file}" if folder else file for file in _CONTEXTS]
        if not folder:
            files.extend(f"{_WORKFLOWS}/{file}" for file in workspace.files_with_word(_WORKFLOWS, _YAML, name))
        for path in files:
            source = workspace.source(path) if workspace.exists(path) else None
            if source is not None and mentioned.search(source.text):
                return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def _has_stage(model: Model, folder: str, file: str, name: str) -> bool:
    """Say whether another Dockerfile of the folder has a stage of a name: some builds put several files together."""
    path = f"{folder}/{file}" if folder else file
    if "ockerfile" not in file or path == model.source.path or model.workspace is None:
        return False
    source = model.workspace.source(path)
    return (
        source is not None
        and re.search(rf"(?im)^[^\S\n]*FROM\s.*\sAS\s+{re.escape(name)}\s*$", source.text) is not None
    )


class Ignore:
    """The patterns of an ignore file, and the folder it lies in.

    One beside the Dockerfile, or named after it, `is_certain` to be heeded; one above only when the folder is the context.
    """

    __slots__ = ("folder", "is_certain", "patterns", "source")

    def __init__(self, source: Source, *, folder: str, is_certain: bool) -> None:
        self.source = source
        self.folder = folder
        self.is_certain = is_certain
        self.patterns = Patterns(one for one in read_patterns(source.text) if one.pattern)

    def excludes(self, path: str) -> bool:
        """Say whether a path is kept out of the build context, and nothing below it let in again."""
        return self.excluding(path) is not None

    def excluding(self, path: str) -> Pattern | None:
        """Return the pattern that keeps a path out of the build context; `None` when none does."""
        found = None
        for one in self.patterns.that_may_fit(path):
            if one.fits(path):
                found = None if one.keeps else one
            elif one.keeps and one.is_below(path):
                found = None
        return found

    def lets_in_below(self, path: str) -> bool:
        """Say whether an exception may let in again what lies below a folder that is kept out."""
        found = False
        for one in self.patterns.that_may_fit(path):
            if one.fits(path):
                found = False
            elif one.keeps and one.may_match_below(path):
                found = True
        return found
