"""A rule's help as plain text and as Markdown, made of its own file."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.policy.finding import RuleInfo

_LANGUAGES = {
    "dockerfile": "dockerfile",
    "terraform": "hcl",
    "workflow": "yaml",
    "kubernetes": "yaml",
    "compose": "yaml",
}
"""The language of an example that has no file name, by the first part of the rule's id."""
_ENDINGS = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "tf": "hcl",
    "tofu": "hcl",
    "tfvars": "hcl",
    "hcl": "hcl",
    "yaml": "yaml",
    "yml": "yaml",
    "json": "json",
    "sh": "sh",
}
_EXPECTATION = re.compile(r"(?<![ \t])[ \t]*#![ \t]*(?:\d+-\d*(?:,[ \t]*\d+-\d*)*)?[ \t]*$", re.MULTILINE)


def without_marks(text: str) -> str:
    """Return the text of an example without the marks (`#! 6-9`) that say what must be found in it."""
    return _EXPECTATION.sub("", text)


def first_paragraph(text: str) -> str:
    """Return the first paragraph of a text on one line."""
    return " ".join(text.strip().split("\n\n", 1)[0].split())


def help_text(rule: RuleInfo) -> str:
    """Return why a rule is, what to do, and where to read on, as plain text; never empty."""
    parts = [rule.why or rule.title]
    if rule.how:
        parts.append(f"What to do: {rule.how}")
    if rule.url:
        parts.append(f"See {rule.url}")
    return "\n\n".join(parts)


def help_markdown(rule: RuleInfo) -> str:
    """Return why a rule is, an example of the fault, what to do, an example of it, and references, as Markdown."""
    parts = [rule.why or rule.title]
    bad = _example(rule, "bad")
    good = _example(rule, "fixed") or _example(rule, "good")
    if bad:
        parts.append(f"## Found\n\n{bad}")
    if rule.how:
        parts.append(f"## What to do\n\n{rule.how}")
    if good:
        parts.append(f"## Good\n\n{good}")
    links = [f"- <{url}>" for url in dict.fromkeys((rule.url, *rule.references)) if url]
    if links:
        parts.append("## References\n\n" + "\n".join(links))
    facts = [("Practice", (rule.practice,)), ("Same check elsewhere", rule.equivalents), ("Standards", rule.standards)]
    told = [f"{name}: {', '.join(f'`{value}`' for value in values)}" for name, values in facts if any(values)]
    if told:
        parts.append("  \n".join(told))
    return "\n\n".join(parts) + "\n"


def _example(rule: RuleInfo, name: str) -> str:
    """The first example of a name, fenced; several files one after the other, each under its name."""
    for example in rule.examples:
        value = example.get(name)
        if isinstance(value, str):
            return _fenced(value, _LANGUAGES.get(rule.id.split("/", 1)[0], ""))
        if value:
            return "\n\n".join(f"`{path}`\n\n{_fenced(str(text), language(path))}" for path, text in value.items())
    return ""


def language(path: str) -> str:
    """Return what Markdown calls the language of a file, by its name; empty when it is not known."""
    name = path.rsplit("/", 1)[-1].lower()
    return _ENDINGS.get(name.rsplit(".", 1)[-1]) or _ENDINGS.get(name.split(".", 1)[0], "")


def _fenced(text: str, language: str) -> str:
    text = without_marks(text).rstrip("\n")
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
