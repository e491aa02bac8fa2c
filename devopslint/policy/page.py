"""The page of a rule, in Markdown: for `rule show`, the docs and the help in SARIF."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from devopslint.policy.finding import RuleInfo


def rule_page(info: RuleInfo, options: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """Return the whole page of a rule; `options` are those that its file declares."""
    facts = [
        f"**Level** {info.level}",
        f"**Practice** `{info.practice}`",
        f"**Profile** {info.profile}{' (preview)' if info.preview else ''}",
        f"**Confidence** {info.confidence}",
    ]
    if info.security_severity is not None:
        facts.append(f"**Security severity** {info.security_severity}")
    if info.tags:
        facts.append("**Tags** " + ", ".join(info.tags))
    lines = [f"# {info.id}", "", f"{info.title}.", "", " · ".join(facts), ""]
    lines += ["## Why", "", info.why.rstrip(), "", "## How", "", info.how.rstrip(), ""]
    for example in info.examples:
        for kind, heading in (("bad", "Bad"), ("fixed", "Fixed"), ("good", "Good")):
            if kind in example:
                lines += [f"## {heading}", "", *_example(example[kind]), ""]
    if options:
        lines += ["## Options", ""]
        lines += [
            f"- `{name}` ({option['type']}, by default `{option['default']}`): {option['description']}"
            for name, option in options.items()
        ]
        lines.append("")
    for heading, items in (("Equivalents", info.equivalents), ("Standards", info.standards)):
        if items:
            lines += [f"## {heading}", "", ", ".join(f"`{item}`" for item in items), ""]
    if info.references:
        lines += ["## References", "", *(f"- <{reference}>" for reference in info.references), ""]
    return "\n".join(lines)


def _example(example: str | Mapping[str, Any]) -> list[str]:
    files = {"": example} if isinstance(example, str) else example
    lines: list[str] = []
    for name, text in files.items():
        if name:
            lines += [f"`{name}`", ""]
        lines += ["```", *without_marks(str(text)).rstrip("\n").split("\n"), "```", ""]
    return lines[:-1]


def without_marks(text: str) -> str:
    """Return an example with its `#! 14-26` marks shown as a plain pointer at the end of the line."""
    import re

    return re.sub(r"(?<![ \t])[ \t]*#!(?:[ \t]+[\d\-, \t]+)?[ \t]*$", "   # <-- here", text, flags=re.MULTILINE)
