"""The variables of the shell that a script sets."""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.syntax.shell import Assignment, Command, Script

_DECLARE = frozenset({"export", "declare", "typeset", "readonly", "local", "let"})
_INTO_WORDS = frozenset({"read", "mapfile", "readarray", "getopts"})
_NAME = lazily(r"[A-Za-z_]\w*")
_CALCULATED = lazily(r"([A-Za-z_]\w*)(?:\[[^]]*\])?\s*(?:=(?!=)|[-+*/%&|^]=|\+\+|--)|(?:\+\+|--)\s*([A-Za-z_]\w*)")
_IN_TEXT = lazily(r"\$\{([A-Za-z_]\w*):?=|\b(?:for|select)\s+([A-Za-z_]\w*)")


def names_set(script: Script) -> frozenset[str] | None:
    """Return the variables that a script gives a value, wherever in it; `None` when it runs another script in its shell."""
    return script.once("names set", _names_set)


def _names_set(script: Script) -> frozenset[str] | None:
    if any(command.name in {"source", ".", "eval"} for command in script):
        return None
    found = {match[2] for match in _IN_TEXT.finditer(script.fragment.text) if match[2]}
    found.update(one.name for _, one in assignments(script))
    return frozenset(found) | set_otherwise(script)


def assignments(script: Script) -> Iterator[tuple[Command, Assignment]]:
    """Yield what gives a variable of the shell a value, alone or behind `export` and its like: not `A=1 command`."""
    for command in script:
        if command.assignments and (command.name_word is None or command.name in _DECLARE):
            yield from ((command, one) for one in command.assignments)


def set_otherwise(script: Script) -> frozenset[str]:
    """Return the variables that a script sets neither by an assignment nor by a loop: `read`, `${A:=b}`, `((a++))`."""
    return script.once("set otherwise", _set_otherwise)


def _set_otherwise(script: Script) -> frozenset[str]:
    text = script.fragment.text
    found = {match[1] for match in _IN_TEXT.finditer(text) if match[1]}
    for command in script:
        found.update(_set_by(command))
    if "((" in text:
        for inner in re.findall(r"\(\((.{0,500}?)\)\)", text, re.DOTALL):
            found.update(name for match in _CALCULATED.finditer(inner) for name in match.groups() if name)
    return frozenset(found)


def _set_by(command: Command) -> Iterator[str]:
    """Yield the variables that a builtin sets by the names it is given."""
    if command.name in _INTO_WORDS:
        yield from (word.text for word in command.words if _NAME.fullmatch(word.text))
    elif command.name == "printf":
        name = command.value_of("-v")
        if isinstance(name, str):
            yield name
    elif command.name in _DECLARE:
        for word in command.words:
            found = _NAME.match(word.text)
            if found is not None and word.text[found.end() :][:1] in {"=", "+", "-", "["}:
                yield found.group()
