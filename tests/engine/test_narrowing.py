"""Rules are spared the files and subjects that lack what they need, and nothing is lost by it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from engine_projects import catalog, check, everything
from running import ROOT, write

from devopslint.engine.examples import example_path, read_example
from devopslint.engine.judge import Judge
from devopslint.engine.run import one_by_one
from devopslint.engine.task import Result, Task

FIXTURES = ROOT / "fixtures"
PROJECTS = [FIXTURES / "demo", *sorted(path for path in (FIXTURES / "ok").iterdir() if path.is_dir())]
NEEDY = [rule for rule in catalog().rules() if rule.needs or rule.signs]


def ask_all(judge: Judge, tasks: Sequence[Task]) -> Iterable[Result]:
    """Judge tasks by all rules on each subject, whatever they need."""
    judge.watch = lambda subject, rules, findings: None
    return one_by_one(judge, tasks)


def as_by_all(root: Path) -> Any:
    """Return what all rules say of a project, when it is the same that those say which may find something."""
    said = everything(check(root, performer=ask_all))
    assert everything(check(root)) == said
    return said


@pytest.mark.parametrize("project", PROJECTS, ids=[path.name for path in PROJECTS])
def test_of_whole_projects(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "project")
    as_by_all(tmp_path / "project")


@pytest.mark.parametrize("group", sorted({rule.id.partition("/")[0] for rule in NEEDY}))
def test_of_examples_of_rules_that_need_words_or_signs(group: str, tmp_path: Path) -> None:
    names: dict[str, dict[str, str]] = {}
    for rule in NEEDY:
        if rule.id.partition("/")[0] == group:
            example = next(one for one in catalog().info(rule.id).examples if "bad" in one)
            files, _ = read_example(example["bad"], example_path(rule))
            names[rule.id] = dict(files)
    root = write(
        tmp_path,
        {
            f"{identifier.replace('/', '-')}/{path}": text
            for identifier, files in names.items()
            for path, text in files.items()
            if not any(other.startswith(path + "/") for other in files)
        },
    )
    found = as_by_all(root)[0]
    assert len({one[0] for one in found}) > 1
