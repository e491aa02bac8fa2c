"""What silences findings: our comments, the comments and annotations that peers understand, `"//"` in JSON.

    # devopslint: ignore[rule, rule] until=2027-01-31 -- reason

On the line it covers the findings that start or end there; on a line of its own it covers the node that begins on the
next line of code, and everything that is said of the subject whose header stands there. `ignore-file[…]` covers the file,
`disable[…]` all from there to `enable[…]` or the end. A file without such words costs five searches for a word.
"""

from __future__ import annotations

from devopslint.policy.finding import Suppression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.policy.finding import Finding
    from devopslint.policy.ignores import Ignore, ReadDocuments
    from devopslint.policy.rule import Rule
    from devopslint.syntax.source import Source

_HINTS = ("devopslint", "kics-scan", "checkov", "exempt")


def ignores_of(source: Source, documents: ReadDocuments | None = None) -> Sequence[Ignore]:
    """Return what silences findings in a file, in the order of its lines; cheap for a file that has nothing of the sort.

    `documents(path)` gives the trees of a YAML or JSON file, without which annotations and `"//"` are not seen.
    """
    text = source.text
    if "ignore" not in text and not any(hint in text for hint in _HINTS):
        return ()
    from devopslint.policy.ignore_comments import read_ignores

    return read_ignores(source, documents)


class Covering:
    """The comments of one file, found by the lines that they cover, however many there are.

    Each range is kept as a few blocks of 1, 2, 4 … lines that begin at a multiple of their length; a line is in one block
    of each length.
    """

    __slots__ = ("_blocks", "_named", "_owners", "ignores")

    def __init__(self, ignores: Sequence[Ignore]) -> None:
        self.ignores = ignores
        self._named: dict[tuple[str, str], bool] = {}
        self._owners: dict[int, list[int]] = {}
        self._blocks: list[dict[int, list[int]]] = []
        for index, ignore in enumerate(ignores):
            if ignore.owner:
                self._owners.setdefault(ignore.owner, []).append(index)
            first, end = ignore.first, ignore.last + 1
            size = 0
            while first < end:
                if size == len(self._blocks):
                    self._blocks.append({})
                if first & 1:
                    self._blocks[size].setdefault(first, []).append(index)
                    first += 1
                if end & 1:
                    end -= 1
                    self._blocks[size].setdefault(end, []).append(index)
                first, end, size = first >> 1, end >> 1, size + 1

    def suppression(self, finding: Finding, owner_line: int, rule: Rule) -> Suppression | None:
        """Return why a finding is silenced, or `None`; of several reasons the one that holds the longest.

        `owner_line` is the line of the header of the finding's subject, 0 when it stands in another file.
        """
        best: Suppression | None = None
        for index in self._about(finding, owner_line):
            ignore = self.ignores[index]
            for at, (word, _, _) in enumerate(ignore.words):
                if self._names(ignore, word, rule):
                    if best is None or (best.until and (not ignore.until or ignore.until > best.until)):
                        comment = (finding.path, ignore.line, ignore.column, at)
                        best = Suppression(ignore.reason, "inline", comment, ignore.until, ignore.peer)
                    break
            if best is not None and not best.until:
                break
        return best

    def _about(self, finding: Finding, owner_line: int) -> list[int]:
        """Return the indexes of the comments that are about a finding: its first line, its owner's, or its last."""
        span = finding.span
        found = set(self._owners.get(owner_line, ()) if owner_line else ())
        for size, blocks in enumerate(self._blocks):
            found.update(blocks.get(span.line >> size, ()))
        if span.end_line != span.line:
            for size, blocks in enumerate(self._blocks):
                found.update(
                    index
                    for index in blocks.get(span.end_line >> size, ())
                    if self.ignores[index].first == self.ignores[index].last
                )
        return sorted(found)

    def _names(self, ignore: Ignore, word: str, rule: Rule) -> bool:
        key = (f"{ignore.peer} {word}", rule.id)
        if key not in self._named:
            self._named[key] = _names(ignore, word, rule)
        return self._named[key]


def _names(ignore: Ignore, word: str, rule: Rule) -> bool:
    if ignore.peer:
        from devopslint.policy.peers import names_for_peer

        return names_for_peer(word, rule.raw.get("equivalents", ()))
    from devopslint.policy.selection import selects

    return word == "*" or selects(word, rule)
