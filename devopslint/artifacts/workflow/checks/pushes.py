"""The images that a command puts into a registry.

Source: the manuals of docker, podman, buildah, skopeo, crane, regctl and oras.
"""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.syntax.shell import Command

PUSHES = lazily(
    r"push|publish|promot|retag|imagetools|\b(?:crane|gcrane|skopeo|regctl|oras|ko|pack|jib|skaffold|kaniko|bake)\b"
    r"|acr (?:import|build|run|task)|put-image|add-tag|tags add|builds submit",
    re.IGNORECASE,
)
"""What a script or an action may put images into a registry with."""
_UNLIKE = frozenset(
    {"git", "helm", "gh", "npm", "yarn", "pnpm", "twine", "cargo", "gem", "echo", "dotnet", "test", "[", "[["}
)
"""Commands that push other things."""
_COPIES = {"crane": ("copy", "cp"), "gcrane": ("copy", "cp"), "skopeo": ("copy",), "oras": ("cp", "copy")}
_TAGS = {"crane", "gcrane", "oras"}
_VALUED = frozenset(
    {"-t", "--tag", "-f", "--file", "--platform", "--format", "--src-creds", "--dest-creds", "--authfile", "--retry-times",
     "--annotation", "--artifact-type", "-u", "-p", "--username", "--password", "--config", "--digestfile", "--tls-verify"}
)  # fmt: skip


def images_pushed(command: Command) -> Iterator[str]:
    """Yield the images that a command pushes; `*` when it may push some that are not known."""
    words = [word.text for word in command.operands(_VALUED)]
    name = command.name
    if name == "regctl" and words[:2] in (["image", "copy"], ["image", "cp"]):
        name, words = "crane", words[1:]
    if words[:1] in (["image"], ["buildx"], ["manifest"]) and name in {"docker", "podman", "buildah"}:
        words = words[1:]
    first = words[0] if words else ""
    if first in _COPIES.get(name, ()) and len(words) == 3:
        yield words[2].removeprefix("docker://")
    elif name in _TAGS and first == "tag" and len(words) > 2:
        repository = re.sub(r"[:@](?![^:@]*/)(?!//)[^/]{0,300}$", "", words[1])
        yield from (f"{repository}:{tag}" for tag in words[2:])
    elif name in {"crane", "gcrane"} and first == "push" and len(words) == 3:
        yield words[2]
    elif name == "oras" and first == "push" and len(words) > 1:
        yield words[1]
    elif name in {"docker", "podman", "buildah"}:
        yield from _of_docker(command, first, words)
    elif name not in _UNLIKE and PUSHES.search(command.fragment.text, command.start, command.end):
        yield "*"


def _of_docker(command: Command, first: str, words: list[str]) -> Iterator[str]:
    if first == "push" and len(words) > 1:
        image = words[-1].removeprefix("docker://")
        yield f"{image}:?" if command.has_flag("-a", "--all-tags") else image
        return
    pushes = command.has_flag("--push") or "registry" in str(command.value_of("-o", "--output"))
    if first in {"compose", "bake"} and (pushes or "push" in words):
        yield "*"
    elif first == "imagetools" or (first in {"build", "b"} and pushes):
        yield from _given(command)


def _given(command: Command) -> Iterator[str]:
    """Yield the names that `-t` gives to an image."""
    words = [word.text for word in command.words]
    for index, word in enumerate(words):
        if word in {"-t", "--tag"}:
            yield from words[index + 1 : index + 2]
        elif word.startswith("--tag="):
            yield word.partition("=")[2]
