"""Which kind of artifact a file is, by its path and else by its content, document by document."""

from __future__ import annotations

from devopslint.engine.artifacts import artifacts
from devopslint.engine.task import BY_CONTENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.artifact import Artifact
    from devopslint.syntax.tree import Document


class Recognised:
    """A file, the kind that it is (a file can be several), and why."""

    __slots__ = ("artifact", "path", "why")

    def __init__(self, path: str, artifact: Artifact, why: str) -> None:
        self.path = path
        self.artifact = artifact
        self.why = why


def recognise(path: str, workspace: Workspace) -> list[Recognised]:
    """Return the kinds of a file, none when it is nothing that devopslint knows."""
    known = artifacts().values()
    forced = workspace.forced_kind(path)
    if forced is not None:
        return [Recognised(path, one, "by the configuration") for one in known if forced == one.NAME]
    for artifact in known:
        why = artifact.claims_path(path)
        if why is not None:
            return [Recognised(path, artifact, why)]
    return recognise_by_content(path, workspace) if path.endswith(BY_CONTENT) else []


def recognise_by_content(path: str, workspace: Workspace) -> list[Recognised]:
    """Return the kinds of a file whose path tells none."""
    source = workspace.source(path)
    if source is None:
        return []
    candidates = [artifact for artifact in artifacts().values() if _may_be(artifact, source.text)]
    if not candidates:
        return []
    found: dict[str, Recognised] = {}
    for document in workspace.documents(path):
        for artifact in candidates:
            if artifact.NAME not in found:
                why = artifact.claims_document(path, document.root)
                if why is not None:
                    found[artifact.NAME] = Recognised(path, artifact, why)
    if not found and path in workspace.problems:
        for artifact in candidates:
            claims_text = getattr(artifact, "claims_text", None)
            why = claims_text(path, source.text) if claims_text is not None else None
            if why is not None:
                found[artifact.NAME] = Recognised(path, artifact, why)
    return list(found.values())


def _may_be(artifact: Artifact, text: str) -> bool:
    """Say whether a text holds the words without which no document is of this kind: cheaper than to parse it."""
    markers = getattr(artifact, "MARKERS", None)
    if markers is None:
        return hasattr(artifact, "claims_text")
    for marker in markers:  # noqa: SIM110 (a generator for each file and artifact takes its time)
        if marker not in text:
            return False
    return True


def accepts(artifact: Artifact, path: str, document: Document) -> bool:
    """Say whether one document of a file is of a kind."""
    return artifact.claims_path(path) is not None or artifact.claims_document(path, document.root) is not None
