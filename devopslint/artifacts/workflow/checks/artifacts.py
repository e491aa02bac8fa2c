"""Checks on artifacts of other runs, which may hold what a stranger has made."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.checks.checkout import is_guarded
from devopslint.knowledge.folders import plain_folder
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_DOWNLOADS = lazily(r"\bgh run download\b|actions/artifacts/[^\s]{0,200}/zip")
_ELSEWHERE = lazily(r"runner\.temp|RUNNER_TEMP|/tmp\b|mktemp")
_BUILT = "make mvn mvnw gradle gradlew cargo tox pytest composer bundle rake go deno poetry just task"
_BUILDERS = frozenset(_BUILT.split())
_READERS = frozenset({"bash", "sh", "python", "python3", "node", "source", "ruby", "php", ".", "perl"})


def poisoned_artifact(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find code that is run after the artifact of another run, which a stranger may have made, was put among it."""
    job: Job = subject.context
    if not job.workflow.has_trigger("workflow_run"):
        return
    taken: tuple[Step, str] | None = None
    for step in job.steps:
        if taken is None:
            folder = _folder_of_download(step)
            taken = (step, folder) if folder is not None and not is_guarded(step) else None
            if taken is None or step.run is None:
                continue
        for command in _commands(step):
            if _is_run_from(command, taken[1], step, taken[0]):
                assert command.name_word is not None
                place = place_of(command.name_word)
                key = "uses" if taken[0].uses is not None else "run"
                mark = taken[0].value.at[key][:2]
                related = [Related(Place(subject.document.source, *mark), "the artifact is taken here")]
                yield Problem(place, command=command.name, related=related)
                return


def _commands(step: Step) -> list[Command]:
    return list(step.script()) if step.run is not None and step.is_shell else []


def _folder_of_download(step: Step) -> str | None:
    """Return the folder into which a step puts an artifact of another run ("" is the working folder); else `None`."""
    if step.run is not None:
        return "" if _DOWNLOADS.search(step.run) and not _ELSEWHERE.search(step.run) else None
    name = step.action
    path = str(step.inputs.get("path", "")).strip()
    if name == "actions/github-script":
        script = str(step.inputs.get("script", ""))
        return "" if "downloadArtifact" in script and not _ELSEWHERE.search(script) else None
    other = name == "dawidd6/action-download-artifact" or (
        name == "actions/download-artifact" and "run-id" in step.inputs
    )
    if not other or _ELSEWHERE.search(path) or path.startswith("/"):
        return None
    return plain_folder(re.sub(r"^\$\{\{\s*github\.workspace\s*\}\}/?", "", path))


def _is_run_from(command: Command, folder: str, step: Step, taken: Step) -> bool:
    """Say whether a command runs files that may have come with the artifact."""
    word = command.name_word
    if word is None or (step is taken and command.start < _end_of_download(step)):
        return False
    here = plain_folder(str(step.value.get("working-directory", "")))
    first = command.args[0] if command.args else ""
    inside = not folder or here.startswith(folder)
    if word.text.startswith(("./", folder or "./")):
        return inside or word.text.removeprefix("./").startswith(folder)
    if command.name in _READERS:
        return bool(first) and not first.startswith("-") and (inside or first.removeprefix("./").startswith(folder))
    if command.name in {"npm", "yarn", "pnpm", "bun"}:
        return inside and first in {"ci", "install", "i", "test", "run", "start", "exec"}
    return inside and command.name in _BUILDERS and not first.startswith("-")


def _end_of_download(step: Step) -> int:
    return max((found.end() for found in _DOWNLOADS.finditer(step.run or "")), default=0)
