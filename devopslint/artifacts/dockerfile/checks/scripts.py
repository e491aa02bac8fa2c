"""Commands of RUN: what has no effect in a layer, what hides a failure, what bloats or weakens the image."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import (
    command_of,
    docker_place,
    has_mount_over,
    mounts,
    name_place,
    text_of,
)
from devopslint.artifacts.dockerfile.scripts import heredoc_shell
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_FOR_EVERYBODY = lazily(r"(?:0?[0-7]{2}|[2-7][0-7]{2})[2367]$|(?:\w=[rwx]*,)*[ug]*[ao][ugoa]*[+=][rxXs]*w")
_NEVER_FAIL = frozenset(("curl", "echo", "printf", "true", "wget", "yes"))
_NO_PIPEFAIL_NEEDED = frozenset(
    ("sh", "bash", "dash", "ash", "zsh", "python", "python3", "perl", "node", "php", "ruby")
)
"""What runs a script that is fetched, which another rule tells of."""


def useradd_log(subject: Subject, options: Options) -> Iterator[Problem]:
    """`useradd` with a high number and the sparse file that it makes of `/var/log/lastlog`."""
    command, step = command_of(subject)
    uid = command.value_of("-u", "--uid")
    if uid is UNKNOWN:
        uid = next((text_of(word, step) for word in command.words if word.expands), UNKNOWN)
    if isinstance(uid, str) and uid.isdigit() and len(uid) > 5 and not command.has_flag("-l", "--no-log-init"):
        assert command.name_word is not None
        yield Problem(place_of(command.name_word), uid=uid)


def wget_progress(subject: Subject, options: Options) -> Iterator[Problem]:
    """`wget` that writes its progress bar into the build log."""
    command, _ = command_of(subject)
    if command.has_flag(
        "--progress",
        "-q",
        "--quiet",
        "-nv",
        "--no-verbose",
        "-o",
        "--output-file",
        "-a",
        "--append-output",
        "--version",
    ):
        return
    if command.expands and any(
        re.match(r"\$\{?\w*(?:OPT|FLAG|ARG)", word.text, re.IGNORECASE) for word in command.words
    ):
        return
    assert command.name_word is not None
    yield Problem(place_of(command.name_word))


def wget_and_curl(subject: Subject, options: Options) -> Iterator[Problem]:
    """Both `wget` and `curl` in one stage."""
    stage: Stage = subject.context
    first: dict[str, Any] = {}
    for step in stage.steps:
        if step.name == "RUN" and re.search(r"wget|curl", step.instruction.text):
            for command in step.read_script().named("wget", "curl"):
                first.setdefault(command.name, command)
    if len(first) == 2:
        later = max(first.values(), key=lambda command: command.mark)
        assert later.name_word is not None
        yield Problem(place_of(later.name_word), name=later.name)


def pipe_without_pipefail(subject: Subject, options: Options) -> Iterator[Problem]:
    """A download piped into something else, where its failure goes unseen."""
    command, step = command_of(subject)
    right = command.piped_to
    if right is None or command.within is not None or command.failure_ignored or _fails_on_pipe(step):
        return
    if command.wrapper is not None and "pipefail" in command.wrapper.args:
        return
    last = _end_of_pipe(command)
    if last.name in _NO_PIPEFAIL_NEEDED or any(other.failure_ignored for other in (right, last)):
        return
    script = step.read_script()
    for other in script.named("set"):
        if other.index < command.index and "pipefail" in other.args:
            return
    assert command.name_word is not None
    yield Problem(place_of(command.name_word), name=command.name, last=_called(last))


def _end_of_pipe(command: Command) -> Command:
    """Return the last command of the pipe that a command stands in."""
    while command.piped_to is not None:
        command = command.piped_to
    return command


def _called(command: Command) -> str:
    return f"`{command.name}`" if command.name else "the last command"


def _fails_on_pipe(step: Step) -> bool:
    shell = step.settings.get("SHELL")
    if shell is not None and any("pipefail" in item for item in shell.value):
        return True
    reader = heredoc_shell(step.instruction)
    if reader is not None and "pipefail" in reader[1]:
        return True
    return any(word.value.endswith("pipefail") for word in step.instruction.words) if step.instruction.json else False


def world_writable(subject: Subject, options: Options) -> Iterator[Problem]:
    """`chmod 777`, and `COPY --chmod=777`."""
    if subject.kind == "dockerfile.instruction":
        step: Step = subject.context
        flag = step.instruction.flag("chmod")
        text = step.text_of(flag.value) if flag is not None and flag.value is not None else None
        if flag is not None and flag.value is not None and isinstance(text, str) and _FOR_EVERYBODY.match(text):
            yield Problem(docker_place(step, flag.value), mode=text)
        return
    command, _ = command_of(subject)
    mode = next(iter(command.operands()), None)
    if mode is not None and _FOR_EVERYBODY.match(mode.text):
        yield Problem(place_of(mode), mode=mode.text)


def unchecked_pipe(subject: Subject, options: Options) -> Iterator[Problem]:
    """Any other pipe whose first commands may fail unseen: one problem a pipe, at its first command."""
    context: ScriptContext = subject.context
    step: Step = context.owner
    script = context.script
    if script.has_errors or _fails_on_pipe(step) or any("pipefail" in other.args for other in script.named("set")):
        return
    runners = {other.wrapper for other in script if other.wrapper and other.wrapper.name != "find"}
    for command in script:
        if (
            command.piped_to is None
            or command.piped_from is not None
            or command in runners
            or (command.name in _NEVER_FAIL and not (command.name in {"curl", "wget"} and _is_run(command)))
            or not command.name
        ):
            continue
        outer = command.wrapper
        if command.within is not None or command.failure_ignored or (outer is not None and "pipefail" in outer.args):
            continue
        assert command.name_word is not None
        yield Problem(place_of(command.name_word), name=command.name, last=_called(_end_of_pipe(command)))


def _is_run(command: Command) -> bool:
    """Say whether what a command fetches is run: what it lacks when the transfer breaks off is not run, and nothing tells."""
    return command.piped_to is not None and _end_of_pipe(command).name in _NO_PIPEFAIL_NEEDED


def consecutive_copies(subject: Subject, options: Options) -> Iterator[Problem]:
    """A COPY right behind another one to the same folder, from the same place and with the same flags."""
    stage: Stage = subject.context
    for previous, step in zip(stage.steps, stage.steps[1:], strict=False):
        if not previous.name == step.name == "COPY" or step.instruction.onbuild or previous.instruction.onbuild:
            continue
        left, right = previous.instruction, step.instruction
        if left.heredocs or right.heredocs or len(left.words) < 2 or len(right.words) < 2 or right.flag("from"):
            continue
        target = right.words[-1].value
        flags = [[(flag.name, flag.value.raw if flag.value else "") for flag in each.flags] for each in (left, right)]
        if target.endswith(("/", ".")) and left.words[-1].value == target and flags[0] == flags[1]:
            yield Problem(name_place(step), destination=target)


def consecutive_runs(subject: Subject, options: Options) -> Iterator[Problem]:
    """A RUN right behind another one."""
    stage: Stage = subject.context
    for previous, step in zip(stage.steps, stage.steps[1:], strict=False):
        if previous.name == step.name == "RUN" and not step.instruction.onbuild and not previous.instruction.onbuild:
            if step.instruction.heredocs or previous.instruction.heredocs:
                continue
            if mounts(step) != mounts(previous) or [f.name for f in step.instruction.flags] != [
                f.name for f in previous.instruction.flags
            ]:
                continue
            yield Problem(name_place(step))


def clone_without_version(subject: Subject, options: Options) -> Iterator[Problem]:
    """`git clone` of whatever the default branch is today."""
    command, step = command_of(subject)
    verb = next(iter(command.operands(frozenset({"-c", "-C", "--git-dir", "--work-tree"}))), None)
    if verb is None or verb.text != "clone" or command.has_flag("-b", "--branch", "--revision"):
        return
    script = step.read_script()
    if any(set(other.args) & {"checkout", "reset", "switch"} for other in script.named("git")) or command.expands:
        return
    yield Problem(place_of(verb))


def download_unverified(subject: Subject, options: Options) -> Iterator[Problem]:
    """A download that is kept, without a checksum or signature in the same RUN."""
    command, step = command_of(subject)
    urls = [word for word in command.words if re.match(r"(?:https?|ftp)://", word.text)]
    if not urls:
        return
    script = step.read_script()
    text = step.instruction.text + "".join(heredoc.body.text for heredoc in step.instruction.heredocs)
    if re.search(
        r"sha(?:1|224|256|384|512)|md5|b2sum|gpg|gpgv|cosign|minisign|checksum|openssl dgst|apt-key|keyring|\.asc\b",
        text,
        re.IGNORECASE,
    ):
        return
    saves = (
        command.has_flag("-o", "-O", "--output", "--remote-name", "--output-document")
        or command.name == "wget"
        or bool(command.redirects)
    )
    if command.name == "wget" and command.value_of("-O", "--output-document") in {"-", "/dev/null"}:
        saves = False
    unpacked = command.piped_to is not None and command.piped_to.name in {"tar", "bsdtar", "unzip", "gunzip", "gzip"}
    if (saves or unpacked) and script.commands:
        yield Problem(place_of(urls[0]), url=urls[0].text)


def tar_kept(subject: Subject, options: Options) -> Iterator[Problem]:
    """An archive that is downloaded, unpacked, and left in the layer."""
    command, step = command_of(subject)
    word = next((w for w in command.words if re.search(r"\.(?:tar(?:\.\w+)?|tgz|zip)$", w.text)), None)
    if word is None or word.expands or has_mount_over(step, ("/tmp",)):  # noqa: S108 (the folder that a mount lies over)
        return
    name = word.text.rsplit("/", 1)[-1]
    script = step.read_script()
    if any(other.name in {"rm", "find"} for other in script) or not any(
        name in w.text for other in script.named("curl", "wget") for w in other.words
    ):
        return
    yield Problem(place_of(word), archive=name)
