"""From the bytes of a file to its text, or to why there is none."""

from __future__ import annotations

import os
import stat

from devopslint.policy.digests import blake2b
from devopslint.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.policy.subject import Place
    from devopslint.syntax.tree import Document, SyntaxProblem

    Fault = tuple[str, Place, str]
    """The rule, the place and the message of a fault of reading or parsing."""

LARGEST_FILE = 10 * 1024 * 1024
"""Bytes; a larger file is not read (`core/too-large`)."""
_SNIFFED = 8192
_PIECE = 1 << 16
_AS_IT_IS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Unread:
    """Why a file is not read: the `core/…` rule that says so, and its message."""

    __slots__ = ("message", "rule")

    def __init__(self, rule: str, message: str) -> None:
        self.rule = rule
        self.message = message


def read_regular(path: str, status: os.stat_result) -> bytes | Unread | None:
    """Return the content of a file with that status; `None` for a folder, which is no fault. Raises OSError."""
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return Unread("core/unreadable", "is no regular file")
    if status.st_size > LARGEST_FILE:
        return too_large(status.st_size)
    handle = os.open(path, os.O_RDONLY | _AS_IT_IS)
    try:
        content = os.read(handle, status.st_size + 1)
        while len(content) != status.st_size:
            more = os.read(handle, _PIECE)
            if not more:
                break
            content += more
            if len(content) > LARGEST_FILE:
                return too_large(len(content))
        return content
    finally:
        os.close(handle)


def too_large(size: int) -> Unread:
    """Return that a file of `size` bytes is not read."""
    limit = LARGEST_FILE >> 20
    return Unread("core/too-large", f"has {size / 1048576:.0f} MiB, more than the {limit} MiB that are read")


def answer(content: bytes | Unread | None) -> str:
    """Return what tells one outcome of reading from every other."""
    if isinstance(content, bytes):
        return digest(content)
    return "" if content is None else f"{content.rule} {content.message}"


def decode(path: str, content: bytes) -> tuple[Source | None, Fault | None]:
    """Return the text of a file, and what is wrong with its encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            source = Source(path, content.decode("utf-16"))
        except UnicodeDecodeError:
            return None, unreadable(path, "core/encoding", "is neither UTF-8 nor whole UTF-16")
        return source, ("core/encoding", _place(source, 0, 0), "is UTF-16, which the tools that use it do not read")
    if b"\0" in content[:_SNIFFED]:
        return None, unreadable(path, "core/binary", "is a binary file")
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    try:
        return Source(path, content.decode("utf-8")), None
    except UnicodeDecodeError as error:
        source = Source(path, content.decode("latin-1"))
        at = error.start
        message = f"is not UTF-8: byte 0x{content[at]:02X} (the file is judged as if it were Latin-1)"
        return source, ("core/encoding", _place(source, at, at + 1), message)


def unreadable(path: str, rule: str, message: str) -> Fault:
    """Return a fault of a file that has no text."""
    return rule, _place(Source(path, ""), 0, 0), message


def _place(source: Source, start: int, end: int) -> Place:
    from devopslint.policy.subject import Place

    return Place(source, start, end)


def parse(source: Source) -> tuple[Sequence[Document], Sequence[SyntaxProblem]]:
    """Return the documents of a JSON or YAML file, and what could not be read of it."""
    if source.path.endswith(".json"):
        from devopslint.syntax.json import read_json

        return read_json(source)
    from devopslint.syntax.yaml import read_yaml

    return read_yaml(source)


def digest(content: bytes) -> str:
    """Return what tells one content from every other."""
    return blake2b(content, digest_size=16).hexdigest()
