"""Image references: `registry:5000/group/name:tag@sha256:…` taken apart.

The grammar is that of github.com/distribution/reference: the first part is a registry when it holds a dot or a colon
or is `localhost`; without one the registry is Docker Hub.
"""

from __future__ import annotations

from functools import lru_cache

from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DOCKER_HUB = "docker.io"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-f:]+\])(?::\d+)?"
_NAME = lazily(rf"(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*\Z")
_TAG = lazily(r"\w[\w.-]{0,127}\Z")
_DIGEST = lazily(r"[A-Za-z][\w.+-]*:[0-9a-fA-F]{32,}\Z")
_TRANSPORT = lazily(r"(?:(?:oci|docker)-archive|docker-daemon|containers-storage|sif):.|(?:oci|dir):.*/")
"""How Buildah and Podman name an image that lies in a file, a folder or a store: no registry has it."""
SCHEME = "docker://"
"""What Podman, Buildah and workflows put in front of an image that comes from a registry."""
_HOLE = lazily(r"[$%{}<]")
_HUB_NAMES = frozenset(("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"))


@lru_cache(maxsize=1024)
def parse_image(text: str) -> Image:
    """Take an image reference apart; what is not given is `""`, what holds a variable is UNKNOWN."""
    return Image(text)


def image_tag(value: str) -> Any:
    """Return the tag of an image reference; `""` without one. A digest outdoes the tag, and is returned in its place."""
    image = parse_image(value)
    return image.digest or image.tag if image.digest is not UNKNOWN else UNKNOWN


def image_name(value: str) -> Any:
    """Return the name without tag and digest; Docker Hub and its `library/` are left out: `node`, `ghcr.io/a/b`."""
    return parse_image(value).name


def image_registry(value: str) -> Any:
    """Return the host (and port) of the registry; `docker.io` when none is named."""
    return parse_image(value).registry


def image_digest(value: str) -> Any:
    """Return the digest, `sha256:…`; `""` without one."""
    return parse_image(value).digest


@lru_cache(maxsize=1024)
def image_fault(value: str) -> Any:
    """Return why no builder and no runtime takes a text for an image; `""` when they do. A digest may be cut short."""
    text = value.partition("@")[0]
    if _HOLE.search(text):
        return UNKNOWN
    if _TRANSPORT.match(text):
        return ""
    if "://" in text:
        return "it has no scheme in front"
    head, slash, last = text.rpartition("/")
    base, colon, tag = last.partition(":")
    name = head + slash + base
    if colon and not tag:
        return "a tag has to follow the colon"
    if colon and not _TAG.match(tag):
        return f"`{tag}` is no tag"
    if _NAME.match(name):
        return ""
    return "it is written in small letters" if _NAME.match(name.lower()) else f"`{name}` is no name of a repository"


def is_image_reference(text: str) -> bool:
    """Say whether a text has the form of an image reference."""
    digest = text.partition("@")[2]
    return image_fault(text) == "" and ("@" not in text or _DIGEST.match(digest) is not None)


def name_without_mirror(image: Image, mirrors: tuple[str, ...]) -> str:
    """Return the name of an image without the first of some mirrors that it begins with; `""` when it is not known."""
    if not isinstance(image.name, str):
        return ""
    return image.name[len(next((mirror for mirror in mirrors if image.name.startswith(mirror)), "")) :]


class Image:
    """An image reference.

    `registry` is `docker.io` when none is named, `path` what follows it (`library/node` and `node` are both `node`).
    `tag_start` is the offset of the tag in the text, -1 without one.
    """

    __slots__ = ("digest", "name", "path", "registry", "tag", "tag_start", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.registry: Any
        self.path: Any
        self.name: Any
        self.tag: Any
        self.digest: Any
        if _TRANSPORT.match(text):
            self.registry = self.path = self.name = self.tag = self.digest = UNKNOWN
            self.tag_start = -1
            return
        scheme = len(SCHEME) if text.startswith(SCHEME) else 0
        rest, at_sign, digest = _outside(text[scheme:], "@")
        self.digest = _known(digest) if at_sign else ""
        head, slash, last = _last(rest, "/")
        base, colon, tag = _outside(last, ":")
        self.tag_start = scheme + len(rest) - len(tag) if colon else -1
        self.tag = _known(tag) if colon else ""
        if not colon and _HOLE.search(last):
            self.tag = UNKNOWN
            if not at_sign:
                self.digest = UNKNOWN
        named = head + slash + base
        first, slash, path = _outside(named, "/")
        if _HOLE.search(first):
            self.registry = UNKNOWN
            self.path = _known(path) if slash else UNKNOWN
            self.name = UNKNOWN
            return
        is_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
        self.registry = first if is_registry else DOCKER_HUB
        path = path if is_registry else named
        if self.registry in _HUB_NAMES:
            self.registry = DOCKER_HUB
            path = path.removeprefix("library/")
        self.path = _known(path)
        self.name = self.path if self.registry == DOCKER_HUB or self.path is UNKNOWN else f"{first}/{path}"


def _known(text: str) -> Any:
    return UNKNOWN if _HOLE.search(text) else text


def _outside(text: str, separator: str) -> tuple[str, str, str]:
    """Split at the first separator that does not stand in `${ … }`."""
    if "{" not in text and "}" not in text:
        return text.partition(separator)
    depth = 0
    for at, char in enumerate(text):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == separator and depth <= 0:
            return text[:at], separator, text[at + 1 :]
    return text, "", ""


def _last(text: str, separator: str) -> tuple[str, str, str]:
    """Split at the last separator that does not stand in `${ … }`."""
    if "{" not in text and "}" not in text:
        return text.rpartition(separator)
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        char = text[at]
        if char == "}":
            depth += 1
        elif char == "{":
            depth -= 1
        elif char == separator and depth <= 0:
            return text[:at], separator, text[at + 1 :]
    return "", "", text
