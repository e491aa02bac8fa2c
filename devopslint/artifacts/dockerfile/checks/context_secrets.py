"""Files with secrets that a COPY of a whole folder takes along.

The folder of the Dockerfile is part of the context, whichever folder above it that is, so what stands in it is copied.
"""

from __future__ import annotations

import posixpath

from devopslint.artifacts.dockerfile.checks.common import docker_place, ships
from devopslint.artifacts.dockerfile.checks.files import sources_and_destination
from devopslint.artifacts.dockerfile.checks.secret_files import is_secret_file
from devopslint.artifacts.dockerfile.ignore import read_ignore
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.ignore import Ignore
    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

MOST_FOLDERS = 200
"""Folders that are looked into for one COPY, those near the Dockerfile first."""
_PASSED_OVER = lazily(
    r"(?i)(?:.*[-_.])?(?:tests?|spec|specs|testdata|fixtures?|mocks?|examples?|samples?|docs?|e2e)(?:[-_.].*)?$"
    r"|node_modules$|vendor$|third_party$|\.git$|\.venv$|venv$|dist$|build$|target$"
)
"""Folders whose keys open nothing, and those that no person writes."""


def secret_file_in_context(subject: Subject, options: Options) -> Iterator[Problem]:
    """A folder copied into a layer that ships, with files whose names are those of secrets."""
    step: Step = subject.context
    model = step.model
    flags = step.instruction
    if model.workspace is None or flags.onbuild or not ships(step) or flags.flag("from") or flags.flag("exclude"):
        return
    ignore = read_ignore(model)
    own = model.source.path.rpartition("/")[0]
    for word in sources_and_destination(step)[0]:
        text = step.text_of(word)
        if not isinstance(text, str) or any(char in text for char in "*?[$:<~"):
            continue
        path = posixpath.normpath(posixpath.join(own, text.lstrip("/")))
        if path.startswith(".."):
            continue
        found = list(_secrets("" if path == "." else path, own, model.workspace, ignore))
        if found:
            shown = found[0][len(own) + 1 :] if own else found[0]
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            yield Problem(docker_place(step, word), files=f"`{shown}`{more}")
            return


def _secrets(folder: str, own: str, workspace: Workspace, ignore: Ignore | None) -> Iterator[str]:
    """Yield the paths of files below a folder that hold secrets and are not kept out of the context.

    `own` is the folder of the Dockerfile.
    """
    waiting = [folder]
    for at in waiting:
        for name in workspace.names(at):
            path = f"{at}/{name}" if at else name
            if ignore is not None and ignore.excludes(_below(path, ignore.folder)):
                continue
            if "." not in name.lstrip(".") and not workspace.exists(path):
                if len(waiting) < MOST_FOLDERS and not _PASSED_OVER.match(name):
                    waiting.append(path)
            elif name != ".env" and workspace.exists(path) and is_secret_file(_below(path, own), path, workspace):
                yield path


def _below(path: str, folder: str) -> str:
    return path[len(folder) + 1 :] if folder and path.startswith(folder + "/") else path
