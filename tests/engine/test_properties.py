"""What must hold of every run, whatever the project: scope, cache, processes, order."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from engine_projects import EDITED, PROJECTS, Everything, catalog, check, check_asked, everything, plain, replace
from hypothesis import given, settings

from devopslint.engine import processes
from devopslint.engine.cache import Cache, cached
from devopslint.engine.discover import Asked
from devopslint.engine.processes import Setup, through
from devopslint.engine.recall import Memory
from devopslint.engine.run import one_by_one

BRIEF = settings(max_examples=60, deadline=None)


@BRIEF
@given(PROJECTS)
def test_a_run_over_one_file_finds_what_the_whole_run_finds_in_it(files):
    with TemporaryDirectory() as name:
        root = Path(name).resolve()
        replace(root, files)
        whole = check(root)
        assert whole.successful, [finding.message for finding in whole.findings if finding.rule == "core/internal"]
        for path in files:
            alone = check(root, path)
            expected = [plain(finding) for finding in whole.findings if finding.path == path]
            assert [plain(finding) for finding in alone.findings] == expected, path


@BRIEF
@given(EDITED)
def test_a_warm_run_equals_a_cold_run_after_any_edit(projects):
    before, after = projects
    with TemporaryDirectory() as name, TemporaryDirectory() as kept:
        root = Path(name).resolve()
        replace(root, before)
        cache = Cache(kept, name, "e")
        check(root, performer=cached(one_by_one, cache, prune=True), memory=Memory(cache))
        replace(root, after)
        warm = check(root, performer=cached(one_by_one, cache, prune=True), memory=Memory(cache))
        assert everything(warm) == everything(check(root))
        again = check(root, performer=cached(_nothing, cache, prune=True))
        assert everything(again) == everything(warm)
        recalled = check(root, performer=_never, memory=Memory(cache))
        assert everything(recalled) == everything(warm)


def _nothing(judge, tasks):
    assert not tasks, "everything was judged a moment ago"
    return one_by_one(judge, tasks)


def _never(judge, tasks):
    raise AssertionError("the whole run was kept a moment ago")


@BRIEF
@given(PROJECTS)
def test_batches_and_the_order_of_files_change_nothing(files):
    with TemporaryDirectory() as name, ThreadPoolExecutor(2) as executor:
        root = Path(name).resolve()
        replace(root, files)
        expected = everything(check(root))
        setup = Setup(str(root), catalog().folders, Everything(), remember=False)
        assert everything(check(root, performer=through(executor, setup, 2))) == expected
        paths = sorted(files)
        random.Random(7).shuffle(paths)
        assert everything(check_asked(root, Asked([], paths, True))) == expected
        processes._judges.clear()


def test_processes_change_nothing(tmp_path):
    from hypothesis import find

    files = find(PROJECTS, lambda project: len(project) > 8, settings=settings(max_examples=2000))
    root = tmp_path.resolve()
    replace(root, files)
    setup = Setup(str(root), catalog().folders, Everything(), remember=False)
    in_two = processes.in_processes(setup, 2, chosen=True)
    assert everything(check(root, performer=in_two)) == everything(check(root))


@pytest.mark.parametrize("path", [".github/settings.yml", ".github/settings.yaml", ".github/dependabot.yml"])
def test_what_the_repository_as_a_whole_is_found_to_lack_is_found_in_the_file_alone(path, tmp_path):
    root = tmp_path.resolve()
    replace(
        root,
        {
            path: "version: 2\nupdates: []\nbranches:\n  - name: main\n",
            "Dockerfile": "FROM a:1\n",
            ".github/README": "x\n",
        },
    )
    whole = [plain(finding) for finding in check(root).findings if finding.path == path]
    assert whole
    assert [plain(finding) for finding in check(root, path).findings] == whole


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({"README.md": "# Shop\n", "LICENSE": "MIT\n", "api/Dockerfile": "FROM a:1\n"}, "README.md"),
        ({"LICENSE": "MIT\n", "k8s/a.yaml": "apiVersion: v1\nkind: Service\n"}, "LICENSE"),
        ({"package.json": '{"dependencies": {"a": "1"}}\n', "main.tf": ""}, "package.json"),
        (
            {".github/workflows/b.yml": "on: schedule\njobs: {}\n", "a/Dockerfile": "FROM a:1\n"},
            ".github/workflows/b.yml",
        ),
    ],
)
def test_what_is_told_of_the_whole_stands_in_a_file_that_is_there(files, path, tmp_path):
    root = tmp_path.resolve()
    replace(root, {".github/workflows/c.yml": "on: schedule\njobs: {}\n", **files})
    whole = check(root).findings
    told = [finding for finding in whole if finding.rule.startswith("repository/")]
    assert "repository/no-pipeline" in {finding.rule for finding in told}
    assert {finding.path for finding in told} <= {path, ".github/workflows/c.yml"}
    there = [plain(finding) for finding in whole if finding.path == path]
    assert [plain(finding) for finding in check(root, path).findings] == there


@pytest.mark.parametrize("hidden", [{".gitignore": "b.yml\n"}, {".gitignore": ".github/workflows/b.*\n"}, {}])
def test_what_is_hidden_from_the_whole_is_hidden_from_its_files(hidden, tmp_path):
    root = tmp_path.resolve()
    on_push = "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps: [{run: make test}]\n"
    on_pull = on_push.replace("on: push", "on: pull_request")
    files = {"README.md": "x\n", ".github/workflows/a.yml": on_push, ".github/workflows/b.yml": on_pull}
    replace(root, {**files, **hidden})
    rule = "repository/pull-requests-not-checked"
    for paths in ((), (".github/workflows/a.yml",)):
        found = {finding.rule for finding in check(root, *paths).findings}
        assert (rule in found) is bool(hidden), paths


def test_what_no_file_tells_is_told_of_the_whole_only(tmp_path):
    root = tmp_path.resolve()
    replace(root, {"Dockerfile": "FROM a:1\n"})
    rule = "repository/no-pipeline"
    assert [finding.path for finding in check(root).findings if finding.rule == rule] == [".github/workflows"]
    assert rule not in {finding.rule for finding in check(root, "Dockerfile").findings}
