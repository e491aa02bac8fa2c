"""What the `shell` of a step names, and what a script speaks whose shell only the runner decides."""

from __future__ import annotations

import re

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SHELLS = frozenset({"bash", "sh", "dash", "ash"})
"""The shells whose scripts are read."""
_KNOWN = SHELLS | {
    "cmd",
    "ksh",
    "node",
    "perl",
    "php",
    "powershell",
    "pwsh",
    "python",
    "python3",
    "rscript",
    "ruby",
    "zsh",
}
GIVES_CODE = lazily(r"-(?<=\s-)\w*[ce]\s")
"""An option behind which shells and interpreters expect code, `-c` or `-e`."""
_ALIASES = {"msys2": "bash"}
"""What an action sets up that runs another shell."""
_VERB = lazily(r"-(?=[A-Z])")
_VARIABLE = lazily(r"\$(?:env:|Is[WLM]|[A-Za-z_]\w*\s*\+?=\s)|\(\s*!?\(?\$")
"""One of these two is found where the next one is, and much sooner found to be lacking."""
_POWERSHELL = lazily(
    r"\$env:\w|(?:^|[|;(=][ \t]*|\n[ \t]*)(?:Get|Set|New|Remove|Write|Start|Stop|Invoke|Copy|Move|Test|Out|Add|Expand|Import"
    r"|Select|Where|ForEach|Join|Split|Resolve|Compress)-[A-Z]\w+\b"
    r"|\$Is(?:Windows|Linux|MacOS)\b|\b(?:if|foreach|while)\s*\(\s*!?\(?\$(?!NF\b|NR\b)[A-Za-z_]"
    r"|(?:^|\n)[ \t]*\$[A-Za-z_]\w*\s*\+?=\s"
)


def shell_name(shell: Any) -> str | None:
    """Return the name of the shell that a `shell` names; `None` when it can't be known.

    Of a template (`/usr/bin/env -i bash -e {0}`) it is the first word that is a shell or interpreter, else the first.
    """
    if not isinstance(shell, str) or "${{" in shell:
        return None
    names = [re.split(r"[/\\]", word)[-1].lower().removesuffix(".exe") for word in re.split(r"[\s\"']+", shell) if word]
    found = next((name for name in names if name in _KNOWN or name in _ALIASES), names[0] if names else None)
    return _ALIASES.get(found, found) if found else None


def ends_with_the_first_failure(shell: str) -> bool:
    """Say whether a `shell` ends a script with the first command that fails; the names alone stand for templates that do."""
    words = shell.split()
    return (
        len(words) < 2 or words[0] in _ALIASES or any(_ERREXIT.match(word) for word in re.split(r"[\s\"']+", shell)[1:])
    )


_ERREXIT = lazily(r"-\w*e|errexit$")


def speaks_powershell(script: str) -> bool:
    """Say whether a script is certainly one of PowerShell."""
    may_be = ("-" in script and _VERB.search(script)) or ("$" in script and _VARIABLE.search(script))
    return bool(may_be) and _POWERSHELL.search(script) is not None


_POWERSHELL_TEXTS = lazily(
    r"<\#.*?(?:\#>|\Z)|@(['\"])[ \t]*\n.*?(?:\n\1@|\Z)|^[ \t]*\#[^\n]*"
    r"|(?<![\w-])(?:Write-(?:Host|Output|Verbose|Warning|Error|Debug)|echo)[ \t]+'(?:(?!\$\{\{)[^'\n])*'",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)


def powershell_code(script: str) -> str:
    """Return a script of PowerShell with blanks for its comments, its documents and the texts that it only says."""
    return _POWERSHELL_TEXTS.sub(lambda one: re.sub(r"[^\n]", " ", one[0]), script)
