"""What a `.dockerignore` keeps out."""

import pytest

from devopslint.artifacts.dockerfile.ignore import Ignore, read_ignore
from devopslint.artifacts.dockerfile.model import read_model
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.syntax.source import Source


@pytest.mark.parametrize(
    ("patterns", "path", "excluded"),
    [
        ("node_modules", "node_modules", True),
        ("node_modules", "web/node_modules", False),
        ("**/node_modules", "web/node_modules", True),
        ("/dist/", "dist/app.js", True),
        ("*.md\n!README.md", "README.md", False),
        ("!README.md\n*.md", "README.md", True),
        ("*\n!src", "src/a.c", False),
        ("*\n!src/a.c", "src", False),
        ("*\n!src", ".git", True),
        ("# .git", ".git", False),
        ("a?c", "abc", True),
        ("[ab].txt", "b.txt", True),
        ("**", "a/b", True),
        ("./x", "x", True),
        ("[", "a", False),
    ],
)
def test_patterns(patterns: str, path: str, excluded: bool) -> None:
    assert Ignore(Source(".dockerignore", patterns), folder="", is_certain=True).excludes(path) is excluded


@pytest.mark.parametrize(
    ("files", "certain"),
    [
        ({"web/Dockerfile.dockerignore": "a", ".dockerignore": "b"}, True),
        ({"web/.dockerignore": "a"}, True),
        ({".dockerignore": "a"}, False),
        ({"other/.dockerignore": "a"}, None),
    ],
)
def test_which_file_counts(files: dict[str, str], certain: bool | None) -> None:
    source = Source("web/Dockerfile", "FROM a\n")
    ignore = read_ignore(read_model(source, MemoryWorkspace(files)))
    assert (ignore.is_certain if ignore else None) is certain
