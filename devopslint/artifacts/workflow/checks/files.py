"""Checks on files of the repository that a workflow names and that are not there."""

from __future__ import annotations

import json
import posixpath
import re

from devopslint.artifacts.workflow.called import repository_root
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.usage import usages_at
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_FILE_INPUTS = frozenset({"node-version-file", "go-version-file", "python-version-file", "java-version-file",
                          "global-json-file", "cache-dependency-path"})  # fmt: skip
_OF_ACTIONS = {"docker/build-push-action": ("file",), "hadolint/hadolint-action": ("dockerfile",)}
_INTERPRETERS = {"bash": "sh|bash", "sh": "sh", "python": "py", "python3": "py", "node": "js|mjs|cjs", "ruby": "rb",
                 "perl": "pl", "php": "php"}  # fmt: skip
"""Command → endings of the scripts that it runs."""
_MAKES_FILES = lazily(
    r"\bgit\s+(?:-C\s+\S+\s+)?(?:clone|checkout|switch|fetch|pull|submodule|worktree|init|lfs|apply|am|merge)\b"
    r"|\b(?:curl|wget|tar|unzip|cp|mv|ln|make|cmake|build|generate|touch|tee|mkdir|rsync|scp|gh|download|init|create|export"
    r"|install\.sh|configure|gradlew|mvnw?|gradle|cargo|go|yarn|pnpm|bun|npx|dotnet|terraform|cd|pushd|codegen|jq|sed"
    r"|npm (?:run|i|install|pack|init|exec)|composer|poetry|bundle|python3?|node|bash|sh)\b|>|\./|\$\{\{"
)
"""What in a script before may have made any file."""
_NAMES_FILES = lazily(r"\./|\b(?:bash|sh|python3?|node|ruby|perl|php|pip3?|docker|make|npm)\s")
_MAKE_TARGET = lazily(r"^([\w./-]+(?:[ \t]+[\w./-]+)*)[ \t]*::?(?!=)", re.MULTILINE)
_MAKE_UNSURE = lazily(r"^\s*-?s?include\b|^[^\n\t#]*[%$][^\n]*:|^\s*\.DEFAULT\s*:|\$\(eval", re.MULTILINE)
_MAKE_VALUED = frozenset({"-C", "-f", "-j", "-I", "-o", "-W", "--directory", "--file", "--makefile", "--jobs"})
_PLAIN = lazily(r"[\w.@+-]+(?:/[\w.@+-]+)*\Z")


def missing_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find files and folders of the repository that a job asks for after its checkout and that are not there."""
    job: Job = subject.context
    root, workspace = repository_root(job.workflow), job.workflow.workspace
    if root is None or workspace is None or not _is_whole(workspace, root):
        return
    if not job.workflow.path.startswith(f"{root}.github/workflows/"):
        return
    here = False
    before = ""
    for step in job.steps:
        name = step.uses.name if step.uses is not None else ""
        if name == "actions/checkout":
            if not {"path", "repository", "ref", "sparse-checkout", "submodules"}.isdisjoint(step.inputs):
                return
            here = True
        elif step.uses is not None and (step.uses.kind != "repository" or "download" in name):
            return
        found = list(_of_step(step, root, workspace, before)) if here and name != "actions/checkout" else []
        yield from found
        if step.run is not None and not found:
            before += f"{step.run}\n"
            if _MAKES_FILES.search(step.run):
                return


def _is_whole(workspace: Workspace, root: str) -> bool:
    """Say whether there is more of the repository than its workflows."""
    return any(not name.startswith(".") for name in workspace.names(root.rstrip("/")))


def _of_step(step: Step, root: str, workspace: Workspace, before: str) -> Iterator[Problem]:
    path = ("steps", step.index)
    if step.uses is not None:
        for key in (*_FILE_INPUTS, *_OF_ACTIONS.get(step.uses.name, ())):
            value = step.inputs.get(key)
            is_told = key in _FILE_INPUTS or "context" not in step.inputs
            if is_told and isinstance(value, str) and _is_absent(value, "", root, workspace, before):
                yield Problem((*path, "with", key), file=value)
        yield from _hashed(step, root, workspace, before)
        return
    folder, at = _folder(step)
    if folder and _PLAIN.match(folder) and folder not in before and not workspace.names(_joined(root, folder)):
        yield Problem(at, file=folder)
        return
    names_files = step.run is not None and _NAMES_FILES.search(step.run)
    if (
        names_files
        and step.is_shell
        and folder is not None
        and step.run is not None
        and (not folder or _PLAIN.match(folder))
    ):
        for command in step.script():
            text = step.run[: command.start]
            if _MAKES_FILES.search(text) or command.fragment is not step.fragment:
                return
            word, name = _file_of(command, workspace, _joined(root, folder))
            if word is None or command.failure_ignored or command.condition:
                continue
            if name or _is_absent(word.text, folder, root, workspace, before + text):
                yield Problem(Place(word.fragment.source, *word.mark), file=name or word.text)


def _hashed(step: Step, root: str, workspace: Workspace, before: str) -> Iterator[Problem]:
    """Find `hashFiles` of one file that is not there, so that the key never changes."""
    for key in ("key",) if step.uses is not None and step.uses.name.startswith("actions/cache") else ():
        for usage in usages_at(step.workflow, (*step.path, "with", key)):
            for node in usage.tree.walk() if usage.tree is not None else ():
                if node.kind == "call" and node.value.lower() == "hashfiles" and len(node.items) == 1:
                    item = node.items[0]
                    if (
                        item.kind == "literal"
                        and isinstance(item.value, str)
                        and _is_absent(item.value, "", root, workspace, before)
                    ):
                        yield Problem(usage.place(item.start, item.end), file=item.value)


def _folder(step: Step) -> tuple[str | None, tuple[str | int, ...]]:
    """Return the folder that a script runs in as it is written, `None` when it is not known, and where that stands."""
    owners: tuple[tuple[Any, tuple[str | int, ...]], ...] = (
        (step.value, ("steps", step.index)),
        (map_at(map_at(step.job.value, "defaults"), "run"), ("defaults", "run")),
        (map_at(map_at(step.workflow.root, "defaults"), "run"), ()),
    )
    for owner, path in owners:
        folder = owner.get("working-directory", 0)
        if folder != 0:
            if not isinstance(folder, str) or "$" in folder or folder.startswith(("/", "~", "..")):
                return None, ()
            return _joined("", folder), (*path, "working-directory")
    return "", ()


def _file_of(command: Command, workspace: Workspace, folder: str) -> tuple[Word | None, str]:
    """Return the word of a command that names a file which it reads, and what to call it when that is no file itself."""
    word = command.name_word
    if word is None:
        return None, ""
    if word.text.startswith("./") and not word.expands:
        return word, ""
    operands = command.operands()
    endings = _INTERPRETERS.get(command.name)
    if endings and command.words and re.fullmatch(rf"[\w./-]+\.(?:{endings})", command.words[0].text):
        return command.words[0], ""
    if command.name in {"pip", "pip3"} and operands and operands[0].text == "install":
        return _behind(command, "-r", "--requirement"), ""
    if command.name == "docker" and operands and operands[0].text in {"build", "buildx", "compose"}:
        return _behind(command, "-f", "--file"), ""
    if command.name == "make":
        return _make_target(command, workspace, folder)
    if command.name == "npm" and len(operands) > 1 and operands[0].text in {"run", "run-script"}:
        return _npm_script(command, operands[1], workspace, folder)
    return None, ""


def _behind(command: Command, *flags: str) -> Word | None:
    """Return the word behind one of some options when it is the only one of them."""
    found = [after for flag, after in zip(command.words, command.words[1:], strict=False) if flag.text in flags]
    return found[0] if len(found) == 1 and not found[0].expands else None


def _make_target(command: Command, workspace: Workspace, folder: str) -> tuple[Word | None, str]:
    source = workspace.source(posixpath.join(folder, "Makefile"))
    words = [word for word in command.operands(_MAKE_VALUED) if "=" not in word.text]
    unsure = source is None or _MAKE_UNSURE.search(source.text) or command.has_flag("-C", "-f", "--directory", "--file")
    if unsure or source is None or not words or any(word.expands for word in words):
        return None, ""
    targets = {name for found in _MAKE_TARGET.finditer(source.text) for name in found.group(1).split()}
    absent = next((word for word in words if word.text not in targets), None)
    if absent is None or not targets or workspace.exists(posixpath.join(folder, absent.text)):
        return None, ""
    return absent, f"target {absent.text} of the Makefile"


def _npm_script(command: Command, word: Word, workspace: Workspace, folder: str) -> tuple[Word | None, str]:
    source = workspace.source(posixpath.join(folder, "package.json"))
    elsewhere = command.has_flag("--prefix", "-C", "--if-present", "-w", "--workspace", "--workspaces", "-ws")
    if source is None or word.expands or elsewhere:
        return None, ""
    try:
        scripts = json.loads(source.text).get("scripts", {})
    except (ValueError, AttributeError):
        return None, ""
    if not isinstance(scripts, dict) or not scripts or word.text in scripts:
        return None, ""
    return word, f"script {word.text} of package.json"


def _is_absent(written: str, folder: str, root: str, workspace: Workspace, before: str) -> bool:
    """Say whether a path names one file that the repository does not have, and that nothing before seems to make."""
    path = posixpath.normpath(written.removeprefix("${{ github.workspace }}/"))
    if not _PLAIN.match(path) or path.startswith(".."):
        return False
    if posixpath.basename(path) in before or (("/" in path) and path.split("/")[0] in before):
        return False
    full = _joined(root, posixpath.join(folder, path))
    return not workspace.exists(full) and not workspace.names(full)


def _joined(root: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(root, path))
    return "" if joined == "." else joined
