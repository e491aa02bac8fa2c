"""The words of our own comments: `devopslint: ignore[rule, rule] until=2027-01-31 -- reason`."""

from __future__ import annotations

import re

from devopslint.policy.ignores import WHOLE_FILE, Ignore, is_date
from devopslint.policy.suggestion import suggestion

VERBS = ("ignore", "ignore-file", "disable", "enable")
OURS = re.compile(r"(?i:devopslint):[ \t]*([A-Za-z][\w-]*)[ \t]*(?:\[([^\]\n]*)\])?([^\n]*)")
UNTIL = re.compile(r"\buntil\s*=\s*([^\s,;]+)")
_REASON = re.compile(r"(?:^|\s)(?:--|[\u2013\u2014])(?:\s*+(.*\S)|\s*$)")


def read_ours(found: re.Match[str], line: int, column: int, text_column: int) -> Ignore:
    """Return what words of ours say; what they cover is the line itself, or the file."""
    verb, words, rest = found.groups()
    verb = verb.lower()
    ignore = Ignore(verb, line, column, text_column + found.end() - found.start())
    reason = _REASON.search(rest)
    ignore.reason = (reason.group(1) or "") if reason else ""
    before_reason = rest[: reason.start()] if reason else rest
    until = UNTIL.search(before_reason)
    if until is not None:
        ignore.until = until.group(1)
        before_reason = before_reason[: until.start()] + before_reason[until.end() :]
    ignore.fault = _fault(verb, words, ignore.until, before_reason.strip())
    if ignore.fault or words is None:
        ignore.words = [("*", line, column)] if verb == "enable" and not ignore.fault else []
        return ignore
    at = text_column + found.start(2) - found.start()
    for word in words.split(","):
        blanks = len(word) - len(word.lstrip())
        if word.strip():
            ignore.words.append((word.strip(), line, at + blanks))
        at += len(word) + 1
    if verb == "ignore-file":
        ignore.first, ignore.last = WHOLE_FILE
    return ignore


def _fault(verb: str, words: str | None, until: str, rest: str) -> str:
    if verb not in VERBS:
        return f"`devopslint: {verb}` is not understood{suggestion(verb, VERBS)}"
    if (words is None and verb != "enable") or (words is not None and not words.strip(" ,")):
        return f"`devopslint: {verb}` names no rule: write `{verb}[rule]`"
    if until and not is_date(until):
        return f"`{until}` is no date: write `until=2027-01-31`"
    if rest:
        return f"`{rest}` is not understood: put a reason behind `--`"
    return ""
