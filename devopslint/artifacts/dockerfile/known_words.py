"""The words of a command as the shell makes them of variables whose value is known.

A value is known from ENV, from the default of an ARG, from the one assignment of a script, and from the words of the
loop that a command stands in. A word counts only where it is a variable and nothing else: what stands in front of a
variable, or behind it (`curl=$VERSION`, `php$VERSION`), says that a build may give it another value.
"""

from __future__ import annotations

from bisect import bisect_right

from devopslint.knowledge.scripts.variables import assignments, names_set, set_otherwise
from devopslint.knowledge.words import VARIABLE, place_of
from devopslint.policy.subject import Related, came_from
from devopslint.syntax.patterns import lazily
from devopslint.syntax.shell import Command, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.artifacts.dockerfile.resolve import Origin
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.shell import Assignment, Script, Tree

    Loop = tuple[Tree, Node, int]
    """The number is that of the nearest loop around it, or -1."""
    Known = tuple[list[str], Sequence[Related]]

_LIST = lazily(r"\$\{(\w+)\[[@*]\]\}")
_MADE_BY_THE_SHELL = lazily(r"[*?{`\\$\[\"']")
_MADE_IN_QUOTES = lazily(r"[`\\$]")
"""What a shell makes other words of."""
_EMPTY = lazily(r"""=(?:""|'')?$""")
_DEPTH = 5
_MOST_WORDS = 500


def with_known_words(command: Command, step: Step) -> tuple[Command, dict[Word, Sequence[Related]]]:
    """Return a command with the words that its variables stand for, and where these came from.

    Each stands at the place of its variable; what is not known stays as it is.
    """
    if step.outer is not None or not any(word.expands for word in command.words):
        return command, {}
    words: list[Word] = []
    origins: dict[Word, Sequence[Related]] = {}
    for word in command.words:
        known = _Reader(command, step).words(word.text, quoted=word.quoted) if word.expands else None
        if known is None:
            words.append(word)
            continue
        texts, related = known
        for text in texts:
            words.append(Word(word.fragment, word.start, word.end, text, expands=False))
            origins[words[-1]] = related
    return _with_words(command, words), origins


def _with_words(command: Command, words: list[Word]) -> Command:
    """Return the same command with other words, and nothing kept of what was asked of it."""
    other = Command(command.script, command.fragment, command.start, command.end)
    for name in Command.__slots__:
        if name not in {"_flags", "_kept"}:
            setattr(other, name, getattr(command, name))
    other.words = words
    return other


class _Reader:
    """Finds what variables hold when a command begins."""

    __slots__ = ("command", "depth", "fragment", "step")

    def __init__(self, command: Command, step: Step) -> None:
        self.command = command
        self.fragment = command.fragment
        self.step = step
        self.depth = 0

    def words(self, text: str, *, quoted: bool) -> Known | None:
        """Return the words that a variable becomes, one after the other, and where they came from; `None` when unknown."""
        match = _LIST.fullmatch(text)
        found = VARIABLE.fullmatch(text) if match is None else match
        if found is None or self.depth > _DEPTH:
            return None
        name = next(group for group in found.groups() if group)
        self.depth += 1
        known = self.value(name, whole=match is not None)
        self.depth -= 1
        if known is None:
            return None
        texts, related = known
        if match is not None:
            return known
        if quoted:
            return None if any(len(one.split()) > 1 for one in texts) else known
        return [one for text in texts for one in text.split()][:_MOST_WORDS], related

    def value(self, name: str, *, whole: bool) -> Known | None:
        """Return the texts that a variable holds in turn; `whole`: it is an array."""
        script = self.command.script
        held = self.step.scope.get(name)
        names = names_set(script)
        if names is None or name in set_otherwise(script):
            return None
        if name not in names:
            if whole or held is None or not isinstance(held.value, str):
                return None
            if any(map(_is_empty_argument, held.origins)):
                return None
            return [held.value], came_from(held.origins)
        if held is not None:
            return None
        given = script.once("assignments by name", _by_name).get(name, ())
        loop = self.loop(name)
        if loop is not None:
            return None if given or whole else self.of_loop(loop[0], loop[1])
        if len(given) != 1 or script.once("loops by name", _loops).get(name):
            return None
        return self.of_assignment(*given[0], whole=whole)

    def of_assignment(self, setter: Command, one: Assignment, *, whole: bool) -> Known | None:
        value = one.value
        if one.append or value is None or one.fragment is not self.fragment or one.end > self.command.start:
            return None
        if setter.subshell not in {0, self.command.subshell} or setter.function not in {"", self.command.function}:
            return None
        related = [Related(place_of(one), "set here", origin=True)]
        if whole or value.node_type == "array":
            texts = [_written(item) for item in value.text[1:-1].split()]
            found = [text for text in texts if text is not None]
            return (found, related) if whole and value.node_type == "array" and len(found) == len(texts) else None
        if value.expands:
            inner = self.words(value.text, quoted=False)
            return ([" ".join(inner[0])], [*inner[1], *related]) if inner is not None else None
        return [value.text], related

    def of_loop(self, tree: Tree, node: Node) -> Known | None:
        texts: list[str] = []
        related: list[Related] = []
        for child in node.named_children[1:]:
            if child.type in {"do_group", "compound_statement"}:
                break
            if len(texts) > _MOST_WORDS:
                break
            text = tree.text(child)
            if child.type in {"simple_expansion", "expansion"}:
                inner = self.words(text, quoted=False)
                if inner is None:
                    return None
                texts.extend(inner[0])
                related.extend(inner[1])
                continue
            written = _written(text) if tree.is_known(child) else None
            if written is None:
                return None
            texts.append(written)
        return (texts, related) if texts else None

    def loop(self, name: str) -> Loop | None:
        """Return the nearest loop around the command that sets a variable."""
        at = self.command.start
        loops = self.command.script.once("loops by name", _loops).get(name, {}).get(self.fragment, ())
        index = bisect_right(loops, at, key=lambda loop: loop[1].start_byte) - 1
        while index >= 0 and loops[index][1].end_byte <= at:
            index = loops[index][2]
        return loops[index] if index >= 0 else None


def _by_name(script: Script) -> dict[str, list[tuple[Command, Assignment]]]:
    found: dict[str, list[tuple[Command, Assignment]]] = {}
    for command, one in assignments(script):
        found.setdefault(one.name, []).append((command, one))
    return found


def _loops(script: Script) -> dict[str, dict[Fragment, list[Loop]]]:
    """Return the loops of a script by the variable that they set, and by the text that they stand in."""
    found: dict[str, dict[Fragment, list[Loop]]] = {}
    for tree, node in script.nodes("for_statement"):
        if node.named_children:
            loops = found.setdefault(tree.text(node.named_children[0]), {}).setdefault(tree.fragment, [])
            outer = len(loops) - 1
            while outer >= 0 and loops[outer][1].end_byte <= node.start_byte:
                outer = loops[outer][2]
            loops.append((tree, node, outer))
    return found


def _is_empty_argument(origin: Origin) -> bool:
    """Say whether a value came through an ARG that is empty unless the build gives it, a version for instance."""
    source, start, end, text = origin
    return text.startswith("ARG") and _EMPTY.search(source.text[start:end]) is not None


def _written(text: str) -> str | None:
    """Return a word of a list as the shell takes it; `None` when it makes something else of it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        inner = text[1:-1]
        return None if text[0] in inner or (text[0] == '"' and _MADE_IN_QUOTES.search(inner)) else inner
    return None if _MADE_BY_THE_SHELL.search(text) or text.startswith(("~", "#")) else text
