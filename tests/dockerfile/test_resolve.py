"""Substitution, scopes, and what the stages of a Dockerfile end with."""

import pytest

from devopslint.artifacts.dockerfile.checks.stages import reachable
from devopslint.artifacts.dockerfile.model import Model, read_model
from devopslint.artifacts.dockerfile.resolve import Value, substitute
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN


def model(text: str) -> Model:
    return read_model(Source("Dockerfile", text))


SCOPE = {"A": Value("one.two.two"), "EMPTY": Value(""), "OPT": Value(UNKNOWN, optional=True), "U": Value(UNKNOWN)}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("$A/x", "one.two.two/x"),
        ("${A}x", "one.two.twox"),
        ("'$A'", "$A"),
        ('"$A"', "one.two.two"),
        ("\\$A", "$A"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${NONE-d}", "d"),
        ("${OPT:-d}", "d"),
        ("${U:-d}", UNKNOWN),
        ("${A:+alt}", "alt"),
        ("${EMPTY:+alt}", ""),
        ("${NONE:-${A}}", "one.two.two"),
        ("${A%.*}", "one.two"),
        ("${A%%.*}", "one"),
        ("${A#*.}", "two.two"),
        ("${A##*.}", "two"),
        ("${A/two/x}", "one.x.two"),
        ("${A//two/x}", "one.x.x"),
        ("$NONE", UNKNOWN),
        ("a$", "a$"),
        ("${A", UNKNOWN),
    ],
)
def test_substitution(raw: str, expected: object) -> None:
    assert substitute(raw, SCOPE).value == expected


def test_a_global_arg_reaches_from_with_its_origin() -> None:
    found = model("ARG TAG=latest\nARG IMAGE=node:${TAG}\nFROM ${IMAGE} AS a\n")
    stage = found.stages[0]
    assert (stage.image, stage.name) == ("node:latest", "a")
    expanded = stage.start.expand(stage.start.instruction.words[0])
    assert [found.source.text[start:end] for _, start, end, _ in expanded.origins] == [
        "TAG=latest",
        "IMAGE=node:${TAG}",
    ]


def test_an_arg_without_default_is_unknown() -> None:
    assert model("ARG TAG\nFROM node:$TAG\n").stages[0].image is UNKNOWN
    assert model("FROM node:$TARGETARCH\n").stages[0].image is UNKNOWN


def test_a_global_arg_is_not_seen_in_a_stage_unless_declared_there() -> None:
    found = model("ARG V=1\nFROM a\nWORKDIR /$V\nARG V\nWORKDIR /$V\n")
    assert [step.text_of(step.instruction.words[0]) for step in found.stages[0].steps if step.name == "WORKDIR"] == [
        UNKNOWN,
        "/1",
    ]


def test_env_overrides_arg_and_a_line_sees_only_what_stood_before_it() -> None:
    found = model("FROM a\nENV V=env\nARG V=arg\nENV V=new W=$V\nWORKDIR /$V/$W\n")
    assert found.stages[0].steps[-1].text_of(found.stages[0].steps[-1].instruction.words[0]) == "/new/env"


def test_what_a_stage_inherits() -> None:
    found = model(
        'FROM alpine:3 AS base\nUSER app\nENV V=1\nSHELL ["/bin/bash", "-c"]\n'
        "FROM base AS mid\nFROM BASE\nWORKDIR /$V\nUSER root:root\n"
    )
    base, mid, final = found.stages
    assert mid.base is base
    assert final.base is base
    assert mid.settings["USER"].value == "app"
    assert final.settings["USER"].value == "root:root"
    assert final.settings["WORKDIR"].value == "/1"
    assert final.settings["SHELL"].value == ["/bin/bash", "-c"]
    assert final.root_stage is base


def test_the_stages_that_the_final_one_is_built_from() -> None:
    found = model(
        "FROM a AS one\nFROM b AS two\nFROM c AS three\nFROM d AS four\n"
        "FROM one\nCOPY --from=TWO /x /y\nRUN --mount=type=bind,from=2,target=/z ls\n"
    )
    assert reachable(found) == {0, 1, 2, 4}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("RUN a | b", ["a", "b"]),
        ('RUN ["sh", "-c", "a && b"]', ["a", "b"]),
        ('RUN ["apt-get", "install"]', ["apt-get"]),
        ('RUN ["a", "b c"]', []),
        ("RUN <<EOF\na\nb\nEOF", ["a", "b"]),
        ("RUN <<EOF\n#!/usr/bin/env python\na\nEOF", []),
        ("RUN <<EOF\n#!/bin/bash\na\nEOF", ["a"]),
        ("RUN cat <<EOF > /x && c\na\nEOF", ["cat", "c"]),
        ('SHELL ["powershell", "-Command"]\nRUN a', []),
        ('SHELL ["conda", "run", "/bin/bash", "-c"]\nRUN a', ["a"]),
    ],
)
def test_the_commands_of_run(lines: str, expected: list[str]) -> None:
    found = model(f"FROM x\n{lines}\n")
    assert [command.name for command in found.steps[-1].read_script()] == expected


def test_commands_keep_their_places() -> None:
    text = 'FROM x\nRUN a && \\\n  # c\n  b "q"\nRUN ["bash", "-c", "é; f"]\nRUN <<EOF\ng h\nEOF\n'
    found = model(text)
    places = [text[slice(*c.mark)] for step in found.steps for c in step.read_script()]
    assert places == ["a", 'b "q"', "é", "f", "g h"]


def test_a_windows_image_has_no_posix_shell() -> None:
    assert not list(model("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir\n").steps[-1].read_script())
