"""The script that an image starts: whether its interpreter is there."""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, related_step
from devopslint.artifacts.dockerfile.checks.context import context_folders
from devopslint.artifacts.dockerfile.checks.files import sources_and_destination
from devopslint.artifacts.dockerfile.tools import is_missing
from devopslint.knowledge.image_contents import PROGRAMS
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_SHEBANG = lazily(r"#![ \t]*(?:/usr/bin/env[ \t]+(?:-S[ \t]+)?)?(\S+)")
_ON_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_LEAVES_FILES = frozenset({"[", "cat", "chgrp", "chmod", "chown", "echo", "ls", "mkdir", "stat", "test"})
"""Commands that change no file that they are given; what they write goes through a redirect."""
_EDITS = frozenset({"awk", "dos2unix", "ed", "find", "perl", "sed", "xargs"})


def interpreter_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """An ENTRYPOINT or CMD that starts a script of the repository, whose `#!` names a program that the image lacks."""
    step: Step = subject.context
    stage, words = step.stage, step.instruction.words
    if stage is None or not stage.is_final or step.instruction.onbuild or not words or not step.has_posix_shell():
        return
    held = stage.setting(step.name)
    if held is None or held.step is not step or (step.name == "CMD" and stage.setting("ENTRYPOINT") is not None):
        return
    word = words[0]
    path = step.text_of(word)
    if not isinstance(path, str):
        return
    copied = _copied_to(step, path)
    if copied is None:
        return
    source, earlier = copied
    if _may_be_changed(step, earlier, {posixpath.basename(path), posixpath.basename(source)}):
        return
    interpreter = _interpreter(step, source)
    if interpreter in PROGRAMS and is_missing(stage, interpreter):
        related = [related_step(earlier, "copied here")]
        image = stage.root_stage.image_text
        yield Problem(docker_place(step, word), related=related, script=source, interpreter=interpreter, image=image)


def _copied_to(step: Step, path: str) -> tuple[str, Step] | None:
    """Return the file of the context that a COPY puts at a path, and that COPY; the last one counts."""
    assert step.stage is not None
    base = posixpath.basename(path)
    copies = [
        earlier
        for earlier in step.stage.lineage()
        if earlier.name in {"COPY", "ADD"}
        and (earlier.index < step.index or earlier.stage is not step.stage)
        and (base in earlier.instruction.text or "$" in earlier.instruction.text)
        and earlier.instruction.flag("from") is None
    ]
    if not copies:
        return None
    wanted = {path} if path.startswith("/") else {posixpath.join(folder, path) for folder in _ON_PATH}
    if "/" in path or not path.startswith("/"):
        wanted.add(_absolute(step, path))
    found = None
    for earlier in copies:
        sources, destination = sources_and_destination(earlier)
        target = earlier.text_of(destination) if destination is not None else None
        if not isinstance(target, str):
            continue
        folder = _absolute(earlier, target)
        for word in sources:
            text = earlier.text_of(word)
            if not isinstance(text, str) or re.search(r"[*?\[]|://", text):
                continue
            name = posixpath.basename(text.rstrip("/"))
            if (folder in wanted and not target.endswith("/")) or posixpath.join(folder, name) in wanted:
                found = text, earlier
    return found


def _may_be_changed(step: Step, copied: Step, names: set[str]) -> bool:
    """Say whether a RUN behind a COPY names a file to a command that may write another first line into it."""
    assert step.stage is not None
    for later in step.stage.lineage():
        if later.name != "RUN" or later.index < copied.index:
            continue
        if later.shell_fragment() is None or later.read_script().has_errors:
            if any(name in later.instruction.whole_text for name in names):
                return True
            continue
        for command in later.read_script():
            texts = [] if command.name in _LEAVES_FILES else command.args
            texts.extend(one.target.text for one in command.redirects if one.target is not None and ">" in one.operator)
            wild = command.name in _EDITS and any("*" in text or text.startswith("$") for text in texts)
            if wild or any(name in text for name in names for text in texts):
                return True
    return False


def _absolute(step: Step, path: str) -> str:
    held = step.settings.get("WORKDIR")
    folder = held.value if held is not None and isinstance(held.value, str) else "/"
    return posixpath.normpath(posixpath.join(folder, path))


def _interpreter(step: Step, source: str) -> str:
    """Return the program that the first line of a script of the context names."""
    model = step.model
    path = posixpath.normpath(source.lstrip("/"))
    for folder in context_folders(model) if model.workspace is not None else ():
        whole = f"{folder}/{path}" if folder else path
        if model.workspace is not None and model.workspace.exists(whole):
            script = model.workspace.source(whole)
            found = _SHEBANG.match(script.text) if script is not None else None
            return posixpath.basename(found[1]) if found else ""
    return ""
