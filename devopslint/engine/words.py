"""The words of the files of a folder, read once, so that each file of a large folder may ask of all the others."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_WORDS = 1 << 20
"""Words that are kept of one folder; where there are more, whatever is asked for may stand there."""
_LONGEST_RUN = 8
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_DOTTED = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_JOINED = re.compile(r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*")
_PART = re.compile(r"[A-Za-z0-9]+")


class Words:
    """What words stand in some files: runs of letters, digits, `_` and `-`, or several of those joined by dots."""

    __slots__ = ("_all", "_overflown")

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._all: set[str] = set()
        self._overflown = False
        for _, text in texts:
            self._all.update(_WORD.findall(text))
            self._all.update(_DOTTED.findall(text))
            if len(self._all) > MOST_WORDS:
                self._all.clear()
                self._overflown = True
                return

    def hold(self, word: str) -> bool:
        """Say whether a word stands in one of the files."""
        return self._overflown or word in self._all


class Names:
    """Where names stand in some files: parts of letters and digits joined by `.`, `_` and `-`, alone or in a longer name.

    `web` stands in `web-config` and `prod.web`, not in `webhook`. Of a name of many parts only the first few are asked for.
    """

    __slots__ = ("_file_of", "_overflown")

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._file_of: dict[str, str] = {}
        """The only file that a name stands in; an empty string for several."""
        self._overflown = False
        for path, text in texts:
            names = {name for run in set(_JOINED.findall(text)) for name in _names_in(run)}
            known = self._file_of
            for name in names:
                known[name] = path if name not in known else ""
            if len(known) > MOST_WORDS:
                known.clear()
                self._overflown = True
                return

    def stand_besides(self, path: str, text: str) -> bool:
        """Say whether all names of a text stand in another file than `path`."""
        if self._overflown:
            return True
        firsts = [_first_of(run) for run in _JOINED.findall(text)]
        return all(self._file_of.get(name, path) != path for name in firsts)


def _names_in(run: str) -> Iterable[str]:
    """Yield what consecutive parts of a run spell, a few at most."""
    parts = [found.span() for found in _PART.finditer(run)]
    for first, (start, _) in enumerate(parts):
        for _, end in parts[first : first + _LONGEST_RUN]:
            yield run[start:end]


def _first_of(run: str) -> str:
    """Return the longest of the names in a run that begins it."""
    parts = [found.end() for found in _PART.finditer(run)]
    return run[: parts[min(len(parts), _LONGEST_RUN) - 1]]
