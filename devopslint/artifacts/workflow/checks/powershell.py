"""Checks on scripts of PowerShell, which no parser here reads."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.shells import powershell_code
from devopslint.artifacts.workflow.words import has_one_of
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_FETCH = r"(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|curl(?:\.exe)?|wget)"
_RUN = r"(?:iex|Invoke-Expression)"
_RUNNING = ("iex", "invoke-expression", "scriptblock", "outfile", "downloadfile")
"""One of these stands in what runs a text, or saves one to be run."""
_PIPED = lazily(rf"\b{_FETCH}\b[^\n;|]{{0,500}}\|\s{{0,20}}{_RUN}\b", re.IGNORECASE)
_EVALUATED = lazily(
    rf"(?:\b{_RUN}\b|\[scriptblock\]::Create\()[^\n;|]{{0,200}}?\b{_FETCH}\b[^\n;|]{{0,300}}",
    re.IGNORECASE,
)
_SAVED = lazily(
    r"\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^\n;|]{0,500}?\s-OutFile[ :]+[\"']?([^\s\"';|]+)"
    r"|\.DownloadFile\([^\n,)]{0,500},\s*[\"']?([^\"')\n]+)",
    re.IGNORECASE,
)
_SCRIPT = lazily(r"\.(?:ps1|cmd|bat|exe|msi)\Z", re.IGNORECASE)
_CHECKED = lazily(r"Get-FileHash|sha256|Get-AuthenticodeSignature|checksum", re.IGNORECASE)
_FIXED = lazily(r"/[0-9a-f]{40}/")
"""An address with a commit in it, which always gives the same."""


def downloaded_script_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find what PowerShell downloads and runs without a look at it."""
    step: Step = subject.context
    script = step.run or ""
    fragment = step.fragment if has_one_of(script.lower(), _RUNNING) else None
    if fragment is None or _CHECKED.search(script):
        return
    if not step.is_shell:
        script = powershell_code(script)
    told: list[tuple[int, int]] = []
    for pattern in (_PIPED, _EVALUATED):
        for found in pattern.finditer(script):
            start, end = found.start(), found.start() + len(found.group().rstrip(" \t\"'"))
            if script[script.rfind("\n", 0, start) + 1 : start].lstrip().startswith("#") or _FIXED.search(
                found.group()
            ):
                continue
            if not any(first < end and start < last for first, last in told):
                told.append((start, end))
    for found in _SAVED.finditer(script):
        if _runs_later(script, found.end(), found.group(1) or found.group(2)) and not _FIXED.search(found.group()):
            told.append(found.span())
    for start, end in sorted(told):
        yield Problem(place_in(fragment, start, end))


def _runs_later(script: str, after: int, path: str) -> bool:
    """Say whether a script runs a file that it has saved."""
    name = re.split(r"[/\\]", path)[-1]
    if not name.startswith("$") and not _SCRIPT.search(name):
        return False
    run = re.compile(
        r"(?:^|[;&|{]|-File\s|-FilePath\s|Start-Process\s|msiexec\S{0,20}\s[^\n]{0,300}/i\s)\s*[&.]?\s*[\"']?"
        rf"(?:[^\s\"';&|]*[/\\])?{re.escape(name)}(?=$|[\s\"';&|])",
        re.IGNORECASE | re.MULTILINE,
    )
    return run.search(script, after) is not None
