"""The reading of comments that silence findings. Imported only for files that may have some."""

from __future__ import annotations

from devopslint.policy.comments import WORDS, comments_of
from devopslint.policy.extents import Extents, form_of
from devopslint.policy.ignore_words import OURS, read_ours
from devopslint.policy.ignores import Ignore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.comments import Comment
    from devopslint.policy.held_texts import HeldText
    from devopslint.policy.ignores import ReadDocuments
    from devopslint.syntax.source import Source


def read_ignores(source: Source, documents: ReadDocuments | None) -> list[Ignore]:
    """Return what silences findings in a file: comments, and what stands in its trees."""
    form = form_of(source.path)
    text = source.text
    found: list[Ignore] = []
    extents = Extents(source)
    held: dict[HeldText, list[Ignore]] = {}
    if form != "json" and any(word in text for word in WORDS):
        for comment in comments_of(source, extents, documents):
            into = found if comment.held is None else held.setdefault(comment.held, [])
            into.extend(read_comment(comment, extents))
    if documents is not None and form in {"json", "yaml"}:
        from devopslint.policy.tree_ignores import in_trees, may_have_some

        if may_have_some(text, form):
            found.extend(in_trees(source, extents, documents))
    found = _ranges(found, extents.total)
    for (start, end, _, is_script), inside in held.items():
        first, last = source.position(start)[0], source.position(end - 1)[0]
        found += [_within(ignore, first, last, is_script=is_script) for ignore in _ranges(inside, last)]
    found.sort(key=lambda ignore: (ignore.line, ignore.column))
    return found


def _within(ignore: Ignore, first: int, last: int, *, is_script: bool) -> Ignore:
    """Return what a comment in a text says of that text: of nothing outside; only in a script is it blamed for it."""
    ignore.held = not is_script
    ignore.first, ignore.last = max(ignore.first, first), min(ignore.last, last)
    ignore.owner = ignore.owner if first < ignore.owner <= last else 0
    return ignore


def read_comment(comment: Comment, extents: Extents) -> Iterator[Ignore]:
    """Yield what one comment says."""
    ours = OURS.match(comment.text)
    if ours is None:
        from devopslint.policy.peer_comments import peer_ignores

        yield from peer_ignores(comment, extents)
        return
    ignore = read_ours(ours, comment.line, comment.column, comment.text_column)
    if ignore.kind == "ignore" and comment.alone:
        ignore.owner = extents.next_code_line(comment.line)
        ignore.last = extents.last_line(ignore.owner)
    yield ignore


def _ranges(found: list[Ignore], last: int) -> list[Ignore]:
    """Let each `disable` reach to the `enable` that names the same, and drop the `enable`s.

    What is disabled already is not disabled once more: the second comment silences nothing.
    """
    found.sort(key=lambda ignore: (ignore.line, ignore.column))
    kept: list[Ignore] = []
    under_way: dict[str, Ignore] = {}
    for ignore in found:
        if ignore.kind == "enable" and not ignore.fault:
            for word in under_way if any(word in {"*", "all"} for word, _, _ in ignore.words) else ignore.words:
                name = word if isinstance(word, str) else word[0]
                if name in under_way:
                    under_way[name].last = ignore.line
            named = {word for word, _, _ in ignore.words}
            under_way = (
                {} if named & {"*", "all"} else {word: one for word, one in under_way.items() if word not in named}
            )
        elif ignore.kind == "disable" and ignore.words:
            for word in ignore.words:
                part = ignore if len(ignore.words) == 1 else _part(ignore, word)
                kept.append(part)
                if word[0] not in under_way:
                    part.last = last
                    under_way[word[0]] = part
        else:
            kept.append(ignore)
    return kept


def _part(ignore: Ignore, word: tuple[str, int, int]) -> Ignore:
    part = Ignore.from_plain(ignore.to_plain())
    part.words = [word]
    part.column = word[2]
    return part
