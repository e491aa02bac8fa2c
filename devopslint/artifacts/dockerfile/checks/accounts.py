"""Users and groups that an instruction names and that the stage does not have."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, name_place
from devopslint.artifacts.dockerfile.lookback import first_before
from devopslint.artifacts.dockerfile.tools import is_plain
from devopslint.artifacts.dockerfile.words import Word
from devopslint.knowledge.image_contents import accounts
from devopslint.knowledge.packages import is_install
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_NAME = lazily(r"[a-z_][\w-]*")
_MAKE_USERS = frozenset({"adduser", "newusers", "useradd", "usermod"})
_MAKE_GROUPS = frozenset({"addgroup", "groupadd", "groupmod"})
_MAKE_ACCOUNTS = _MAKE_USERS | _MAKE_GROUPS
_VALUED = frozenset({"-g", "--gid", "-G", "--ingroup", "--groups"})
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
        word = step.instruction.whole_word
    else:
        flag = step.instruction.flag("chown")
        if flag is None or flag.value is None:
            return
        word = flag.value
    text = step.text_of(word)
    known = accounts(stage.root_image)
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
    stage = step.stage
    assert stage is not None
    if first_before(step, "accounts that can't be seen", _may_make_any) is not None:
        return True
    if first_before(step, "installs", _installs) is not None and not _OF_NO_PACKAGE.fullmatch(name):
        return True
    at: Stage | None = stage
    while at is not None:
        if _made_in(at).get((what, name), step.index) < step.index:
            return True
        at = at.base
    return False


def _may_make_any(step: Step) -> bool:
    """Say whether a step may make accounts of any name."""
    if step.name in {"COPY", "ADD"}:
        words = step.instruction.words
        text = step.text_of(words[-1]) if words else ""
        return not isinstance(text, str) or _FILES_OF_ACCOUNTS.search(text) is not None
    if step.name != "RUN":
        return False
    if step.instruction.json or not is_plain(step):
        return True
    text = step.instruction.whole_text
    if "/etc/" in text and re.search(r"/etc/(?:passwd|group)\b", text):
        return True
    return bool([one for one in step.read_script().commands if one.name in _MAKE_ACCOUNTS and one.expands])


def _installs(step: Step) -> bool:
    return step.name == "RUN" and any(map(is_install, step.read_script()))


def _made_in(stage: Stage) -> dict[tuple[str, str], int]:
    """Return the users and groups that the commands of a stage make, each with the index of the first step that does."""
    cache = stage.model.cache
    key = "accounts", stage.index
    if key not in cache:
        made = cache[key] = {}
        for step in stage.steps:
            for command in step.read_script() if step.name == "RUN" else ():
                for account in _made_by(command) if command.name in _MAKE_ACCOUNTS else ():
                    made.setdefault(account, step.index)
    found: dict[tuple[str, str], int] = cache[key]
    return found


def _made_by(command: Command) -> Iterator[tuple[str, str]]:
    """Yield the users and groups that a command makes: a user has a group of its name unless another one is given."""
    if command.name in _MAKE_USERS:
        for word in command.operands(_VALUED):
            yield "user", word.text
    for text in command.args:
        yield "group", text
