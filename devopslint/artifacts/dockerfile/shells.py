"""Which shell reads a RUN, and what is certain when it begins."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.resolve import PLATFORM_ARGS
from devopslint.artifacts.dockerfile.scripts import heredoc_shell
from devopslint.knowledge.commands import ScriptContext
from devopslint.knowledge.official_images import shell_of
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.dockerfile.model import Step

_SHEBANG = lazily(r"#!\s*(?:\S*/)?(?:env\s+)?((?:ba|da|a|z|k)?sh)\b")
_POSIX = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_ALWAYS = frozenset({"HOME", "PATH", "PWD"})


def shell_name(step: Step) -> str | None:
    """Return the shell that reads a RUN: `bash`, `dash`, `ash`; `None` when it is not known, as `/bin/sh` often is."""
    shebang = _SHEBANG.match(step.instruction.heredocs[0].body.text) if step.instruction.heredocs else None
    shell = step.settings.get("SHELL")
    name = ""
    reader = heredoc_shell(step.instruction)
    if reader is not None:
        name = reader[0]
    elif shebang is not None:
        name = shebang[1]
    elif step.instruction.json:
        words = step.instruction.words
        name = words[0].value.rsplit("/", 1)[-1] if len(words) > 2 else ""
        if name not in _POSIX:
            return None
    elif shell is not None:
        name = str(shell.value[0]).rsplit("/", 1)[-1] if shell.value else ""
    if name not in {"", "sh"}:
        return name
    return shell_of(step.stage.root_image) if step.stage is not None else None


def script_context(step: Step) -> ScriptContext:
    """Return what checks on the script of a RUN can ask."""

    def is_set(name: str) -> bool:
        held = step.scope.get(name)
        if held is None or not isinstance(held.value, str):
            return name in _ALWAYS or name in PLATFORM_ARGS
        return bool(held.value.strip())

    def is_declared(name: str) -> bool:
        return step.scope.get(name) is not None or name in _ALWAYS or name in PLATFORM_ARGS

    shell = step.settings.get("SHELL")
    options = shell.value[1:] if shell is not None else ()
    if step.instruction.json:
        options = [word.value for word in step.instruction.words[1:-1]]
    reader = heredoc_shell(step.instruction)
    if reader is not None:
        options = reader[1].split()
    errexit = any(re.match(r"-\w*e", word) or word == "errexit" for word in options)
    return ScriptContext(
        step.read_script, step, shell=shell_name(step), errexit=errexit, known=is_set, declared=is_declared
    )
