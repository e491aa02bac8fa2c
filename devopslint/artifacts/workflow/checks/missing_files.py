"""Checks on what workflows name of the repository, and it has not: files, folders, make's targets, scripts, lock files.

A job is gone through once, with what stands in its working folder at each step (`ground`): only what surely is not there
is told.
"""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.workflow.checks.absent_locks import lock_asked_for
from devopslint.artifacts.workflow.checks.at_hand import GIVE_FILES, files_taken
from devopslint.artifacts.workflow.checks.cached_files import faults_of_cache
from devopslint.artifacts.workflow.checks.named_targets import fault_of_target
from devopslint.artifacts.workflow.ground import first_ground
from devopslint.artifacts.workflow.named_files import (
    COMMANDS_ON_FILES,
    is_docker_build,
    is_plain_path,
    manifests_of,
    named_by_action,
    named_by_command,
)
from devopslint.artifacts.workflow.words import words
from devopslint.knowledge.project_files import PROJECTS
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.workflow.ground import Ground
    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]
    Fault = tuple[str, Problem, tuple[str, ...]]
    """A kind, the problem, and the files, one of which would mend it."""

_UNCERTAIN = lazily(r"\b(?:steps|needs|inputs|matrix|env|vars|secrets)\b|hashFiles|false|github\.event\b")
_ON_FILES = COMMANDS_ON_FILES.union(PROJECTS, GIVE_FILES, ("make",))
"""Commands, besides those that are files themselves, that may name or need a file."""
_SAME_FOLDER = words(
    """sudo env time timeout nohup nice xvfb-run command exec stdbuf npx bunx pnpm yarn npm poetry uv pipenv hatch pdm bundle
    coverage"""
)
"""Commands that run another one where they are, on the same files."""


def missing_file(subject: Subject, options: Options) -> Sequence[Problem]:
    """Find files and folders that a step names and the repository does not have."""
    return _of_kind(subject.context, "file")


def unknown_target(subject: Subject, options: Options) -> Sequence[Problem]:
    """Find targets that no Makefile has, and scripts that are not in package.json."""
    return _of_kind(subject.context, "target")


def cache_without_lock_file(subject: Subject, options: Options) -> Sequence[Problem]:
    """Find caches of set-up actions that look for a lock file which is not there."""
    return _of_kind(subject.context, "cache")


def hash_of_nothing(subject: Subject, options: Options) -> Sequence[Problem]:
    """Find `hashFiles` of patterns that no file fits."""
    return _of_kind(subject.context, "hash")


def lock_file_missing(subject: Subject, options: Options) -> Sequence[Problem]:
    """Find installs that ask for a lock file where the repository has the manifest and no lock file."""
    return _of_kind(subject.context, "lock")


_KINDS = ("lock", "file", "target", "cache", "hash")
"""The kinds of faults, those first that say best what to do about a file that is missing."""


def _of_kind(job: Job, kind: str) -> Sequence[Problem]:
    known: dict[str, dict[str, list[Problem]]] = job.workflow.cache.setdefault("faults of files", {})
    by_kind = known.get(job.key)
    if by_kind is None:
        by_kind = known[job.key] = _told_once(list(_faults(job)))
    return by_kind.get(kind, ())


def _told_once(faults: list[Fault]) -> dict[str, list[Problem]]:
    """Return the problems by kind, without those of files that one of a better kind tells of."""
    told: dict[str, str] = {}
    for kind, _, paths in sorted(faults, key=lambda fault: _KINDS.index(fault[0])):
        for path in paths:
            told.setdefault(posixpath.basename(path), kind)
    found: dict[str, list[Problem]] = {}
    for kind, problem, paths in faults:
        if all(told[posixpath.basename(path)] == kind for path in paths):
            found.setdefault(kind, []).append(problem)
    return found


def _faults(job: Job) -> Iterator[Fault]:
    ground = first_ground(job.workflow)
    if ground is None or not job.has_step(_checks_out) or not _is_certain(job.value):
        return
    ground.waits = bool(job.needs)
    told: set[Any] = set()
    for step in job.steps:
        certain = _is_certain(step.value) and step.value.get("continue-on-error") in (None, False)
        if step.uses is not None:
            if certain and ground.trees:
                yield from _of_action(step, ground)
            if not ground.after_action(step):
                return
        elif step.run is not None:
            if not step.is_shell:
                ground.text += "\n" + step.run
                ground.pristine = False
                continue
            yield from _of_script(step, ground, told, certain=certain)


def _checks_out(step: Step) -> bool:
    return step.action == "actions/checkout"


def _is_certain(owner: Mapping[str, Any]) -> bool:
    """Say whether nothing unknown decides if a job or step runs."""
    if "if" not in owner:
        return True
    condition = owner["if"]
    return condition is not False and not (
        isinstance(condition, str) and (_UNCERTAIN.search(condition) or "false" in condition)
    )


def _of_action(step: Step, ground: Ground) -> Iterator[Fault]:
    assert step.uses is not None
    for name, path in named_by_action(step):
        if ground.lacks(path):
            yield _file((*step.below, "with", name), path, ground)
    if step.uses.name == "docker/build-push-action" and "file" not in step.inputs:
        context = step.inputs.get("context")
        if isinstance(context, str) and (context == "." or is_plain_path(context)) and ground.has(context):
            path = posixpath.normpath(f"{context}/Dockerfile")
            if ground.lacks(path, implied=True):
                yield _file((*step.below, "with", "context"), path, ground)
    yield from faults_of_cache(step, ground)


def _of_script(step: Step, ground: Ground, told: set[Any], *, certain: bool) -> Iterator[Fault]:
    """Yield the faults of a script, and take note of what its commands may make."""
    folder, owner = _folder_of(step)
    surely = folder is not None and certain and bool(ground.trees)
    if surely and folder is not None and folder != "." and is_plain_path(folder) and ground.lacks(folder):
        if owner not in told:
            told.add(owner)
            yield _file(_place(step, owner), folder, ground)
        return
    text = step.run or ""
    said = 0
    script, fragment = step.script().commands, step.fragment
    wrappers = [command.wrapper for command in script if command.wrapper is not None]
    for command in script:
        own = command.fragment is fragment
        if own and command.start > said:
            ground.text += text[said : command.start]
            said = command.start
        if certain and folder is not None and ground.trees and _is_on_files(command) and _is_for_sure(command, own=own):
            failed = False
            for fault in _of_command(command, ground, folder):
                failed = True
                if not fault[2] or fault[2] not in told:
                    told.add(fault[2])
                    yield fault
            if failed:
                return  # the step ends here
        if command not in wrappers and not ground.after_command(command, folder):
            ground.trees.clear()
            ground.pristine = False
            break
        if command.name in {"cd", "pushd", "popd"}:
            folder = _moved(command, folder)
    ground.text += text[said:] + "\n"


def _moved(command: Command, folder: str | None) -> str | None:
    """Return the folder after a `cd`, `None` when it is not certain."""
    words = command.operands()
    if folder is None or command.name != "cd" or command.subshell or command.function or len(words) != 1:
        return None
    if (
        words[0].expands
        or command.failure_ignored
        or command.fragment is None
        or not re.fullmatch(r"[\w./-]+", words[0].text)
    ):
        return None
    return posixpath.normpath(posixpath.join(folder, words[0].text))


def _folder_of(step: Step) -> tuple[str | None, tuple[str | int, ...]]:
    """Return the folder that a script runs in (`None`: not known), and where that is said."""
    if not step.job.run_defaults and "working-directory" not in step.value:
        return ".", ()
    folder, path = step.run_setting("working-directory")
    if not path:
        return ".", ()
    known = isinstance(folder, str) and "${{" not in folder and not folder.startswith(("/", "~", "$"))
    return posixpath.normpath(folder) if known else None, path


def _place(step: Step, path: tuple[str | int, ...]) -> Place:
    """Return the place of the value at a path of the document."""
    node: Any = step.workflow.root
    for key in path[:-1]:
        node = node[key]
    return Place(step.workflow.document.source, *node.at[path[-1]][2:])


def _is_for_sure(command: Command, *, own: bool) -> bool:
    """Say whether a command is run where it stands, on the files of the working folder, and the step fails with it.

    It stands in the script of the step itself (`own`), or in one that a command there runs.
    """
    if command.failure_ignored or command.function or command.name_word is None or command.piped_from is not None:
        return False
    wrapper = command.wrapper
    if (wrapper is None and not own) or (wrapper is not None and wrapper.name not in _SAME_FOLDER):
        return False
    return not (command.subshell and any(other.name in {"cd", "pushd"} and other.subshell for other in command.script))


def _file(at: Place | tuple[str | int, ...], path: str, ground: Ground, shown: str = "") -> Fault:
    return "file", Problem(at, path=shown or path, hint=ground.hint(path)), (path,)


def _is_on_files(command: Command) -> bool:
    """Say whether a command may name or need a file."""
    return command.name in _ON_FILES or (command.name_word is not None and "/" in command.name_word.text)


def _of_command(command: Command, ground: Ground, folder: str) -> Iterator[Fault]:
    for word in named_by_command(command):
        path = posixpath.normpath(posixpath.join(folder, word.text))
        if ground.lacks(path) and not (command.name in {"node", "tsx", "ts-node"} and _is_module(ground, path)):
            yield _file(place_of(word), path, ground, word.text)
    if ground.pristine and ground.waits and command.name in GIVE_FILES:
        taken = [
            one for one in files_taken(command) if ground.lacks_built(posixpath.join(folder, one.partition("*")[0]))
        ]
        for word in command.words:
            if word.text in taken[:1]:
                yield "file", Problem(place_of(word), path=word.text, hint=""), (word.text,)
    lacking = _manifest_of(command, ground, folder)
    if lacking and command.name_word is not None:
        place = place_in(command.fragment, command.name_word.start, command.words[0].end)
        yield _file(place, lacking, ground)
    lock = lock_asked_for(command, ground, folder)
    if lock is not None:
        yield ("lock", *lock)
    context = is_docker_build(command)
    if context is not None:
        path = posixpath.normpath(f"{folder}/{context.text}/Dockerfile")
        if ground.lacks(path, implied=True):
            yield _file(place_of(context), path, ground)
    fault = fault_of_target(command, ground, folder)
    if fault is not None:
        yield fault


def _manifest_of(command: Command, ground: Ground, folder: str) -> str:
    """Return the manifest that a tool works on when neither the folder nor one above has it; else an empty text."""
    names = manifests_of(command)
    if not names or not ground.pristine or ground.has(folder) is not True:
        return ""
    above = folder
    while True:
        if not all(ground.lacks(posixpath.join(above, name), implied=True) for name in names):
            return ""
        if above in {".", ""}:
            return posixpath.normpath(posixpath.join(folder, names[0]))
        above = posixpath.dirname(above)


def _is_module(ground: Ground, path: str) -> bool:
    """Say whether Node finds a file by a name without its ending."""
    return any(ground.has(path + ending) for ending in (".js", ".mjs", ".cjs", ".ts", ".json", "/index.js"))
