"""The options that continuous integration and hooks use, read without a command-line library, which costs a start.

What is not written as here, or is no value that an option takes, is left to `click`: it has every option and every
message. Both make the same request of the same words.
"""

from __future__ import annotations

from devopslint.commands.request import Request

_FLAGS = {
    "--exit-zero": "exit_zero",
    "--force-exclude": "force_exclude",
    "--no-baseline": "no_baseline",
    "--no-cache": "no_cache",
    "--no-config": "no_config",
    "--no-ignores": "no_ignores",
    "--quiet": "quiet",
    "-q": "quiet",
    "--statistics": "statistics",
    "--strict": "strict",
}
_TEXTS = {"--baseline": "baseline", "--config": "config", "--diff-base": "diff_base", "--sarif-category": "category"}
_LISTS = {"--output": "outputs", "--rules-dir": "rules_dirs", "--select": "select", "--ignore": "ignore"}
_WORDS = {
    "--color": ("color", ("auto", "always", "never")),
    "--fail-on": ("fail_on", ("error", "warning", "note", "never")),
    "--min-level": ("min_level", ("error", "warning", "note")),
    "--profile": ("profile", ("default", "strict")),
    "--shellcheck": ("shellcheck", ("auto", "on", "off")),
    "--show-urls": ("show_urls", ("auto", "always", "never")),
}
_MOST_JOBS = 4
"""Digits of a number of processes."""


def plain_request(words: list[str]) -> Request | None:
    """Return what the words after `check` ask for; `None` where it takes more to tell."""
    values: dict[str, object] = {}
    lists: dict[str, list[str]] = {}
    paths: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            paths.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in _FLAGS and not equals:
            values[_FLAGS[name]] = True
            continue
        if not equals or not name.startswith("--"):
            value = next(rest, "")
            if name != word or value.startswith("-"):
                return None
        if not value:
            return None
        if name in _TEXTS:
            values[_TEXTS[name]] = value
        elif name in _LISTS:
            lists.setdefault(_LISTS[name], []).append(value)
        elif name in _WORDS and value in _WORDS[name][1]:
            values[_WORDS[name][0]] = value
        elif name in {"--jobs", "-j"} and value.isascii() and value.isdigit() and len(value) <= _MOST_JOBS:
            values["jobs"] = int(value)
        else:
            return None
    request = Request(tuple(paths))
    shellcheck = values.pop("shellcheck", None)
    if shellcheck is not None:
        request.analysers["shellcheck"] = str(shellcheck)
    for field, value_of in values.items():
        setattr(request, field, value_of)
    for field, several in lists.items():
        split = field in {"select", "ignore"}
        texts = [one.strip() for text in several for one in text.split(",") if one.strip()] if split else tuple(several)
        setattr(request, field, texts)
    return request
