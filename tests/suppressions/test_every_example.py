"""`--add-ignore` over the bad examples of all rules: the next run is clean, and every file still means what it meant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from running import write

from devopslint.artifacts.dockerfile.reader import read_dockerfile
from devopslint.commands.add_ignores import add_ignores
from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.analysis import missing
from devopslint.engine.discover import Asked
from devopslint.engine.examples import example_path, read_example
from devopslint.engine.reading import parse
from devopslint.engine.run import Run
from devopslint.engine.workspace import Workspace
from devopslint.policy.extents import form_of
from devopslint.policy.families import is_of
from devopslint.policy.finding import Report
from devopslint.policy.selection import Selection
from devopslint.syntax.hcl import read_hcl
from devopslint.syntax.source import Source

CATALOG = open_catalog(Config())
GROUPS = sorted({rule.id.rpartition("/")[0] for rule in CATALOG.rules()} - {"core"})
MOST_EXAMPLES = 2
"""Of each rule: all of them take half a minute longer, and have been tried."""
COMMENT = re.compile(r"[ \t]*# devopslint: ignore(?:-file)?\[[^\]\n]*\] -- known\n")


def bare(value: Any) -> Any:
    """Return a tree as plain values, without the comments that stand in scripts."""
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items()}
    if isinstance(value, list):
        return [bare(one) for one in value]
    text = value if isinstance(value, str) else getattr(value, "text", None)
    return COMMENT.sub("", text + "\n") if isinstance(text, str) else repr(value)


def meaning(path: str, text: str) -> Any:
    """Return what a file says, whatever comments stand in it."""
    source = Source(path, text)
    form = form_of(path)
    if form == "dockerfile":
        file = read_dockerfile(source)
        words = [(one.name, [COMMENT.sub("", word.value + "\n") for word in one.words]) for one in file.instructions]
        return words, [(one.name, one.value) for one in file.directives], len(file.problems)
    if form == "hcl":
        document, problems = read_hcl(source)
        return bare(document.root), len(problems)
    if form == "list":
        return [line for line in text.splitlines() if not line.startswith("#")]
    documents, faults = parse(source)
    return [bare(one.root) for one in documents], len(faults)


def check(root: Path, selection: Selection, files: dict[str, str]) -> Report:
    return Run(Workspace(str(root)), CATALOG, selection).check(Asked([], sorted(files), True))


@pytest.mark.parametrize("group", GROUPS)
def test_the_next_run_is_clean(group: str, tmp_path: Path) -> None:
    number = 0
    for rule in CATALOG.rules():
        if rule.id.rpartition("/")[0] != group or missing(rule):
            continue
        for example in [one for one in CATALOG.info(rule.id).examples if "bad" in one][:MOST_EXAMPLES]:
            number += 1
            declared = dict(rule.options)
            read, _ = read_example(example["bad"], example_path(rule))
            files = {path: text for path, text in read.items() if not any(one.startswith(path + "/") for one in read)}
            options = {rule.id: example["options"]} if "options" in example else None
            selection = Selection([rule.id, "core/unused-ignore", "core/unknown-ignore"], options=options)
            root = write(tmp_path / str(number), dict(files))
            report = check(root, selection, files)
            assert any(is_of(one.rule, rule) for one in report.active), rule.id
            left = add_ignores(report, Workspace(str(root)), "known").left
            assert [one for one in left if form_of(one.path) != "json" and one.path in files] == [], rule.id
            after = {path: (root / path).read_bytes().decode() for path in files}
            # a file that is not there, or that holds JSON, takes no comment
            assert check(root, selection, files).active == left, (rule.id, after)
            for path, text in files.items():
                assert COMMENT.sub("", after[path]) == COMMENT.sub("", text), path
                assert meaning(path, after[path]) == meaning(path, text), (rule.id, after[path])
            rule.use_options(declared)
