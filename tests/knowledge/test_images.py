import pytest

from devopslint.knowledge.images import (
    image_digest,
    image_fault,
    image_name,
    image_registry,
    image_tag,
    is_image_reference,
)
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
        ("oci-archive:./base.tar", UNKNOWN, UNKNOWN, UNKNOWN),
        ("oci:out/base:1", UNKNOWN, UNKNOWN, UNKNOWN),
        ("oci:1", "docker.io", "oci", "1"),
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


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Registry.example.com:5000/team/app_x/y--z:1.2-alpine", ""),
        ("[fd00::1]:5000/app", ""),
        ("docker-archive:build/base.tar:example/base:1", ""),
        ("app@sha256:ab", ""),
        ("app:${TAG}", UNKNOWN),
        ("App", "it is written in small letters"),
        ("a___b", "`a___b` is no name of a repository"),
        ("app:", "a tag has to follow the colon"),
        ("app:1+2", "`1+2` is no tag"),
        ("https://example.com/app", "it has no scheme in front"),
    ],
)
def test_faults(text: str, fault: object) -> None:
    assert image_fault(text) == fault


def test_whole_references() -> None:
    assert is_image_reference("app:1@sha256:" + "0a" * 32)
    assert not is_image_reference("app@sha256:ab")
    assert not is_image_reference("${IMAGE}")
    assert not is_image_reference("")
