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


def ignores_of(source: Source, documents: ReadDocuments | None = None) -> list[Ignore]:
    """Return what silences findings in a file, in the order of its lines; cheap for a file that has nothing of the sort.

    `documents(path)` gives the trees of a YAML or JSON file, without which annotations and `"//"` are not seen.
    """
    text = source.text
    if "ignore" not in text and not any(hint in text for hint in _HINTS):
        return []
    from devopslint.policy.ignore_comments import read_ignores

    return read_ignores(source, documents)


def suppression_for(finding: Finding, owner_line: int, rule: Rule, ignores: Sequence[Ignore]) -> Suppression | None:
    """Return why a finding is silenced, or `None`; of several reasons the one that holds the longest.

    `owner_line` is the line of the header of the finding's subject, 0 when it stands in another file.
    """
    best: Suppression | None = None
    span = finding.span
    for ignore in ignores:
        if not ignore.covers(span.line, span.end_line, owner_line):
            continue
        for index, (word, _, _) in enumerate(ignore.words):
            if _names(ignore, word, rule):
                if best is None or (best.until and (not ignore.until or ignore.until > best.until)):
                    comment = (finding.path, ignore.line, ignore.column, index)
                    best = Suppression(ignore.reason, "inline", comment, ignore.until, ignore.peer)
                break
    return best


def _names(ignore: Ignore, word: str, rule: Rule) -> bool:
    if ignore.peer:
        from devopslint.policy.peers import names_for_peer

        return names_for_peer(word, rule.raw.get("equivalents", ()))
    from devopslint.policy.selection import selects

    return word == "*" or selects(word, rule)
