import pytest

from devopslint.knowledge.images import image_digest, image_name, image_registry, image_tag
from devopslint.syntax.tree import UNKNOWN


@pytest.mark.parametrize(
    ("text", "registry", "name", "tag"),
    [
        ("node", "docker.io", "node", ""),
        ("node:22", "docker.io", "node", "22"),
        ("docker.io/library/node:22", "docker.io", "node", "22"),
        ("library/node", "docker.io", "node", ""),
        ("bitnami/redis:7", "docker.io", "bitnami/redis", "7"),
        ("localhost/a", "localhost", "localhost/a", ""),
        ("registry.example.com:5000/a/b", "registry.example.com:5000", "registry.example.com:5000/a/b", ""),
        ("registry.example.com:5000/a/b:c", "registry.example.com:5000", "registry.example.com:5000/a/b", "c"),
        ("node:latest@sha256:ab", "docker.io", "node", "sha256:ab"),
        ("node@sha256:ab", "docker.io", "node", "sha256:ab"),
        ("node:${TAG}", "docker.io", "node", UNKNOWN),
        ("node:${TAG:-latest}", "docker.io", "node", UNKNOWN),
        ("${IMAGE}", UNKNOWN, UNKNOWN, UNKNOWN),
        ("${REGISTRY}/node:latest", UNKNOWN, UNKNOWN, "latest"),
        ("${REGISTRY}/node", UNKNOWN, UNKNOWN, ""),
        ("node${SUFFIX}", UNKNOWN, UNKNOWN, UNKNOWN),
        ("${IMAGE}:latest", UNKNOWN, UNKNOWN, "latest"),
        ("ghcr.io/$OWNER/app:1", "ghcr.io", UNKNOWN, "1"),
    ],
)
def test_references(text: str, registry: object, name: object, tag: object) -> None:
    assert image_registry(text) == registry
    assert image_name(text) == name
    assert image_tag(text) == tag


def test_digests() -> None:
    assert image_digest("node:1@sha256:ab") == "sha256:ab"
    assert image_digest("node:1") == ""
    assert image_digest("node@${DIGEST}") is UNKNOWN
    assert image_digest("${IMAGE}") is UNKNOWN
