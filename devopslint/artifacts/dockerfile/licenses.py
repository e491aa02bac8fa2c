"""License expressions of SPDX: `Apache-2.0 OR (MIT AND GPL-2.0-only WITH Classpath-exception-2.0)`."""

from __future__ import annotations

import os
import re

from devopslint.syntax.patterns import lazily

_TOKEN = lazily(r"\(|\)|[^\s()]+")
_known: frozenset[str] = frozenset()


def is_license(text: str) -> bool:
    """Say whether a text is an expression of identifiers that the SPDX list has; case does not matter."""
    wants_name = True
    depth = 0
    for part in _TOKEN.findall(text):
        if part == "(":
            if not wants_name:
                return False
            depth += 1
        elif part == ")":
            if wants_name or not depth:
                return False
            depth -= 1
        elif part.upper() in {"AND", "OR", "WITH"}:
            if wants_name:
                return False
            wants_name = True
        elif not wants_name or not _is_known(part):
            return False
        else:
            wants_name = False
    return not wants_name and not depth


def _is_known(name: str) -> bool:
    if re.match(r"(?:DocumentRef-[\w.-]+:)?(?:LicenseRef|AdditionRef)-[\w.-]+$", name):
        return True
    return name.lower() in _licenses() or name.lower().removesuffix("+") in _licenses()


def _licenses() -> frozenset[str]:
    global _known  # noqa: PLW0603 (read once, when the first label is met)
    if not _known:
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "licenses.txt")
        with open(path, encoding="ascii") as file:
            _known = frozenset(line.strip() for line in file if not line.startswith("#"))
    return _known
