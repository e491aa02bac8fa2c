"""Plain scripts: commands one after the other, of words and plain variables; hardly any rule needs a tree."""

from __future__ import annotations

import re

from devopslint.syntax import shell_words
from devopslint.syntax.shell import Command, Script, Tree, Word, program_name
from devopslint.syntax.shell_nested import Nested, take_over
from devopslint.syntax.wrappers import RUN_OTHERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from devopslint.syntax.fragment import Fragment

    Stretches = list[tuple[int, int]]

_KEYWORDS = (
    "case|coproc|declare|do|done|elif|else|esac|export|fi|for|function|if|in|let|local|readonly|select|then|time|typeset"
    "|unset|unsetenv|until|while"
)
_END = r"(?![^\s;&|])"
_IN_BRACES = r"\$\{[A-Za-z_]\w*+\}"
_VARIABLE = rf"(?:\$[A-Za-z_]\w*+|{_IN_BRACES})"
_CHARS = r"[\w./:@=*,+%-]"
_WORD = (
    rf"[A-Za-z./:@]{_CHARS}*+(?!\$)|-(?!\d){_CHARS}*+(?!\$)"  # what the next one says of a word without variables, found sooner
    rf"|(?:(?:[A-Za-z./:@]|-(?!\d)){_CHARS}*+{_VARIABLE}?+|{_VARIABLE})(?:{_CHARS}++|{_IN_BRACES})*+|\+[A-Za-z]++"
    rf"""|\d++{_END}|"(?:[^"$`\\!\n]++|{_VARIABLE})*+"{_END}|'[^'\n]*+'{_END}"""
)
"""Of a second variable without braces in one word the grammar makes something else."""
_COMMAND = rf"(?!(?:{_KEYWORDS})\b)(?:\.{{0,2}}/)?+[A-Za-z][\w./:-]*+(?:[ \t]++(?:{_WORD}))*+"
_PLAIN = re.compile(
    rf"\s*+{_COMMAND}(?:[ \t]*+(?:(?:&&|\|\|)(?:[ \t]*+\n)?|;[ \t]*+\n?|\n)\s*+{_COMMAND})*+(?:[ \t]*+;)?+\s*+",
    re.ASCII,
)
_NAME = re.compile(r"\w+", re.ASCII)
_OPERATORS = {"&&": "&&", "||": "||", ";": ";", "\n": ";"}
_QUOTES = {'"': "string", "'": "raw_string"}
_TOKEN = re.compile(r"""&&|\|\||;|\n|"[^"]*"|'[^']*'|[^\s&;|]+|[^\S\n]+""")


def read_plain(script: Script) -> Iterable[tuple[Command, Fragment, Stretches]] | None:
    """Put the commands of a plain script into it, and those that they run; return the scripts that these run.

    `None` when the script is not plain. Everything is what a reader of its tree would say.
    """
    fragment = script.fragment
    text = fragment.text
    if "${{" in text or _PLAIN.fullmatch(text) is None:
        return None
    commands = script.commands
    tokens, gap = _tokens(text)
    has_variables = "$" in text
    end = -gap
    operator = ""
    last: Command | None = None
    for token in tokens:
        start = end + gap
        end = start + len(token)
        if token in _OPERATORS:
            operator = operator or _OPERATORS[token]  # a line may end behind another operator
            continue
        if token.isspace() or not token:  # blanks, or nothing between two of them
            continue
        first = token[0]
        if first in _QUOTES:
            word = Word(fragment, start, end, token[1:-1], first == '"' and "$" in token, _QUOTES[first])
        elif has_variables and "$" in token:
            word = Word(fragment, start, end, token, True, _kind_of_variable(token))
        else:
            word = Word(fragment, start, end, token, False, "number" if first <= "9" and token.isdigit() else "word")
        if last is not None and not operator:
            last.words.append(word)
            last.end = end
            continue
        if last is not None:
            last.after = operator
        else:
            operator = ""
        last = Command(script, fragment, start, end)
        last.name_word = word
        last.name = program_name(word.text)
        last.before = operator
        last.index = len(commands)
        last.pipeline = last.index + 1
        commands.append(last)
        operator = ""
    assert last is not None
    if ";" in text and text.rstrip().endswith(";"):
        last.after = ";"
    script.pipelines = len(commands)
    script.make_tree = _tree_of
    return () if RUN_OTHERS.isdisjoint([command.name for command in commands]) else _run_by(script)


def _tree_of(script: Script) -> Tree:
    root = shell_words.parse(script.fragment.text)
    assert root is not None, "a plain script is read in one go"
    return Tree(script.fragment, root, (), None)


def _run_by(script: Script) -> Iterable[tuple[Command, Fragment, Stretches]]:
    """Put the commands that others run into a script, each behind the one that runs it; return the scripts that they run."""
    nested = Nested(script, script.fragment)
    commands = script.commands.copy()
    script.commands.clear()
    for command in commands:
        command.index = len(script.commands)
        script.commands.append(command)
        nested.unwrap(command)
    take_over(script.commands, None)
    return nested.scripts()


def _tokens(text: str) -> tuple[list[str], int]:
    """Return the words and operators of a plain script, and how many blanks stand between two of them.

    Where that is none, blanks are among them. Where it is one, an empty one stands between two blanks.
    """
    tokens = text.split(" ")
    if '"' in text or "'" in text or ";" in text or not text.isprintable() or _operators_touch(text, tokens):
        return _TOKEN.findall(text), 0
    return tokens, 1


def _operators_touch(text: str, tokens: list[str]) -> bool:
    """Say whether a blank is missing on one side of a `&&` or `||`."""
    if "&" in text and text.count("&&") != tokens.count("&&"):
        return True
    return "|" in text and text.count("||") != tokens.count("||")


def _kind_of_variable(token: str) -> str:
    """Return what the grammar calls a word with a variable in it."""
    if token[0] != "$":
        return "concatenation"
    if token[1] == "{":
        return "expansion" if token.index("}") == len(token) - 1 else "concatenation"
    return "simple_expansion" if _NAME.fullmatch(token, 1) else "concatenation"
