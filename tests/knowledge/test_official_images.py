import pytest

from devopslint.knowledge.image_contents import accounts, contents, lacks, variant
from devopslint.knowledge.images import parse_image
from devopslint.knowledge.official_images import deprecation, has_no_shell, is_small, runs_as_root, shell_of


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
        ("memcached:1.6", False),
        ("bitnami/redis:7.4", False),
        ("registry.access.redhat.com/ubi9/nodejs-22:1", False),
        ("cgr.dev/chainguard/node:latest", False),
        ("registry:3", True),
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


@pytest.mark.parametrize(
    ("image", "program", "lacking"),
    [
        ("alpine:3.22", "bash", True),
        ("debian:12", "bash", False),
        ("node:22-alpine", "bash", True),
        ("postgres:17-alpine", "bash", False),
        ("nginx:1.29", "node", True),
        ("python:3.13", "node", True),
        ("node:22", "python3", False),
        ("node:22-slim", "python3", True),
        ("node:22-slim", "npm", False),
        ("ubuntu:24.04", "java", True),
        ("ubuntu:24.04", "my-program", False),
        ("registry.example.com/alpine:3.22", "node", False),
        ("alpine:${V}", "node", False),
        ("postgres:17", "curl", True),
        ("nginx:1.29", "curl", False),
        ("nginx:1.29-alpine-slim", "curl", True),
        ("php:8.4-cli", "gcc", False),
        ("eclipse-temurin:21-jre-alpine", "java", False),
        ("mcr.microsoft.com/dotnet/aspnet:9.0", "curl", True),
        ("mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled", "curl", False),
        ("registry.access.redhat.com/ubi9/ubi-minimal:9.6", "dnf", True),
        ("registry.access.redhat.com/ubi9/ubi:9.6", "dnf", False),
        ("gcr.io/distroless/python3-debian12", "python3", False),
        ("gcr.io/distroless/static-debian12", "sh", True),
        ("public.ecr.aws/docker/library/node:22-slim", "git", True),
        ("node:8", "python", False),  # it was built on a Debian that had it
        ("node:24", "python", True),
        ("node:8-slim", "python", True),
        ("node:8", "cargo", True),
        ("tomcat:8.5", "unzip", False),
        ("tomcat:11", "wget", False),  # as its variants have it
        ("tomcat:11", "unzip", True),
        ("debian:jessie", "ps", False),
        ("debian:trixie", "ps", True),
    ],
)
def test_programs_that_images_lack(image: str, program: str, lacking: bool) -> None:
    assert lacks(parse_image(image), program) is lacking


@pytest.mark.parametrize(
    ("image", "bare"),
    [
        ("scratch", True),
        ("gcr.io/distroless/static-debian12:nonroot", True),
        ("gcr.io/distroless/base-debian12:debug-nonroot", False),
        ("gcr.io/distroless/base:${TAG}", False),
        ("alpine:3.22", False),
    ],
)
def test_images_without_a_shell(image: str, bare: bool) -> None:
    assert has_no_shell(parse_image(image)) is bare


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("debian:12", "dash"),
        ("node:22-slim", "dash"),
        ("node:22-alpine", "ash"),
        ("alpine:3.22", "ash"),
        ("busybox:1.37", "ash"),
        ("fedora:43", "bash"),
        ("registry.access.redhat.com/ubi9/ubi-minimal:9.6", "bash"),
        ("example.com/debian:12", None),
        ("debian:${TAG}", None),
    ],
)
def test_what_sh_is(image: str, expected: str | None) -> None:
    assert shell_of(parse_image(image)) == expected


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("22-bookworm-slim", "slim"),
        ("3.13-alpine3.22", "alpine"),
        ("lts", ""),
        ("8.4.1-fpm-alpine", "alpine fpm"),
        ("21.0.2_13-jre", "jre"),
        ("", ""),
    ],
)
def test_the_words_of_a_tag(tag: str, words: str) -> None:
    assert variant(tag) == words


def test_accounts_of_images() -> None:
    node = accounts(parse_image("node:22-alpine"))
    assert node is not None
    assert "node" in node[0]
    assert "www-data" in node[1] - node[0]
    assert accounts(parse_image("example.com/node:22-alpine")) is None
    debian = accounts(parse_image("debian:13"))
    assert debian is not None
    assert "app" not in debian[0]


def test_what_the_table_says_of_an_image() -> None:
    golang = contents(parse_image("golang:1.26"))
    assert golang is not None
    assert golang["workdir"] == "/go"
    assert contents(parse_image("golang:1.26-nanoserver")) is None
    postgres = contents(parse_image("postgres:17-alpine"))
    assert postgres is not None
    assert postgres["drops"] is True


@pytest.mark.parametrize(
    ("image", "given_up"),
    [
        ("openjdk:17", True),
        ("public.ecr.aws/docker/library/openjdk:17", True),
        ("adoptopenjdk/openjdk11:jre", True),
        ("maven:3.8-openjdk-11", True),
        ("maven:3.9-eclipse-temurin-21", False),
        ("quay.io/centos/centos:stream8", True),
        ("quay.io/centos/centos:stream9", False),
        ("example.com/openjdk:17", False),
    ],
)
def test_images_that_have_been_given_up(image: str, given_up: bool) -> None:
    assert bool(deprecation(parse_image(image))) is given_up
