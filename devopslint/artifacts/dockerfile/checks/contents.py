"""What the final image holds and does not need: compilers, and tools for people."""

from __future__ import annotations

from devopslint.artifacts.dockerfile.checks.common import command_of, in_words, ships
from devopslint.artifacts.dockerfile.use import is_dev_container
from devopslint.knowledge.official_images import BUILD_IMAGES
from devopslint.knowledge.package_managers import MANAGERS
from devopslint.knowledge.packages import is_install, packages
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_VERSION = lazily(r"[=~<>:]")
_BUILD_PACKAGES = frozenset(
    {"autoconf", "automake", "bison", "build-base", "build-essential", "cargo", "clang", "cmake", "flex", "g++", "gcc",
     "gcc-c++", "gfortran", "golang", "golang-go", "libtool", "make", "maven", "meson", "musl-dev", "nasm", "ninja-build",
     "python3-dev", "python-dev", "rustc", "yasm", "default-jdk", "openjdk-17-jdk", "openjdk-21-jdk", "openjdk-11-jdk"}
)  # fmt: skip
_TOOLCHAINS = frozenset(BUILD_IMAGES) | {"buildpack-deps"}
"""Images that bring compilers themselves: what is added there is no news."""
_HAND_TOOLS = frozenset(
    {"emacs", "ftp", "gdb", "htop", "iputils-ping", "lsof", "man-db", "nano", "net-tools", "netcat",
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
    found = [word for name, word in command.once("names of packages", _named, command) if name in names]
    if not found or command.has_flag("-t", "--virtual") or step.stage is None or is_dev_container(step.model):
        return
    if _takes_out(step, command.name) or _names_its_tool(step.stage, found[0].text):
        return
    if names is not _BUILD_PACKAGES or step.stage.root_image.name not in _TOOLCHAINS:
        yield Problem(place_of(found[0]), packages=in_words(found))


def _named(command: Command) -> list[tuple[str, Word]]:
    """Return the packages that a command installs, each with its name without a version."""
    return [(_VERSION.split(word.text, 1)[0], word) for word in packages(command)]


def _takes_out(step: Step, manager: str) -> bool:
    """Say whether a RUN has a package manager remove something again."""
    key = "takes out", step.index, manager
    cache = step.model.cache
    if key not in cache:
        removing = {"del", "remove", "purge", "autoremove", "erase"}
        cache[key] = any(not removing.isdisjoint(other.args) for other in step.read_script().named(manager))
    return bool(cache[key])


def _names_its_tool(stage: Stage, package: str) -> bool:
    """An image whose program is the tool itself may have it."""
    texts = [held.value for name in ("CMD", "ENTRYPOINT") if (held := stage.setting(name)) is not None]
    return any(package in text for text in texts)
