"""Plain scripts: one command without anything that has a meaning for the shell, of which hardly any rule needs a tree."""

from __future__ import annotations

import re

from devopslint.syntax import shell_words
from devopslint.syntax.shell import Command, Script, Tree, Word, program_name
from devopslint.syntax.shell_nested import Nested

_PLAIN = re.compile(
    r"\s*(?!(?:case|coproc|declare|do|done|elif|else|esac|export|fi|for|function|if|in|let|local|readonly|select|then|time|typeset"
    r"|unset|unsetenv|until|while)\b)[A-Za-z][\w./:-]*(?:[ \t]+(?:[A-Za-z./:@]|-(?!\d))[\w./:@=-]*)*\s*",
    re.ASCII,
)
_PLAIN_WORD = re.compile(r"\S+")


def read_plain(script: Script) -> Nested | None:
    """Put the command of a plain script into it, and those that it runs; return the scripts that these run.

    `None` when the script is not plain. Everything is what a reader of its tree would say.
    """
    fragment = script.fragment
    if _PLAIN.fullmatch(fragment.text) is None:
        return None
    spans = [found.span() for found in _PLAIN_WORD.finditer(fragment.text)]
    first, *words = [Word(fragment, start, end, fragment.text[start:end], expands=False) for start, end in spans]
    command = Command(script, fragment, first.start, words[-1].end if words else first.end)
    command.name_word = first
    command.name = program_name(first.text)
    command.words = words
    command.pipeline = script.pipelines = 1
    script.commands.append(command)
    nested = Nested(script, fragment)
    nested.unwrap(command)
    for inner in script.commands[1:]:
        inner.pipeline = inner.wrapper.pipeline if inner.wrapper is not None and inner.wrapper.name != "find" else 0
    script.make_tree = lambda: Tree(fragment, shell_words.parse(fragment.text), (), None)
    return nested
