"""Files that are written whole or not at all: an interrupt or a full disk leaves what was there, and nothing half done."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TextIO


@contextmanager
def whole_text(path: str, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a file for text: a new one beside it, that takes its place when all is written. Raises OSError.

    A link, a pipe or a device is written to as it is, and so is a file in a folder where nothing new may be made.
    """
    before = _status(path)
    temporary = f"{path}.{os.getpid()}.tmp"
    if (before is not None and not stat.S_ISREG(before.st_mode)) or not _makes(temporary):
        with open(path, "w", encoding=encoding, errors="backslashreplace", newline="\n") as file:
            yield file
        return
    try:
        with open(temporary, "w", encoding=encoding, errors="backslashreplace", newline="\n") as file:
            yield file
        if before is not None:
            _make_alike(temporary, before)
        _put(temporary, path)
    finally:
        _remove(temporary)


def write_whole(path: str, text: str, encoding: str = "utf-8") -> None:
    """Write a text as `whole_text` does. Raises OSError."""
    with whole_text(path, encoding) as file:
        file.write(text)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None


def _makes(path: str) -> bool:
    """Make an empty file of our own, and say whether that could be done."""
    _remove(path)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except OSError:
        return False
    return True


def _make_alike(path: str, before: os.stat_result) -> None:
    """Give a file the owner and the rights that another had, as far as one may."""
    chown: Any = getattr(os, "chown", None)
    try:
        if chown is not None:
            chown(path, before.st_uid, before.st_gid)
        os.chmod(path, stat.S_IMODE(before.st_mode))
    except OSError:
        return


def _put(temporary: str, path: str) -> None:
    try:
        os.replace(temporary, path)
    except OSError as error:  # a file that is mounted by itself can't be replaced
        from errno import EBUSY

        if error.errno != EBUSY:
            raise
        from shutil import copyfile

        copyfile(temporary, path)


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
