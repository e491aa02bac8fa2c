"""The published schema of a configuration and the code take the same: every setting, both ways."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from running import ROOT, devopslint, write

PUBLISHED = json.loads((ROOT / "docs/schemas/config.json").read_text("utf-8"))
RULE = json.loads((ROOT / "docs/schemas/rule.json").read_text("utf-8"))
ID = "kubernetes/untrusted-registry"

GOOD: dict[str, list[Any]] = {
    "extend": ["base.yaml", ["base.yaml"]],
    "select": [["default"], ["kubernetes", "security", "DL3007"]],
    "ignore": [[], ["DL3007"]],
    "profile": ["default", "strict"],
    "exclude": [[], ["vendor/**", "a[0-9]", "{{x}}"]],
    "rules-dirs": [[], ["policy"]],
    "fail-on": ["error", "warning", "note", "never"],
    "min-level": ["error", "warning", "note"],
    "baseline": ["base.json"],
    "peer-ignores": [True, False],
    "shellcheck": ["auto", "on", "off"],
    "kinds": [{}, {"none": ["x/**"], "dockerfile": ["*.txt"]}],
    "rules": [
        {},
        {ID: {"level": "off"}},
        {ID: {"options": {"registries": ["a"]}}},
        {ID: {"ignorable": False}},
        {"DL3007": {"level": "note"}},
    ],
    "overrides": [
        [],
        [{"paths": ["a"]}],
        [{"paths": ["a"], "select": ["default"], "ignore": ["DL3007"], "profile": "strict", "reason": "x"}],
        [{"paths": ["a"], "rules": {ID: {"level": "error"}}}],
    ],
}
BAD: dict[str, list[Any]] = {
    "extend": [1, [1], {}, ""],
    "select": ["default", [], [1], [""]],
    "ignore": ["x", [None]],
    "profile": ["Strict", ["strict"]],
    "exclude": ["x", [1], [""]],
    "rules-dirs": ["policy", [False]],
    "fail-on": ["warn", ["error"], 1],
    "min-level": ["never", True],
    "baseline": [1, "", []],
    "peer-ignores": ["yes", 1],
    "shellcheck": [True, "yes"],
    "kinds": [[], {"docker": ["x"]}, {"none": "x"}],
    "rules": [
        [],
        {ID: "error"},
        {ID: {"level": "warn"}},
        {ID: {"level": False}},
        {ID: {"severity": "error"}},
        {ID: {"options": []}},
        {ID: {"options": {"registries": "a"}}},
        {ID: {"options": {"registry": ["a"]}}},
        {ID: {"ignorable": "no"}},
    ],
    "overrides": [
        {},
        [{}],
        [{"ignore": ["x"]}],
        [{"paths": []}],
        [{"paths": "a"}],
        [{"paths": ["a"], "select": []}],
        [{"paths": ["a"], "exclude": ["x"]}],
        [{"paths": ["a"], "reason": ""}],
        [{"paths": ["a"], "profile": "x"}],
        [{"paths": ["a"], "rules": {ID: {"level": "x"}}}],
    ],
    "slect": [["a"]],
}


def pairs(table: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    return [(name, value) for name, values in table.items() for value in values]


def taken(folder: Path, name: str, value: Any) -> bool:
    write(folder, {".devopslint.yaml": yaml.safe_dump({name: value}), "base.yaml": "", "policy/x.txt": ""})
    done = devopslint("config", cwd=folder)
    assert done.returncode in {0, 2}
    assert done.returncode == 0 or ".devopslint.yaml:" in done.stderr, done.stderr
    return done.returncode == 0


def test_the_schemas_are_schemas() -> None:
    for schema in (PUBLISHED, RULE):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"].startswith("https://raw.githubusercontent.com/devopslint/devopslint/main/docs/schemas/")


def test_every_setting_is_tried() -> None:
    assert set(PUBLISHED["properties"]) == set(GOOD)
    assert set(GOOD) <= set(BAD)
    tried = {key for override in GOOD["overrides"] for entry in override for key in entry}
    assert set(PUBLISHED["properties"]["overrides"]["items"]["properties"]) == tried
    tried = {key for rules in GOOD["rules"] for entry in rules.values() for key in entry}
    assert set(PUBLISHED["$defs"]["rule"]["properties"]) == tried


@pytest.mark.parametrize(("name", "value"), pairs(GOOD))
def test_what_the_schema_takes_the_code_takes(name: str, value: Any, tmp_path: Path) -> None:
    jsonschema.validate({name: value}, PUBLISHED, cls=jsonschema.Draft202012Validator)
    assert taken(tmp_path, name, value)


@pytest.mark.parametrize(("name", "value"), pairs(BAD))
def test_what_the_schema_refuses_the_code_refuses(name: str, value: Any, tmp_path: Path) -> None:
    assert not jsonschema.Draft202012Validator(PUBLISHED).is_valid({name: value})
    assert not taken(tmp_path, name, value)


def test_editors_are_told_of_every_rule() -> None:
    known = PUBLISHED["$defs"]["rules"]["properties"]
    assert known["dockerfile/latest-tag"]["description"] == "Base image floats on the latest tag"
    options = known[ID]["properties"]["options"]["properties"]
    assert options["registries"]["type"] == "array"
