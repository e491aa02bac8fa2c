"""Words of shell commands: where they stand, whether they are a variable, whether they name this machine."""

from __future__ import annotations

import re

from devopslint.policy.subject import Place
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.shell import Assignment, Command, Word

VARIABLE = lazily(r"\$(?:(\w+)|\{(\w+)\})")
"""A variable, and nothing done to its value."""
VERIFIES = lazily(
    r"\b(?:sha\d{1,3}sum|shasum|b2sum|md5sum|Get-FileHash|minisign|cosign\s+verify|openssl\s+dgst|gpgv|rpm\s+(?:-K|--checksig))\b"
    r"|gpg\b[^&|;]*--verify",
    re.IGNORECASE,
)
"""A call of what compares the checksum or the signature of a file."""
_LOCAL = lazily(r"^(?:https?://)?(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?:[:/]|$)")


def place_of(piece: Assignment | Command | Word) -> Place:
    """Return where a word, an assignment or a whole command stands."""
    return Place(piece.fragment.source, *piece.mark)


def raw_text(word: Word) -> str:
    """Return a word as it is written, with its quotes."""
    return word.fragment.text[word.start : word.end]


def is_local(command: Command) -> bool:
    """Say whether a command names addresses, and all of them are of this machine."""
    urls = [word.text for word in command.words if "://" in word.text or _LOCAL.match(word.text)]
    return bool(urls) and all(_LOCAL.match(url) for url in urls)
