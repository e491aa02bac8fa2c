"""The scripts that the commands of a script run: what `sh -c` is given, and what a shell reads from a heredoc or a pipe."""

from __future__ import annotations

from devopslint.syntax.shell import Command, program_name
from devopslint.syntax.shell_words import holes_in, quoted_segments, subfragment
from devopslint.syntax.wrappers import RUN_OTHERS, program_word, reads_script, script_word, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.shell import Script, Word

    Stretches = list[tuple[int, int]]

_WRAPPED = 8
"""Commands that run one another in one line."""


class Nested:
    """What the commands of a fragment run besides, noted while the fragment is read.

    `holes` are what the shell around puts into a text between quotes (`$( … )`), by where the quote begins: its commands
    belong to that shell.
    """

    __slots__ = ("_bodies", "_first", "_fragment", "_holes", "_script", "_scripts")

    def __init__(self, script: Script, fragment: Fragment) -> None:
        self._script = script
        self._first = len(script.commands)
        self._fragment = fragment
        self._scripts: list[tuple[Command, Fragment, Stretches]] = []
        self._bodies: list[tuple[Command, Stretches, Stretches]] = []
        self._holes: dict[int, Stretches] = {}

    def scripts(self) -> Iterator[tuple[Command, Fragment, Stretches]]:
        """Yield the command that runs each script, the script, and its holes."""
        yield from self._scripts
        if not self._bodies:
            return
        own = self._script.commands[self._first :]
        inner = {command.wrapper: command for command in own if command.wrapper is not None}
        for command, segments, holes in self._bodies:
            runner = command.piped_to if command.name in {"cat", "echo"} else command
            while runner in inner and not reads_script(runner):
                runner = inner[runner]
            if runner is not None and reads_script(runner):
                yield runner, subfragment(self._fragment, segments), holes_in(holes, segments)

    def note_holes(self, node: Node) -> None:
        """Remember what the shell puts into a word between quotes."""
        for string in [node] if node.type == "string" else node.children:
            if string.type == "string" and (holes := _holes_of(string)):
                self._holes[string.start_byte] = holes

    def heredoc(self, node: Node, body: Node, command: Command) -> None:
        """Remember a heredoc, which a shell may read as its script."""
        start, end = body.start_byte, body.end_byte
        if "\n" in self._fragment.text[node.start_byte : start]:
            self._bodies.append((command, [(start, end)], _holes_of(body)))

    def text(self, command: Command, word: Word) -> None:
        """Remember a word that a shell may read as its script: `bash <<< 'a'`, `echo 'a' | bash`."""
        if segments := quoted_segments(word):
            self._bodies.append((command, segments, self._holes.get(word.start, [])))

    def unwrap(self, command: Command, level: int = 0) -> None:
        """Add the commands that a wrapper runs to the script, and remember what `sh -c` is given."""
        if command.name == "echo" and len(command.words) == 1 and command.words[0].quoted:
            self.text(command, command.words[0])
        if command.name not in RUN_OTHERS:
            return
        script = script_word(command)
        if script is not None and (segments := quoted_segments(script)):
            holes = self._holes.get(script.start, [])
            self._scripts.append((command, subfragment(self._fragment, segments), holes_in(holes, segments)))
        if level >= _WRAPPED:
            return
        for first, last in wrapped(command):
            inner = _inner(command, first, last)
            inner.index = len(self._script.commands)
            self._script.commands.append(inner)
            self.unwrap(inner, level + 1)


def take_over(commands: Iterable[Command], runner: Command | None) -> None:
    """Give commands that others run what these have on their two sides; `runner` runs the script of all of them."""
    for command in commands:
        outer = command.wrapper
        if outer is not None and outer is not runner and outer.name != "find":
            command.before, command.after, command.pipeline = outer.before, outer.after, outer.pipeline
            command.piped_from, command.piped_to = outer.piped_from, outer.piped_to


def _inner(command: Command, first: int, last: int) -> Command:
    """Return the command that some words of another are."""
    word = program_word(command.words[first])
    end = command.end if last == len(command.words) else command.words[last - 1].end
    inner = Command(command.script, command.fragment, word.start, end)
    inner.name_word = word
    inner.name = "" if word.expands else program_name(word.text)
    inner.words = command.words[first + 1 : last]
    inner.redirects = command.redirects
    for field in ("condition", "negated", "subshell", "function", "within"):
        setattr(inner, field, getattr(command, field))
    inner.wrapper = command
    return inner


def _holes_of(node: Node) -> Stretches:
    return [(one.start_byte, one.end_byte) for one in node.children if one.type == "command_substitution"]
