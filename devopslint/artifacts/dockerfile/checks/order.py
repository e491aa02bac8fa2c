"""The order of COPY and installs: what a change of a source makes the build do again."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, has_mount, related_step, words_of
from devopslint.artifacts.dockerfile.checks.ignored import context_words
from devopslint.artifacts.dockerfile.lookback import next_behind, steps_by
from devopslint.knowledge.packages import is_install, packages
from devopslint.knowledge.project_files import PROJECTS
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command
    from devopslint.syntax.shell import Word as ShellWord

    Options = Mapping[str, Any]


_MAVEN = {"dependency:go-offline", "dependency:resolve", "clean", "compile", "install", "package", "verify"}
_GRADLE = {"assemble", "bootJar", "build", "clean", "dependencies", "installDist", "jar", "shadowJar"}
_DEPENDENCY_INSTALLS: dict[str, tuple[set[str], str]] = {
    **{
        name: (verbs, PROJECTS[name].files)
        for name, verbs in (
            ("npm", {"ci", "install", "i"}),
            ("yarn", {"install", ""}),
            ("pnpm", {"install", "i"}),
            ("poetry", {"install"}),
            ("bundle", {"install"}),
            ("composer", {"install"}),
            ("go", {"build", "install", "mod"}),
            ("uv", {"sync"}),
            ("pipenv", {"install", "sync"}),
            ("bun", {"install"}),
            ("cargo", {"fetch"}),
            ("mix", {"deps.get"}),
        )
    },
    **dict.fromkeys(("pip", "pip3"), ({"install"}, "the requirements file")),
    "dotnet": ({"build", "publish", "restore"}, "the project files"),
    **dict.fromkeys(("mvn", "mvnw"), (_MAVEN, "pom.xml")),
    **dict.fromkeys(("gradle", "gradlew"), (_GRADLE, "the build files")),
}


_CHANGES = lazily(
    r"(?:(?:GIT|CI|VCS|SOURCE)_)?(?:COMMIT(?:_(?:SHA|HASH|ID))?|REVISION|REF|SHA)|BUILD_(?:DATE|ID|NUM|NUMBER|TIME|TIMESTAMP)|CREATED",
    re.IGNORECASE,
)
"""Names of arguments that have another value in every build."""
_SYSTEM = frozenset({"apk", "apt", "apt-get", "dnf", "microdnf", "yum", "zypper"})
_BESIDE = frozenset({"echo", "export", "find", "mkdir", "rm", "set", "true"})
"""What stands beside an install and works on nothing that was copied."""
_WORK_ON_PACKAGES = _SYSTEM | _BESIDE
_FILE = lazily(r"/|\.(?:deb|rpm|apk)$")


def context_before_dependencies(subject: Subject, options: Options) -> Iterator[Problem]:
    """`COPY .` in front of the install of dependencies: every change of a source installs them anew."""
    step: Step = subject.context
    words = context_words(step)
    if not words or step.stage is None or step.instruction.onbuild:
        return
    called: set[str] = set()
    is_next = True
    for other in step.stage.steps:
        if other.name != "RUN":
            continue
        if other.index <= step.index:
            if other.once(_dependency_install)[1]:
                return
            called.update([command.name for command in other.read_script().commands])
            continue
        if is_next and other.once(_installs_packages):
            related = [related_step(other, "installed here")]
            told = {"what": "packages of the system", "instead": "move it below their install"}
            yield Problem(docker_place(step, words[0]), related=related, **told)
            return
        is_next = False
        name, manifest = other.once(_dependency_install)
        if name in called:
            return  # the tool has been at work on what was copied before
        if manifest and not has_mount(other, "cache"):
            related = [related_step(other, "installed here")]
            told = {"what": "dependencies", "instead": f"copy {manifest} first"}
            yield Problem(docker_place(step, words[0]), related=related, **told)
            return


def changing_argument(subject: Subject, options: Options) -> Iterator[Problem]:
    """ARG of a commit or a date above an install that does not use it: RUN has it in its environment, and runs anew."""
    step: Step = subject.context
    if step.stage is None or step.instruction.onbuild:
        return
    for word in step.instruction.words:
        name = word.raw.partition("=")[0]
        if not _CHANGES.fullmatch(name):
            continue
        install = _install_behind(step, step.stage)
        if install is None:
            return
        using = steps_by(step.model, ("words", step.stage.index), step.stage.steps, _words_in_use)
        user = next_behind(step, using.get(name, ()))
        if user is None or user.index > install.index:
            fragment = step.instruction.fragment
            place = Place(fragment.source, *fragment.mark(word.start, word.start + len(name)))
            yield Problem(place, related=[related_step(install, "runs anew for every value")], name=name)


def _install_behind(step: Step, stage: Stage) -> Step | None:
    """Return the first RUN behind a step that installs packages or dependencies."""
    installs = steps_by(stage.model, ("installs", stage.index), stage.steps, lambda other: (_installs(other),))
    return next_behind(step, installs.get(True, ()))


def _installs(step: Step) -> bool:
    return step.name == "RUN" and (step.once(_installs_packages) or bool(step.once(_dependency_install)[1]))


def _words_in_use(step: Step) -> Iterable[str]:
    """Return the words of an instruction that may use a variable: an ARG or a LABEL installs nothing anew."""
    return () if step.name in {"ARG", "LABEL"} else words_of(step.instruction.whole_text)


def _installs_packages(step: Step) -> bool:
    """Say whether a RUN does nothing but install packages of the system, none of which is a file that was copied."""
    commands = step.read_script().commands
    if not _WORK_ON_PACKAGES.issuperset([command.name for command in commands]):
        return False
    installs = [command for command in commands if command.name in _SYSTEM and is_install(command)]
    return (
        bool(installs)
        and not any(command.expands or len(packages(command)) == 0 for command in installs)
        and not has_mount(step, "cache")
        and not any(_FILE.search(word.text) for command in installs for word in command.operands())
    )


def _dependency_install(step: Step) -> tuple[str, str]:
    """Return the tool that installs dependencies in a RUN, and what it goes by; two empty texts for none."""
    for command in step.read_script().commands:
        known = _DEPENDENCY_INSTALLS.get(command.name)
        if known is None or (command.name == "npm" and command.has_flag("-g", "--global")):
            continue
        operands = command.operands()
        verb = operands[0].text if operands else ""
        if verb not in known[0]:
            continue
        if command.name in {"pip", "pip2", "pip3"} and not command.has_flag("-r", "--requirement"):
            continue
        if command.name == "go" and not _fetches_modules(step, command, verb, operands):
            continue
        if command.name == "dotnet" and command.has_flag("--no-restore"):
            continue
        if command.name in {"npm", "pnpm"} and verb in {"install", "i"} and len(operands) > 1:
            continue
        return command.name, known[1]
    return "", ""


def _fetches_modules(step: Step, command: Command, verb: str, operands: list[ShellWord]) -> bool:
    """Say whether a call of `go` downloads the modules of what was copied: not when they are in `vendor`, or there are none."""
    if verb == "mod":
        return len(operands) > 1 and operands[1].text == "download"
    if command.has_flag("-mod") or any("@" in word.text for word in operands):
        return False
    workspace = step.model.workspace
    folder = own = step.model.source.path.rpartition("/")[0]
    while workspace is not None:
        names = workspace.names(folder)
        if "go.mod" in names:
            return "go.sum" in names and "vendor" not in names
        if not folder or (folder == own and "vendor" in names):
            return "vendor" not in names
        folder = folder.rpartition("/")[0]
    return True
