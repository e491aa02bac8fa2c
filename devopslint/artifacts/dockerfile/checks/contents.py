"""What the final image holds: compilers, tools for people, and the tools that its health check calls."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import command_of, in_words, mounts, place_of, ships, text_of_runs
from devopslint.artifacts.dockerfile.checks.stages import image_of
from devopslint.knowledge.official_images import lacks
from devopslint.knowledge.packages import MANAGERS, is_install, packages
from devopslint.policy.subject import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_BUILD_PACKAGES = frozenset(
    {"autoconf", "automake", "bison", "build-base", "build-essential", "cargo", "clang", "cmake", "flex", "g++", "gcc",
     "gcc-c++", "gfortran", "golang", "golang-go", "libtool", "make", "maven", "meson", "musl-dev", "nasm", "ninja-build",
     "python3-dev", "python-dev", "rustc", "yasm", "default-jdk", "openjdk-17-jdk", "openjdk-21-jdk", "openjdk-11-jdk"}
)  # fmt: skip
_OF_PROGRAMS = re.compile(r"/|/(?:usr|opt|bin|sbin|lib|lib64)(?:/.*)?")
"""Where COPY has to put something for the shell to find it."""
_HAND_TOOLS = frozenset(
    {"emacs", "ftp", "gdb", "htop", "iputils-ping", "less", "lsof", "man-db", "nano", "net-tools", "netcat",
     "netcat-openbsd", "netcat-traditional", "nmap", "ncat", "openssh-server", "strace", "tcpdump", "telnet", "tmux",
     "traceroute", "tree", "vim", "vim-tiny", "wireshark", "screen"}
)  # fmt: skip


def build_tools_shipped(subject: Subject, options: Options) -> Iterator[Problem]:
    """Compilers that the final image keeps."""
    return _packages_shipped(subject, _BUILD_PACKAGES)


def hand_tools_shipped(subject: Subject, options: Options) -> Iterator[Problem]:
    """Editors and debuggers that the final image keeps."""
    return _packages_shipped(subject, _HAND_TOOLS)


def _packages_shipped(subject: Subject, names: frozenset[str]) -> Iterator[Problem]:
    command, step = command_of(subject)
    if not is_install(command) or not ships(step) or command.name not in MANAGERS:
        return
    if command.has_flag("-t", "--virtual") or step.stage is None:
        return
    script = step.read_script()
    if any({"del", "remove", "purge", "autoremove", "erase"} & set(other.args) for other in script.named(command.name)):
        return
    found = [word for word in packages(command) if re.split(r"[=~<>:]", word.text)[0] in names]
    if found and _names_its_tool(step.stage, found[0].text):
        return
    if found:
        yield Problem(place_of(found[0]), packages=in_words(found))


def _names_its_tool(stage: Stage, package: str) -> bool:
    """An image whose program is the tool itself may have it."""
    texts = [held.value for name in ("CMD", "ENTRYPOINT") if (held := stage.setting(name)) is not None]
    return any(package in text for text in texts)


def healthcheck_tool_missing(subject: Subject, options: Options) -> Iterator[Problem]:
    """A HEALTHCHECK that calls curl or wget in an image that does not have it."""
    step: Step = subject.context
    stage = step.stage
    if stage is None or step.instruction.onbuild:
        return
    match = re.match(
        r'CMD\s+(?:\[\s*"(?:CMD(?:-SHELL)?"\s*,\s*")?)?(curl|wget)\b', step.instruction.text, re.IGNORECASE
    )
    image = image_of(stage.root_stage)
    if not match or image is None or not lacks(image, match[1]):
        return
    tool = match[1]
    for other in stage.lineage():
        if other.name in {"COPY", "ADD"} and (tool in other.instruction.text or _may_bring_programs(other)):
            return
        if other.name == "RUN" and (tool in other.instruction.text):
            return
        if other.name == "RUN" and (mounts(other) or other.read_script().has_errors or not _is_plain(other)):
            return
    if tool in text_of_runs(stage.model) and stage.base is not None:
        return
    start = step.instruction.rest + match.start(1)
    mark = step.instruction.fragment.mark(start, start + len(tool))
    yield Problem(Place(step.instruction.source, *mark), tool=tool, image=stage.root_stage.image_text)


def _may_bring_programs(step: Step) -> bool:
    """Say whether a COPY takes from another stage or image into a folder where the shell looks for programs."""
    if "--from" not in step.instruction.fragment.text:
        return False
    target = step.text_of(step.instruction.words[-1]) if step.instruction.words else None
    return not isinstance(target, str) or _OF_PROGRAMS.fullmatch(target) is not None


def _is_plain(step: Step) -> bool:
    """Say whether all packages that a RUN installs can be seen."""
    for command in step.read_script():
        if not command.name or (is_install(command) and command.expands):
            return False
        if command.name in {"sh", "bash", "make"} or "/" in (command.name_word.text if command.name_word else ""):
            return False
    return True
