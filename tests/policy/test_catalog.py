"""The catalog and its index: made once, made again when a rule changes, and never needed twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from house import RULES, house

from devopslint.policy import indexing
from devopslint.policy.catalog import Catalog, RuleFolder, write_index
from devopslint.policy.rule_files import RuleFileError

KINDS = {"dockerfile.instruction": ("file",)}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return house(tmp_path)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every build of an index, by folder."""
    calls: list[str] = []
    build = indexing.build_index

    def counted(folder: str, *arguments: Any, **more: Any) -> Any:
        calls.append(folder)
        return build(folder, *arguments, **more)

    monkeypatch.setattr(indexing, "build_index", counted)
    return calls


def catalog(policy: Path, index: Path) -> Catalog:
    return Catalog([RuleFolder(str(policy), str(index), lambda: KINDS, from_user=True)])


def titles(policy: Path, index: Path) -> dict[str, str]:
    return {rule.id: rule.raw["title"] for rule in catalog(policy, index).rules()}


def test_the_id_of_a_rule_is_its_path(policy: Path, tmp_path: Path) -> None:
    assert sorted(titles(policy, tmp_path / "index")) == sorted(RULES)


def test_an_index_is_made_once(policy: Path, tmp_path: Path, built: list[str]) -> None:
    first = titles(policy, tmp_path / "index")
    assert titles(policy, tmp_path / "index") == first
    assert len(built) == 1


def test_a_rule_that_changes_is_seen(policy: Path, tmp_path: Path, built: list[str]) -> None:
    titles(policy, tmp_path / "index")
    path = policy / "house" / "floating.yaml"
    path.write_text(path.read_text().replace("Image floats on the latest tag", "Image has no fixed version"))
    assert titles(policy, tmp_path / "index")["house/floating"] == "Image has no fixed version"
    path.unlink()
    assert "house/floating" not in titles(policy, tmp_path / "index")
    assert len(built) == 3


def test_a_group_that_goes_leaves_nothing_behind(policy: Path, tmp_path: Path) -> None:
    titles(policy, tmp_path / "index")
    (policy / "house").rename(policy / "villa")
    assert {identifier.split("/")[0] for identifier in titles(policy, tmp_path / "index")} == {"villa"}
    assert sorted(os.listdir(tmp_path / "index")) == ["stamp", "villa.help.json", "villa.json"]


def test_where_no_index_can_be_kept_rules_run_all_the_same(policy: Path, tmp_path: Path, built: list[str]) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    assert sorted(titles(policy, tmp_path / "index")) == sorted(RULES)
    assert catalog(policy, tmp_path / "index").info("house/floating").why.startswith("It has cost us")
    assert len(built) == 2


def test_a_frozen_index_is_taken_as_it_is(policy: Path, tmp_path: Path, built: list[str]) -> None:
    index = indexing.build_index(str(policy), KINDS, {})
    write_index(index, str(tmp_path / "index"), "frozen")
    built.clear()
    (policy / "house" / "floating.yaml").write_text("this: is no rule\n")
    assert sorted(titles(policy, tmp_path / "index")) == sorted(RULES)
    assert built == []


def test_a_broken_index_is_made_again(policy: Path, tmp_path: Path) -> None:
    titles(policy, tmp_path / "index")
    (tmp_path / "index" / "stamp").write_text("something else")
    (tmp_path / "index" / "house.json").write_text("{")
    assert sorted(titles(policy, tmp_path / "index")) == sorted(RULES)


def test_every_fault_is_named_with_its_place(policy: Path, tmp_path: Path) -> None:
    (policy / "house" / "floating.yaml").write_text("title: too few fields\nlevel: fatal\n")
    (policy / "house" / "maintainer.yaml").write_text("- no mapping\n")
    with pytest.raises(RuleFileError) as caught:
        titles(policy, tmp_path / "index")
    lines = str(caught.value).splitlines()
    assert any(line.startswith(f"{policy}/house/floating.yaml:2:8: `fatal` is none of") for line in lines)
    assert any(line.startswith(f"{policy}/house/floating.yaml:1:1: missing `practice`") for line in lines)
    assert any(line == f"{policy}/house/maintainer.yaml:1:1: a rule file holds one mapping" for line in lines)


def test_help_is_loaded_when_it_is_asked_for(policy: Path, tmp_path: Path) -> None:
    titles(policy, tmp_path / "index")
    info = catalog(policy, tmp_path / "index").info("house/ssh-port")
    assert (info.id, info.level, info.security_severity) == ("house/ssh-port", "error", 7.5)
    assert info.how.startswith("Do it as the house does it.")
    with pytest.raises(KeyError):
        catalog(policy, tmp_path / "index").info("house/nothing")
