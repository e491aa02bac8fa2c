"""Commands of RUN that do another thing in a build than on a machine, or that an instruction does better."""

from __future__ import annotations

from devopslint.artifacts.dockerfile.checks.common import command_of, has_mount
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_APT = frozenset(
    {"install", "reinstall", "update", "upgrade", "remove", "purge", "autoremove", "full-upgrade", "dist-upgrade", "list",
     "search", "show", "clean", "autoclean", "build-dep", "download", "source", "policy", "satisfy"}
)  # fmt: skip
_START = frozenset({"start", "restart", "reload"})
_WITHOUT_EFFECT: dict[str, frozenset[str] | None] = {
    "service": _START,
    "systemctl": _START | {"daemon-reload"},
    **dict.fromkeys(
        ("mount", "umount", "shutdown", "reboot", "halt", "poweroff", "telinit", "swapon", "sysctl", "ulimit"), None
    ),
    **dict.fromkeys(("free", "htop", "ifconfig", "kill", "killall", "pkill", "ps", "ssh", "top"), None),
    **dict.fromkeys(("emacs", "nano", "vi", "vim"), None),
}
"""For each command the words that make it useless in a layer; `None`: whatever they are."""
_BARE = frozenset({"free", "halt", "htop", "ifconfig", "poweroff", "ps", "reboot", "shutdown", "top"})
_LISTS = frozenset({"free", "htop", "ifconfig", "ps", "top"})
_FILTERS = frozenset({"awk", "cut", "grep", "head", "less", "more", "sed", "sort", "tail", "wc"})
_SAY_NOTHING = frozenset({"true", ":", "echo"})
_IN_VAIN = frozenset({"mount", "service", "systemctl"})
"""What is nothing but in vain when nothing follows, though its failure may be foreseen."""
_NO_CLIENTS = frozenset({"chmod", "chown", "exit", "ln", "mkdir", "rm", "rmdir", "touch"})
_MANAGERS = frozenset({"apk", "apt", "apt-get", "dnf", "microdnf", "yum"})
_TIDY = frozenset({"autoclean", "autoremove", "clean"})
_EDITORS = frozenset({"emacs", "nano", "vi", "vim"})
_BY_SCRIPT = lazily(r"^(?:\+|-[cEeSus]|-es|-Es|--(?:batch|eval|script|cmd|help|version))")
_BACK = lazily(r"(?:\.\./?)+$|-$|/$")
_SH = frozenset({"/bin/sh", "/usr/bin/sh"})


def sudo_called(subject: Subject, options: Options) -> Iterator[Problem]:
    """`sudo` in RUN."""
    command, _ = command_of(subject)
    if command.words and command.args[0] not in {"--version", "-V", "--help"}:
        assert command.name_word is not None
        yield Problem(place_of(command.name_word))


def apt_called(subject: Subject, options: Options) -> Iterator[Problem]:
    """`apt` in a script."""
    command, _ = command_of(subject)
    word = next(iter(command.operands(frozenset({"-o", "-c", "-t"}))), None)
    if word is not None and word.text in _APT:
        assert command.name_word is not None
        yield Problem(place_of(command.name_word))


def cd_without_effect(subject: Subject, options: Options) -> Iterator[Problem]:
    """A `cd` that is the last command of a RUN: the next one starts in WORKDIR again."""
    command, step = command_of(subject)
    script = step.read_script()
    if script.has_errors or command.subshell or command.function or command.wrapper is not None or command.condition:
        return
    if command.words and _BACK.match(command.args[0]) and any(c is not command for c in script.named("cd", "pushd")):
        return
    if script.commands[-1] is command and command.after not in {"||", "&"}:
        yield Problem(place_of(command), path=command.args[0] if command.words else "~")


def cd_first(subject: Subject, options: Options) -> Iterator[Problem]:
    """A RUN that starts with `cd /somewhere &&`."""
    command, step = command_of(subject)
    script = step.read_script()
    first = next((other for other in script if other.name != "set"), None)
    if (
        first is command
        and not command.subshell
        and len(script.commands) > 1
        and command.words
        and command.args[0].startswith("/")
        and not command.expands
    ):
        yield Problem(place_of(command), path=command.args[0])


def cd_amid(subject: Subject, options: Options) -> Iterator[Problem]:
    """A `cd` that WORKDIR, or an option such as `make -C`, would do for; one in a subshell is done with at its end."""
    command, step = command_of(subject)
    if command.subshell or command.function or command.wrapper is not None or command.args[:1] == ["-"]:
        return
    if list(cd_first(subject, options)) or list(cd_without_effect(subject, options)) or step.read_script().has_errors:
        return
    yield Problem(place_of(command), path=command.args[0] if command.words else "~")


def shell_replaced(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ln -s /bin/bash /bin/sh`, and what else makes another shell of it."""
    command, _ = command_of(subject)
    operands = [word.text for word in command.operands()]
    if command.name == "update-alternatives":
        replaced = any(word.text in _SH for word in command.words)
    else:
        replaced = len(operands) == 2 and operands[1] in _SH and operands[0] not in {operands[1], "/busybox/sh"}
    if replaced:
        yield Problem(place_of(command))


def login_shell_changed(subject: Subject, options: Options) -> Iterator[Problem]:
    """`chsh -s /bin/bash`: the login shell of root, which no RUN asks for."""
    command, _ = command_of(subject)
    shell = command.value_of("-s", "--shell")
    users = [word.text for word in command.operands(frozenset({"-s", "--shell"}))]
    if not isinstance(shell, str) or not shell.endswith("sh"):
        return
    if users == ["root"] or (not users and command.name == "chsh"):
        yield Problem(place_of(command), shell=shell)


def no_effect(subject: Subject, options: Options) -> Iterator[Problem]:
    """A command that has no effect in a layer (services, reboots, mounts), or only shows something to a person."""
    command, step = command_of(subject)
    name = command.name
    wanted = _WITHOUT_EFFECT.get(name)
    if command.has_flag("--version", "--help"):
        return
    if wanted is not None and not wanted & set(command.args):
        return
    if not command.words and name not in _BARE:
        return
    later = [other for other in command.script if other.index > command.index and other.name not in _SAY_NOTHING]
    if name in {"service", "systemctl"}:
        later = [other for other in later if not _only_tidies(other)]
    if command.failure_ignored and (name not in _IN_VAIN or later):
        return
    if name in {"service", "ulimit"} and later:
        return
    if name in _LISTS and (command.within is not None or not _only_shows([command, *later])):
        return
    if name in {"kill", "killall", "pkill"} and (command.expands or _runs_in_background(command)):
        return
    if name in _EDITORS and any(_BY_SCRIPT.match(word.text) for word in command.words):
        return
    if name == "ssh" and (command.has_flag("-V", "-T", "-Q") or has_mount(step, "ssh")):
        return
    assert command.name_word is not None
    yield Problem(place_of(command.name_word), name=name)


def _only_tidies(command: Command) -> bool:
    """Say whether a command has no use for a service that runs."""
    return command.name in _NO_CLIENTS or (command.name in _MANAGERS and not _TIDY.isdisjoint(command.args))


def _only_shows(pipe: Sequence[Command]) -> bool:
    """Say whether the output of a command goes nowhere but to whoever looks at the build."""
    first, *others = pipe
    if first.piped_to is None:
        return not first.redirects
    return all(one.piped_from is not None and one.name in _FILTERS for one in others) and not any(
        one.redirects for one in pipe
    )


def _runs_in_background(command: Command) -> bool:
    return any(other.after == "&" or other.has_flag("-d", "--daemon", "start") for other in command.script) or any(
        "start" in other.args for other in command.script
    )
