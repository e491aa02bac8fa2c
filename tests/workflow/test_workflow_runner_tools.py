"""The table of what runner images hold, and when a tool counts as not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import ROOT

TABLE = json.loads((ROOT / "devopslint/artifacts/workflow/data/runners.json").read_text())


@pytest.mark.parametrize(
    ("image", "tool", "there"),
    [
        ("ubuntu-22.04", "terraform", True),
        ("ubuntu-24.04", "terraform", False),
        ("ubuntu-24.04", "docker", True),
        ("ubuntu-slim", "mvn", False),
        ("macos-15", "docker", False),
        ("macos-15", "xcodebuild", True),
        ("ubuntu-24.04", "pnpm", False),
        ("ubuntu-latest", "pulumi", True),
        ("windows-2025", "sbt", True),
    ],
)
def test_what_an_image_holds(image: str, tool: str, there: bool) -> None:
    assert (tool in TABLE["images"][image]) is there
    assert tool in TABLE["watched"]


def test_what_moves_holds_what_one_of_its_images_holds() -> None:
    images = TABLE["images"]
    assert set(images["ubuntu-latest"]) == set(images["ubuntu-24.04"]) | set(images["ubuntu-26.04"])


def test_every_name_of_a_tool_is_one_that_a_shell_can_call() -> None:
    assert all(Path(tool).name == tool for tool in TABLE["watched"])
