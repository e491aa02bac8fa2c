"""Which tags are past their end is told by their release line, whatever stands behind it."""

from __future__ import annotations

import json

import pytest
from running import ROOT

from devopslint.knowledge.end_of_life import end_of_life
from devopslint.knowledge.images import parse_image


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
        ("golang:1.90-alpine", None),
        ("golang:1.16-alpine", "1.16"),
        ("registry.example.com/python:3.7", None),
        ("python:${V}", None),
        ("mysql:8.4", None),
        ("mysql:8.0.33", "8.0"),
        ("postgres:9.6-alpine", "9.6"),
        ("postgres:9.4", "9.4"),
        ("postgres:9", "9"),
        ("python:2", "2"),
        ("amazonlinux:2.0.20240610.1", "2"),
        ("public.ecr.aws/docker/library/node:14", "14"),
        ("mcr.microsoft.com/dotnet/aspnet:6.0-alpine", "6"),
        ("eclipse-temurin:20.0.2_9-jre", "20"),
        ("tomcat:10.1", None),
        ("node:22-buster", "debian buster"),
        ("python:3.12-alpine3.15", "alpine 3.15"),
        ("node:22-bookworm", None),
        ("example/node:22-buster", None),
        ("eclipse-temurin:21-jre-focal", "ubuntu focal"),
        ("nginx:1.14", "1.14"),
        ("nginx:1.29", None),
        ("gcr.io/distroless/nodejs16-debian11", "node 16"),
        ("gcr.io/distroless/java17-debian10", "debian 10"),
        ("gcr.io/distroless/static-debian12", None),
        ("registry.access.redhat.com/ubi7/ubi:7.9", "UBI 7"),
        ("registry.access.redhat.com/ubi9/nodejs-20:1", None),
        ("public.ecr.aws/lambda/python:3.7", "3.7"),
    ],
)
def test_end_of_life(image: str, line: str | None) -> None:
    found = end_of_life(parse_image(image))
    assert (found[0] if found else None) == line


def test_the_table_is_whole() -> None:
    table = json.loads((ROOT / "devopslint/knowledge/data/end_of_life.json").read_text("utf-8"))
    days = [table["as_of"], *(day for lines in table["images"].values() for day in lines.values() if day)]
    assert [day for day in days if len(day) != 10 or not day.startswith(("19", "20"))] == []
    # Dates of the projects' own pages, not of the table's source.
    assert table["images"]["node"]["18"] == "2025-04-30"
    assert table["images"]["python"]["3.9"] == "2025-10-31"
    assert table["images"]["debian"]["bookworm"] == "2028-06-30"
