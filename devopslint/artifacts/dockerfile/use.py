"""What a Dockerfile is for, as far as the repository says so: a GitHub action, a development container."""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.dockerfile.model import Model

_USING_DOCKER = lazily(r"""^[^\S\n]*using\s*:\s*['"]?docker['"]?\s*(?:#.*)?$""", re.MULTILINE)


def is_action(model: Model) -> bool:
    """Say whether a Dockerfile makes the image of a GitHub action: `action.yml` beside it runs Docker.

    Such an image must run as root, and nobody asks after its health. Source: GitHub's "Dockerfile support for GitHub
    Actions", USER.
    """
    if model.workspace is None:
        return False
    folder = model.source.path.rpartition("/")[0]
    for name in model.workspace.existing(folder, ("action.yml", "action.yaml")):
        source = model.workspace.source(f"{folder}/{name}" if folder else name)
        if source is not None and _USING_DOCKER.search(source.text):
            return True
    return False


def is_dev_container(model: Model) -> bool:
    """Say whether a Dockerfile makes a container to develop in, where compilers and editors are what it is there for."""
    return ".devcontainer" in model.source.path.split("/")
