"""What a user that is not root writes into folders that belong to root.

WORKDIR makes its folder for the user of that moment, root most often. What was not seen to be given away counts as root's only
where every RUN above can be seen through, on a base image that is known.
"""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.dockerfile.checks.common import command_of, related_step
from devopslint.artifacts.dockerfile.checks.files import sources_and_destination
from devopslint.artifacts.dockerfile.lookback import first_before
from devopslint.artifacts.dockerfile.tools import is_plain
from devopslint.knowledge.image_contents import contents
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_OF_ROOT = frozenset(
    (
        "/",
        "/bin",
        "/etc",
        "/lib",
        "/opt",
        "/run",
        "/sbin",
        "/srv",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/usr/local",
        "/usr/share",
        "/var",
    )
) | {"/usr/local/bin", "/var/cache", "/var/lib", "/var/log", "/var/run", "/usr/src", "/etc/ssl", "/mnt", "/media"}
"""Folders that every Linux image has, for root to write into."""
_INSTALLS = {
    "npm": frozenset({"ci", "clean-install", "i", "install"}),
    "yarn": frozenset({"", "install"}),
    "pnpm": frozenset({"i", "install"}),
    "bun": frozenset({"i", "install"}),
    "composer": frozenset({"install"}),
}
"""Package manager → its commands that write into the working folder."""
_VALUED = frozenset({"-m", "--mode", "-t", "-d", "-r", "--reference"})
_GIVES = lazily(r"\b(?:chown|chmod|chgrp|setfacl|install\s+-\S*\s*-?d|adduser|useradd)\b")


def written_without_rights(subject: Subject, options: Options) -> Iterator[Problem]:
    """An install, `mkdir` or `touch` in a folder of root's, as another user."""
    command, step = command_of(subject)
    user = _user(step)
    if (
        not user
        or step.stage is None
        or command.failure_ignored
        or command.wrapper is not None
        or step.instruction.onbuild
    ):
        return
    if step.stage.root_stage.image_text == "scratch" or contents(step.stage.root_image) is None:
        return
    for word, path in _written(command, step):
        maker = _maker(step, path)
        if (maker is None and path not in _OF_ROOT) or not _stays_with_root(step, path):
            continue
        related = [related_step(maker, "made here, for root")] if maker is not None else []
        yield Problem(place_of(word), user=user, path=path, related=related)
        return


def _user(step: Step) -> str:
    """Return the user of a step when it is known and not root, else an empty text."""
    held = step.settings.get("USER")
    if held is None or not isinstance(held.value, str):
        return ""
    user = held.value.strip("\"'").partition(":")[0]
    return "" if user in {"", "root", "0"} else user


def _written(command: Command, step: Step) -> Iterator[tuple[Word, str]]:
    """Yield the words that say what is written, and the folder that it is written into."""
    held = step.settings.get("WORKDIR")
    folder = held.value if held is not None and isinstance(held.value, str) else ""
    if any(other.name in {"cd", "pushd"} and other.index < command.index for other in command.script):
        folder = ""
    if command.name in _INSTALLS:
        operands = command.operands()
        verb = operands[0].text if operands else ""
        other_place = command.has_flag(
            "-g", "--global", "--prefix", "-C", "--cwd", "--dir", "-d", "--working-dir", "--version"
        )
        if verb in _INSTALLS[command.name] and len(operands) < 2 and not other_place and folder:
            word = operands[0] if operands else command.name_word
            assert word is not None
            yield word, posixpath.normpath(folder)
        return
    targets = [one.target for one in command.redirects if one.operator.endswith(">") and one.target is not None]
    operands = [] if command.name in {"cat", "echo", "printf"} else command.operands(_VALUED)
    for word in (*operands, *targets):
        if word.text in {"/dev/null", "/dev/stderr", "/dev/stdout"}:
            continue
        if word.expands or re.search(r"[{}*?~]", word.text):
            continue
        path = word.text if word.text.startswith("/") else posixpath.join(folder, word.text) if folder else ""
        if path:
            yield word, posixpath.dirname(posixpath.normpath(path))


def _maker(step: Step, path: str) -> Step | None:
    """Return the WORKDIR that made a folder while root was the user."""
    assert step.stage is not None
    maker = first_before(step, ("makes", path), lambda earlier: _folder_of(earlier) == path)
    return None if maker is None or (maker.settings.get("USER") is not None and _user(maker)) else maker


def _folder_of(step: Step) -> str | None:
    """Return the folder that a WORKDIR names; `None` when it is not known, and for other instructions."""
    if step.name != "WORKDIR" or step.stage is None or step.stage.settings.get("WORKDIR") is None:
        return None
    text = step.text_of(step.instruction.words[0]) if step.instruction.words else None
    if not isinstance(text, str):
        return None
    above = step.settings.get("WORKDIR")
    whole = text if text.startswith("/") else posixpath.join(str(above.value) if above is not None else "/", text)
    return posixpath.normpath(whole)


def _stays_with_root(step: Step, path: str) -> bool:
    """Say whether no step in front of one gives a folder to somebody else, or may do so unseen."""
    assert step.stage is not None
    facts = contents(step.stage.root_image) or {}
    if facts.get("workdir") == path or facts.get("user") or facts.get("system") is None:
        return False

    def gives(earlier: Step) -> bool:
        if earlier.name == "RUN":
            text = earlier.instruction.text
            return not is_plain(earlier) or (
                _GIVES.search(text) is not None
                and (path in text or "$" in text or re.search(r"\s\.(?:\s|$)", text) is not None)
            )
        return earlier.name in {"COPY", "ADD"} and _gives_folder(earlier, path)

    return first_before(step, ("gives away", path), gives) is None


def _gives_folder(step: Step, path: str) -> bool:
    """Say whether a COPY may set the owner of a folder: it brings a folder, or files of another stage."""
    sources, destination = sources_and_destination(step)
    target = step.text_of(destination) if destination is not None else None
    if not isinstance(target, str):
        return True
    above = step.settings.get("WORKDIR")
    whole = target if target.startswith("/") else posixpath.join(str(above.value) if above is not None else "/", target)
    whole = posixpath.normpath(whole)
    is_near = whole == path or whole.startswith(path.rstrip("/") + "/") or path.startswith(whole.rstrip("/") + "/")
    named = all(re.search(r"[\w*]\.\w+$", word.value) for word in sources)
    return is_near and path not in _OF_ROOT and not (named and step.instruction.flag("from") is None)
