"""Checks on commands that the system of a runner, or the image of a job's container, does not have.

Sources: github.com/actions/runner-images (package managers of each image); for containers `knowledge/image_contents.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

from devopslint.artifacts.workflow.checks.runners import HOSTED, labels
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.resolve import resolve_in
from devopslint.artifacts.workflow.words import has_one_of
from devopslint.knowledge.image_contents import PROGRAMS, lacks
from devopslint.knowledge.images import parse_image
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.knowledge.images import Image
    from devopslint.syntax.tree import Path

_ELSEWHERE = {
    "ubuntu": ("apk", "brew", "choco", "codesign", "dnf", "hdiutil", "microdnf", "pacman", "powershell", "scoop", "sw_vers",
               "tdnf", "winget", "xcodebuild", "xcrun", "yum", "zypper"),
    "macos": ("add-apt-repository", "apk", "apt", "apt-get", "choco", "dnf", "dpkg", "ldconfig", "microdnf", "pacman",
              "powershell", "scoop", "snap", "systemctl", "tdnf", "winget", "xvfb-run", "yum", "zypper"),
    "windows": ("add-apt-repository", "apk", "apt", "apt-get", "brew", "codesign", "dnf", "dpkg", "hdiutil", "microdnf", "snap",
                "sw_vers", "systemctl", "tdnf", "xcodebuild", "xcrun", "xvfb-run", "yum", "zypper"),
}  # fmt: skip
"""First word of a runner's label → commands that its images do not have. (Homebrew is on Ubuntu's, and not on the path.)"""
_ASKS = lazily(
    r"uname|RUNNER_OS|OSTYPE|ImageOS|runner\.|matrix\.|platform|os-release|command -v|which |\btype |hash "
    r"|\bdocker (?:run|exec)\b"
)
"""What a script asks which system it runs on with, and what it runs other systems in."""
_ASKS_IN_CONDITION = lazily(r"runner\.|matrix\.|inputs\.|env\.|steps\.")
_FIRST_WORD = lazily(r"^[ \t]*(?:sudo[ \t]+)?([a-z_-]+)(?=[ \t])", re.MULTILINE)
_BREW_ON_PATH = lazily(r"linuxbrew|setup-homebrew")
_INSTALLS = lazily(
    r"\b(?:apk|apt-get|apt|dnf|microdnf|tdnf|yum|zypper|pacman|corepack|rustup|curl|wget)\b|\./|GITHUB_PATH"
)
_BRINGS_NO_PROGRAM = lazily(
    r"actions/(?:checkout|cache(?:/\w+)?|(?:upload|download)-artifact|github-script|labeler)|docker/(?:login|metadata)-action"
    r"|step-security/harden-runner|codecov/codecov-action"
)
_NEVER_BROUGHT = frozenset({"apk", "apt", "apt-get", "dnf", "microdnf", "pacman", "sudo", "tdnf", "yum", "zypper"})
"""Programs that no action puts into a container."""


def missing_on_system(job: Job) -> Iterator[Problem]:
    """Find the first call of each command that the system of a job does not have."""
    container = job.value.get("container", 0)
    if container == 0:
        yield from _on_runner(job)
        return
    text = container.get("image") if isinstance(container, dict) else container
    if not isinstance(text, str):
        return
    found = resolve_in(text, job)
    names = [text] if found is None else [one.value for one in found]
    if names and all(isinstance(name, str) and name for name in names):
        yield from _in_container(job, [parse_image(name) for name in names])


def _on_runner(job: Job) -> Iterator[Problem]:
    if not any(map(_may_call, [step.run for step in job.steps if step.run])):
        return
    images = [label.lower() for label, _, _ in labels(job)]
    if not images or isinstance(job.value.get("runs-on"), list) or not HOSTED.issuperset(images):
        return
    systems = {image.partition("-")[0]: image for image in images}
    told: set[str] = set()
    for step in job.steps:
        if step.uses is not None and _BREW_ON_PATH.search(step.uses.name):
            return
        script, condition = step.run, str(step.value.get("if", ""))
        if not script or not _may_call(script):
            continue
        if _ASKS.search(script) or _ASKS_IN_CONDITION.search(condition) or _BREW_ON_PATH.search(script):
            continue
        if "if" in step.value and len(systems) > 1:
            continue
        for tool, place in _calls(step):
            image = next((systems[one] for one in systems if tool in _ELSEWHERE.get(one, ())), "")
            if image and tool not in told and not step.value.get("continue-on-error"):
                told.add(tool)
                yield Problem(place, tool=tool, image=image)


@lru_cache(maxsize=256)
def _may_call(script: str) -> bool:
    """Say whether the name of a command of one system stands anywhere in a script."""
    return has_one_of(script, chain.from_iterable(_ELSEWHERE.values()))


def _calls(step: Step) -> Iterator[tuple[str, Place]]:
    """Yield the commands that a script surely calls, of whatever shell it is."""
    assert step.run is not None
    assert step.fragment is not None
    source = step.fragment.source
    if step.is_shell:
        for command in step.script():
            sure = command.before != "||" and not command.failure_ignored and not command.function
            if sure and command.name_word is not None and command.fragment is step.fragment:
                yield command.name, Place(source, *command.name_word.mark)
    elif step.shell in (None, "pwsh", "powershell"):
        for found in _FIRST_WORD.finditer(step.run):
            yield found.group(1), Place(source, *step.fragment.mark(*found.span(1)))


def _in_container(job: Job, images: list[Image]) -> Iterator[Problem]:
    told: set[str] = set()
    before, sure = "", True
    for step in job.steps:
        if step.uses is not None:
            sure = sure and step.uses.kind == "repository" and bool(_BRINGS_NO_PROGRAM.fullmatch(step.uses.name))
            continue
        if step.run is None or step.fragment is None:
            continue
        if "bash" not in before and "bash" not in told:
            lacking = _lacking("bash", images)
            at = _where_bash_is_asked(step)
            if lacking is not None and at is not None:
                told.add("bash")
                yield Problem(at, tool="bash", image=lacking.text)
        if step.is_shell and not _ASKS.search(step.run):
            for command in step.script():
                tool = command.name
                if tool in told or tool not in PROGRAMS or command.name_word is None or command.failure_ignored:
                    continue
                text = before + step.run[: command.start]
                lacking = None if command.function or command.fragment is not step.fragment else _lacking(tool, images)
                known = tool in _NEVER_BROUGHT or (sure and not _INSTALLS.search(text))
                if lacking is None or not known or re.search(rf"\b{re.escape(tool)}\b", text):
                    continue
                told.add(tool)
                if not step.value.get("continue-on-error"):
                    yield Problem(place_of(command.name_word), tool=tool, image=lacking.text)
        before += step.run + "\n"


def _lacking(tool: str, images: list[Image]) -> Image | None:
    """Return an image that lacks a program."""
    return next((image for image in images if lacks(image, tool)), None)


def _where_bash_is_asked(step: Step) -> Path | None:
    """Return where `shell: bash` stands for a step, as a path below its job; `None` when it does not."""
    if "shell" in step.value:
        return (*step.below, "shell") if step.value["shell"] == "bash" else None
    run = map_at(map_at(step.job.value, "defaults"), "run")
    return ("defaults", "run", "shell") if run.get("shell") == "bash" else None
