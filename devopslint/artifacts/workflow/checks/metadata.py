"""Checks on `action.yml`: what GitHub ignores in it, no longer runs, or finds empty."""

from __future__ import annotations

import os

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.words import nearest
from devopslint.knowledge.git_ignored import may_be_ignored
from devopslint.knowledge.images import image_tag
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_INPUT_KEYS = ("description", "required", "default", "deprecationMessage")
_RETIRED = {"node12": "2023-08-14", "node16": "2024-11-12"}
"""Runtime → when the runners lost it (GitHub Changelog)."""


_IN_ACTION = lazily(
    r"(?:\$\{\{\s*github\.action_path\s*\}\}|\$GITHUB_ACTION_PATH|\$\{GITHUB_ACTION_PATH\})/((?:[\w.-]+/)*[\w-]+\.\w+)\b(?![*$/])"
)
"""A file by the folder of the action."""
_DOCUMENTS = lazily(r"action\.ya?ml$|README|LICEN[CS]E|CHANGELOG")
_FEWEST_BESIDE = 1
_BUILDS = lazily(
    r"(?i)(?:package\.json|(?:gnu)?makefile|taskfile\.ya?ml|\.?justfile|deno\.jsonc?|tsconfig.*\.json|BUILD(?:\.bazel)?|"
    r"(?:build|bundle|rollup|webpack|esbuild|vite|tsup|ncc|gulpfile|gruntfile)(?:\.\w+)+)$|.*\.[cm]?tsx?$"
)
"""What a build is told by, or made of, that may make an action's files."""
_WORKFLOWS, _YAML = ".github/workflows", (".yml", ".yaml")


def ignored_input_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find keys of an action's inputs that GitHub does not read, `type` above all."""
    for name, config in map_at(subject.value, "inputs").items():
        for key in config if isinstance(config, Map) else ():
            if key not in _INPUT_KEYS and "${{" not in key:
                hint = nearest(key, _INPUT_KEYS)
                yield Problem(("inputs", name, key), part="key", key=key, name=name, hint=hint)


def output_without_value(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find outputs of a composite action that never get a value."""
    if map_at(subject.value, "runs").get("using") != "composite":
        return
    for name, config in map_at(subject.value, "outputs").items():
        if config is None or (isinstance(config, Map) and "value" not in config and not config.open):
            yield Problem(("outputs", name), part="key", name=name)


def retired_runtime(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find actions for a Node that the runners no longer have."""
    using = map_at(subject.value, "runs").get("using")
    day = _RETIRED.get(using) if isinstance(using, str) else None
    if day:
        yield Problem(("runs", "using"), using=using, day=day)


def floating_image(subject: Subject) -> Iterator[Problem]:
    """Find a `docker://` image of an action without a version."""
    workflow: Workflow = subject.context
    image = map_at(workflow.root, "runs").get("image")
    if isinstance(image, str) and image.startswith("docker://") and "${{" not in image:
        name = image[len("docker://") :]
        if image_tag(name) in ("", "latest"):
            yield Problem(("runs", "image"), image=name)


def missing_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find scripts and Dockerfiles that an action names and that are not there, unless a build may make them."""
    workflow: Workflow = subject.context
    runs = map_at(workflow.root, "runs")
    keys = ("image",) if runs.get("using") == "docker" else ("pre", "main", "post")
    for key in keys:
        name = runs.get(key)
        if isinstance(name, str) and name and "${{" not in name and "://" not in name:
            hint = _hint_if_missing(workflow, name)
            if hint is not None:
                yield Problem(("runs", key), file=name, hint=hint)
    if runs.get("using") == "composite":
        yield from _missing_scripts(workflow)


def _missing_scripts(workflow: Workflow) -> Iterator[Problem]:
    """Find files that the steps of a composite action name by the folder of the action."""
    workspace, folder = workflow.workspace, os.path.dirname(workflow.path)
    beside = [name for name in workspace.names(folder) if not _DOCUMENTS.match(name)] if workspace is not None else []
    if len(beside) < _FEWEST_BESIDE or workspace is None:
        return  # the action alone may be an abridged example
    for step in workflow.steps:
        for found in _IN_ACTION.finditer(step.run or ""):
            name = found.group(1)
            path = os.path.normpath(os.path.join(folder, name))
            made = workflow.document.source.text.count(os.path.basename(name)) > 1
            if (
                made
                or path.startswith("..")
                or workspace.exists(path)
                or workspace.names(path)
                or step.fragment is None
            ):
                continue
            place = place_in(step.fragment, *found.span())
            yield Problem(
                place, file=name, hint=nearest(os.path.basename(name), workspace.names(os.path.dirname(path)))
            )


def _hint_if_missing(workflow: Workflow, name: str) -> str | None:
    """Return what may be meant by a file that is not there, `None` when it is, or when a build may make it or its folder."""
    workspace = workflow.workspace
    path = os.path.normpath(os.path.join(os.path.dirname(workflow.path), name))
    if workspace is None or path.startswith(".."):
        return None
    folder, _, last = path.rpartition("/")
    beside = workspace.names(folder)
    if not {last, f"{last}.js", f"{last}.cjs", f"{last}.mjs"}.isdisjoint(beside):
        return None
    hint = nearest(last, beside) if beside else ""
    return hint if hint or not _may_be_made(workspace, path, workflow.path) else None


def _may_be_made(workspace: Workspace, path: str, action: str) -> bool:
    """Say whether a build may make a file, or whether the action stands alone and may be an abridged example."""
    folders = [os.path.dirname(action)]
    while folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    names = {name for folder in folders for name in workspace.names(folder)}
    if any(map(_BUILDS.match, names)) or not names.difference(action.split("/")):
        return True
    return may_be_ignored(path, workspace) or _is_made_by_a_workflow(workspace, os.path.dirname(path))


def _is_made_by_a_workflow(workspace: Workspace, folder: str) -> bool:
    """Say whether a workflow names the folder of a file that is not there: it may build or fetch what belongs there."""
    last = os.path.basename(folder)
    files = workspace.files_with_word(_WORKFLOWS, _YAML, last) if last and not workspace.names(folder) else ()
    sources = (workspace.source(f"{_WORKFLOWS}/{name}") for name in files)
    return any(source is not None and folder in source.text for source in sources)
