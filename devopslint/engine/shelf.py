"""Contents kept in files of their own, each written whole, and none taken that is not as it was written.

What is read at every run is read at once: opened, told by its key and a digest of itself, and used. Nothing here fails:
what can't be kept is not, and what can't be read is not there.
"""

from __future__ import annotations

import os
from zlib import crc32

from devopslint.policy.digests import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Piece = bytes | memoryview
    Mark = Callable[[Sequence[Piece]], bytes]

_AS_IT_IS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_HEAD = 64
TEMPORARY = ".tmp"


def load(path: str, key: bytes, *, largest: int, quick: bool = False) -> memoryview | None:
    """Return what was stored under a key; `None` when it is not there, another's, larger, or not as it was written.

    With `quick` it carries a checksum: enough against damage of what is large and was rendered only.
    """
    try:
        handle = os.open(path, os.O_RDONLY | _AS_IT_IS)
    except (OSError, ValueError):
        return None
    try:
        size = os.fstat(handle).st_size
        if not _HEAD <= size <= largest + _HEAD:
            return None
        content = os.read(handle, size + 1)
    except (OSError, MemoryError):
        return None
    finally:
        os.close(handle)
    whole = memoryview(content)
    if len(content) != size or whole[:_HEAD] != _head(key, whole[_HEAD:], quick=quick):
        return None
    return whole[_HEAD:]


def store(path: str, key: bytes, content: bytes, *, largest: int, quick: bool = False) -> bool:
    """Store a content under a key instead of what is there, and say whether that could be done."""
    if len(content) > largest:
        return False
    temporary = f"{path}.{os.getpid()}{TEMPORARY}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        remove(temporary)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS, 0o600)
        try:
            for piece in (_head(key, content, quick=quick), content):
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except OSError:
        remove(temporary)
        return False
    return True


def remove(path: str) -> None:
    """Remove a file, if it is there and may be."""
    try:
        os.remove(path)
    except OSError:
        return


def _head(key: bytes, content: bytes | memoryview, *, quick: bool) -> bytes:
    """Return what stands before a content: a digest of the key, and one of both."""
    of_key = blake2b(key, digest_size=16)
    if quick:
        mark = b"%032d" % crc32(content, crc32(of_key.digest()))
    else:
        of_all = of_key.copy()
        of_all.update(content)
        mark = of_all.hexdigest().encode()
    return of_key.hexdigest().encode() + mark
