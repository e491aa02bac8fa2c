"""Scripts that a shell reads, and that do another thing than they were meant to."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from operator import attrgetter

from devopslint.knowledge.scripts.trees import tree_of
from devopslint.knowledge.words import VARIABLE, place_of, raw_text
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from tree_sitter import Node

    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script, Tree

    Options = Mapping[str, Any]

_COMPARES = frozenset({"=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_ROOT_IF_EMPTY = lazily(
    r"\"?\$(?:(\w+)|\{(\w+)\})\"?/\"?(?:(?:\*|\.\*|\{.*\}|(?:usr|bin|sbin|lib|lib64|etc|home|var|opt|boot|root|srv)/?\*?)\"?)?$"
)
_NEVER_FAILS = frozenset(
    {"basename", "date", "dirname", "echo", "id", "mktemp", "nproc", "printf", "pwd", "uname", "whoami"}
)
_READS_NOTHING = frozenset(
    {
        "chmod",
        "chown",
        "cp",
        "date",
        "echo",
        "kill",
        "ln",
        "ls",
        "mkdir",
        "mv",
        "rm",
        "rmdir",
        "sleep",
        "touch",
        "which",
    }
)
_KEEPS_NAMES = frozenset({"grep", "head", "sort", "tail", "tac", "uniq"})
_NAME_OPTIONS = frozenset({"-name", "-iname", "-path", "-ipath", "-wholename"})
_ENDING = frozenset({"exit", "exec", "return"})
_TESTS = frozenset({"[", "[[", "test"})
_BLOCKS = frozenset(
    {"program", "compound_statement", "do_group", "else_clause", "if_statement", "case_item", "elif_clause", "subshell"}
)
"""Nodes whose children are statements one after the other."""
_GLOB = lazily(r"[*?]|\[.{1,200}\]")


def dangerous_remove(subject: Subject, options: Options) -> Iterator[Problem]:
    """`rm -rf $DIR/`: the whole system when the variable is empty."""
    context: ScriptContext = subject.context
    for command in context.script.named("rm"):
        if not command.has_flag("-r", "-R", "--recursive"):
            continue
        for word in command.words:
            match = _ROOT_IF_EMPTY.match(raw_text(word)) if word.expands else None
            if match and not _has_value(context, command, match[1] or match[2]):
                name = match[1] or match[2]
                path = raw_text(word)
                empty = re.sub(rf"\$(?:{name}\b|\{{{name}\}})", "", path).replace('"', "")
                yield Problem(place_of(word), path=path, empty=empty, variable=name)


def unchecked_cd(subject: Subject, options: Options) -> Iterator[Problem]:
    """`cd somewhere; command`: when the folder is not there, the command runs elsewhere."""
    context: ScriptContext = subject.context
    script = context.script
    if context.errexit or script.has_errors or any(_sets_errexit(command) for command in script.named("set")):
        return
    for command in script.named("cd"):
        if command.after != ";" or command.failure_ignored or command.wrapper is not None or not command.words:
            continue
        if re.fullmatch(
            r"(?:\.++/?)+|/|-|~|/(?:bin|etc|home|opt|root|tmp|usr(?:/(?:local|src|bin|lib|share))?|var)/?",
            command.args[0],
        ) or command.index + 1 >= len(script.commands):
            continue
        if script.once("makes folders", _made_folders).get(command.args[0], command.index) < command.index:
            continue
        yield Problem(place_of(command), path=command.args[0])


def _made_folders(script: Script) -> dict[str, int]:
    """Return the folders that a script makes, and the number of the first command that does so."""
    return {word: one.index for one in reversed([*script.named("mkdir")]) for word in one.args}


def _sets_errexit(command: Command) -> bool:
    return command.has_flag("-e") or "errexit" in command.args


def misordered_redirect(subject: Subject, options: Options) -> Iterator[Problem]:
    """`2>&1 >file`: errors go to where the output went before."""
    context: ScriptContext = subject.context
    for command in context.script:
        if command.piped_to is not None or command.within is not None or command.wrapper is not None:
            continue
        joined = False
        for redirect in command.redirects:
            target = redirect.target
            if redirect.operator == "2>&" and target is not None and target.text == "1":
                joined = True
            elif joined and redirect.operator in {">", ">>", "1>", "1>>", ">|"} and target is not None:
                yield Problem(place_of(target), path=target.text)
                break


def masked_failure(subject: Subject, options: Options) -> Iterator[Problem]:
    """`export NAME=$(command)`: the status is that of `export`."""
    context: ScriptContext = subject.context
    declarations = [
        command
        for command in context.script.named("export", "local", "readonly", "declare", "typeset")
        if command.assignments
    ]
    within: dict[int, list[Command]] = {}
    for other in context.script if declarations else ():
        if other.within is not None and other.fragment is other.within.fragment:
            within.setdefault(id(other.within), []).append(other)
    start = attrgetter("start")
    for command in declarations:
        others = sorted(within.get(id(command), ()), key=start)
        for assignment in command.assignments:
            first, last = (bisect_left(others, at, key=start) for at in (assignment.start, assignment.end))
            inner = others[first:last]
            if inner and not all(other.name in _NEVER_FAILS or other.failure_ignored for other in inner):
                yield Problem(place_of(assignment), name=assignment.name, command=command.name)


def unreachable(subject: Subject, options: Options) -> Iterator[Problem]:
    """A command behind `exit`, `return` or `exec`, in the same block."""
    context: ScriptContext = subject.context
    script = context.script
    if script.has_errors:
        return
    for command in script.named(*_ENDING):
        if command.name == "exec" and not command.words:
            continue
        tree = tree_of(script, command.fragment)
        node = (
            _statement(script, tree, command) if tree is not None and command.wrapper in {None, tree.wrapper} else None
        )
        following = node.next_named_sibling if node is not None else None
        while following is not None and following.type in {"comment", "function_definition"}:
            following = following.next_named_sibling
        if tree is None or node is None or following is None or following.type.endswith(("_clause", "_body", "_end")):
            continue
        if node.next_sibling is not None and node.next_sibling.type == "&":
            continue
        start = following.start_byte
        end = tree.fragment.text.find("\n", start, following.end_byte)
        place = place_in(tree.fragment, start, end if end >= 0 else following.end_byte)
        yield Problem(place, name=command.name)


def _statement(script: Script, tree: Tree, command: Command) -> Node | None:
    """Return the node of a command that is a statement by itself, neither in a list nor in a pipeline."""
    node = tree.root.descendant_for_byte_range(command.start, command.end)
    while node is not None and node.type not in {"command", "redirected_statement"}:
        node = node.parent
    if node is not None and node.parent is not None and node.parent.type == "redirected_statement":
        node = node.parent
    parent = node.parent if node is not None else None
    if node is None or parent is None or parent.type not in _BLOCKS:
        return None
    if parent.type in {"if_statement", "elif_clause"}:
        then = script.once(("then of", tree.fragment, parent.id), lambda _: _begin_of_then(parent))
        if then is None or node.start_byte < then:
            return None
    return node


def _begin_of_then(statement: Node) -> int | None:
    """Return where the `then` of an `if` or `elif` stands, `None` when there is none."""
    return next((child.start_byte for child in statement.children if child.type == "then"), None)


def loop_over_listing(subject: Subject, options: Options) -> Iterator[Problem]:
    """`for f in $(ls)`: names with blanks are taken apart."""
    context: ScriptContext = subject.context
    for tree, node in context.script.nodes("for_statement") if "for" in context.script.fragment.text else ():
        for child in node.named_children:
            if child.type != "command_substitution" or not child.named_children:
                continue
            first = child.named_children[0]
            parts = (
                [tree.text(part).split(None, 1)[0] for part in first.named_children] if first.type == "pipeline" else []
            )
            name = tree.text(first).split(None, 1)
            if first.type not in {"command", "pipeline"} or not set(parts[1:]) <= _KEEPS_NAMES:
                continue
            if name[0] in {"ls", "find"}:
                yield Problem(Place(tree.fragment.source, *tree.mark(child)), name=name[0])


def unquoted_pattern(subject: Subject, options: Options) -> Iterator[Problem]:
    """`find -name *.txt`: the shell puts in the names that it finds here."""
    context: ScriptContext = subject.context
    for command in context.script.named("find"):
        for option, word in zip(command.words, command.words[1:], strict=False):
            plain = word.node_type in {"word", "concatenation"}
            if option.text in _NAME_OPTIONS and plain and re.match(r"[^'\"\\]*[*?]", raw_text(word)):
                yield Problem(place_of(word), pattern=word.text)


def input_not_read(subject: Subject, options: Options) -> Iterator[Problem]:
    """A pipe into a command that reads no input: `… | echo`, `… | rm`."""
    context: ScriptContext = subject.context
    for command in context.script.named(*_READS_NOTHING):
        left = command.piped_from
        if left is None or left.name in {"yes", "echo", "printf"} or command.name_word is None:
            continue
        if command.wrapper is not None or command.redirects or command.subshell != left.subshell:
            continue
        if any(word.text in {"-", "/dev/stdin", "/proc/self/fd/0"} or word.expands for word in command.words):
            continue
        if command.has_flag("-i") or id(command) in context.script.once("have some within", _having_some_within):
            continue
        yield Problem(place_of(command.name_word), name=command.name)


def _having_some_within(script: Script) -> set[int]:
    """Return the commands that have another one in a substitution."""
    return {id(command.within) for command in script if command.within is not None}


def su_without_command(subject: Subject, options: Options) -> Iterator[Problem]:
    """`su app` with commands behind it, which run as before."""
    context: ScriptContext = subject.context
    script = context.script
    for command in script.named("su"):
        if command.has_flag("-c", "--command", "-s") or command.redirects or command.piped_from is not None:
            continue
        if command.name_word is not None and command.index < script.commands[-1].index and command.words:
            yield Problem(place_of(command), user=command.args[-1])


_ARRAY = lazily(r"\$\{\w+\[@\]\}")


def unquoted_arguments(subject: Subject, options: Options) -> Iterator[Problem]:
    """`$@` and `${list[@]}` without quotes: what has blanks is taken apart."""
    context: ScriptContext = subject.context
    for command in context.script:
        for word in command.words:
            if raw_text(word) in {"$@", "$*", "${@}", "${*}"}:
                yield Problem(place_of(word), text=raw_text(word))
    for tree, node in context.script.nodes("expansion") if "[@]}" in context.script.fragment.text else ():
        text = tree.text(node)
        if _ARRAY.fullmatch(text) and node.parent is not None and node.parent.type in {"command", "for_statement"}:
            yield Problem(Place(tree.fragment.source, *tree.mark(node)), text=text)


def constant_test(subject: Subject, options: Options) -> Iterator[Problem]:
    """A test that always has the same answer: two constants, `-n` of a word without quotes, a pattern in `[`."""
    context: ScriptContext = subject.context
    for tree, node in context.script.nodes("test_command") if "[" in context.script.fragment.text else ():
        inner = node.named_children[0] if node.named_child_count == 1 and not node.has_error else None
        if inner is None or node.children[0].type not in {"[", "[["} or not tree.is_known(inner):
            continue
        while inner.type == "unary_expression" and inner.children[0].type == "!":
            inner = inner.children[-1]
        found = _constant(tree, inner, single=node.children[0].type == "[")
        if found is not None:
            at, reason = found
            yield Problem(Place(tree.fragment.source, *tree.mark(at)), text=tree.text(at), reason=reason)
    for command in context.script.named("test"):
        if len(command.words) == 2 and command.args[0] == "-n" and VARIABLE.fullmatch(raw_text(command.words[1])):
            place = place_in(command.fragment, command.words[0].start, command.words[1].end)
            yield Problem(
                place, text=" ".join(command.args), reason="is true when it is empty, too: put it into quotes"
            )


def always_decided(subject: Subject, options: Options) -> Iterator[Problem]:
    """`[ $A != x ] || [ $A != y ]` holds whatever `$A` is; `[ $A = x ] && [ $A = y ]` never does."""
    context: ScriptContext = subject.context
    for left, right in pairwise(context.script.commands):
        if not {left.name, right.name} <= _TESTS or len(left.words) != 3 or len(right.words) != 3:
            continue
        if left.fragment is not right.fragment or left.after != right.before or left.negated or right.negated:
            continue
        first, second = left.words, right.words
        joined = {"!=": "||", "-ne": "||", "=": "&&", "==": "&&", "-eq": "&&"}.get(first[1].text)
        literal = not any(word.expands or _GLOB.search(word.text) for word in (first[2], second[2]))
        if joined != left.after or first[1].text != second[1].text or not first[0].expands or not literal:
            continue
        if first[0].text == second[0].text and first[2].text != second[2].text:
            place = place_in(left.fragment, left.start, right.end)
            yield Problem(place, variable=first[0].text, outcome="always holds" if joined == "||" else "never holds")


def _constant(tree: Tree, node: Node, *, single: bool) -> tuple[Node, str] | None:
    children = node.children
    if node.type == "binary_expression" and len(children) == 3:
        left, operator, right = children
        if operator.type == "test_operator" and tree.text(operator) not in _COMPARES:
            return None
        if tree.text(operator) not in _COMPARES:
            return None
        if _is_literal(left) and _is_literal(right) and not _has_glob(tree, right):
            return node, "compares two constants"
        if single and right.type in {"word", "concatenation", "extglob_pattern"} and _has_glob(tree, right):
            return right, "is no pattern for `[`: use `case`, or `[[` in bash"
    elif node.type == "unary_expression" and len(children) == 2:
        option, operand = tree.text(children[0]), children[1]
        if single and option == "-n" and operand.type in {"simple_expansion", "expansion", "command_substitution"}:
            return node, "is true when it is empty, too: put it into quotes"
        if single and option in {"-e", "-f", "-d", "-s"} and operand.type != "string" and _has_glob(tree, operand):
            return operand, "fails as soon as several files match"
        if option in {"-n", "-z"} and _is_literal(operand):
            return node, "asks for the length of a constant"
    elif node.type == "concatenation" and any(
        child.type == "word" and re.match(r"[=!]?=", tree.text(child)) for child in node.children[1:]
    ):
        return node, "is one word that is not empty, and so true: put blanks around the operator"
    elif node.type in {"word", "string", "raw_string", "number"} and _is_literal(node) and len(tree.text(node)) > 2:
        return node, "is a text that is not empty, and so true"
    return None


def _is_literal(node: Node) -> bool:
    if node.type == "string":
        return all(child.type in {'"', "string_content"} for child in node.children)
    return node.type in {"word", "raw_string", "number"}


def _has_glob(tree: Tree, node: Node) -> bool:
    return bool(_GLOB.search(re.sub(r"\\.|'[^']*'|\"[^\"]*\"|\$\{[^}]{0,500}\}|\$[*?@#]", "", tree.text(node))))


def unquoted_in_test(subject: Subject, options: Options) -> Iterator[Problem]:
    """`[ $NAME = x ]`: an error of syntax when the variable is empty."""
    context: ScriptContext = subject.context
    for command in context.script.named("[", "test"):
        words = command.words
        for index, word in enumerate(words):
            operator = words[index + 1].text if index + 1 < len(words) else ""
            before = words[index - 1].text if index else ""
            if operator not in _COMPARES and before not in _COMPARES:
                continue
            match = VARIABLE.fullmatch(raw_text(word)) if word.expands else None
            if match is None or _has_value(context, command, match[1] or match[2]):
                continue
            if not (match[1] or match[2]).isdigit():
                yield Problem(place_of(word), variable=raw_text(word))


def _has_value(context: ScriptContext, command: Command, name: str) -> bool:
    """Say whether a variable certainly is not empty when a command runs, by what stands above it or outside of the script."""
    if context.known(name):
        return True
    script = context.script
    if script.once("unset ends it", _ends_when_unset) or name in script.once("looked after", _looked_after):
        return True
    first, fragments = script.once("first values", _first_values).get(name, (command.index, set()))
    return first < command.index or not fragments <= {id(command.fragment)}


def _ends_when_unset(script: Script) -> bool:
    return re.search(r"\bset\s+-\w*u|nounset", script.fragment.text) is not None


def _looked_after(script: Script) -> set[str]:
    """Return the variables that a script gives a default, tests for being empty, or runs through."""
    return {name for match in _LOOKS_AFTER.finditer(script.fragment.text) for name in match.groups() if name}


def _first_values(script: Script) -> dict[str, tuple[int, set[int]]]:
    """Return the variables that get a value, each with the first command that gives one and the fragments of all."""
    found: dict[str, tuple[int, set[int]]] = {}
    for command in script:
        for one in command.assignments:
            if one.value is not None and one.value.text != "":
                found.setdefault(one.name, (command.index, set()))[1].add(id(command.fragment))
    return found


_LOOKS_AFTER = lazily(r"(?=\$\{(\w+):[?=])|(?=-[nz]\s+\"?\$\{?(\w+))|(?=\b(?:for|select)\s+(\w+)\s+in\b)")
