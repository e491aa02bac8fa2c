"""Rules and configurations from disk: small regular files in UTF-8, or a reason in words."""

from __future__ import annotations

import os
import stat

from devopslint.syntax.source import Source

LARGEST = 1 << 20
"""Bytes of a rule or a configuration."""


class UnreadableError(Exception):
    """A file that can't be read: `message`, and the line and column where it ceases to be text (0: it has none)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def read_bytes(path: str, largest: int = LARGEST) -> bytes:
    """Return the content of a regular file of at most so many bytes. Raises UnreadableError."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > largest:
            raise UnreadableError(f"can't be read: no regular file of at most {largest >> 20} MiB")
        with open(path, "rb") as file:
            return file.read(largest)
    except OSError as error:
        raise UnreadableError(f"can't be read: {(error.strerror or str(error)).lower()}") from None


def read_small(path: str, shown: str) -> Source:
    """Return the text of a file, which is called `shown` in it. Raises UnreadableError."""
    content = read_bytes(path)
    try:
        return Source(shown, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line, column = Source(shown, content.decode("latin-1")).position(error.start)
        message = f"can't be read: byte 0x{content[error.start]:02X} is not UTF-8"
        raise UnreadableError(message, line, column) from None
