"""Checks on scripts for bash that PowerShell runs, because the runner is Windows and no `shell` says otherwise."""

from __future__ import annotations

from devopslint.artifacts.workflow.operating_systems import is_also_on_windows
from devopslint.artifacts.workflow.shells import speaks_powershell
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_BASH = lazily(
    r"""(?m)>>?[ ]*"?\$\{?GITHUB_(?:OUTPUT|ENV|PATH|STEP_SUMMARY|STATE)\}?"?|^[ \t]*export[ ]+\w+=\S*"""
    r"""|^[ \t]*set[ ]+-[euxo]+\b|^[ \t]*(?:if|elif|while)[ ]+\[\[?[ ]|^[ \t]*(?:fi|done|esac)[ \t]*$"""
    r"""|^[ \t]*source[ ]+\S+|(?<=[ \t])\\$(?=\n[ \t]*[^\s#])|\$\{\w+(?::-|%|\#|//?)[^}]{0,500}\}|<<-?'?EOF'?"""
)
_COMMENT = lazily(r"(?m)(?:^|(?<=[ \t]))#.*$")
_QUOTED = lazily(r"'[^']*'|\"[^\"]*\"")
_ELSEWHERE = lazily(r"(?:\s-l?c|\b(?:docker|podman|wsl|ssh|kubectl)\b[^\n]{0,500})\s$")
"""What hands the text that follows to another shell."""
_TO_ROOT = lazily(r"(?mi)^[ \t]*(?:cd|chdir|dir|pushd|ls|sl|set-location|get-childitem)[ ]+\\$")
"""A folder of Windows, which looks like a line that goes on."""
_ASKS = lazily(r"runner\.os|[Ww]indows|matrix\.")


def bash_on_windows(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find what only bash understands in a script that PowerShell runs on Windows."""
    step: Step = subject.context
    job = step.job
    if not step.run or step.fragment is None or not job.key or "container" in job.value or _has_shell(step):
        return
    if not (job.on_windows or (is_also_on_windows(job) and not _ASKS.search(str(step.value.get("if", ""))))):
        return
    text = _of_its_own(step.run)
    found = None if speaks_powershell(text) else _BASH.search(text)
    if found:
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        shown = found[0].strip()
        where = "Windows" if job.on_windows or job.matrix is None else "the Windows part of the matrix"
        place = place_in(step.fragment, start, found.end())
        yield Problem(place, what=shown, where=where)


def _of_its_own(script: str) -> str:
    """Return a script with blanks for its comments, and for the scripts in it that other shells run."""
    text = _COMMENT.sub(lambda one: " " * len(one[0]), script)
    text = _TO_ROOT.sub(lambda one: " " * len(one[0]), text)
    return _QUOTED.sub(lambda one: " " * len(one[0]) if _is_of_another(text, one) else one[0], text)


def _is_of_another(text: str, quoted: re.Match[str]) -> bool:
    """Say whether a text between quotes has several lines, or is handed to another shell."""
    line = text[text.rfind("\n", 0, quoted.start()) + 1 : quoted.start()]
    return "\n" in quoted[0] or _ELSEWHERE.search(line) is not None


def _has_shell(step: Step) -> bool:
    """Say whether something says which shell runs a step."""
    return step.run_setting("shell")[0] is not None
