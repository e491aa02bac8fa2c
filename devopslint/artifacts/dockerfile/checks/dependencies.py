"""Dependencies of development that the final image keeps."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, ships
from devopslint.artifacts.dockerfile.checks.files import is_taken_along, sources_and_destination
from devopslint.artifacts.dockerfile.lookback import first, first_before
from devopslint.knowledge.project_files import PROJECTS
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_NPM = lazily(r'"devDependencies"\s*:\s*\{\s*"')
_OF_DEVELOPMENT = {
    "npm": _NPM,
    "pnpm": _NPM,
    "yarn": _NPM,
    "composer": re.compile(r'"require-dev"\s*:\s*\{\s*"'),
    "poetry": re.compile(r"(?m)^\[tool\.poetry\.group\.\w+\.dependencies\]|^\[dependency-groups\]"),
    "uv": re.compile(r"(?m)^\[dependency-groups\][^\S\n]*\n(?:#.*\n|\s)*+dev\s*="),
}
"""Package manager → what in its manifest says that there are dependencies of development."""
_INSTALLS = {
    "npm": frozenset({"ci", "install", "i", "clean-install"}),
    "pnpm": frozenset({"install", "i"}),
    "yarn": frozenset({"install", ""}),
    "composer": frozenset({"install", "i"}),
    "poetry": frozenset({"install", "sync"}),
    "uv": frozenset({"sync"}),
}
_FOLDERS = {
    **dict.fromkeys(("npm", "pnpm", "yarn"), "node_modules"),
    **dict.fromkeys(("poetry", "uv"), ".venv"),
    "composer": "vendor",
}
"""Where they are put, below the folder of the manifest."""
_WITHOUT = {
    "npm": ("--omit", "--production", "--only", "--prod", "-g", "--global"),
    "pnpm": ("--prod", "-P", "--production", "-g", "--global"),
    "yarn": ("--production", "--prod"),
    "composer": ("--no-dev",),
    "poetry": ("--without", "--only", "--no-dev", "--only-root"),
    "uv": ("--no-dev", "--no-group", "--only-group", "--no-default-groups"),
}
_TAKEN_OUT = lazily(r"\bprune\b|--no-dev|--omit|--production|--prod\b|NODE_ENV=production|workspaces focus|UV_NO_DEV")


def dev_dependencies_shipped(subject: Subject, options: Options) -> Iterator[Problem]:
    """An install of everything in the final stage, where the manifest has dependencies of development."""
    command, step = command_of(subject)
    if step.stage is None or command.expands or command.has_flag(*_WITHOUT[command.name]):
        return
    if not ships(step) and not is_taken_along(step, _FOLDERS[command.name]):
        return
    operands = command.operands()
    verb = operands[0].text if operands else ""
    if verb not in _INSTALLS[command.name] or len(operands) > 1 or _is_told_otherwise(step, command):
        return
    if first(step.stage, "development is taken out", _takes_out) is not None:
        return
    if not ships(step) and any(other.name == "RUN" and _takes_out(other) for other in step.model.steps):
        return
    name, says = PROJECTS[command.name].manifest, _OF_DEVELOPMENT[command.name]
    if _copied_manifest_has(step, name, says):
        word = operands[0] if operands else command.name_word
        assert word is not None
        yield Problem(place_of(word), command=f"{command.name} {verb}".strip(), manifest=name)


def _takes_out(step: Step) -> bool:
    if step.name not in {"RUN", "ENV"}:
        return False
    text = step.instruction.whole_text
    # One of these stands in all that the pattern finds, which takes longer to see.
    may_stand_in = "--" in text or "prune" in text or "production" in text or "focus" in text or "UV_NO_DEV" in text
    return may_stand_in and _TAKEN_OUT.search(text) is not None


def _is_told_otherwise(step: Step, command: Command) -> bool:
    """Say whether variables may leave out the dependencies of development."""
    if command.assignments or step.scope.get("NODE_ENV") is not None:
        return True
    return any(name in step.scope for name in ("NPM_CONFIG_OMIT", "COMPOSER_NO_DEV", "POETRY_WITHOUT", "UV_NO_DEV"))


def _copied_manifest_has(step: Step, name: str, says: re.Pattern[str]) -> bool:
    """Say whether the manifest beside the Dockerfile is what an earlier COPY brought, and has such dependencies."""
    model, stage = step.model, step.stage
    if model.workspace is None or stage is None:
        return False
    folder = model.source.path.rpartition("/")[0]
    path = f"{folder}/{name}" if folder else name
    stem, _, ending = name.rpartition(".")
    spellings = {name, f"./{name}", f"{stem}*.{ending}", f"./{stem}*.{ending}", ".", "./"}

    def copies(other: Step) -> bool:
        if other.name != "COPY" or other.instruction.flag("from") is not None:
            return False
        return any(word.value in spellings for word in sources_and_destination(other)[0])

    copied = first_before(step, ("copies", name), copies) is not None
    source = model.workspace.source(path) if copied and model.workspace.exists(path) else None
    return source is not None and says.search(source.text) is not None
