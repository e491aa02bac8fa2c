"""What workflows tell of a repository, and what is made of it."""

from __future__ import annotations

import marshal
from textwrap import dedent
from typing import Any

from workflow_text import workflow

from devopslint.artifacts.repository import beside, reduce, reports_in
from devopslint.artifacts.repository.folders import has_something_built
from devopslint.artifacts.repository.model import Repository
from devopslint.artifacts.workflow.facts import facts_of
from devopslint.engine.workspace import MemoryWorkspace

DEPLOYS = """
on: [push, pull_request]
jobs:
  unit:
    runs-on: ubuntu-latest
    steps: [{run: npm test}]
  image:
    needs: unit
    runs-on: ubuntu-latest
    steps:
      - run: git describe
      - uses: docker/build-push-action@v6
        with: {push: true}
  ship:
    needs: image
    environment: {name: production}
    runs-on: ubuntu-latest
    steps: [{run: kubectl apply -f k8s}]
  shared:
    uses: octo/shared/.github/workflows/x.yml@v1
"""


def facts() -> dict[str, Any]:
    return facts_of(workflow(DEPLOYS))


def test_the_facts_of_a_workflow() -> None:
    told = facts()
    assert told["triggers"] == ["pull_request", "push"]
    jobs = {job["key"]: job for job in told["jobs"]}
    assert jobs["unit"]["purposes"] == ["test"]
    assert {"build", "push"} <= set(jobs["image"]["purposes"])
    assert jobs["ship"]["needs"] == ["image", "unit"]
    assert jobs["ship"]["environment"] == "production"
    assert jobs["shared"]["calls"] == "octo/shared/.github/workflows/x.yml@v1"
    assert told["tools"] == ["docker/build-push-action"]


def test_places_in_facts_are_offsets_of_what_is_named() -> None:
    text = dedent(DEPLOYS)
    jobs = {job["key"]: job for job in facts()["jobs"]}
    start, end = jobs["ship"]["at"]
    assert text[start:end] == "ship"
    (step,) = jobs["image"]["steps"]
    start, end = step["at"]
    assert text[start:end] == "docker/build-push-action@v6"


def test_facts_can_be_kept_and_sent() -> None:
    assert marshal.loads(marshal.dumps(facts())) == facts()


def repository(*told: dict[str, Any], files: dict[str, str] | None = None) -> Repository:
    workspace = MemoryWorkspace(files or {".github/workflows/ci.yml": dedent(DEPLOYS)})
    (subject,) = reduce(list(told), {".github/workflows/ci.yml": "workflow"}, workspace)
    found: Repository = subject.context
    return found


def test_what_a_repository_does() -> None:
    found = repository(facts())
    assert found.does("deploy")
    assert not found.does("image-scan")
    assert found.calls_strangers()
    assert found.uses("docker/")
    assert found.has_file(".github/workflows/ci.yml")


def test_workflows_elsewhere_do_not_run() -> None:
    template = {**facts(), "path": "templates/.github/workflows/ci.yml"}
    assert not repository(template).does("deploy")


def test_the_order_of_facts_does_not_matter() -> None:
    one, two = {**facts(), "path": ".github/workflows/a.yml"}, {**facts(), "path": ".github/workflows/b.yml"}
    assert [fact["path"] for fact in repository(two, one).workflows] == [one["path"], two["path"]]


def test_only_workflows_are_gathered_beside_one() -> None:
    workspace = MemoryWorkspace({".github/workflows/a.yml": "", ".github/workflows/README.md": "", "x.yml": ""})
    assert beside(workspace) == [".github/workflows/a.yml"]


def test_what_a_repository_lacks_is_told_at_a_document_about_the_whole() -> None:
    def where(*paths: str) -> tuple[str, str]:
        place = repository(facts(), files=dict.fromkeys(paths, "\n# Shop \nMore\n")).entrance()
        return place.source.path, place.source.text[place.start : place.end]

    workflow = ".github/workflows/ci.yml"
    assert where("LICENSE", "README.md", "Dockerfile", workflow) == ("README.md", "# Shop")
    assert where("LICENSE", "Dockerfile", "docs/README.md", workflow) == ("LICENSE", "# Shop")
    assert where("Dockerfile", "package.json", workflow) == ("package.json", "# Shop")
    assert where("Dockerfile", "main.tf", workflow) == (workflow, "# Shop")
    bare = Repository([], {}, MemoryWorkspace({"Dockerfile": ""}), ("README.md",)).entrance()
    assert (bare.source.path, bare.start, bare.end) == (".github/workflows", 0, 0)


def test_which_files_the_repository_speaks_of() -> None:
    def spoken(*paths: str) -> set[str]:
        there = reports_in(MemoryWorkspace(dict.fromkeys(paths, "")))
        return {path for path in paths if path in there}

    assert spoken("README.md", "LICENSE", "package.json", "CODEOWNERS") == {"README.md", "CODEOWNERS"}
    assert spoken("package.json", ".github/settings.yml", "main.tf") == {"package.json", ".github/settings.yml"}


def test_something_built_is_seen_by_names_and_words() -> None:
    def built(*paths: str, text: str = "") -> bool:
        return has_something_built(MemoryWorkspace(dict.fromkeys(paths, text)))

    for path in ("Dockerfile", "a/b/c/d/api.dockerfile", "x/Containerfile", "Dockerfile.prod", "infra/main.tf"):
        assert built(path), path
    for path in (
        "a/b/c/d/e/Dockerfile",
        "tests/Dockerfile",
        "docs/main.tf",
        "Dockerfile.md",
        "main.tf.json",
        "k/a.yaml",
    ):
        assert not built(path), path
    assert built("deploy/shop/a.yml", text="apiVersion: v1\n")
    assert not built("deploy/shop/a.json", text='{"apiVersion": "v1"}')


def test_where_push_stands_among_the_triggers() -> None:
    for text, wanted in [
        ("on: push\njobs: {}\n", (4, 8)),
        ("on: [pull_request, push]\njobs: {}\n", (19, 23)),
        ("on:\n  push: {branches: [main]}\njobs: {}\n", (6, 10)),
        ("on: pull_request\njobs: {}\n", None),
    ]:
        found = facts_of(workflow(text))["pushed"]
        assert (tuple(found) if found else None) == wanted
