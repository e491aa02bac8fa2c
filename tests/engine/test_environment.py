"""What besides the files of a repository decides a result: rules, the Python of a user's, and the index of both."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from house import COMMON
from running import devopslint, write

FILES: dict[str, str | bytes] = {f"{number}/Dockerfile": "FROM nginx\n" for number in range(9)}
CHECKED = "title: A rule of the house\nlevel: error\npractice: infrastructure/documented\non: dockerfile.stage\n"
CHECK = """
from helpers.words import word
from devopslint.policy.subject import Problem


def run(subject, options):
    import lazy
    with open(__file__.replace("check.py", "_data.txt")) as file:
        yield Problem(said=word() + lazy.WORD + file.read().strip())
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A project and beside it a folder of rules whose check imports modules from elsewhere and reads a file."""
    rule = CHECKED + "check: check:run\nmessage: it says `{said}`\n" + COMMON
    write(tmp_path / "rules", {"house/says.yaml": rule, "check.py": CHECK, "_data.txt": "c"})
    write(tmp_path / "lib", {"helpers/__init__.py": "", "helpers/words.py": "from . import deep\n\n\ndef word():\n    return deep.WORD\n",
                             "helpers/deep.py": "WORD = 'a'\n", "lazy.py": "WORD = 'b'\n"})  # fmt: skip
    return write(tmp_path / "project", FILES)


def said(project: Path) -> set[str]:
    here = project.parent
    path = os.pathsep.join((str(here / "lib"), str(Path(__file__).resolve().parents[2])))
    arguments = ("--rules-dir", here / "rules", "--select", "house/says", "--output", "json", ".")
    # Python takes compiled code for that of a file changed within the same second, when the length is the same.
    environment = {"XDG_CACHE_HOME": str(here / "kept"), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = devopslint(*arguments, cwd=project, env=environment)
    assert ended.returncode == 1, ended.stderr
    found: list[dict[str, Any]] = json.loads(ended.stdout)["findings"]
    assert len(found) == len(FILES)
    return {one["message"] for one in found}


def test_every_module_and_file_of_a_check_counts(house: Path) -> None:
    assert said(house) == said(house) == {"it says `abc`"}
    assert list((house.parent / "kept/devopslint/results").iterdir())
    changes = {"lib/helpers/deep.py": ("WORD = 'A'\n", "Abc"), "lib/lazy.py": ("WORD = 'B'\n", "ABc"),
               "rules/_data.txt": ("C", "ABC"), "lib/helpers/words.py": ("def word():\n    return 'z'\n", "zBC")}  # fmt: skip
    for name, (text, expected) in changes.items():
        write(house.parent, {name: text})
        assert said(house) == {f"it says `{expected}`"}, name


def test_a_rule_is_told_by_its_content_not_by_its_time(house: Path) -> None:
    path = house.parent / "rules/house/says.yaml"
    os.utime(path, (1, 1))
    assert said(house) == {"it says `abc`"}
    path.write_text(path.read_text().replace("it says", "IT SAYS"))
    os.utime(path, (1, 1))
    assert said(house) == {"IT SAYS `abc`"}


@pytest.mark.parametrize("kind", ["emptied", "halved", "replaced", "removed"])
def test_a_damaged_index_of_rules_is_made_again(house: Path, kind: str) -> None:
    expected = said(house)
    folder = next((house.parent / "kept/devopslint/rules").iterdir())
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["house.help.json", "house.json", "stamp"]
    for name in ("house.json", "stamp"):  # nobody asks for the help here
        path = folder / name
        content = path.read_bytes()
        damaged = {
            "emptied": b"",
            "halved": content[: len(content) // 2],
            "replaced": b'{"house/says": 7}',
            "removed": b"",
        }
        path.write_bytes(damaged[kind])
        if kind == "removed":
            path.unlink()
        for kept in (house.parent / "kept/devopslint/results").iterdir():
            kept.unlink()
        assert said(house) == expected, name
        assert sorted(path.name for path in folder.iterdir()) == names


def test_flipped_bits_of_an_index_change_nothing(house: Path) -> None:
    expected = said(house)
    dice = random.Random(4)
    folder = next((house.parent / "kept/devopslint/rules").iterdir())
    for _ in range(4):
        for path in folder.iterdir():
            content = bytearray(path.read_bytes())
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            path.write_bytes(content)
        assert said(house) == expected
