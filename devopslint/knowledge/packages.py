"""What a call of a package manager does, by the table in `package_managers`."""

from __future__ import annotations

import re

from devopslint.knowledge.package_managers import MANAGERS
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.knowledge.package_managers import Manager
    from devopslint.syntax.shell import Command, Word


def subcommand(command: Command) -> Word | None:
    """Return the word that says what a package manager shall do: `install` of `apt-get -qq install curl`."""
    return command.once(subcommand, _subcommand, command)


def _subcommand(command: Command) -> Word | None:
    manager = MANAGERS.get(command.name)
    if command.name == "pacman":
        verbs = MANAGERS["pacman"].asks | MANAGERS["pacman"].cleans
        return next((word for word in command.words if word.text in verbs), None)
    operands = command.operands(manager.valued if manager else frozenset())
    return operands[_verb_at(operands)] if operands else None


def is_install(command: Command) -> bool:
    """Say whether a command installs packages with a manager that is known here."""
    manager = MANAGERS.get(command.name)
    word = subcommand(command) if manager else None
    return manager is not None and word is not None and word.text in manager.install


def packages(command: Command) -> list[Word]:
    """Return the words of an install command that name packages; files, URLs, options and their values left out."""
    return command.once(packages, _packages, command)


def _packages(command: Command) -> list[Word]:
    manager = MANAGERS.get(command.name)
    if manager is None:
        return []
    operands = command.operands(manager.valued)
    at = -1 if command.name == "pacman" else _verb_at(operands)
    if at >= 0 and operands and operands[0].text.startswith("group"):
        return []
    found = [word for word in operands[at + 1 :] if not _FILE.search(word.text)]
    if command.name == "composer" and any("/" not in word.text for word in found):
        return []  # `require vendor/name ^1.0`: versions are words of their own
    return found


def _verb_at(operands: list[Word]) -> int:
    return 1 if len(operands) > 1 and operands[0].text in _NOUNS else 0


def are_bound(command: Command) -> bool:
    """Say whether an option settles the versions of all packages: constraints, a lock, a version for the one."""
    return command.has_flag(*MANAGERS[command.name].bound)


def has_version(manager: Manager, word: Word) -> bool:
    """Say whether a package word names a version, or may do so."""
    text = word.text
    if text.startswith("$") or (word.expands and "$" in text):
        return True
    if _REPOSITORY.match(text) or (manager.revision == "#" and _ON_GITHUB.match(text)):
        _, found, revision = re.sub(r"^\S+?://[^/]*", "", text).partition(manager.revision)
        return bool(found) and not _BRANCH.match(revision)
    return bool(manager.pinned.search(text))


_NOUNS = frozenset(("module", "group", "groups", "global", "copr", "tool"))
"""Words in front of the sub-command: `dnf module install`, `yarn global add`, `uv tool install`."""
_FILE = lazily(r"^(?:\.{0,2}/|https?://|file:)|^\.$|\.(?:deb|apk|rpm|whl|tgz|tar\.gz|zip|gem)$|[*]")
_REPOSITORY = lazily(r"(?:git|hg|svn|bzr)\+\S+?://|git://|ssh://|git@|(?:github|gitlab|bitbucket):")
_BRANCH = lazily(r"(?:main|master|develop|dev|trunk|HEAD)(?:#|$)")
_ON_GITHUB = lazily(r"[\w-][\w.-]*/[\w.-]+(?:#|$)")
