"""Programs that an image is to run and does not have: of its health check, of its CMD, and the shell itself.

What is not known to be lacking is taken to be there: the base image must be a well-known one, and every step on top of it
must be seen through.
"""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, mounts, name_place, text_of_runs, whole_text
from devopslint.artifacts.dockerfile.checks.stages import image_of
from devopslint.knowledge.official_images import has_no_shell, lacks
from devopslint.knowledge.packages import is_install, packages
from devopslint.policy.subject import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_HEALTHCHECK_TOOL = re.compile(r'CMD\s+(?:\[\s*"(?:CMD(?:-SHELL)?"\s*,\s*")?)?(curl|wget)\b', re.IGNORECASE)
_PROGRAM = re.compile(r"(?:/(?:usr/)?(?:local/)?bin/)?([a-z][\w.-]*)")
_PACKAGES = {
    "java": ("jdk", "jre", "java", "sdkman", "maven", "gradle", "ant"),
    "npm": ("node", "npm", "nvm", "volta"),
    "npx": ("node", "npm", "nvm", "volta"),
    "node": ("node", "npm", "yarn", "nvm", "volta"),
    "python": ("python", "conda", "uv", "pyenv"),
    "python3": ("python", "conda", "uv", "pyenv"),
    "pip": ("python", "pip", "conda"),
    "pip3": ("python", "pip", "conda"),
    "ruby": ("ruby", "rbenv", "rvm"),
    "bundle": ("ruby", "bundler", "rbenv", "rvm"),
}
"""Program → words in the names of what brings it, where its own name is not enough."""
_BROUGHT_ALONG = frozenset({"bash", "python", "python3"})
"""Programs that many packages depend on."""
_DEPEND_ON_NOTHING = frozenset({"ca-certificates", "curl", "openssl", "tini", "dumb-init", "tzdata", "wget"})
_RUN_OTHERS = frozenset({".", "bash", "eval", "make", "sh", "source", "xargs"})
"""Commands that run what can't be seen."""
_FOLDERS_OF_PROGRAMS = re.compile(r"/|/usr/?|/usr/local/?|/opt(?:/.*)?|(?:/.*)?/(?:s?bin|lib|lib64|libexec)(?:/.*)?")
_ONE_SCRIPT = re.compile(r"[\w./-]+\.(?:sh|conf|cfg|json|ya?ml|ini|toml|crt|pem|py|js|jar|template)")


def healthcheck_tool_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """A HEALTHCHECK that calls curl or wget in an image that does not have it."""
    step: Step = subject.context
    match = _HEALTHCHECK_TOOL.match(step.instruction.text)
    if match and step.stage is not None and not step.instruction.onbuild and _is_missing(step.stage, match[1]):
        start = step.instruction.rest + match.start(1)
        mark = step.instruction.fragment.mark(start, start + len(match[1]))
        yield Problem(Place(step.instruction.source, *mark), tool=match[1], image=step.stage.root_stage.image_text)


def program_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """A CMD or ENTRYPOINT of the final image whose program the image does not have."""
    step: Step = subject.context
    stage, words = step.stage, step.instruction.words
    if stage is None or not stage.is_final or step.instruction.onbuild or not words or not step.has_posix_shell():
        return
    held = stage.setting(step.name)
    if held is None or held.step is not step or (step.name == "CMD" and stage.setting("ENTRYPOINT") is not None):
        return
    text = step.text_of(words[0])
    match = _PROGRAM.fullmatch(text) if isinstance(text, str) else None
    if match and _is_missing(stage, match[1]):
        yield Problem(docker_place(step, words[0]), tool=match[1], image=stage.root_stage.image_text)


def shell_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """An instruction in shell form in a stage whose image has no shell."""
    step: Step = subject.context
    stage, instruction = step.stage, step.instruction
    if stage is None or instruction.onbuild or instruction.json or step.settings.get("SHELL") is not None:
        return
    if not instruction.text.strip() or (step.name == "HEALTHCHECK" and not instruction.text.startswith("CMD")):
        return
    image = image_of(stage.root_stage)
    if image is None or not has_no_shell(image) or (step.name == "RUN" and mounts(step)):
        return
    if not any(_may_bring(other, "sh") for other in stage.lineage() if other.name in {"COPY", "ADD"}):
        yield Problem(name_place(step), name=step.name, image=stage.root_stage.image_text)


def _is_missing(stage: Stage, program: str) -> bool:
    """Say whether the image that a stage starts from is known to lack a program, and no step can have brought it."""
    image = image_of(stage.root_stage)
    if image is None or not lacks(image, program):
        return False
    names = _PACKAGES.get(program, (program,))
    for step in stage.lineage():
        if step.name in {"COPY", "ADD"} and _may_bring(step, program):
            return False
        if step.name == "ENV" and "PATH" in step.instruction.text:
            return False
        if step.name == "RUN" and (
            any(name in whole_text(step) for name in names)
            or mounts(step)
            or step.instruction.json
            or not _is_plain(step)
            or (program in _BROUGHT_ALONG and not _installs_little(step))
        ):
            return False
    return stage.base is None or program not in text_of_runs(stage.model)


def _may_bring(step: Step, program: str) -> bool:
    """Say whether a COPY or ADD may put a program where the shell looks for it."""
    words = step.instruction.words
    if program != "sh" and program in step.instruction.text:
        return True
    target = step.text_of(words[-1]) if words else None
    if not isinstance(target, str):
        return True
    if not _FOLDERS_OF_PROGRAMS.fullmatch(target):
        return False
    sources = [step.text_of(word) for word in words[:-1]]
    return not all(isinstance(source, str) and _ONE_SCRIPT.fullmatch(source) for source in sources)


def _installs_little(step: Step) -> bool:
    return all(
        word.text.partition("=")[0] in _DEPEND_ON_NOTHING
        for command in step.read_script()
        if is_install(command)
        for word in packages(command)
    )


def _is_plain(step: Step) -> bool:
    """Say whether all packages that a RUN installs can be seen."""
    if step.shell_fragment() is None or step.read_script().has_errors:
        return False
    for command in step.read_script():
        if not command.name or (is_install(command) and command.expands):
            return False
        if command.name in _RUN_OTHERS or "/" in (command.name_word.text if command.name_word else ""):
            return False
    return True
