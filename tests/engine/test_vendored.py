"""Sources that Go keeps of others' modules are not this repository's."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from devopslint.engine.discover import discover

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    "Dockerfile",
    "vendor/modules.txt",
    "vendor/example.com/a/Dockerfile",
    "tools/vendor/modules.txt",
    "tools/vendor/example.com/b/Dockerfile",
    "php/vendor/shop/Dockerfile",
    "myvendor/modules.txt",
)


@pytest.fixture(params=["git", "walk"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project with folders called `vendor`, known to git or not."""
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM scratch\n")
    if request.param == "git":
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def test_vendored_modules_are_left_out(root: Path) -> None:
    found = discover(str(root), [str(root)]).found
    assert found == ["Dockerfile", "myvendor/modules.txt", "php/vendor/shop/Dockerfile"]


def test_what_is_named_is_looked_at(root: Path) -> None:
    name = "vendor/example.com/a/Dockerfile"
    assert discover(str(root), [str(root / name)]).given == [name]
    assert discover(str(root), [str(root / "vendor")]).found == [name, "vendor/modules.txt"]


def test_what_a_hook_names_is_looked_at_as_it_would_be_found(root: Path) -> None:
    asked = discover(str(root), [str(root / name) for name in FILES]).as_found(str(root))
    assert (asked.given, asked.found) == ([], ["Dockerfile", "myvendor/modules.txt", "php/vendor/shop/Dockerfile"])
