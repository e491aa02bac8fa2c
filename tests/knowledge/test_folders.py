"""A folder is the same however it is written, and keeps the dot of its name."""

import pytest

from devopslint.knowledge.folders import plain_folder


@pytest.mark.parametrize("written", ["", ".", "./", "/", " ./ "])
def test_the_folder_itself(written: str) -> None:
    assert plain_folder(written) == ""


@pytest.mark.parametrize(
    ("written", "plain"),
    [("./app/", "app"), ("/app", "app"), ("./.github", ".github"), (".venv/", ".venv"), ("../x", "../x")],
)
def test_a_folder_below_or_beside(written: str, plain: str) -> None:
    assert plain_folder(written) == plain
