"""Words that are sought only in the files that hold a text, and the files that a word stands in."""

from __future__ import annotations

from pathlib import Path

from devopslint.engine.seen import _questions
from devopslint.engine.workspace import Workspace

_ENDINGS = (".tf",)


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_only_files_that_hold_the_text_count(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "calls/main.tf": 'module "a" {\n  source = "../net"\n}\n',
            "names/main.tf": 'locals {\n  a = "net"\n}\n',
            "apart/main.tf": 'locals {\n  a = "net"\n}\n',
            "apart/other.tf": 'module "a" {\n  source = "../web"\n}\n',
        },
    )
    workspace = Workspace(str(tmp_path))
    assert list(workspace.folders_with_word("", _ENDINGS, "net")) == ["apart", "calls", "names"]
    assert list(workspace.folders_with_word("", _ENDINGS, "net", "module")) == ["calls"]
    assert workspace.has_word("apart", _ENDINGS, "net")
    assert not workspace.has_word("apart", _ENDINGS, "net", "module")
    assert workspace.has_word("calls", _ENDINGS, "net", "module")


def test_a_question_is_asked_again_of_the_same_files(tmp_path: Path) -> None:
    _write(tmp_path, {"calls/main.tf": 'module "a" {\n  source = "../net"\n}\n', "net/main.tf": "\n"})
    workspace = Workspace(str(tmp_path))
    plain, among = "below\0.tf\0net", "below:module\0.tf\0net"
    assert workspace.look_again(among, "") == workspace.look_again(plain, "") == "calls"
    assert _questions([(among, "")], [], workspace) == _questions([(plain, "")], [], workspace)


def test_the_files_that_a_word_stands_in(tmp_path: Path) -> None:
    _write(tmp_path, {"a.yml": "target: build\n", "b.yml": "run: rebuild build-all\n", "c.txt": "build\n"})
    workspace = Workspace(str(tmp_path))
    assert list(workspace.files_with_word("", (".yml",), "build")) == ["a.yml"]
    question = "files\0.yml\0build"
    assert workspace.look_again(question, "") == "a.yml"
    assert _questions([(question, "")], [], workspace) == ([""], ["a.yml", "b.yml"])


def test_folders_two_levels_below(tmp_path: Path) -> None:
    files = {
        "live/a/main.tf": "net\n",
        "live/a/b/main.tf": "net\n",
        "live/a/c/main.tf": "other\n",
        "live/d/e/f/main.tf": "net\n",
        "live/d/.x/main.tf": "net\n",
    }
    _write(tmp_path, files)
    workspace = Workspace(str(tmp_path))
    assert list(workspace.folders_with_word("live", _ENDINGS, "net")) == ["a"]
    assert list(workspace.folders_with_word("live", _ENDINGS, "net", deeper=True)) == ["a/b"]
    assert list(workspace.folders_with_word("", _ENDINGS, "net", deeper=True)) == ["live/a"]
