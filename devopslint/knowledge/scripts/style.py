"""Scripts that work, and that could be written so that they work in more cases, or are read with less effort."""

from __future__ import annotations

import re

from devopslint.knowledge.scripts.outputs import way_of_output
from devopslint.knowledge.words import place_of, raw_text
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script

    Options = Mapping[str, Any]

_UNQUOTED = lazily(r"(?:[^\"'\\$`]|\\.)*(\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}|[1-9]))")
_SPLITS_NOT = frozenset(
    {"[[", "export", "local", "declare", "readonly", "typeset", "for", "case", "let", "((", "unset"}
)


def backticks(subject: Subject, options: Options) -> Iterator[Problem]:
    """`` `command` `` instead of `$(command)`."""
    context: ScriptContext = subject.context
    for tree, node in context.script.nodes("command_substitution"):
        if node.children and node.children[0].type == "`":
            yield Problem(Place(tree.fragment.source, *tree.mark(node)))


def useless_cat(subject: Subject, options: Options) -> Iterator[Problem]:
    """`cat file | command`."""
    context: ScriptContext = subject.context
    for command in context.script.named("cat"):
        if command.piped_to is None or command.piped_from is not None or command.redirects or len(command.words) != 1:
            continue
        if _is_run_by_another(command):
            continue  # `sudo cat file` reads what the shell may not
        word = command.words[0]
        if (
            not word.text.startswith("-")
            and not re.search(r"[*?]|\$[@*]", raw_text(word))
            and command.name_word is not None
        ):
            yield Problem(place_of(command.name_word), file=word.text)


def _is_run_by_another(command: Command) -> bool:
    """Say whether a program runs a command, `sudo` or the like, and no shell does."""
    return command.wrapper is not None and command.wrapper.fragment is command.fragment


def read_without_r(subject: Subject, options: Options) -> Iterator[Problem]:
    """`read` that eats backslashes."""
    context: ScriptContext = subject.context
    for command in context.script.named("read"):
        if not command.has_flag("-r", "-n", "-N", "-t", "-s", "-k") and command.name_word is not None:
            yield Problem(place_of(command.name_word))


def old_commands(subject: Subject, options: Options) -> Iterator[Problem]:
    """`which`, `egrep`, `fgrep`, for which POSIX has others."""
    context: ScriptContext = subject.context
    instead = {"which": "command -v", "egrep": "grep -E", "fgrep": "grep -F"}
    for command in context.script.named(*instead):
        is_alone = command.name != "which" or not _is_run_by_another(command)  # `command` is no program
        if command.name_word is not None and command.words and is_alone and not command.has_flag("-a"):
            yield Problem(place_of(command.name_word), name=command.name, instead=instead[command.name])


def status_in_test(subject: Subject, options: Options) -> Iterator[Problem]:
    """`[ $? -eq 0 ]`: the command itself can be the condition."""
    context: ScriptContext = subject.context
    for command in context.script.named("[", "[[", "test"):
        words = command.words
        if [word.text for word in words[2:]] == ["0"] and words[0].text in {"$?", "${?}"}:
            yield Problem(place_of(words[0]))


def blanks_split_names(subject: Subject, options: Options) -> Iterator[Problem]:
    """`find … | xargs` without `-print0` and `-0`."""
    context: ScriptContext = subject.context
    for command in context.script.named("find"):
        right = command.piped_to
        if right is None or right.name != "xargs" or right.name_word is None:
            continue
        if "-print0" in command.args or right.has_flag("-0", "--null", "-d", "--delimiter", "-I", "-i"):
            continue
        yield Problem(place_of(right.name_word))


def unquoted_variable(subject: Subject, options: Options) -> Iterator[Problem]:
    """A variable without quotes: blanks take its value apart, and patterns in it are looked up."""
    context: ScriptContext = subject.context
    for command in context.script:
        if command.name in _SPLITS_NOT or not command.name:
            continue
        for word in command.words:
            match = _UNQUOTED.match(raw_text(word)) if word.expands and word.node_type != "string" else None
            if match and not _is_options(match[1]) and not _is_one_word(context, match[1].strip("${}")):
                place = place_in(word.fragment, word.start + match.start(1), word.start + match.end(1))
                yield Problem(place, variable=match[1])


def _is_one_word(context: ScriptContext, name: str) -> bool:
    """Say whether a variable certainly holds one word without patterns: a number, or a text that stands in the script."""
    if context.known(name) or name in _NUMBERS:
        return True
    return context.script.once("names of one word", _names_of_one_word).get(name, False)


def _names_of_one_word(script: Script) -> dict[str, bool]:
    """Return the variables that a script sets, each with whether all that it sets them to is one word."""
    found: dict[str, bool] = {}
    for command in script:
        for one in command.assignments:
            if not one.append:
                is_one = one.value is not None and _ONE_WORD.fullmatch(raw_text(one.value)) is not None
                found[one.name] = found.get(one.name, True) and is_one
    for match in _SET_BY_COMMANDS.finditer(script.fragment.text):
        found.update(dict.fromkeys(re.findall(r"\w+", match[1]), False))
    return found


_SET_BY_COMMANDS = lazily(r"\b(?:for|read|mapfile|readarray|select|getopts|printf\s+-v)\b([^\n;]*)")


_NUMBERS = frozenset({"RANDOM", "SECONDS", "UID", "EUID", "PPID", "LINENO", "BASHPID", "SHLVL", "OPTIND"})
_ONE_WORD = lazily(
    r"[\w./:@%+=,-]+|'[\w./:@%+=,-]+'|\"[\w./:@%+=,-]+\"|\$\(\(.*\)\)|\"?\$\(mktemp\b[^()]*\)\"?|\$[?#!$]", re.DOTALL
)


def unquoted_substitution(subject: Subject, options: Options) -> Iterator[Problem]:
    """`$( … )` without quotes as an argument."""
    context: ScriptContext = subject.context
    for command in context.script:
        if command.name in _SPLITS_NOT | {"echo", "printf", "kill", "for", ""}:
            continue
        for word in command.words:
            if word.node_type == "command_substitution" and not re.match(
                r"\$\((?:nproc|id|date|uname|arch)\b", raw_text(word)
            ):
                yield Problem(place_of(word))


def _is_options(variable: str) -> bool:
    """Say whether a variable holds several words on purpose, by its name: `$DEPS`, `$CONFIG_ARGS`."""
    return (
        re.search(r"(?:ARGS?|OPTS?|OPTIONS|FLAGS|DEPS|PACKAGES|PKGS|LIST|S)\}?$", variable, re.IGNORECASE) is not None
    )


_VARIABLE = lazily(r"\$(?:\w|\{\w|\()")


def single_quoted_variable(subject: Subject, options: Options) -> Iterator[Problem]:
    """`echo '$HOME'` shows the name of the variable."""
    context: ScriptContext = subject.context
    for command in context.script.named("echo", "printf"):
        if command.redirects or command.piped_to is not None or command.within is not None:
            continue
        words = [one for one in command.words if one.node_type == "raw_string" and _VARIABLE.search(one.text)]
        if words and way_of_output(context.script, command) == "":
            yield from (Problem(place_of(word)) for word in words)


def joined_tests(subject: Subject, options: Options) -> Iterator[Problem]:
    """`[ a -a b ]` and `-o`, which POSIX has given up."""
    context: ScriptContext = subject.context
    for command in context.script.named("[", "test"):
        for index, word in enumerate(command.words):
            if word.text in {"-a", "-o"} and 0 < index < len(command.words) - 1 and not word.quoted:
                yield Problem(place_of(word), operator=word.text, instead="&&" if word.text == "-a" else "||")


def listing_parsed(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ls | grep`, `ls | xargs`: names with blanks or line ends are taken apart."""
    context: ScriptContext = subject.context
    for command in context.script.named("ls"):
        right = command.piped_to
        if right is not None and right.name in {"grep", "xargs", "awk", "sed"} and command.name_word is not None:
            yield Problem(place_of(command.name_word), name=right.name)
