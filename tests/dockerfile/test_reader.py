"""What the reader makes of the lines of a Dockerfile."""

import pytest

from devopslint.artifacts.dockerfile import claims_path
from devopslint.artifacts.dockerfile.reader import Dockerfile, read_dockerfile
from devopslint.syntax.source import Source


def read(text: str) -> Dockerfile:
    return read_dockerfile(Source("Dockerfile", text))


def instructions(text: str) -> list[tuple[str, int, list[str]]]:
    return [(i.name, i.line, [word.value for word in i.words]) for i in read(text).instructions]


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("Dockerfile", True),
        ("a/b/dockerfile", True),
        ("Dockerfile.prod", True),
        ("web.Dockerfile", True),
        ("web.dockerfile", True),
        ("Containerfile", True),
        ("Containerfile.dev", True),
        ("Containerfile-dev", True),
        ("docker/Dockerfile-worker", True),
        ("Dockerfile_windows", True),
        ("Dockerfile-notes.md", False),
        ("dockerfile-notes", False),
        ("Dockerfile.md", False),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.j2", False),
        ("dockerfile.py", False),
        ("my-dockerfile-notes", False),
        (".dockerignore", False),
    ],
)
def test_which_names_are_dockerfiles(path: str, claimed: bool) -> None:
    assert (claims_path(path) is not None) is claimed


def test_instructions_and_lines() -> None:
    text = '# note\nfrom a AS b\n\nRUN x \\\n  # inside\n\n  y\nCMD ["a b", "c"]\n'
    assert instructions(text) == [("FROM", 2, ["a", "AS", "b"]), ("RUN", 4, ["x", "y"]), ("CMD", 8, ["a b", "c"])]


def test_a_word_behind_a_continuation_keeps_its_place() -> None:
    text = "FROM a\nRUN é \\\r\n# c\r\n   yy zz\n"
    instruction = read(text).instructions[1]
    word = instruction.words[1]
    assert word.raw == "yy"
    assert text[slice(*instruction.fragment.mark(word.start, word.end))] == "yy"
    assert instruction.mark == (text.index("RUN"), text.index("zz") + 2)


def test_directives_stand_only_at_the_top() -> None:
    file = read(
        "# Escape=`\n# syntax = docker/dockerfile:1\n# a comment\n# check=skip=all\nFROM a\nRUN b `\n c\\\nRUN d\n"
    )
    assert [(d.name, d.value) for d in file.directives] == [("escape", "`"), ("syntax", "docker/dockerfile:1")]
    assert [(i.name, i.line) for i in file.instructions] == [("FROM", 5), ("RUN", 6), ("RUN", 8)]


def test_a_doubled_escape_does_not_continue() -> None:
    assert instructions("FROM a\nRUN b \\\\\nRUN c\n")[1:] == [("RUN", 2, ["b", "\\"]), ("RUN", 3, ["c"])]


def test_flags() -> None:
    instruction = read(
        "FROM a\nRUN --mount=type=cache,target=/x --network=none --security=a\\ b -- echo --x\n"
    ).instructions[1]
    assert [(f.name, f.value and f.value.value) for f in instruction.flags] == [
        ("mount", "type=cache,target=/x"),
        ("network", "none"),
        ("security", "a b"),
    ]
    assert instruction.text == "echo --x"


def test_heredocs() -> None:
    text = "FROM a\nRUN <<-EOF cat <<'E2'\n\techo ONE\n\tEOF\n$X\nE2\nONBUILD COPY <<A /x\nRUN y\nA\nRUN z\n"
    file = read(text)
    assert [(i.name, i.line) for i in file.instructions] == [("FROM", 1), ("RUN", 2), ("ONBUILD", 7), ("RUN", 10)]
    first, second = file.instructions[1].heredocs
    assert (first.name, first.body.text, first.expands) == ("EOF", "echo ONE\n", True)
    assert (second.name, second.body.text, second.expands) == ("E2", "$X\n", False)
    at = first.body.text.index("ONE")
    assert text[slice(*first.body.mark(at, at + 3))] == "ONE"
    trigger = file.instructions[2].trigger
    assert trigger is not None
    assert (trigger.name, trigger.onbuild, trigger.heredocs[0].body.text) == ("COPY", True, "RUN y\n")
    assert not file.problems


def test_a_heredoc_in_json_form_is_none() -> None:
    assert instructions('FROM a\nRUN ["cat", "<<EOF"]\nRUN b\n')[-1] == ("RUN", 3, ["b"])


def test_what_is_no_list_of_strings_is_no_json() -> None:
    for text in ("CMD ['a']", "CMD [1]", "CMD [a]", 'CMD ["a",]'):
        assert not read(f"FROM a\n{text}\n").instructions[1].json


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("FROM a\nRUNN b\n", "RUNN"),
        ("FROM a b\n", "FROM"),
        ("FROM a\nCOPY\n", "COPY"),
        ("FROM a\nENV a\n", "ENV"),
        ("FROM a\nENV a=b c\n", "c"),
        ("FROM a\nENV a=b \\\nEXPOSE 80\n", "EXPOSE"),
        ("FROM a\nRUN <<EOF\n", "<<EOF"),
        ("# escape=x\nFROM a\n", "x"),
        ("FROM a\nONBUILD foo b\n", "foo"),
        ("FROM a\nCOPY b\n", "COPY"),
        ("FROM a\nADD --chown=1:1 b\n", "ADD"),
        ("FROM a\nADD --chown 1:1 b /c\n", "--chown"),
        ("FROM a\nCOPY --from=a --from=b c /d\n", "--from=b"),
        ("FROM a AS b/c\n", "b/c"),
        ("FROM a AS 1b\n", "1b"),
        ("FROM a\nONBUILD COPY b\n", "COPY"),
    ],
)
def test_problems_have_places(text: str, place: str) -> None:
    (problem,) = read(text).problems
    assert text[problem.start : problem.end] == place
    assert read(text).instructions[0].name == "FROM"


@pytest.mark.parametrize(
    "text", ["", "\n", "#", "RUN \\", "\\\n", "FROM", "ONBUILD", "ONBUILD ONBUILD RUN a", "FROM a\\\n\\"]
)
def test_nothing_crashes(text: str) -> None:
    read(text)


def test_a_template_is_no_dockerfile() -> None:
    from devopslint.artifacts.dockerfile.model import read_model
    from devopslint.artifacts.dockerfile.subjects import _is_template

    def is_template(text: str) -> bool:
        return _is_template(read_model(Source("Dockerfile", text)))

    assert is_template("FROM {{ base }}\nRUN a\n")
    assert is_template("FROM a\n{{ if b }}\nRUN c\n")
    assert is_template("{# no image #}\nRUN {{ install('a') }}\n")
    assert is_template("FROM a\n{% if b %}\nRUN c\n{% endif %}\n")
    assert not is_template("FROM a\nLABEL b='{{c}}'\nRUN docker ps --format '{{.ID}}'\n")
    assert not is_template("FROM a\nCOPY <<EOF /b\n{{ range . }}\nEOF\n")


def test_directives_below_a_program_line() -> None:
    file = read(
        "#!/usr/bin/env -S docker build --file\n# syntax=docker/dockerfile:1\n# escape=`\n# check=error=true\nFROM a\n"
    )
    assert [(one.name, one.value) for one in file.directives] == [
        ("syntax", "docker/dockerfile:1"),
        ("check", "error=true"),
    ]
    assert file.escape == "\\"


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\n", True),
        ("ARG BASE=mcr.microsoft.com/windows/servercore:ltsc2025\nFROM ${BASE}\n", True),
        ("# escape=`\nFROM a\n", True),
        ("ARG OS=windows\nFROM a AS build-windows\n", False),
    ],
)
def test_files_for_windows(text: str, windows: bool) -> None:
    assert read(text).is_for_windows() is windows
