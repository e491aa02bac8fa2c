"""Plain scripts: commands one after the other, of words and plain variables; hardly any rule needs a tree."""

from __future__ import annotations

import re

from devopslint.syntax import shell_words
from devopslint.syntax.shell import Command, Script, Tree, Word, program_name
from devopslint.syntax.shell_nested import Nested, take_over

_KEYWORDS = (
    "case|coproc|declare|do|done|elif|else|esac|export|fi|for|function|if|in|let|local|readonly|select|then|time|typeset"
    "|unset|unsetenv|until|while"
)
_END = r"(?![^\s;&|])"
_IN_BRACES = r"\$\{[A-Za-z_]\w*+\}"
_VARIABLE = rf"(?:\$[A-Za-z_]\w*+|{_IN_BRACES})"
_CHARS = r"[\w./:@=*,+%-]"
_WORD = (
    rf"(?:(?:[A-Za-z./:@]|-(?!\d)){_CHARS}*+{_VARIABLE}?+|{_VARIABLE})(?:{_CHARS}++|{_IN_BRACES})*+|\+[A-Za-z]++"
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
_TOKEN = re.compile(r"""&&|\|\||;|\n|"[^"]*"|'[^']*'|[^\s&;|]+""")


def read_plain(script: Script) -> Nested | None:
    """Put the commands of a plain script into it, and those that they run; return the scripts that these run.

    `None` when the script is not plain. Everything is what a reader of its tree would say.
    """
    fragment = script.fragment
    text = fragment.text
    if "${{" in text or _PLAIN.fullmatch(text) is None:
        return None
    nested = Nested(script, fragment)
    last: Command | None = None
    operator = ""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token in _OPERATORS:
            operator = operator or _OPERATORS[token]  # a line may end behind another operator
            continue
        start, end = found.span()
        quote = token[0]
        if quote in _QUOTES:
            word = Word(fragment, start, end, token[1:-1], quote == '"' and "$" in token, _QUOTES[quote])
        elif "$" in token:
            word = Word(fragment, start, end, token, True, _kind_of_variable(token))
        else:
            word = Word(fragment, start, end, token, False, "number" if token.isdigit() else "word")
        if last is not None and not operator:
            last.words.append(word)
            last.end = end
            continue
        if last is not None:
            last.after = operator
            nested.unwrap(last)
        last = _begin(script, word, operator if last is not None else "")
        operator = ""
    assert last is not None
    if text.rstrip().endswith(";"):
        last.after = ";"
    nested.unwrap(last)
    take_over(script.commands, None)
    script.make_tree = lambda: Tree(fragment, shell_words.parse(text), (), None)
    return nested


def _kind_of_variable(token: str) -> str:
    """Return what the grammar calls a word with a variable in it."""
    if token[0] != "$":
        return "concatenation"
    if token[1] == "{":
        return "expansion" if token.index("}") == len(token) - 1 else "concatenation"
    return "simple_expansion" if _NAME.fullmatch(token, 1) else "concatenation"


def _begin(script: Script, word: Word, operator: str) -> Command:
    """Append a command that begins with a word, behind an operator."""
    command = Command(script, script.fragment, word.start, word.end)
    command.name_word = word
    command.name = program_name(word.text)
    command.before = operator
    command.index = len(script.commands)
    script.pipelines += 1
    command.pipeline = script.pipelines
    script.commands.append(command)
    return command
