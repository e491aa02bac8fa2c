"""The words of the files of folders, read once, so that each file of a large folder may ask of all the others."""

from __future__ import annotations

import re

from devopslint.knowledge.folders import likely_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from devopslint.engine.reading import Unread

    Of = tuple[str, tuple[str, ...]]

MOST_WORDS = 1 << 20
"""Words that are kept of one folder; where there are more, whatever is asked for may stand there."""
_LONGEST_RUN = 8
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_DOTTED = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]+)+")
_JOINED = re.compile(r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*")
_PART = re.compile(r"[A-Za-z0-9]+")


class Texts:
    """Answers what `Workspace` is asked of words: `listing` gives the names in a folder, `read` what is in a file."""

    __slots__ = ("_beside", "_holders", "_listing", "_read", "_words")

    def __init__(self, listing: Callable[[str], Sequence[str]], read: Callable[[str], bytes | Unread | None]) -> None:
        self._listing = listing
        self._read = read
        self._words: dict[tuple[str, tuple[str, ...], str], Words] = {}
        self._beside: dict[Of, Names] = {}
        self._holders: dict[tuple[str, str, tuple[str, ...], str], Holders] = {}

    def answer(self, what: str, path: str) -> str:
        """Answer a question of `looked_at`; an empty string for one that nobody asks any more.

        For `word` and `beside` that is `1` or `0`, for `files`, `below` and `deeper` the names of files or the paths of
        folders, parted by NUL.
        After a kind and `:` stands what a file must hold to count.
        """
        kind, *others, word = what.split("\0")
        kind, _, among = kind.partition(":")
        endings = tuple(others)
        if kind == "word":
            return "1" if self._has_word(path, endings, among, word) else "0"
        if kind == "beside":
            return "1" if self._has_beside(path, endings, word) else "0"
        known = kind in {"below", "deeper", "files"}
        return "\0".join(self._with_word(kind, path, endings, among, word)) if known else ""

    def _has_word(self, folder: str, endings: tuple[str, ...], among: str, word: str) -> bool:
        words = self._words.get((folder, endings, among))
        if words is None:
            words = self._words[folder, endings, among] = Words(self._texts(folder, endings, among))
        return words.hold(word)

    def _has_beside(self, path: str, endings: tuple[str, ...], name: str) -> bool:
        folder = path.rpartition("/")[0]
        names = self._beside.get((folder, endings))
        if names is None:
            names = self._beside[folder, endings] = Names(self._texts(folder, endings))
        return names.stand_besides(path, name)

    def _with_word(self, kind: str, folder: str, endings: tuple[str, ...], among: str, word: str) -> Sequence[str]:
        """Return which folders below a folder, or below those, hold a word, or which files in it."""
        holders = self._holders.get((kind, folder, endings, among))
        if holders is None:
            held: Iterable[tuple[str, Iterable[tuple[str, str]]]]
            if kind == "files":
                held = ((path.rpartition("/")[2], [(path, text)]) for path, text in self._texts(folder, endings, among))
            else:
                names = folders_below(folder, self._listing, deeper=kind == "deeper")
                held = ((name, self._texts(joined(folder, name), endings, among)) for name in names)
            holders = self._holders[kind, folder, endings, among] = Holders(held)
        return holders.of(word)

    def _texts(self, folder: str, endings: tuple[str, ...], among: str = "") -> Iterable[tuple[str, str]]:
        needed = among.encode()
        for name in self._listing(folder):
            if name.endswith(endings):
                path = joined(folder, name)
                content = self._read(path)
                if isinstance(content, bytes) and needed in content:
                    yield path, content.decode("utf-8", "replace")


def folders_below(folder: str, listing: Callable[[str], Sequence[str]], *, deeper: bool) -> list[str]:
    """Return the paths from a folder of the likely folders in it, or only of those in these (`deeper`)."""
    below = likely_folders(listing(folder))
    if not deeper:
        return below
    return [f"{name}/{one}" for name in below for one in likely_folders(listing(joined(folder, name)))]


def joined(folder: str, name: str) -> str:
    """Return the path of what stands in a folder."""
    return f"{folder}/{name}" if folder else name


class Holders:
    """Which folders have files that a word stands in, or which files have it, by their names."""

    __slots__ = ("_names", "_overflown")

    def __init__(self, held: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> None:
        self._names: dict[str, list[str]] = {}
        self._overflown: list[str] = []
        for name, texts in held:
            words = Words(texts)
            if words.overflown:
                self._overflown.append(name)
            for word in words.all:
                self._names.setdefault(word, []).append(name)

    def of(self, word: str) -> Sequence[str]:
        """Return the names, sorted."""
        found = self._names.get(word, [])
        return sorted([*found, *self._overflown]) if self._overflown else found


class Words:
    """What words stand in some files: runs of letters, digits, `_` and `-`, or several of those joined by dots."""

    __slots__ = ("all", "overflown")

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self.all: set[str] = set()
        self.overflown = False
        """Whether there are too many to keep, so that any may stand there."""
        for _, text in texts:
            self.all.update(_WORD.findall(text))
            self.all.update(_DOTTED.findall(text))
            if len(self.all) > MOST_WORDS:
                self.all.clear()
                self.overflown = True
                return

    def hold(self, word: str) -> bool:
        """Say whether a word stands in one of the files."""
        return self.overflown or word in self.all


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
