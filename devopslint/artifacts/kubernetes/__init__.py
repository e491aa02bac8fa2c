"""Kubernetes manifests."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Document

NAME = "kubernetes"
TITLES = ("Kubernetes manifest", "Kubernetes manifests")
EXAMPLE_PATH = "manifest.yaml"
MARKERS = ("kind",)
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "kubernetes.object": (),
    "kubernetes.pod": ("object", "template"),
    "kubernetes.container": ("pod", "template", "object"),
}
TYPED = frozenset({"kubernetes.container", "kubernetes.object", "kubernetes.pod"})

NOT_OF_GUESTS: frozenset[str] = frozenset(
    {"kubernetes/committed-secret", "kubernetes/deprecated-api", "kubernetes/deprecated-field",
     "kubernetes/duplicate-key", "kubernetes/duplicate-object", "kubernetes/missing-field",
     "kubernetes/removed-api", "kubernetes/secret-in-env", "kubernetes/unknown-api", "kubernetes/unknown-field",
     "kubernetes/unsorted-keys", "kubernetes/wrong-restart-policy", "kubernetes/wrong-type"}
)  # fmt: skip
"""Rules on how a manifest is written, or on what a tool that makes objects does otherwise or has rules of its own for."""
_NOT_MANIFESTS = ("kustomize.config.k8s.io/", "skaffold/", "kind.x-k8s.io/", "k3d.io/", "ctlptl.dev/")
_UNMISTAKABLE = frozenset(
    {"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Service", "Ingress"}
)
"""Kinds that are known even when the apiVersion has been forgotten."""
_NOT_KINDS = frozenset({"Kustomization", "Component"})
_NOT_FILES = frozenset({"Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"})


def claims_path(path: str) -> str | None:
    """Say why a path alone makes a file a manifest: none does."""
    return None


def claims_document(path: str, root: Any) -> str | None:
    """Say why the root of a document makes it a manifest.

    What has an apiVersion and a kind but is read by a tool and not by a cluster (kustomize, skaffold, kind) is none.
    """
    if not isinstance(root, dict):
        return None
    version = root.get("apiVersion")
    kind = root.get("kind")
    if not isinstance(kind, str) or not kind or (version is not None and not isinstance(version, str)):
        return None if not isinstance(kind, str) or "metadata" not in root else _claim(path, "", kind)
    if version is None:
        unmistakable = (
            kind in _UNMISTAKABLE and isinstance(root.get("metadata"), dict) and isinstance(root.get("spec"), dict)
        )
        return f"has kind {kind}, metadata and spec" if unmistakable else None
    return _claim(path, version, kind)


def claims_text(path: str, text: str) -> str | None:
    """Say why a text that can't be parsed is a manifest: it has the two keys with which they begin."""
    import re

    version = re.search(r"""(?:^[^\S\n]*"?|[{,]\s*")apiVersion"?\s*:\s*"?([\w./-]+)""", text, re.MULTILINE)
    kind = re.search(r"""(?:^[^\S\n]*"?|[{,]\s*")kind"?\s*:\s*"?(\w+)""", text, re.MULTILINE)
    return _claim(path, version[1], kind[1]) if version and kind else None


def _claim(path: str, version: str, kind: str) -> str | None:
    if path.rpartition("/")[2] in _NOT_FILES or version.startswith(_NOT_MANIFESTS):
        return None
    if kind in _NOT_KINDS and not version.count("/"):
        return None
    return f"has apiVersion and kind {kind}"


def unit_of(path: str, workspace: Workspace) -> Sequence[str]:
    """Return the file itself."""
    return (path,)


def read(unit: Unit) -> Iterable[Subject]:
    """Yield the objects of a file, their pods and the containers of those."""
    from devopslint.artifacts.kubernetes.reader import read_unit

    return read_unit(unit)


def read_guests(unit: Unit, documents: Sequence[Document]) -> Iterable[Subject]:
    """Yield the objects that stand in files of another artifact, their pods and the containers of those."""
    from devopslint.artifacts.kubernetes.reader import read_documents

    return read_documents(unit, unit.files[0], documents, None)
