"""From the tree of tree-sitter-bash to the records of `shell`.

The parser is fed ASCII with one byte for each code point, so that its byte offsets are offsets in the text, and with
GitHub's `${{ … }}` overwritten by letters, which keeps them from breaking the shell's syntax.
"""

from __future__ import annotations

import re

from devopslint.syntax.shell import Assignment, Command, Place, Redirect, Script, Tree, program_name
from devopslint.syntax.shell_nested import Nested, take_over
from devopslint.syntax.shell_plain import read_plain
from devopslint.syntax.shell_words import (
    REDIRECTS,
    WORDS,
    and_or_parts,
    disjoint,
    fill,
    is_and_or,
    mask,
    mask_prefixes,
    parse,
    word_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.shell import Word
    from devopslint.syntax.shell_words import Part

_DEPTH = 60
_LINE_END = re.compile(r"(?<!\\)\n")
_NESTED = 4
"""Scripts that hold one another: `sh -c "sh -c …"`."""
_OPERATORS = frozenset({"&&", "||", ";", "&", "\n", ";;"})
_TEST_OPERATORS = frozenset({"=", "==", "!=", "=~", "<", ">", "!"})
_COMPOUND = frozenset(
    {"if_statement", "elif_clause", "else_clause", "while_statement", "do_group", "case_statement", "case_item"}
    | {"for_statement", "c_style_for_statement", "compound_statement", "ERROR"}
)


def read_shell(fragment: Fragment) -> Script:
    """Return the commands of a script in the order in which they stand."""
    script = Script(fragment)
    run = read_plain(script)
    if run is None:
        read_into(script, fragment)
    else:
        for command, inside, holes in run:
            read_into(script, inside, command, 1, holes)
    return script


def read_into(
    script: Script,
    fragment: Fragment,
    wrapper: Command | None = None,
    depth: int = 0,
    holes: Sequence[tuple[int, int]] = (),
) -> None:
    """Append the commands of a fragment to a script.

    `wrapper` is the command that runs the fragment, `holes` are what the shell around it puts in, and has been read there.
    """
    masked, expressions = mask(fragment.text)
    if holes:
        masked, expressions = fill(masked, holes), disjoint([*expressions, *holes])
    root = parse(mask_prefixes(masked))
    script.has_errors = script.has_errors or root is None or root.has_error
    if root is None:
        script.unread = script.unread or fragment
        return
    script.add_tree(Tree(fragment, root, expressions, wrapper))
    reader = _Reader(script, fragment, expressions, wrapper, depth)
    first = len(script.commands)
    reader.statements(root.children, Place())
    take_over(script.commands[first:], wrapper)
    if depth < _NESTED:
        for command, inside, inner_holes in reader.nested.scripts():
            read_into(script, inside, command, depth + 1, inner_holes)


class _Reader:
    __slots__ = ("depth", "expressions", "fragment", "has_lines", "level", "nested", "script", "wrapper")

    def __init__(
        self,
        script: Script,
        fragment: Fragment,
        expressions: Sequence[tuple[int, int]],
        wrapper: Command | None,
        depth: int,
    ) -> None:
        self.script = script
        self.fragment = fragment
        self.expressions = expressions
        self.wrapper = wrapper
        self.depth = depth
        self.has_lines = "\n" in fragment.text
        self.level = 0
        self.nested = Nested(script, fragment)

    def statements(self, nodes: Sequence[Node], place: Place) -> list[Command]:
        """Read statements one after the other; returns the commands whose output leaves the last of them."""
        self.level += 1
        found: list[Command] = []
        before = ""
        last: Place | None = None
        if self.level <= _DEPTH:
            for node in nodes:
                kind = node.type
                if kind in _OPERATORS:
                    before = ";" if kind in {"\n", ";;"} else kind
                    for command in found if kind != "&" else found[-1:]:
                        if not command.after:
                            command.after = before
                elif node.is_named and kind != "comment":
                    if last is not None and not before:
                        for command in found:
                            command.after = command.after or ";"
                    inner = Place(place)
                    inner.before = before or (";" if last else place.before)
                    inner.piped_from = place.piped_from
                    found = self.statement(node, inner) or found
                    last = inner
                    before = ""
        self.level -= 1
        return found

    def statement(self, node: Node, place: Place) -> list[Command]:
        """Read one statement; returns the commands whose output leaves it (one, or the last of each branch)."""
        kind = node.type
        if kind == "command":
            return [self.command(node, place)]
        if is_and_or(node):
            return self.and_or(node, place)
        if kind == "redirected_statement":
            return self.redirected(node, place)
        if kind == "negated_command":
            place.negated = True
            return self.statements(node.children[1:], place)
        if kind in {"declaration_command", "unset_command", "test_command"}:
            return [self.builtin(node, place)]
        if kind in {"variable_assignment", "variable_assignments"}:
            return [self.assignments(node, place)]
        if kind in {"subshell", "command_substitution", "process_substitution"}:
            self.script.subshells += 1
            place.subshell = self.script.subshells
            return self.statements(node.children[1:-1], place)
        if kind == "function_definition":
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            place.function = self.text(name) if name else ""
            return self.statement(body, place) if body else []
        if kind in _COMPOUND or kind == "program":
            return self.compound(node, place)
        if kind in WORDS:
            self.substitutions(node, place)
        return []

    def compound(self, node: Node, place: Place) -> list[Command]:
        """Read `if`, the loops and `case`: what is their condition is marked as such."""
        condition: list[Node] = []
        body: list[Node] = []
        kind = node.type
        waiting = kind in {"if_statement", "elif_clause", "while_statement"}
        for child in node.children:
            if waiting and child.type in {"then", "do_group"}:
                waiting = False
            if child.is_named or child.type in _OPERATORS:
                (condition if waiting else body).append(child)
        if condition:
            inner = Place(place)
            inner.condition = True
            inner.before = place.before
            self.statements(condition, inner)
        return self.statements(body, place)

    def and_or(self, node: Node, place: Place) -> list[Command]:
        """Read `a | b && c || d`."""
        found: list[Command] = []
        before = place.before
        for part in and_or_parts(node):
            if isinstance(part, str):
                before = part
                for command in found:
                    command.after = command.after or part
                continue
            inner = Place(place)
            inner.before = before
            inner.piped_from = place.piped_from
            if len(part) > 1:
                found = self.pipeline(part, inner) or found
            else:
                child, redirects = part[0]
                found = self.redirects(redirects, inner, self.statement(child, inner)) or found
        return found

    def pipeline(self, parts: Sequence[Part], place: Place) -> list[Command]:
        self.script.pipelines += 1
        number = self.script.pipelines
        outgoing: list[Command] = []
        for child, redirects in parts:
            inner = Place(place)
            inner.before = place.before
            first = len(self.script.commands)
            inner.piped_from = outgoing[-1] if outgoing else place.piped_from
            left = outgoing
            outgoing = self.redirects(redirects, inner, self.statement(child, inner))
            if len(self.script.commands) > first:
                head = next(
                    (c for c in self.script.commands[first:] if c.within is place.within and c.wrapper is self.wrapper),
                    None,
                )
                for command in left:
                    command.piped_to = command.piped_to or head
            for command in outgoing:
                command.pipeline = number
        return outgoing

    def redirected(self, node: Node, place: Place) -> list[Command]:
        body = node.child_by_field_name("body")
        found = [self.new(node, place)] if body is None else self.statement(body, place)
        return self.redirects([child for child in node.children if child.type in REDIRECTS], place, found)

    def redirects(self, nodes: Sequence[Node], place: Place, found: list[Command]) -> list[Command]:
        """Read the redirections of the last of some commands; returns those whose output leaves it."""
        if not found:
            return found
        command = found[-1]
        for node in nodes:
            found = self.redirect(node, command, place, found)
        return found

    def redirect(self, node: Node, command: Command, place: Place, found: list[Command]) -> list[Command]:
        """Read a redirection, and what the grammar hangs below a heredoc: a pipe, a list, more redirections."""
        target: Word | None = None
        operator = ""
        for child in node.children:
            kind = child.type
            if kind == "heredoc_body":
                self.nested.heredoc(node, child, command)
                self.substitutions(child, place, command)
            elif kind in REDIRECTS:
                self.redirect(child, command, place, found)
            elif kind == "pipeline":
                inner = Place(place)
                inner.piped_from = command
                first = len(self.script.commands)
                rest = self.statements(child.children, inner)
                if len(self.script.commands) > first:
                    command.piped_to = self.script.commands[first]
                found = rest or found
            elif kind in {"&&", "||"}:
                command.after = kind
            elif kind == "file_descriptor":
                operator = self.text(child)
            elif kind in WORDS:
                if node.type == "heredoc_redirect":
                    self.argument(child, command, place)
                else:
                    target = word_of(self.fragment, self.expressions, child)
                    self.nested.note_holes(child)
                    self.substitutions(child, place, command)
            elif not child.is_named and not operator.endswith(("<", ">", "|", "&", "-")):
                operator += self.text(child)
            elif child.is_named and kind not in {"heredoc_start", "heredoc_end", "comment"}:
                inner = Place(place)
                inner.before = command.after
                found = self.statement(child, inner) or found
        command.redirects.append(Redirect(operator, target))
        if operator == "<<<" and target is not None:
            self.nested.text(command, target)
        return found

    def new(self, node: Node, place: Place) -> Command:
        """Append an empty command."""
        command = Command(self.script, self.fragment, node.start_byte, node.end_byte)
        self.script.pipelines += 1
        command.pipeline = self.script.pipelines
        command.before = place.before
        command.piped_from = place.piped_from
        command.condition = place.condition
        command.negated = place.negated
        command.subshell = place.subshell
        command.function = place.function
        command.within = place.within
        command.wrapper = self.wrapper
        command.index = len(self.script.commands)
        self.script.commands.append(command)
        return command

    def inside(self, place: Place, command: Command) -> Place:
        inner = Place(place)
        inner.within = command
        inner.condition = inner.negated = False
        return inner

    def command(self, node: Node, place: Place) -> Command:
        command = self.new(node, place)
        end = node.start_byte
        for child in node.children:
            kind = child.type
            if self.has_lines and kind in WORDS and _LINE_END.search(self.fragment.text, end, child.start_byte):
                command = self.next_line(command, child, place)
                end = child.end_byte
                continue
            end = child.end_byte
            if kind == "command_name":
                inner = child.children[0] if child.children else child
                command.name_word = word = word_of(self.fragment, self.expressions, inner)
                command.name = "" if word.expands else program_name(word.text)
                if word.node_type != "word":
                    self.substitutions(inner, place, command)
            elif kind == "variable_assignment":
                self.assignment(child, command, place)
            elif kind in REDIRECTS:
                self.redirect(child, command, place, [command])
            elif child.is_named and kind != "comment":
                self.argument(child, command, place)
        self.nested.unwrap(command)
        return command

    def next_line(self, command: Command, node: Node, place: Place) -> Command:
        """Begin another command at a word that the grammar took for one of the line above, and return it."""
        self.nested.unwrap(command)
        command.end = min(command.end, max([command.start, *(word.end for word in command.words)]))
        command.after = command.after or ";"
        following = self.new(node, place)
        following.before = ";"
        following.piped_from = None
        following.name_word = word = word_of(self.fragment, self.expressions, node)
        following.name = "" if word.expands else program_name(word.text)
        return following

    def builtin(self, node: Node, place: Place) -> Command:
        """Read `export`, `unset`, `[ … ]`: the first token is the name."""
        command = self.new(node, place)
        head = node.children[0]
        command.name_word = word_of(self.fragment, self.expressions, head)
        command.name = self.text(head)
        stack = list(reversed(node.children[1:]))
        while stack:
            child = stack.pop()
            if child.type == "variable_assignment":
                self.assignment(child, command, place)
            elif child.type in WORDS or child.type in _TEST_OPERATORS:
                self.argument(child, command, place)
            elif child.named_child_count:
                stack.extend(reversed(child.children))
        return command

    def assignments(self, node: Node, place: Place) -> Command:
        command = self.new(node, place)
        for child in [node] if node.type == "variable_assignment" else node.children:
            if child.type == "variable_assignment":
                self.assignment(child, command, place)
        return command

    def assignment(self, node: Node, command: Command, place: Place) -> None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        word = (
            word_of(self.fragment, self.expressions, value)
            if value is not None and value.end_byte > value.start_byte
            else None
        )
        append = any(child.type == "+=" for child in node.children)
        text = self.text(name) if name else ""
        found = Assignment(self.fragment, node.start_byte, node.end_byte, text, word, append=append)
        command.assignments = [*command.assignments, found]
        if value is not None:
            self.substitutions(value, place, command)

    def argument(self, node: Node, command: Command, place: Place) -> None:
        word = word_of(self.fragment, self.expressions, node)
        command.words.append(word)
        command.end = max(command.end, word.end)
        if word.node_type != "word":
            self.nested.note_holes(node)
            self.substitutions(node, place, command)

    def substitutions(self, node: Node, place: Place, command: Command | None = None) -> None:
        """Read the commands of every `$( … )` and `<( … )` in a word, which may be one of a command."""
        stack = [node]
        while stack:
            current = stack.pop()
            if current.type in {"command_substitution", "process_substitution"}:
                self.statement(current, Place(place) if command is None else self.inside(place, command))
            elif current.named_child_count:
                stack.extend(reversed(current.named_children))

    def text(self, node: Node) -> str:
        return self.fragment.text[node.start_byte : node.end_byte]
