"""What keeps the text of files from being taken for a command by the service that reads our output.

A runner of GitHub Actions obeys `::error::…` at the start of a line, after blanks, and `##[error]…` anywhere in one
(actions/runner, `ActionCommand.cs`); Azure Pipelines obeys `##vso[…]`, TeamCity `##teamcity[…]`. All of them read
standard error as well.
"""

from __future__ import annotations

import re

_BRACKET = re.compile(r"(##(?:vso|teamcity)?)\[")
_COLONS = re.compile(r"((?:^|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])[^\S\r\n\v\f\x1c-\x1e\x85\u2028\u2029]*):(?=:)")


def neutral(text: str) -> str:
    """Return a text of any number of lines in which no command is left, by a blank within each: `## [`, `: :`."""
    return _COLONS.sub(r"\1: ", _BRACKET.sub(r"\1 [", text))


def neutral_json(text: str) -> str:
    """Return JSON that says the same and has no command in it: the brackets of commands are escaped."""
    return _BRACKET.sub(r"\1\\u005b", text) if "##" in text else text


def neutral_xml(text: str) -> str:
    """Return escaped text of XML that says the same and has no command in it: the brackets of commands are escaped."""
    return _BRACKET.sub(r"\1&#91;", text)
