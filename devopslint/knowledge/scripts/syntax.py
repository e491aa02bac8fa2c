"""Scripts that no shell reads as they were meant: blocks without an end, brackets, assignments, functions."""

from __future__ import annotations

import re
from bisect import bisect_right

from devopslint.knowledge.words import place_of, raw_text
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily
from devopslint.syntax.shell_blocks import open_blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from tree_sitter import Node

    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Tree

    Options = Mapping[str, Any]
    _Lines = tuple[dict[str, int], dict[str, int], dict[str, list[int]]]

_MAY_BE_POSIX = lazily(r"(?!\s*(?:powershell|pwsh|cmd)\b)")
_OF_WINDOWS = lazily(r"(?:powershell|pwsh|cmd)(?:\.exe)?$")
_RESERVED = frozenset({"do", "done", "elif", "else", "esac", "fi", "then"})
_NAME = lazily(r"[A-Za-z_]\w*$")


_UNCLOSED = lazily(r"\$\{\{(?!(?:(?!\$\{\{).)*?\}\})", re.DOTALL)


def broken_block(subject: Subject, options: Options) -> Iterator[Problem]:
    """An `if`, loop, `case`, quote or bracket without its end, or an end without its beginning."""
    context: ScriptContext = subject.context
    script = context.script
    if script.commands and _OF_WINDOWS.match(script.commands[0].name):
        return
    if "${{" in script.fragment.text and _UNCLOSED.search(script.fragment.text):
        return  # GitHub does not even begin to run this, and that is told as such
    stray = {command.fragment for command in script if command.name in _RESERVED}
    for tree in script.trees if stray or script.has_errors else ():
        if not tree.root.has_error and tree.fragment not in stray:
            continue
        found = open_blocks(tree.fragment.text)
        if found is not None:
            start, end, reason = found
            yield Problem(place_in(tree.fragment, start, end), reason=reason)
            return


def trailing_operator(subject: Subject, options: Options) -> Iterator[Problem]:
    """`a &&` at the end of a script: the command that should follow is not there."""
    context: ScriptContext = subject.context
    fragment = context.script.fragment
    text = fragment.text.rstrip()
    operator = _operator_at_end(text)
    if not operator or "<<" in text or (context.shell is None and not _MAY_BE_POSIX.match(text)):
        return
    start = len(text) - len(operator)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if not re.search(r"(?:^|\s)#", line) and not line.endswith("\\"):
        yield Problem(place_in(fragment, start, len(text)), operator=operator)


def _operator_at_end(text: str) -> str:
    """Return the `&&`, `||` or `|` at the end of a text; an empty string when there is none, or a part of another sign."""
    if text.endswith(("&&", "||")):
        return text[-2:]
    return "|" if text.endswith("|") and not text.endswith((">|", "&|")) else ""


def heredoc_without_end(subject: Subject, options: Options) -> Iterator[Problem]:
    """A heredoc whose delimiter stands alone on no line below: what was meant to end it is indented, or not there."""
    context: ScriptContext = subject.context
    known: dict[int, _Lines] = {}
    for tree, node in context.script.nodes("heredoc_start"):
        text = tree.fragment.text
        name = re.sub(r"[\"'\\]", "", tree.text(node))
        operator = node.prev_sibling
        begin = text.find("\n", node.end_byte)
        if not tree.is_known(node) or operator is None or begin < 0:
            continue
        plain, tabbed, bare = known.get(id(tree)) or known.setdefault(id(tree), _lines_of(text))
        if (tabbed if tree.text(operator).endswith("-") else plain).get(name, -1) > begin:
            continue
        start, end = node.start_byte, node.end_byte
        alone = bare.get(name, [])
        following = bisect_right(alone, begin)
        if following < len(alone):
            start = alone[following]
            end = start + len(name)
        yield Problem(place_in(tree.fragment, start, end), name=name)


def _lines_of(text: str) -> _Lines:
    """Return where the last line with a text begins, where the last behind tabs does, and where each stands between blanks."""
    plain: dict[str, int] = {}
    tabbed: dict[str, int] = {}
    bare: dict[str, list[int]] = {}
    at = 0
    for line in text.split("\n"):
        without = line.rstrip("\r")
        plain[without] = at
        tabbed[without.lstrip("\t")] = at
        bare.setdefault(line.strip(), []).append(at + len(line) - len(line.lstrip()))
        at += len(line) + 1
    return plain, tabbed, bare


def sudo_of_builtin(subject: Subject, options: Options) -> Iterator[Problem]:
    """`sudo cd`, `sudo source`, `sudo export`: builtins of the shell, which are no programs."""
    context: ScriptContext = subject.context
    for command in context.script.named("cd", "source", ".", "export", "set", "alias", "umask", "ulimit", "unset"):
        outer = command.wrapper
        if outer is not None and outer.name in {"sudo", "doas"} and outer.fragment is command.fragment:
            assert command.name_word is not None
            yield Problem(place_of(command.name_word), name=command.name, outer=outer.name)


def redirect_to_number(subject: Subject, options: Options) -> Iterator[Problem]:
    """`2>1` writes into a file that is called `1`."""
    context: ScriptContext = subject.context
    for command in context.script:
        for redirect in command.redirects if command.wrapper is None else ():
            target = redirect.target
            if redirect.operator in {"2>", "1>", "2>>"} and target is not None and target.text in {"1", "2"}:
                yield Problem(place_of(target), target=target.text, operator=redirect.operator)


def assignment_with_blanks(subject: Subject, options: Options) -> Iterator[Problem]:
    """`NAME = value` and `$NAME=value`: the shell looks for a command of that name."""
    context: ScriptContext = subject.context
    for command in context.script:
        word = command.name_word
        if word is None:
            continue
        first = command.words[0] if command.words else None
        if command.name in {"export", "readonly", "local", "declare", "typeset"}:
            for left, right in zip(command.words, command.words[1:], strict=False):
                if right.text == "=" and not right.quoted and _NAME.match(left.text):
                    yield Problem(
                        place_in(left.fragment, left.start, right.end),
                        text=f"{left.text} =",
                        reason="has a blank around its `=`",
                    )
        elif first is not None and first.text == "=" and not first.quoted and _NAME.match(word.text):
            place = place_in(word.fragment, word.start, first.end)
            yield Problem(place, text=f"{word.text} =", reason="is a command: no blanks around `=`")
        elif word.expands and (match := re.match(r"\$\w+(?==)", raw_text(word))):
            yield Problem(
                place_in(word.fragment, word.start, word.start + match.end() + 1),
                text=f"{match.group()}=",
                reason="gives a value to nothing: leave out the `$`",
            )


def broken_test(subject: Subject, options: Options) -> Iterator[Problem]:
    """`[` without blanks inside, with `&&`, `||`, `<`, `>` or `=~`, none of which it knows."""
    context: ScriptContext = subject.context
    if "[" not in context.script.fragment.text:
        return
    for tree, node in context.script.nodes("test_command"):
        found = _fault_of_test(tree, node)
        if found is not None:
            at, reason = found
            yield Problem(Place(tree.fragment.source, *tree.mark(at)), text=tree.text(at), reason=reason)
    for command in context.script:
        if command.name in {"if[", "while[", "if[[", "until["} and command.name_word is not None:
            yield Problem(
                place_of(command.name_word),
                text=command.name,
                reason="is one word, the name of a command: put a blank in front of the bracket",
            )


def _fault_of_test(tree: Tree, node: Node) -> tuple[Node, str] | None:
    opening, closing = node.children[0], node.children[-1]
    if opening.type not in {"[", "[["} or closing.type not in {"]", "]]"} or node.has_error:
        return None
    text = tree.fragment.text
    if not text[opening.end_byte].isspace():
        return opening, "has no blank behind it, and is part of another word"
    if not text[closing.start_byte - 1].isspace():
        return closing, "has no blank in front of it, and is part of another word"
    if opening.type == "[[":
        return None
    stack = list(node.children)
    while stack:
        current = stack.pop()
        kind = current.type
        if kind in {"command_substitution", "string", "expansion", "arithmetic_expansion"}:
            continue
        if kind in {"&&", "||"}:
            return current, "ends the command `[`: write `] && [`, or `[[` in bash"
        if kind in {"<", ">"} and text[current.start_byte - 1] != "\\":
            return current, "is a redirection to a file: write `-lt` or `-gt`"
        if kind == "=~":
            return current, "is known to `[[` only"
        stack.extend(current.children)
    return None


def local_outside_function(subject: Subject, options: Options) -> Iterator[Problem]:
    """`local` where there is no function."""
    context: ScriptContext = subject.context
    if context.script.has_errors:
        return
    for command in context.script:
        if command.name == "local" and not command.function and command.name_word is not None:
            yield Problem(place_of(command.name_word))
