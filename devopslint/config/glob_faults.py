"""What can't be meant by a glob of a configuration, and what to write instead."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.syntax.tree import Path

_ESCAPED = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[[!^]?[^/][^]/]{0,300}\]")
_CHOICE = re.compile(r"\{[^{}/,]*,[^{}]*\}")


def glob_fault(glob: str) -> str | None:
    """Return what is wrong with a glob that nothing fits, or not what was meant; `None` for a good one."""
    if re.match(r"[A-Za-z]:[\\/]", glob) or re.search(r"\\[A-Za-z0-9_]", glob):
        return "folders are parted by `/`, from the folder of this file on"
    text = _ESCAPED.sub("", glob)
    if text.startswith("!"):
        return "a glob takes nothing back: `!` at the start is written `\\!`"
    if text == ".." or text.startswith("../") or "/../" in text or text.endswith("/.."):
        return "a glob stays below the folder of this file: `..` fits nothing"
    if text.startswith("~/"):
        return "a glob is relative to the folder of this file: `~` fits nothing"
    if "[" in _CLASS.sub("", text):
        return "`[` is not closed; the character itself is written `\\[`"
    if _CHOICE.search(text):
        return "braces hold no choice here: write a glob for each; the character itself is written `\\{`"
    return None


def globs_of(values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every glob of a configuration that fits its schema, with its path."""
    lists: list[tuple[Path, Any]] = [(("exclude",), values.get("exclude"))]
    lists += [(("kinds", kind), globs) for kind, globs in (values.get("kinds") or {}).items()]
    lists += [
        (("overrides", index, "paths"), override["paths"])
        for index, override in enumerate(values.get("overrides") or ())
    ]
    for path, globs in lists:
        for index, glob in enumerate(globs or ()):
            yield (*path, index), glob
