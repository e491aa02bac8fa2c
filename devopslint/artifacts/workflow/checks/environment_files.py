"""Checks on what steps write into the environment of the steps after them."""

from __future__ import annotations

import re
from bisect import bisect_left

from devopslint.artifacts.workflow.checks.checkout import is_guarded
from devopslint.artifacts.workflow.checks.injection import problem_of
from devopslint.artifacts.workflow.checks.untrusted import is_untrusted
from devopslint.artifacts.workflow.flow import CLEANS, checked_in, code_of, flows
from devopslint.artifacts.workflow.script_files import writes, written
from devopslint.artifacts.workflow.stretches import within
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.flow import Flow
    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_BRANCHES = frozenset(
    {
        ("github", "head_ref"),
        ("github", "event", "pull_request", "head", "ref"),
        ("github", "event", "pull_request", "head", "label"),
        ("github", "event", "workflow_run", "head_branch"),
    }
)
_OF_PULLS = frozenset({("github", "event", "pull_request"), ("github", "event", "workflow_run")})
_FILE_FILLED_IN = lazily(r"\$\((?:(?:cat|jq|head|tail|sed|grep)\b|<)[^)]*\)")
_FILE_PRINTED = lazily(r"\s*(?:cat|jq|head|tail|sed|grep)\s+[^|<>]*[^|<>\s]")
_BRINGS_FILES = lazily(r"download-artifact|gh run download|downloadArtifact|unzip", re.IGNORECASE)
_CHECKOUT = lazily(r"actions/checkout")
_HEAD_OF_OTHERS = lazily(r"head|refs/pull")
_STARTED_BY_STRANGERS = ("pull_request_target", "workflow_run", "issue_comment")
_SET_BY_TOOLKIT = lazily(r"\bcore\.(?:exportVariable|addPath)\((?:[^()]|\([^()]{0,200}\)){0,400}\)?")
_HOLDS_FILE = lazily(r"(?:^|[\s;])(\w+)=\"?\$\((?:\s*(?:cat|head|tail)\s|<)([^()]*)\)")
_FILE_OF_RUNNER = lazily(
    r"(?:>>?\s*|\btee\s+-a\s+|-FilePath\s+|-Path\s+)?[\"']?(?:\$\{?(?:env:)?|%)GITHUB_(?:ENV|PATH)\b\}?[\"'%]?",
    re.IGNORECASE,
)
_OF_RUNNER = lazily(
    r"\$\{?(?:env:)?(?:HOME|PWD|RUNNER_\w+|GITHUB_(?:WORKSPACE|SHA|RUN_\w+|REPOSITORY|ACTION_PATH|JOB))\b\}?"
    r"|\$\{\{\s*(?:runner\.\w+|github\.(?:workspace|sha|run_\w+|repository|action_path|job))\s*\}\}"
)
_PRINTS = lazily(
    r"\s*(?:\{|\(|\}|\)|echo\b|printf\b|Write-(?:Output|Host)\b|Add-Content\b|cat\b\s*(?:<<|$)|[\"']|\w+=|\w+<<|[A-Z_]+\s*$|$|print\b|\w+\.write)"
)
_READS_LINES = lazily(r"\bwhile\s+(?:IFS=\S*\s+)?read\s+((?:-\w+\s+)*[A-Za-z_][\w ]*)")
_DONE_WITH = lazily(r"\bdone\s*<\s*[\w./\"'$]")
_READS_LINE = lazily(r"(?:^|[\s;&])read[ \t]+((?:-\w+[ \t]+)*[A-Za-z_][\w ]{0,80}?)[ \t]*<\s*[\w./\"'$]")


def environment_file_injection(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find steps that write a text of strangers into the environment of the steps after them."""
    return iter(_injections(subject.context))


def _injections(step: Step) -> list[Problem]:
    known: dict[Step, list[Problem]] = step.workflow.cache.setdefault("injections into environment", {})
    if step not in known:
        known[step] = list(_find_injections(step))
    return known[step]


def _find_injections(step: Step) -> Iterator[Problem]:
    script, fragment, _ = code_of(step)
    spans = written(script, "GITHUB_ENV", "GITHUB_PATH")
    if step.uses is not None and "core." in script:
        spans.extend(found.span() for found in _SET_BY_TOOLKIT.finditer(script))
    if not spans or fragment is None:
        return
    yield from _files_of_strangers(step, spans)
    told: set[int] = set()
    is_written = within(spans)
    for flow in flows(step):
        if flow.start in told or not is_written(flow.start):
            continue
        if is_untrusted(flow.origin) and not _is_harmless_branch(flow, step) and not _is_of_the_house(flow, step):
            told.add(flow.start)
            place = place_in(fragment, flow.start, flow.end)
            yield problem_of(place, script[flow.start : flow.end], flow.origin, "")


def _says(step: Step, pattern: Any) -> bool:
    text = f"{step.uses.text if step.uses else ''} {step.run or ''} {step.inputs}"
    return pattern.search(text) is not None


def _files_of_strangers(step: Step, spans: list[tuple[int, int]]) -> Iterator[Problem]:
    """Find files that are written into the environment in a run that strangers start, whose files may be theirs."""
    if not step.workflow.has_trigger(*_STARTED_BY_STRANGERS) or step.fragment is None or not step.run:
        return
    own = step.is_preceded_by(_says, _CHECKOUT) and not step.is_preceded_by(_says, _HEAD_OF_OTHERS)
    if own and not step.is_preceded_by(_says, _BRINGS_FILES):
        return
    for start, end in spans:
        # Up to the last bracket: behind it none ends what begins, and each would be followed to the end.
        last = step.run.rfind(")", start, end) + 1
        found = _FILE_PRINTED.match(step.run, start, end) or _FILE_FILLED_IN.search(step.run, start, max(start, last))
        if found:
            yield Problem(place_in(step.fragment, *found.span()), name=found.group(), via="")
    names = _variables_with_files(step.run)
    uses = re.compile(rf"\$\{{?({'|'.join(sorted(names))})\b\}}?") if names else None
    for start, end in spans if uses is not None else ():
        for use in uses.finditer(step.run, start, end) if uses is not None else ():
            yield Problem(place_in(step.fragment, *use.span()), name=use.group(), via="")


def _is_harmless_branch(flow: Flow, step: Step) -> bool:
    """Say whether it is a branch's name, which has no line breaks, in a run that has nothing to be stolen."""
    return flow.origin.path in _BRANCHES and not step.workflow.has_trigger("pull_request_target", "workflow_run")


def _is_of_the_house(flow: Flow, step: Step) -> bool:
    """Say whether a condition lets no run of strangers come to the step that takes what a pull request or a run says."""
    path = flow.origin.path
    of_pull = path[:3] in _OF_PULLS or path[:2] == ("github", "head_ref")
    return of_pull and is_guarded(step)


def set_in_privileged_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find what else than fixed texts reaches the environment of later steps in a run that strangers start."""
    step: Step = subject.context
    if (
        step.run is None
        or step.fragment is None
        or not step.workflow.has_trigger("pull_request_target", "workflow_run")
    ):
        return
    script, fragment = step.run, step.fragment
    told = sorted(problem.at.start for problem in _injections(step) if isinstance(problem.at, Place))
    for (start, end), (first, last) in writes(script, "GITHUB_ENV", "GITHUB_PATH"):
        if _is_fixed(script[first:last]):
            continue
        above, below = fragment.mark(min(start, first), max(end, last))
        if bisect_left(told, above) == bisect_left(told, below):
            indent = len(script[start:end]) - len(script[start:end].lstrip())
            yield Problem(place_in(fragment, start + indent, start + len(script[start:end].rstrip())))


def _is_fixed(text: str) -> bool:
    """Say whether lines print nothing but texts that stand there, and what only the runner says."""
    for line in _FILE_OF_RUNNER.sub("", text).split("\n"):
        plain = _OF_RUNNER.sub("", line)
        if re.search(r"[$`]|%\w+%|environ|getenv|process\.env|\bcontext\.", plain) or not _PRINTS.match(plain):
            return False
    return True


def _variables_with_files(script: str) -> set[str]:
    """Return the variables that a script fills with what stands in files and does not look at."""
    found = {one.group(1) for one in _HOLDS_FILE.finditer(script) if not CLEANS.search(one.group(2))}
    read = [*_READS_LINE.finditer(script), *(_READS_LINES.finditer(script) if _DONE_WITH.search(script) else ())]
    for one in read:
        found.update(word for word in one.group(1).split() if not word.startswith("-"))
    return found - {name for _, name in checked_in(script)}
