"""Manifests in which anything may stand anywhere: no rule may fail on them, whatever it makes of them."""

from __future__ import annotations

import random
import re
from pathlib import Path

import yaml

from devopslint.commands.rules import _catalog
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.selection import Selection

RULES = Path(__file__).parent.parent.parent / "rules" / "kubernetes"
VALUES = ["~", "[]", "{}", '"x"', "3", "true", "{{ x }}", "${X}", "[1, a, {}]", "{a: [b]}", "-1", "*a", '"{{ .x }}"']
PAIR = re.compile(r"(\s*(?:- )?[\w./-]+:)(.*)")


def examples() -> list[str]:
    found = []
    for path in sorted(RULES.glob("**/*.yaml")):
        for example in yaml.safe_load(path.read_text(encoding="utf-8"))["examples"]:
            text = example.get("bad") or example["good"]
            if isinstance(text, str):
                found.append(re.sub(r" *#!.*", "", text))
    return found


def mutated(text: str, chance: random.Random) -> str:
    """Return a manifest in which up to three values, with all below them, have become something else."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        index = chance.randrange(len(lines))
        pair = PAIR.match(lines[index])
        if not pair:
            continue
        lines[index] = f"{pair[1]} {chance.choice(VALUES)}"
        indent = len(pair[1]) - len(pair[1].lstrip())
        while not pair[2].strip() and index + 1 < len(lines) and _indent(lines[index + 1]) > indent:
            del lines[index + 1]
    return "\n".join(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def test_no_rule_fails_on_what_people_can_write():
    chance = random.Random(20261123)
    known = examples()
    catalog = _catalog([])
    files = {f"{number}.yaml": mutated(chance.choice(known), chance) for number in range(600)}
    run = Run(MemoryWorkspace(files), catalog, Selection(["kubernetes", "core"], profile="strict"))
    report = run.check(Asked([], sorted(files), True))
    assert [finding.message for finding in report.active if finding.rule == "core/internal"] == []
