"""Colours and links for terminals, in a few escape sequences.

Every level has its own word and every mark its own shape, so that nothing is said by hue alone.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

_RESET = "\x1b[0m"
_CODES = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "related": "\x1b[36m",
    "bold": "\x1b[1m",
    "dim": "\x1b[2m",
    "good": "\x1b[1;32m",
}


class Style:
    """Puts escape sequences around texts, or none."""

    __slots__ = ("color", "links")

    def __init__(self, *, color: bool, links: bool) -> None:
        self.color = color
        self.links = links

    def paint(self, name: str, text: str) -> str:
        """Return `text` in a style: `error`, `warning`, `note`, `related`, `bold`, `dim`, `good`."""
        return f"{_CODES[name]}{text}{_RESET}" if self.color and text else text

    def link(self, text: str, url: str) -> str:
        """Return `text` as a hyperlink (OSC 8), where there is a `url`, and nothing in it that could end the sequence."""
        if not self.links or not url or not url.isascii() or not url.isprintable():
            return text
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def wants_color(choice: str, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Say whether to colour a stream: by the choice (`auto`, `always`, `never`), then the environment, then the stream.

    `NO_COLOR` is as on no-color.org, any text but the empty one; `FORCE_COLOR` and `CLICOLOR_FORCE` as most tools read
    them, any text but the empty one and `0`.
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return is_terminal(stream)


def is_terminal(stream: TextIO) -> bool:
    """Say whether a stream is a terminal; a closed or partial stream is none."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def in_ci(environ: Mapping[str, str]) -> bool:
    """Say whether this is a run of a continuous integration service (they set `CI`)."""
    return environ.get("CI", "").lower() not in {"", "0", "false"}


def obeys_commands(environ: Mapping[str, str]) -> bool:
    """Say whether what is printed is read by a CI service that obeys commands in it (`devopslint.report.commands`)."""
    names = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
    return any(environ.get(name, "").lower() not in {"", "0", "false"} for name in names)


def takes_unicode(stream: TextIO) -> bool:
    """Say whether a stream's encoding can carry the characters that reports are drawn with."""
    try:
        "┌─│…·".encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError, AttributeError):
        return not hasattr(stream, "encoding")
    return True
