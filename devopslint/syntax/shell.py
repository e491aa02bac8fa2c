"""The simple commands of a shell script, with the place of every word.

tree-sitter-bash reads the text, and is imported only when there is a script to read. Every simple command is found,
wherever it stands: behind operators, in pipes, subshells, loops, functions and substitutions, behind `sudo` and the
like, and in the scripts that are handed to `sh -c`. What is wrong in a script is no problem here.
"""

from __future__ import annotations

import re

from devopslint.syntax.shell_options import VALUED, split_flag, split_short, takes_next
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeVar

    from tree_sitter import Node

    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.tree import Mark

    Kept = TypeVar("Kept")

_SIGNS = {
    "command_substitution": ("$(", "`"),
    "for_statement": ("for", "select"),
    "heredoc_body": ("<<",),
    "heredoc_start": ("<<",),
    "test_command": ("[", "(("),
}
"""What stands in a text wherever its tree has a node of a kind."""
_MINOR = re.compile(r"(?<=\d)\.\d+(?:\.\d+)?$")


def option_words(words: Sequence[Word], program: str) -> Iterator[tuple[int, list[tuple[str, str | None]]]]:
    """Yield the index of each word up to `--` that holds options, and these; not the words that are an option's value."""
    known = program in VALUED
    is_value = False
    for index, word in enumerate(words):
        text = word.text
        if is_value:
            is_value = False
        elif text[:1] == "-":
            if text == "--":
                return
            options = split_flag(text, program)
            if options:
                yield index, options
                is_value = known and options[-1][1] is None and takes_next(options[-1][0], program)


def program_name(text: str) -> str:
    """Return the name of a program by the word that calls it: no folder, no minor version (`/usr/bin/pip3.12` is `pip3`)."""
    name = text.rpartition("/")[2] if "/" in text else text
    if name and name[-1].isdigit() and name.startswith(("pip", "python")):
        return _MINOR.sub("", name)
    return name


class Word:
    """One word of a command: its text without quotes, and its offsets in the fragment (quotes included).

    A word that `expands` holds a variable, a substitution or a GitHub expression, which are left in `text` as written;
    `value` is then UNKNOWN.
    """

    __slots__ = ("end", "expands", "fragment", "node_type", "start", "text")

    def __init__(
        self, fragment: Fragment, start: int, end: int, text: str, expands: bool, node_type: str = "word"
    ) -> None:
        self.fragment = fragment
        self.start = start
        self.end = end
        self.text = text
        self.expands = expands
        self.node_type = node_type

    @property
    def value(self) -> Any:
        """The text, or UNKNOWN when a part of it is."""
        return UNKNOWN if self.expands else self.text

    @property
    def quoted(self) -> bool:
        """Whether the whole word stands between quotes."""
        return self.node_type in {"raw_string", "string", "ansi_c_string"}

    @property
    def mark(self) -> Mark:
        """The offsets in the source."""
        return self.fragment.mark(self.start, self.end)

    def __repr__(self) -> str:
        return f"Word({self.text!r})"


class Assignment:
    """`NAME=value` before a command or alone: `value` is `None` when there is nothing behind the `=`."""

    __slots__ = ("append", "end", "fragment", "name", "start", "value")

    def __init__(
        self, fragment: Fragment, start: int, end: int, name: str, value: Word | None, *, append: bool
    ) -> None:
        self.fragment = fragment
        self.start = start
        self.end = end
        self.name = name
        self.value = value
        self.append = append

    @property
    def mark(self) -> Mark:
        """The offsets in the source."""
        return self.fragment.mark(self.start, self.end)


class Place:
    """What a statement takes over from the statements around it."""

    __slots__ = ("after", "before", "condition", "function", "negated", "piped_from", "subshell", "within")

    def __init__(self, parent: Place | None = None) -> None:
        self.before = ""
        self.after = ""
        self.condition: bool = parent.condition if parent else False
        self.negated: bool = parent.negated if parent else False
        self.piped_from: Command | None = None
        self.subshell: int = parent.subshell if parent else 0
        self.function: str = parent.function if parent else ""
        self.within: Command | None = parent.within if parent else None


class Redirect:
    """`2> file`: the operator with its file descriptor (`2>`), and the target, if it is a word."""

    __slots__ = ("operator", "target")

    def __init__(self, operator: str, target: Word | None) -> None:
        self.operator = operator
        self.target = target


class Command:
    """One simple command.

    `name` is that of its program (`curl` of `/usr/bin/curl`, see `program_name`), `""` when it can't be known. `words` are what
    stands behind it. `before` and `after` are the list operators on its two sides (`&&`, `||`, `;`, `&`, or `""`); in a
    pipeline every command has those of the whole pipeline. `pipeline` numbers the pipelines of the script;
    `piped_from` and `piped_to` are the neighbours in it. `condition` holds in the condition of `if` and the loops,
    `negated` behind `!`. `wrapper` is the command that runs this one (`sudo`, `sh -c`); it is a command of the script
    too. `within` is the command that has this one in a `$(…)`. `subshell` numbers the nearest `( … )` or `$( … )`,
    0 for none; `function` names the function it is in.
    """

    __slots__ = (
        "_flags", "_kept", "after", "assignments", "before", "condition", "end", "fragment", "function", "index",
        "name", "name_word", "negated", "piped_from", "piped_to", "pipeline", "redirects", "script", "start",
        "subshell", "within", "words", "wrapper"
    )  # fmt: skip

    def __init__(self, script: Script, fragment: Fragment, start: int, end: int) -> None:
        self.script = script
        self.fragment = fragment
        self.start = start
        self.end = end
        self.name = ""
        self.name_word: Word | None = None
        self.words: list[Word] = []
        self.assignments: Sequence[Assignment] = ()
        self.redirects: list[Redirect] = []
        self.before = ""
        self.after = ""
        self.pipeline = 0
        self.piped_from: Command | None = None
        self.piped_to: Command | None = None
        self.condition = False
        self.negated = False
        self.wrapper: Command | None = None
        self.within: Command | None = None
        self.subshell = 0
        self.function = ""
        self.index = 0
        self._flags: dict[str, Word | None] | None = None
        self._kept: dict[Any, Any] | None = None

    def once(self, key: Any, make: Callable[..., Kept], *arguments: Any) -> Kept:
        """Return what `make` gives for some arguments, kept under a key: many checks ask the same of a command."""
        known = self._kept
        if known is None:
            known = self._kept = {}
        if key not in known:
            known[key] = make(*arguments)
        kept: Kept = known[key]
        return kept

    @property
    def mark(self) -> Mark:
        """The offsets of the whole command in the source."""
        return self.fragment.mark(self.start, self.end)

    @property
    def args(self) -> list[str]:
        """The text of every word behind the name."""
        return [word.text for word in self.words]

    @property
    def flags(self) -> dict[str, Word | None]:
        """The options up to `--`, each with its word; `split_flag` says how `-xyz` and `--x=y` are named."""
        if self._flags is None:
            flags: dict[str, Word | None] = {}
            for index, options in option_words(self.words, self.name):
                for flag, _ in options:
                    flags.setdefault(flag, self.words[index])
            self._flags = flags
        return self._flags

    def has_flag(self, *names: str) -> bool:
        """Say whether one of the options is given."""
        return bool(self.words) and not self.flags.keys().isdisjoint(names)

    def value_of(self, *names: str) -> Any:
        """Return the value of the first of the options that is given (attached or the next word), else `None`.

        UNKNOWN when the word that holds it expands.
        """
        for index, options in option_words(self.words, self.name):
            for flag, value in options:
                if flag in names:
                    if value is not None:
                        return UNKNOWN if self.words[index].expands else value
                    if index + 1 < len(self.words):
                        return self.words[index + 1].value
                    return ""
        return None

    def operands(self, valued: frozenset[str] = frozenset()) -> list[Word]:
        """Return the words that are no options and not the values of the `valued` ones."""
        known = self._kept.get(valued) if self._kept is not None else None
        found: list[Word] = self.once(valued, self._operands, valued) if known is None else known
        return found

    def _operands(self, valued: frozenset[str]) -> list[Word]:
        if not [word for word in self.words if word.text[:1] == "-"]:
            return self.words.copy()
        found: list[Word] = []
        skip = only_operands = False
        for word in self.words:
            text = word.text
            if skip:
                skip = False
            elif only_operands or not text.startswith("-") or text == "-":
                found.append(word)
            elif text == "--":
                only_operands = True
            else:
                skip = text in valued or (
                    text[:2] != "--" and len(text) > 2 and "-" + text[-1] in valued and self._ends_open(text)
                )
        return found

    def _ends_open(self, text: str) -> bool:
        """Say whether a group of short options ends with one whose value is the next word."""
        if self.name in VALUED:
            return split_short(text, self.name)[-1] == ("-" + text[-1], None)
        return text[1:].isalpha()

    @property
    def expands(self) -> bool:
        """Whether some word of it is not fully known."""
        return any(word.expands for word in self.words)

    @property
    def failure_ignored(self) -> bool:
        """Whether something else runs when it fails, or its status decides a condition."""
        return self.after == "||" or self.condition or self.negated

    def __repr__(self) -> str:
        return f"Command({' '.join([self.name, *self.args])!r})"


class Tree:
    """What tree-sitter made of a fragment, where GitHub expressions stand in it, and the command that runs it."""

    __slots__ = ("_nodes", "expressions", "fragment", "root", "wrapper")

    def __init__(
        self, fragment: Fragment, root: Node, expressions: Sequence[tuple[int, int]], wrapper: Command | None
    ) -> None:
        self.fragment = fragment
        self.root = root
        self.expressions = expressions
        self.wrapper = wrapper
        self._nodes: dict[str, list[Node]] | None = None

    def text(self, node: Node) -> str:
        """Return what stands at a node."""
        return self.fragment.text[node.start_byte : node.end_byte]

    def mark(self, node: Node) -> Mark:
        """Return the offsets of a node in the source."""
        return self.fragment.mark(node.start_byte, node.end_byte)

    def is_known(self, node: Node) -> bool:
        """Say whether no GitHub expression stands in a node."""
        start, end = node.start_byte, node.end_byte
        return not any(first < end and start < last for first, last in self.expressions)

    def nodes(self, kind: str) -> Sequence[Node]:
        """Return the nodes of a kind, in order; the tree is gone through once for all of them."""
        text = self.fragment.text
        if kind in _SIGNS and not any(sign in text for sign in _SIGNS[kind]):
            return ()
        if self._nodes is None:
            self._nodes = {}
            stack = [self.root]
            while stack:
                node = stack.pop()
                self._nodes.setdefault(node.type, []).append(node)
                if node.child_count:
                    stack.extend(reversed(node.children))
        return self._nodes.get(kind, ())


class Script:
    """The commands of a script in order, and the text they come from. `has_errors`: parts of it could not be read."""

    __slots__ = (
        "_kept",
        "_trees",
        "commands",
        "fragment",
        "has_errors",
        "make_tree",
        "pipelines",
        "subshells",
        "unread",
    )

    def __init__(self, fragment: Fragment) -> None:
        self.fragment = fragment
        self._kept: dict[Any, Any] = {}
        self.commands: list[Command] = []
        self.has_errors = False
        self.pipelines = 0
        self.subshells = 0
        self.unread: Fragment | None = None
        """What was not read, since it would have taken too long: all of the script, or one that its commands run."""
        self.make_tree: Callable[[Script], Tree] | None = None
        """Makes the tree of a plain script, which is read without one."""
        self._trees: list[Tree] = []

    @property
    def trees(self) -> list[Tree]:
        """The syntax trees, that of the script itself first, then those of the scripts that its commands run."""
        if self.make_tree is not None:
            self._trees.insert(0, self.make_tree(self))
            self.make_tree = None
        return self._trees

    def add_tree(self, tree: Tree) -> None:
        """Add the tree of the script itself, or of one that a command runs."""
        self._trees.append(tree)

    def nodes(self, kind: str) -> Iterator[tuple[Tree, Node]]:
        """Yield the nodes of a kind with their trees, in the order of `trees`.

        The kind is none that commands and words are made of: a plain script has nothing else, and no tree is made of it.
        """
        return ((tree, node) for tree in self._trees for node in tree.nodes(kind))

    def let_go(self) -> None:
        """Part the circles of commands, when nobody asks for them any more."""
        self.commands.clear()
        self._kept.clear()
        self._trees.clear()

    def once(self, key: Any, make: Callable[[Script], Kept]) -> Kept:
        """Return what `make` gives for the script, kept under a key: each of many commands may ask for it."""
        if key not in self._kept:
            self._kept[key] = make(self)
        kept: Kept = self._kept[key]
        return kept

    def named(self, *names: str) -> Iterator[Command]:
        """Yield the commands with one of these names."""
        return (command for command in self.commands if command.name in names)

    def __iter__(self) -> Iterator[Command]:
        return iter(self.commands)
