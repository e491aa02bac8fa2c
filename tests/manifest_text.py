"""The subjects of a manifest that is given as a text."""

from __future__ import annotations

from devopslint.artifacts import kubernetes
from devopslint.artifacts.kubernetes.reader import read_unit
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.artifact import Unit
from devopslint.policy.subject import Subject

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: prod
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      initContainers:
        - name: migrate
          image: shop:1.2.3
      containers:
        - name: web
          image: shop:1.2.3
        - image: agent
          name: agent
"""


def subjects(files: str | dict[str, str], path: str = "manifest.yaml") -> list[Subject]:
    """Return what the reader makes of one file, given as its text or among several files by name."""
    workspace = MemoryWorkspace({path: files} if isinstance(files, str) else files)
    unit = Unit(
        kubernetes,
        [path],
        workspace,
        frozenset({"kubernetes.object", "kubernetes.pod", "kubernetes.container"}),
        lambda *_: None,
        lambda name, document: kubernetes.claims_document(name, document.root) is not None,
    )
    return list(read_unit(unit))
