"""Checks on what runs the code of strangers, where a step before has fetched it in a run with the repository's secrets."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.checks.checkout import fetches_code_of_strangers
from devopslint.knowledge.folders import plain_folder
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_EXECUTES = lazily(
    r"(?:^|[;&|(]|\b(?:sudo|then|do|else|time)\s)[ \t]*(?:\w+=\S{0,200}[ \t]+){0,8}((?:"
    r"(?:npm|pnpm|bun)[ \t]+(?:ci|i|install|it|install-test|run|run-script|test|t|start|exec|x|build|publish|pack)\b"
    r"|yarn(?:[ \t]+(?!config|cache|--version|-v)\S|[ \t]*(?=$|[\n;&|]))|npx[ \t]|bunx[ \t]"
    r"|(?:g?make|cmake|ninja|meson|bazel|bazelisk|just|task|rake|tox|nox|pytest|ant|sbt|lein|mix|msbuild|xcodebuild)\b"
    r"|(?:\./)?(?:mvnw?|gradlew?)\b|pre-commit[ \t]+run|go[ \t]+(?:build|test|run|generate|install|vet)\b"
    r"|cargo[ \t]+(?!install\b)\w"
    r"|pip3?[ \t]+install[ \t]+(?:\S{1,200}[ \t]+){0,20}(?:-r|--requirement|-e|--editable|\.)"
    r"|uv[ \t]+(?:sync|run|build|pip[ \t]+install)\b"
    r"|(?:poetry|pipenv|pdm|hatch|composer|bundle)[ \t]+(?:install|update|run|exec|build|sync)\b"
    r"|python3?[ \t]+(?:-m[ \t]+(?:pytest|build|tox|nox|unittest|pip[ \t]+install)\b|setup\.py|[\w./-]+\.py\b)"
    r"|(?:node|ruby|perl|php|deno[ \t]+run|bash|sh)[ \t]+(?:-\S{1,100}[ \t]+){0,8}[\w./-]+\.\w+"
    r"|docker[ \t]+(?:compose|buildx?|image[ \t]+build)\b"
    r"|docker-compose[ \t]|dotnet[ \t]+(?:build|test|run|restore|publish|pack)\b"
    r"|terraform[ \t]+(?:init|plan|apply)\b|helm[ \t]+template\b"
    r"|(?:swift|flutter|dart|stack|cabal|zig)[ \t]+(?:build|test|run|pub)\b"
    r"|(?:source|\.)[ \t]+[\w./-]+|\.{1,2}/[\w./-]+)[^\n;&|]*)",
    re.MULTILINE,
)
"""Commands that run code of the working folder: its scripts, hooks, tests, build files."""
_ACTIONS = {
    "pre-commit/action": "",
    "docker/build-push-action": "",
    "docker/bake-action": "",
    "bahmutov/npm-install": "",
    "borales/actions-yarn": "",
    "cypress-io/github-action": "",
    "ruby/setup-ruby": "bundler-cache",
    "ramsey/composer-install": "",
    "gradle/gradle-build-action": "arguments",
}
"""Action that runs code of the working folder → the input that makes it do so, if it takes one."""


def untrusted_code_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps that run what an earlier step has fetched of a pull request, in a run with the repository's secrets."""
    step: Step = subject.context
    folders = _folders_of_strangers(step)
    if not folders:
        return
    if step.uses is not None:
        if _runs_action(step, folders):
            yield Problem("uses", what=step.uses.text)
        return
    where = f"{step.value.get('working-directory', '')} {step.run or ''}"
    if step.fragment is None or step.run is None or not any(folder in where for folder in folders):
        return
    for found in _EXECUTES.finditer(step.run):
        text = found.group(1).rstrip(" \t\\)")
        if "--ignore-scripts" in text or step.run[step.run.rfind("\n", 0, found.start(1)) + 1 :].lstrip().startswith(
            "#"
        ):
            continue
        mark = step.fragment.mark(found.start(1), found.start(1) + len(text))
        yield Problem(Place(step.fragment.source, *mark), what=" ".join(text.split()[:2]))


def _folders_of_strangers(step: Step) -> list[str]:
    """Return the folders below the working folder where earlier steps have put the code of strangers; "" for itself."""
    known: dict[str, list[tuple[int, str]]] = step.workflow.cache.setdefault("code of strangers", {})
    if step.job.key not in known:
        fetching = [one for one in step.job.steps if fetches_code_of_strangers(one)]
        known[step.job.key] = [(one.index, plain_folder(str(one.inputs.get("path", "")))) for one in fetching]
    return [folder for index, folder in known[step.job.key] if index < step.index]


def _runs_action(step: Step, folders: list[str]) -> bool:
    assert step.uses is not None
    if step.uses.kind == "local":
        return any(step.uses.folder.startswith(folder) for folder in folders)
    needed = _ACTIONS.get(step.uses.name)
    return needed is not None and "" in folders and (not needed or needed in step.inputs)
