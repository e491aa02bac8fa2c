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
    from collections.abc import Iterator, Sequence

    from devopslint.policy.finding import Finding
    from devopslint.policy.ignores import Ignore, ReadDocuments
    from devopslint.policy.rule import Rule
    from devopslint.syntax.source import Source

_HINTS = (
    "devopslint", "evopslint", "OpsLint", "kics-scan", "checkov", "cortex:skip", "bridgecrew", "kube-score/", "exempt",
    "shellcheck", "check=skip", "check=error", "check=experimental",
)  # fmt: skip


def ignores_of(source: Source, documents: ReadDocuments | None = None) -> Sequence[Ignore]:
    """Return what silences findings in a file, in the order of its lines; cheap for a file that has nothing of the sort.

    `documents(path)` gives the trees of a YAML or JSON file, without which annotations and `"//"` are not seen.
    """
    text = source.text
    if "gnore" not in text and not any(hint in text for hint in _HINTS):
        return ()
    from devopslint.policy.ignore_comments import read_ignores

    return read_ignores(source, documents)


class Covering:
    """The comments of one file, found by the rule that they name and the lines that they cover, however many there are."""

    __slots__ = ("_by_rule", "ignores")

    def __init__(self, ignores: Sequence[Ignore]) -> None:
        self.ignores = ignores
        self._by_rule: dict[str, _Lines] = {}

    def suppression(self, finding: Finding, owner_line: int, rule: Rule) -> Suppression | None:
        """Return why a finding is silenced, or `None`: of several reasons the one that holds the longest, then the nearest.

        `owner_line` is the line of the header of the finding's subject, 0 when it stands in another file.
        """
        if not self.ignores:
            return None
        if rule.id not in self._by_rule:
            self._by_rule[rule.id] = _Lines(_naming(rule, self.ignores))
        found = list(self._by_rule[rule.id].about(finding, owner_line))
        if not found:
            return None
        line = finding.span.line
        ignore, word = min(found, key=lambda one: _preferred(one[0], line)) if len(found) > 1 else found[0]
        comment = (finding.path, ignore.line, ignore.column, word)
        return Suppression(ignore.reason, "inline", comment, ignore.until, ignore.peer)


def _preferred(ignore: Ignore, line: int) -> tuple[bool, int, bool, int]:
    """Return what puts first what holds for ever, what holds the longest, what covers the line, and the fewest lines."""
    until = int(ignore.until.replace("-", "")) if ignore.until and not ignore.fault else 0
    return bool(ignore.until), -until, not ignore.first <= line <= ignore.last, ignore.last - ignore.first


class _Lines:
    """Comments by the lines that they cover.

    Each range is kept as a few blocks of 1, 2, 4 … lines that begin at a multiple of their length; a line is in one block
    of each length.
    """

    __slots__ = ("_blocks", "_naming", "_owners")

    def __init__(self, naming: Sequence[tuple[Ignore, int]]) -> None:
        self._naming = naming
        self._owners: dict[int, list[int]] = {}
        self._blocks: list[dict[int, list[int]]] = []
        for index, (ignore, _) in enumerate(naming):
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

    def about(self, finding: Finding, owner_line: int) -> Iterator[tuple[Ignore, int]]:
        """Yield the comments on the first line of a finding, on its owner, or on its last line alone, in their order."""
        span = finding.span
        found = set(self._owners.get(owner_line, ()) if owner_line else ())
        for size, blocks in enumerate(self._blocks):
            found.update(blocks.get(span.line >> size, ()))
        if span.end_line != span.line and self._blocks:
            on_last = self._blocks[0].get(span.end_line, ())
            found.update(i for i in on_last if self._naming[i][0].first == self._naming[i][0].last)
        for index in sorted(found):
            yield self._naming[index]


def _naming(rule: Rule, ignores: Sequence[Ignore]) -> list[tuple[Ignore, int]]:
    """Return the comments that name a rule, each with the index of the word that does."""
    known: dict[tuple[str, str], bool] = {}
    found = []
    for ignore in ignores:
        for index, (word, _, _) in enumerate(ignore.words):
            key = ignore.peer, word
            if key not in known:
                known[key] = _names(ignore, word, rule)
            if known[key]:
                found.append((ignore, index))
                break
    return found


def _names(ignore: Ignore, word: str, rule: Rule) -> bool:
    if ignore.peer:
        from devopslint.policy.peers import names_for_peer

        return names_for_peer(word, rule.raw.get("equivalents", ()))
    from devopslint.policy.selection import selects

    return word == "*" or selects(word, rule)
