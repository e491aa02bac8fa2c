"""Syntax of bash that the small shells do not know: dash (Debian, Ubuntu), and the ash of busybox (Alpine).

From the manual page of dash 0.5.12, and the features that a busybox 1.37 is built with (`ASH_BASH_COMPAT`).
"""

from __future__ import annotations

import re

from devopslint.knowledge.scripts.variables import names_set
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from tree_sitter import Node

    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script, Tree, Word

    Options = Mapping[str, Any]
    Found = tuple[int, int, str, str]

_OTHER_SHELLS = frozenset({"bash", "zsh", "ksh", "ash", "dash"})
_COMMANDS = frozenset(
    {"compgen", "complete", "declare", "disown", "dirs", "mapfile", "popd", "pushd", "readarray", "shopt"}
)
_DASH_COMMANDS = _COMMANDS | {"[[", "let", "source", "typeset"}
_OPERATORS = {
    "//": "substitution in an expansion",
    "/": "substitution in an expansion",
    ":": "part of a value",
    "^": "change of case",
    "^^": "change of case",
    ",": "change of case",
    ",,": "change of case",
    "@": "transformation",
}
_VARIABLES = frozenset(
    {"BASH_SOURCE", "BASH_VERSION", "BASH_VERSINFO", "EUID", "FUNCNAME", "OSTYPE", "PIPESTATUS", "RANDOM", "UID"}
)
_BRACES = lazily(r"(?<![\\$])\{[^{}\s'\"$,]*,[^{}\s'\"]*\}")
_SIGN = lazily(
    r"\[\[|==|\(\(|<<<|&>|\|&|\$'|\$\"|\+=|<\(|>\(|=\(|\{[^}\n]{0,200}(?:,|\.\.)|\$\{\w+(?:/|:\s*-?\d|\^|,|@|\[)|\$\{!|pipefail"
)
_WORDS = {
    word: lazily(rf"{word}(?<!\w{word}){behind}")
    for word, behind in {
        "function": r"\s",
        "echo": r"\s+-\w*e",
        "select": r"\s",
        "read": r"\s+-",
        **dict.fromkeys(sorted(_DASH_COMMANDS - {"[["} | _VARIABLES), r"\b"),
    }.items()
}
"""The sign, or one of the words, is found where there is syntax of bash."""


def bash_in_sh(subject: Subject, options: Options) -> Iterator[Problem]:
    """Syntax of bash in a script that dash or the ash of busybox reads: each kind is told once, at the first place."""
    context: ScriptContext = subject.context
    shell = context.shell
    text = context.script.fragment.text
    if shell not in {"dash", "ash"} or not (_SIGN.search(text) or _has_word(text)):
        return
    script = context.script
    told: set[str] = set()
    by_text: dict[int, list[Command]] = {}
    for command in script:
        by_text.setdefault(id(command.fragment), []).append(command)
    for tree in script.trees:
        if _run_by(tree.wrapper) in _OTHER_SHELLS:
            continue
        found = [*_in_tree(tree, context), *_in_commands(by_text.get(id(tree.fragment), ()))]
        for start, end, kind, syntax in sorted(found):
            if kind not in told and (shell == "dash" or kind in _NOT_IN_ASH):
                told.add(kind)
                yield Problem(place_in(tree.fragment, start, end), syntax=syntax, shell=_NAMES[shell])


def _has_word(text: str) -> bool:
    return any(word in text and pattern.search(text) for word, pattern in _WORDS.items())


_NOT_IN_ASH = frozenset(
    {"array", "braces", "here string", "arithmetic command", "C loop", "pipe of errors", "select", *_COMMANDS}
)
_NAMES = {"dash": "dash", "ash": "the ash of busybox"}


def _run_by(command: Command | None) -> str:
    """Return the nearest shell around a command, or `""`."""
    while command is not None and command.name not in _OTHER_SHELLS:
        command = command.wrapper
    return command.name if command is not None else ""


def _in_tree(tree: Tree, context: ScriptContext) -> Iterator[Found]:
    """Yield start, end, kind and text of what the grammar shows."""
    stack = [tree.root]
    while stack:
        node = stack.pop()
        found = _fault(tree, node, context)
        if found is not None:
            at, kind = found
            yield at.start_byte, at.end_byte, kind, tree.text(at)
        if node.type not in {"raw_string", "ansi_c_string", "comment"} and node.type != "heredoc_body":
            stack.extend(reversed(node.children))


def _fault(tree: Tree, node: Node, context: ScriptContext) -> tuple[Node, str] | None:
    kind = node.type
    children = node.children
    first = children[0] if children else None
    simple = {
        "array": "array",
        "herestring_redirect": "here string",
        "process_substitution": "process substitution",
        "ansi_c_string": "ANSI quotes",
        "translated_string": "translated text",
        "brace_expression": "braces",
    }.get(kind)
    if simple is not None:
        return (first if kind == "herestring_redirect" and first is not None else node), simple
    if kind in {"expansion", "simple_expansion"}:
        return _expansion(tree, node, context)
    if kind == "file_redirect":
        at = next((child for child in children if child.type in {"&>", "&>>"}), None)
        return (at, "redirection of both") if at is not None else None
    if kind == "|&":
        return node, "pipe of errors"
    if kind == "+=":
        return node, "appending"
    if first is None:
        return None
    if kind == "function_definition" and first.type == "function":
        return first, "function"
    if kind == "c_style_for_statement":
        return first, "C loop"
    if kind == "for_statement" and first.type == "select":
        return first, "select"
    if kind == "compound_statement" and first.type == "((":
        return first, "arithmetic command"
    if kind == "test_command" and first.type in {"[", "[["}:
        return (first, "[[") if first.type == "[[" else _equals(node)
    if kind == "concatenation" and node.parent is not None and node.parent.type in {"command", "for_statement"}:
        return (node, "braces") if _BRACES.search(_unquoted(tree, node)) else None
    return None


def _expansion(tree: Tree, node: Node, context: ScriptContext) -> tuple[Node, str] | None:
    name = ""
    for child in node.children:
        if child.type == "subscript":
            return node, "array"
        if child.type == "variable_name":
            name = tree.text(child)
        elif child.type == "!" and not name:
            return node, "indirect expansion"
        elif child.type in _OPERATORS and name:
            return node, _OPERATORS[child.type]
    if name in _VARIABLES and not context.declared(name) and not _is_assigned(context.script, name):
        return node, "variable"
    return None


def _is_assigned(script: Script, name: str) -> bool:
    names = names_set(script)
    return names is None or name in names


def _equals(node: Node) -> tuple[Node, str] | None:
    """Return the `==` of a `[ … ]`."""
    stack = list(node.children)
    while stack:
        child = stack.pop()
        if child.type == "==":
            return child, "equals"
        if child.type.endswith("expression"):
            stack.extend(child.children)
    return None


def _unquoted(tree: Tree, node: Node) -> str:
    """Return a word without its quoted parts and substitutions."""
    return "".join(tree.text(child) for child in node.children if child.type == "word")


def _in_commands(commands: Iterable[Command]) -> Iterator[Found]:
    """Yield the commands and options that only bash has."""
    for command in commands:
        word = command.name_word
        if word is None:
            continue
        first = command.words[0] if command.words else None
        if command.name in _DASH_COMMANDS - {"[["} and word.text == command.name:
            kind = command.name if command.name in _COMMANDS else "command"
            yield word.start, word.end, kind, command.name
        elif word.text == "echo" and first is not None and re.fullmatch(r"-n?e[nE]?", first.text) and not first.quoted:
            yield first.start, first.end, "echo -e", f"echo {first.text}"
        elif command.name == "set":
            yield from (_found(word, "pipefail") for word in command.words if word.text == "pipefail")
        elif command.name == "read" and first is not None and re.fullmatch(r"-(?>\w*?[adentuNs])\w*", first.text):
            yield _found(first, "option of read")
        elif command.name == "test":
            yield from (_found(word, "equals") for word in command.words if word.text == "==" and not word.quoted)
        elif command.name == "export" and command.has_flag("-f"):
            yield _found(command.flags["-f"] or word, "export -f")


def _found(word: Word, kind: str) -> Found:
    return word.start, word.end, kind, word.text
