"""Users and groups that an instruction names and that the stage does not have."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, name_place, whole_text
from devopslint.artifacts.dockerfile.model import whole_word
from devopslint.artifacts.dockerfile.tools import is_plain
from devopslint.artifacts.dockerfile.words import Word
from devopslint.knowledge.image_contents import accounts
from devopslint.knowledge.images import parse_image
from devopslint.knowledge.packages import is_install
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

_NAME = lazily(r"[a-z_][\w-]*")
_MAKE_USERS = frozenset({"adduser", "newusers", "useradd", "usermod"})
_MAKE_GROUPS = frozenset({"addgroup", "groupadd", "groupmod"})
_OF_NO_PACKAGE = lazily(
    r"(?:my|app|web|api|dev|java|node|python|non-?root|next|nest|spring|django|flask|deploy|run|work|service|server|user)"
    r"[-_]?(?:app|js|user|er|group|root|usr|svc|elop|eloper)?"
)
"""Names that people give to the account of their program, and packages do not."""
_FILES_OF_ACCOUNTS = lazily(r"/etc/(?:passwd|group)\b|/etc/?$|^/$")


def unknown_user(subject: Subject, options: Options) -> Iterator[Problem]:
    """A name in USER or --chown of which no account is made in the stage, and which its base image does not have."""
    step: Step = subject.context
    stage = step.stage
    if stage is None or step.instruction.onbuild or not step.has_posix_shell():
        return
    if step.name == "USER":
        word = whole_word(step.instruction)
    else:
        flag = step.instruction.flag("chown")
        if flag is None or flag.value is None:
            return
        word = flag.value
    text = step.text_of(word)
    known = accounts(parse_image(stage.root_stage.image_text))
    if not isinstance(text, str) or known is None:
        return
    user, _, group = text.strip("\"'").partition(":")
    for name, there, what in ((user, known[0], "user"), (group, known[1], "group")):
        if _NAME.fullmatch(name) and name not in there and not _may_be_made(step, name, what):
            place = docker_place(step, word) if isinstance(word, Word) else name_place(step)
            yield Problem(place, what=what, account=name, image=stage.root_stage.image_text)
            return


def _may_be_made(step: Step, name: str, what: str) -> bool:
    """Say whether a step in front of one makes an account, or can't be seen through."""
    assert step.stage is not None
    for earlier in step.stage.lineage():
        if earlier is step:
            return False
        if earlier.name in {"COPY", "ADD"} and any(
            not isinstance(text, str) or _FILES_OF_ACCOUNTS.search(text)
            for text in (earlier.text_of(word) for word in earlier.instruction.words[-1:])
        ):
            return True
        if earlier.name == "RUN" and _run_may_make(earlier, name, what):
            return True
    return False


def _run_may_make(step: Step, name: str, what: str) -> bool:
    if step.instruction.json or not is_plain(step) or re.search(r"/etc/(?:passwd|group)\b", whole_text(step)):
        return True
    for command in step.read_script():
        if command.name in _MAKE_USERS | _MAKE_GROUPS:
            if command.expands or _makes(command, name, what):
                return True
        elif is_install(command) and not _OF_NO_PACKAGE.fullmatch(name):
            return True
    return False


def _makes(command: Command, name: str, what: str) -> bool:
    """Say whether a command makes a user, or a group: a user has a group of its name unless another one is given."""
    if command.name in _MAKE_GROUPS:
        return what == "group" and name in command.args
    operands = [word.text for word in command.operands(frozenset({"-g", "--gid", "-G", "--ingroup", "--groups"}))]
    return name in operands or (what == "group" and name in command.args)
