import pytest

from devopslint.knowledge.images import parse_image
from devopslint.knowledge.official_images import end_of_life, is_small, lacks, runs_as_root


@pytest.mark.parametrize(
    ("image", "line"),
    [
        ("python:3.7-slim", "3.7"),
        ("python:3.13", None),
        ("python:3.70", None),
        ("python:3", None),
        ("python:2.7.18-alpine", "2.7"),
        ("node:14.4.0-alpine", "14"),
        ("node:22", None),
        ("node:v8", "8"),
        ("debian:buster-slim", "buster"),
        ("debian:10.13", "10"),
        ("debian:bookworm", None),
        ("ubuntu:18.04", "18.04"),
        ("ubuntu:24.04", None),
        ("alpine:3.8.5", "3.8"),
        ("alpine:latest", None),
        ("golang:1.9-alpine", None),
        ("golang:1.16-alpine", "1.16"),
        ("registry.example.com/python:3.7", None),
        ("python:${V}", None),
        ("mysql:8.4", None),
        ("mysql:8.0.33", "8.0"),
        ("postgres:9.6-alpine", "9.6"),
        ("postgres:9.4", "9"),
    ],
)
def test_end_of_life(image: str, line: str | None) -> None:
    found = end_of_life(parse_image(image))
    assert (found[0] if found else None) == line


@pytest.mark.parametrize(
    ("image", "root"),
    [
        ("node:22", True),
        ("docker.io/library/debian:12", True),
        ("scratch", True),
        ("gcr.io/distroless/static-debian12", True),
        ("gcr.io/distroless/static-debian12:nonroot", False),
        ("gcr.io/distroless/static:${TAG}", None),
        ("nginxinc/nginx-unprivileged:1.27", False),
        ("docker:27-dind-rootless", False),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", True),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", False),
        ("registry.access.redhat.com/ubi9/ubi-minimal:9.4", True),
        ("postgres:17", None),
        ("ghcr.io/a/b:1", None),
        ("${BASE}", None),
    ],
)
def test_who_an_image_runs_as(image: str, root: bool | None) -> None:
    assert runs_as_root(parse_image(image)) is root


def test_variants_and_tools() -> None:
    assert is_small(parse_image("python:3.13-slim")) is True
    assert is_small(parse_image("python:3.13")) is False
    assert is_small(parse_image("python:$V")) is None
    assert lacks(parse_image("node:22-slim"), "curl")
    assert not lacks(parse_image("node:22"), "curl")
    assert not lacks(parse_image("alpine:3.22"), "wget")
    assert not lacks(parse_image("gcr.io/distroless/base:debug"), "wget")
