"""A check that was made before, of the same files with the same words, is not made again: its reports are written anew.

What was written is kept beside what was found (`engine/recall.py`), under everything that it hangs on: what was found,
the request, the configurations, and how a report looks where it goes.
"""

from __future__ import annotations

import marshal
import os
import sys

from devopslint.engine.reading import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

    from devopslint.commands.request import Request
    from devopslint.commands.session import Session
    from devopslint.engine.recall import Memory
    from devopslint.report import Output
    from devopslint.report.options import Options

    OptionsFor = Callable[[Output, TextIO], Options]

LARGEST_REPORT = 64 << 20
"""Bytes of all that a check writes; what is larger is not kept."""
_BOUND = frozenset({"jobs", "no_cache", "paths"})
"""What of a request changes no report, or is told by what was asked for."""


class Replay:
    """What a check has said and written so far, and what it is known by."""

    def __init__(self, memory: Memory, how: str) -> None:
        self._memory = memory
        self._how = how
        self._events: list[tuple[int, str]] = []
        self._lost = False

    def _key(self) -> bytes:
        return digest(f"{self._memory.known}\0{self._how}".encode("utf-8", "surrogateescape")).encode()

    def again(self, say: Callable[[str], None], write: Callable[[int, memoryview], object]) -> int | None:
        """Say and write what a check like this one has, and return its exit code; `None` when that is not known."""
        content = self._memory.cache.load_report(self._key(), LARGEST_REPORT)
        if content is None:
            return None
        size = int.from_bytes(content[:4], "big")
        code, events = marshal.loads(content[4 : 4 + size])  # noqa: S302 (its digest is right)
        at = 4 + size
        for output, length in events:
            part = content[at : at + length]
            at += length
            if output < 0:
                say(str(part, "utf-8", "surrogatepass"))
            else:
                write(output, part)
        return int(code)

    def said(self, message: str) -> None:
        """Note what was said."""
        self._events.append((-1, message))

    def wrote(self, output: int, text: str | None) -> None:
        """Note what was written to an output; `None` when not all of it could be, so that nothing is kept."""
        if text is None:
            self._lost = True
        else:
            self._events.append((output, text))

    def keep(self, code: int) -> None:
        """Keep what was said and written, where what was found is kept."""
        if self._lost or not self._memory.known:
            return
        parts = [
            (output, text.encode("utf-8", "surrogatepass" if output < 0 else "backslashreplace"))
            for output, text in self._events
        ]
        head = marshal.dumps((code, [(output, len(part)) for output, part in parts]))
        content = b"".join((len(head).to_bytes(4, "big"), head, *(part for _, part in parts)))
        self._memory.cache.store_report(self._key(), content, LARGEST_REPORT)


def replay_of(
    request: Request,
    session: Session,
    memory: Memory,
    outputs: Sequence[Output],
    options_for: OptionsFor,
    baseline_path: Callable[[Request, Session], str],
) -> Replay | None:
    """Return what replays a check; `None` for one that does more than to write reports of what was found.

    A baseline is compared with files that nobody else asks for, and so is a merge base.
    """
    if sys.stdout is None:
        return None
    if request.diff_base is not None or request.add_ignore is not None or "-" in request.paths:
        return None
    if not request.no_baseline and os.path.lexists(baseline_path(request, session)):
        return None
    looks = [options_for(output, sys.stdout if output.path is None else _FILE).look() for output in outputs]
    if any(output.format == "github" and options_for(output, _FILE).step_summary for output in outputs):
        return None
    said = [f"{name}={getattr(request, name)!r}" for name in request.__slots__ if name not in _BOUND]
    layers = [(layer.path, layer.folder, layer.source.text) for layer in session.config.layers]
    return Replay(memory, repr((said, layers, looks, session.root, os.getcwd(), session.notes)))


class _File:
    """Stands for a file that is yet to be written."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say that a file is no terminal."""
        return False


_FILE: TextIO = _File()  # type: ignore[assignment]  # it is only looked at
