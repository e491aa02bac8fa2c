"""Templates around YAML (Helm, other Go templates, Jinja): masked at equal length, so that every offset stays right."""

from __future__ import annotations

import re

FILL = "\ue000"
"""The code point, from Unicode's private use area, that stands for each one of an expression."""

_OPENING = re.compile(r"\{\{-?\s*/\*|\{\{|\{%|\{#")
_CLOSING = {
    "/*": re.compile(r"\*/\s*-?\}\}"),
    "{{": re.compile(r"\}\}"),
    "{%": re.compile(r"%\}"),
    "{#": re.compile(r"#\}"),
}
_STRING_OR_END = re.compile(r'(?:(?<!\\)"(?:\\.|[^"\\\r\n])*|(?<=\\)"(?:\\.|[^"\\\r\n]){0,1000})"|`[^`\r\n]*`|\}\}')
_CONTROL = re.compile(
    r"\{\{-?\s*(?:if|else|end|with|range|define|block|break|continue|/\*|\$\w+\s*:?=)(?![\w.])|\{[%#]"
)
_RENDERED = re.compile(
    r"\{\{[^{}]*(?:\.(?:Values|Release|Chart|Capabilities|Template|Files)\b|\b(?:include|toYaml|template|tpl)\b)|\{%"
)
_TEMPLATE = re.compile(r"(?<!\$)\{\{|\{%")


def has_template(text: str) -> bool:
    """Say whether a text may hold expressions of a template; `${{ x }}` is one of GitHub's, which YAML can hold."""
    return ("{{" in text or "{%" in text) and _TEMPLATE.search(text) is not None


def must_be_rendered(text: str) -> bool:
    """Say whether a text is a template of a chart or a playbook, so that it need not be YAML before it is rendered.

    What is put into a text by others when it is read (`{{ $labels.job }}` of an alert) makes none.
    """
    return _RENDERED.search(text) is not None


def mask_templates(text: str) -> str:
    """Return a text of the same length without the expressions of a template.

    Lines on which nothing but expressions stand become empty (`{{- if .Values.x }}`, `{{ toYaml . | nindent 4 }}`): one
    line end for each code point, since a line of many blanks is an error at the start of a block scalar. So do
    conditions and loops in front of what stands on the same line. Every other expression becomes a run of FILL. The
    result is for a parser that counts offsets, not lines.
    """
    spans = actions(text)
    pieces: list[str] = []
    done = 0
    index = 0
    while index < len(spans):
        # A run of actions with nothing but blanks of the same line between them stands or falls together.
        last = index
        while last + 1 < len(spans) and _only_blanks(text, spans[last][1], spans[last + 1][0]):
            last += 1
        run = spans[index : last + 1]
        index = last + 1
        start, end = run[0][0], run[-1][1]
        if _blank_before(text, start):
            begin = _line_start(text, start)
            leading = run if _blank_after(text, end) else run[: _controls(text, run)]
            if leading:
                behind = _past_blanks(text, leading[-1][1])
                indent = "" if leading is run else text[begin:start]
                pieces += text[done:begin], "\n" * (behind - begin - len(indent)), indent
                done = behind
                run = run[len(leading) :]
        for action_start, action_end in run:
            ends = text[action_start + 2 : action_end - 2].strip("- ") == "end"
            pieces += text[done:action_start], (" " if ends else FILL) * (action_end - action_start)
            done = action_end
    pieces.append(text[done:])
    return "".join(pieces)


def actions(text: str) -> list[tuple[int, int]]:
    """Return the spans of all expressions; time is linear, since an end that was not found once is not sought again."""
    spans = []
    unclosed: set[str] = set()
    at = 0
    while found := _OPENING.search(text, at):
        at = found.end()
        for kind in (found.group()[-2:], found.group()[:2]):
            end = None if kind in unclosed else _closing(text, kind, at if kind == "/*" else found.start() + 2)
            if end is not None:
                at = end.end()
                spans.append((found.start(), at))
                break
            unclosed.add(kind)
    return spans


def _closing(text: str, kind: str, at: int) -> re.Match[str] | None:
    """Return the end of an action: the first one that is not in a string (`{{ f "{{ .x }}" }}`), else the first."""
    if kind == "{{":
        for found in _STRING_OR_END.finditer(text, at):
            if found.group() == "}}":
                return found
    return _CLOSING[kind].search(text, at)


def _controls(text: str, run: list[tuple[int, int]]) -> int:
    """Return how many actions at the start of a run only decide about what follows."""
    for number, (start, end) in enumerate(run):
        if not _CONTROL.match(text, start, end):
            return number
    return len(run)


def _only_blanks(text: str, start: int, end: int) -> bool:
    return _past_blanks(text, start) >= end


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _line_start(text: str, at: int) -> int:
    """Return the start of the line of an offset that only blanks stand before."""
    while at > 0 and text[at - 1] in " \t":
        at -= 1
    return at


def _blank_before(text: str, at: int) -> bool:
    start = _line_start(text, at)
    return start == 0 or text[start - 1] in "\r\n"


def _blank_after(text: str, at: int) -> bool:
    at = _past_blanks(text, at)
    return at >= len(text) or text[at] in "\r\n#"
