"""Globs fit as `.gitignore` has them."""

from __future__ import annotations

import pytest

from devopslint.policy.globs import GlobSet, glob_pattern


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
        ("./main.tf", ["main.tf"], ["main_tf"]),
        ("file?.tf", ["file1.tf"], ["file.tf", "file12.tf"]),
        ("file[0-9].tf", ["file1.tf"], ["filea.tf"]),
        ("file[!0-9].tf", ["filea.tf"], ["file1.tf"]),
        ("a+b.tf", ["a+b.tf"], ["aab.tf"]),
    ],
)
def test_glob(glob: str, fitting: list[str], other: list[str]) -> None:
    pattern = glob_pattern(glob)
    assert [path for path in fitting if not pattern.match(path)] == []
    assert [path for path in other if pattern.match(path)] == []


def test_a_set_fits_when_one_does() -> None:
    globs = GlobSet(["a/**", "*.tf"])
    assert globs.fits("b/main.tf")
    assert not globs.fits("b/main.yaml")
    assert not GlobSet([])
