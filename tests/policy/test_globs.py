"""Globs fit as `.gitignore` has them."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest
from running import write

from devopslint.engine.discover import _walk
from devopslint.policy.globs import GlobSet, IgnoreLines


@pytest.mark.parametrize(
    ("glob", "fitting", "other"),
    [
        ("vendor", ["vendor", "vendor/a.tf", "deep/vendor/a.tf"], ["vendors/a.tf", "a/vendor.tf"]),
        ("vendor/", ["vendor/a.tf", "deep/vendor/b/a.tf"], ["vendors"]),
        ("/vendor", ["vendor/a.tf"], ["deep/vendor/a.tf"]),
        ("a/vendor/", ["a/vendor/x"], ["b/a/vendor/x"]),
        ("*.tf", ["main.tf", "deep/main.tf"], ["main.tfvars"]),
        ("*.tf/", ["x.tf/a"], ["main.tfx"]),
        ("k8s/*.yaml", ["k8s/a.yaml"], ["k8s/b/a.yaml", "x/k8s/a.yaml"]),
        ("k8s/**", ["k8s/a.yaml", "k8s/b/a.yaml"], ["k8s.yaml"]),
        ("**/test/*.yaml", ["test/a.yaml", "b/c/test/a.yaml"], ["test/b/a.yaml"]),
        ("k8s/**/a.yaml", ["k8s/a.yaml", "k8s/b/c/a.yaml"], ["k8s/ba.yaml"]),
        ("./main.tf", ["main.tf"], ["main_tf", "a/main.tf"]),
        ("file?.tf", ["file1.tf"], ["file.tf", "file12.tf"]),
        ("file[0-9].tf", ["file1.tf"], ["filea.tf"]),
        ("file[!0-9].tf", ["filea.tf"], ["file1.tf"]),
        ("a+b.tf", ["a+b.tf"], ["aab.tf"]),
        ("**", ["a", "a/b"], []),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/b/y/c", "a/b/c/d"], ["a/c/b", "b/c"]),
        ("a**b", ["ab", "axxb", "x/axb"], ["a/b"]),
        (r"\*.tf", ["*.tf"], ["a.tf"]),
        ("[]a]x", ["]x", "ax"], ["bx"]),
        ("[z-a]", [], ["z", "a", "m", "-"]),
        ("[^a]", ["b"], ["a"]),
        ("[", ["["], ["a"]),
        ("a[/b]", ["a[/b]"], ["ab"]),
    ],
)
def test_glob(glob: str, fitting: list[str], other: list[str]) -> None:
    globs = GlobSet([glob])
    assert [path for path in fitting if not globs.fits(path)] == []
    assert [path for path in other if globs.fits(path)] == []


def test_a_set_fits_when_one_does() -> None:
    globs = GlobSet(["a/**", "*.tf"])
    assert globs.fits("b/main.tf")
    assert not globs.fits("b/main.yaml")
    assert not GlobSet([])


PARTS = ["a", "b", "ab", "*", "a*", "*b", "?", "[ab]", "[!a]", "**", "\\\\a", "*a*b*"]
NAMES = ["a", "b", "ab", "ba", "aab"]


@pytest.mark.parametrize("seed", range(20))
def test_lines_of_gitignore_mean_what_they_mean_to_git(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = []
    for _ in range(chance.randint(1, 8)):
        names = [chance.choice(PARTS) for _ in range(chance.randint(1, 3))]
        lines.append(chance.choice(["", "", "!", "/"]) + "/".join(names) + chance.choice(["", "", "/", "  ", "\r"]))
    paths = {"/".join(chance.choice(NAMES) for _ in range(chance.randint(1, 4))) for _ in range(60)}
    paths = {f"{path}.f" for path in paths} | {
        path for path in paths if not any(other.startswith(path + "/") for other in paths)
    }
    paths = {path for path in paths if not any(path.startswith(other + "/") for other in paths)}
    write(tmp_path, dict.fromkeys(paths, ""))
    (tmp_path / ".gitignore").write_text("\n".join(lines), newline="")
    ours = set(_walk(str(tmp_path), "", {})) - {".gitignore"}
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ours == set(listed.stdout.split()) - {".gitignore"}, lines


@pytest.mark.parametrize("glob", ["*a" * 40 + "b", "**/a/" * 40 + "b", "**/*a*a/" * 20 + "b", "?*" * 60 + "b"])
def test_no_glob_takes_long(glob: str) -> None:
    path = "/".join(["a" * 60] * 60)
    started = time.process_time()
    assert not GlobSet([glob]).fits(path)
    assert not IgnoreLines([glob]).verdict("a" * 250, False)
    assert time.process_time() - started < 2
