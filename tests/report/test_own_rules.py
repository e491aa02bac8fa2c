"""A rule of the user's has no page of ours: reports lead to its first reference, or nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import devopslint, write

OURS = "github.com/devopslint/devopslint/blob/main/docs/rules/house"
RULE = """\
title: Base image is not ours
level: error
practice: containers/specific-tags
{references}why: |
  What we did not build was not scanned.
how: |
  Take an image of ours.
on: dockerfile.stage
require:
  image: {{image_registry: registry.example.com}}
message: "`{{image}}` is not ours"
examples:
  - bad: |
      FROM node:22 #! 6-12
  - good: |
      FROM registry.example.com/node:22
"""
FORMATS = ("full", "grouped", "concise", "statistics", "github", "gitlab", "junit", "checkstyle", "rdjson", "rdjsonl",
           "markdown", "json", "jsonl", "sarif")  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Path:
    wiki = "references: [https://wiki.example.com/images, https://example.com/more]\n"
    return write(
        tmp_path,
        {
            "Dockerfile": "FROM node:22\n",
            "policy/house/told.yaml": RULE.format(references=wiki),
            "policy/house/plain.yaml": RULE.format(references=""),
        },
    )


def told(house: Path, name: str) -> str:
    links = {"FORCE_COLOR": "1", "CI": "1"}
    done = devopslint(
        "--rules-dir", "policy", "--select", "house", "--output", name, "Dockerfile", cwd=house, env=links
    )
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_leads_to_a_page_that_can_not_be(name: str, house: Path) -> None:
    text = told(house, name)
    assert "house/told" in text
    assert OURS not in text


@pytest.mark.parametrize("name", ["full", "junit", "rdjson", "markdown", "json", "sarif"])
def test_reports_lead_to_the_first_reference(name: str, house: Path) -> None:
    assert "https://wiki.example.com/images" in told(house, name)


def test_what_has_no_address_has_none_and_not_an_empty_one(house: Path) -> None:
    (run,) = json.loads(told(house, "sarif"))["runs"]
    uris = {rule["id"]: rule.get("helpUri") for rule in run["tool"]["driver"]["rules"]}
    assert uris == {"house/plain": None, "house/told": "https://wiki.example.com/images"}
    texts = {rule["id"]: rule["help"] for rule in run["tool"]["driver"]["rules"]}
    assert "See " not in texts["house/plain"]["text"]
    assert "References" not in texts["house/plain"]["markdown"]
    assert texts["house/told"]["markdown"].count("https://wiki.example.com/images") == 1
    codes = [one["code"] for one in json.loads(told(house, "rdjson"))["diagnostics"]]
    assert {"value": "house/plain"} in codes
    assert "docs: \n" not in told(house, "full")
