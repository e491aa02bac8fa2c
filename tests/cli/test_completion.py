"""What a shell completes, and what was meant by a word that is not quite one of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import devopslint, write


def completed(folder: Path, words: str) -> list[str]:
    last = len(words.split(" ")) - 1
    environment = {"_DEVOPSLINT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(last)}
    done = devopslint(cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("devopslint ex", ["plain,explain", "file,ex"]),
        ("devopslint rule sh", ["plain,show"]),
        ("devopslint --stat", ["plain,--statistics"]),
        ("devopslint check --stat", ["plain,--statistics"]),
        ("devopslint --vers", ["plain,--version"]),
        ("devopslint --output ju", ["plain,junit"]),
        ("devopslint --fail-on n", ["plain,note", "plain,never"]),
        ("devopslint explain dockerfile/latest-t", ["plain,dockerfile/latest-tag"]),
        ("devopslint --select kubernetes,latest-ta", ["plain,kubernetes,latest-tag"]),
        ("devopslint completion z", ["plain,zsh"]),
        ("devopslint check Dock", ["file,Dock"]),
    ],
)
def test_words_are_completed(words: str, expected: list[str], tmp_path: Path) -> None:
    assert completed(tmp_path, words) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str, tmp_path: Path) -> None:
    done = devopslint("completion", shell, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"_DEVOPSLINT_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chek", "."), "devopslint: chek: no such file or folder, did you mean `check`?\n"),
        (("Dokerfile",), "devopslint: Dokerfile: no such file or folder, did you mean `Dockerfile`?\n"),
        (("a/nan.tf",), "devopslint: a/nan.tf: no such file or folder, did you mean `a/main.tf`?\n"),
        (("--versoin",), "--version"),
        (("--statistic",), "--statistics"),
        (("--fail-on", "eror"), "did you mean `error`?\n"),
        (("--output", "sarf"), "devopslint: unknown output format `sarf`, did you mean `sarif`?\n"),
    ],
)
def test_what_was_meant(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a:1\n", "a/main.tf": ""})
    done = devopslint(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.partition("--help' for help.")[2] or done.stderr == said
