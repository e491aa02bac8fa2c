"""Templates around YAML (Helm, other Go templates, Jinja): masked at equal length, so that every offset stays right."""

from __future__ import annotations

import re

FILL = "\ue000"
"""The code point, from Unicode's private use area, that stands for each one of an expression."""

_ACTION = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def has_template(text: str) -> bool:
    """Say whether a text may hold expressions of a template."""
    return "{{" in text or "{%" in text


def mask_templates(text: str) -> str:
    """Return a text of the same length without the expressions of a template.

    Lines on which nothing but expressions stand become empty (`{{- if .Values.x }}`, `{{ toYaml . | nindent 4 }}`): one
    line end for each code point, since a line of many blanks is an error at the start of a block scalar. Every other
    expression becomes a run of FILL. So the result is for a parser that counts offsets, not lines.
    """
    actions = [match.span() for match in _ACTION.finditer(text)]
    pieces: list[str] = []
    done = 0
    index = 0
    while index < len(actions):
        # A run of actions with nothing but blanks of the same line between them stands or falls together.
        last = index
        while last + 1 < len(actions) and _only_blanks(text, actions[last][1], actions[last + 1][0]):
            last += 1
        start, end = actions[index][0], actions[last][1]
        alone = _blank_before(text, start) and _blank_after(text, end)
        if alone:
            start = _line_start(text, start)
            pieces += text[done:start], "\n" * (end - start)
            done = end
        else:
            for action_start, action_end in actions[index : last + 1]:
                pieces += text[done:action_start], FILL * (action_end - action_start)
                done = action_end
        index = last + 1
    pieces.append(text[done:])
    return "".join(pieces)


def _only_blanks(text: str, start: int, end: int) -> bool:
    return not text[start:end].strip(" \t")


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _blank_before(text: str, at: int) -> bool:
    return _only_blanks(text, _line_start(text, at), at)


def _blank_after(text: str, at: int) -> bool:
    end = text.find("\n", at)
    return not text[at : len(text) if end < 0 else end].strip(" \t\r")
