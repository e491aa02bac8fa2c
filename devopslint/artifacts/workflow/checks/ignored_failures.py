"""Checks on tests and linters whose failure nobody is told of."""

from __future__ import annotations

import re
from itertools import pairwise

from devopslint.artifacts.workflow.checks.pipeline import uploads_report
from devopslint.artifacts.workflow.operating_systems import reads_as_bash
from devopslint.artifacts.workflow.purpose import is_check, job_purposes, purposes
from devopslint.artifacts.workflow.words import words
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_GOES_ON = lazily(r"(?:^|[;\n])[^\S\n]*set \+e\b|(?:^|[;\n])[^\S\n]*set \+o errexit\b")
_ENDS_WELL = lazily(r"(?:^|[;\n])[ \t]*(exit 0|true|:)[ \t;]*+\s*\Z")
_LOOKS_AT_STATUS = lazily(r"\$\?|PIPESTATUS|\bset -\w*e|\bset -o errexit|\bif\b|&&|\|\|")


def ignored_test_failure(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find tests and linters whose failure is ignored."""
    if subject.kind == "workflow.job":
        yield from _ignored_job(subject.context)
        return
    step: Step = subject.context
    yield from _swallowed(step)
    if step.value.get("continue-on-error") is not True or not purposes(step).intersection({"test", "lint"}):
        return
    reports = _reports_tests if "test" in purposes(step) else uploads_report
    if "sarif" in f"{step.run or ''} {step.inputs}".lower() or step.is_followed_by(reports):
        return
    if step.uses is not None and step.uses.owner in {"codecov", "coverallsapp"}:
        return
    if (step.id and step.id in _steps_looked_at(step.job)) or _mends(step):
        return
    yield Problem("continue-on-error", part="pair")


def _reports_tests(step: Step) -> bool:
    """Say whether a step reads the results of tests, and fails by them."""
    text = f"{step.uses.name if step.uses else ''} {step.run or ''}"
    return re.search(r"test-report|junit|test-result|test-summary|publish-unit|sonar|\.trx|\.sarif", text) is not None


def _mends(step: Step) -> bool:
    """Say whether a step mends what it finds, or its job has another action send that in."""
    return bool(_MENDS.search(step.run or "")) or any(
        other.uses is not None and other.uses.name == "autofix-ci/action" for other in step.after
    )


_MENDS = lazily(r"[\s:-](?:auto-?)?fix(?![\w.])")


def _steps_looked_at(job: Job) -> set[str]:
    """Return the ids of the steps that a step of a job asks for something."""
    key = f"steps looked at in {job.key}"
    if key not in job.workflow.cache:
        found = [_LOOKS_AT.findall(str(step.value)) for step in job.steps]
        asked = [_ASKS_FOR_OUTPUT.findall(str(step.value.get("if", ""))) for step in job.steps]
        job.workflow.cache[key] = {identifier for one in (*found, *asked) for identifier in one}
    known: set[str] = job.workflow.cache[key]
    return known


_LOOKS_AT = lazily(
    r"steps\.([^\s.]+)\.(?:outcome|conclusion|outputs\.\w*(?:exit|code|status|result|fail|succe|outcome|error))"
)
_ASKS_FOR_OUTPUT = lazily(r"steps\.([^\s.]+)\.outputs\.")
_MAY_FAIL = lazily(
    r"nightly|experiment|canary|beta|edge|next|optional|allow|unstable|preview|advisory|soft", re.IGNORECASE
)


def _ignored_job(job: Job) -> Iterator[Problem]:
    """Find jobs of tests and linters that count as passed when they fail."""
    if (
        job.value.get("continue-on-error") is not True
        or job.matrix is not None
        or not job_purposes(job).intersection({"test", "lint"})
    ):
        return
    if not _MAY_FAIL.search(f"{job.key} {job.value.get('name', '')}"):
        yield Problem("continue-on-error", part="pair")


def _swallowed(step: Step) -> Iterator[Problem]:
    """Find `npm test || true`."""
    if step.fragment is None or not step.run or "sarif" in step.run.lower():
        return
    if "||" in step.run and reads_as_bash(step):
        yield from _swallowed_by_or(step)
    begun = _GOES_ON.search(step.run) if "set +" in step.run else None
    ended = _ENDS_WELL.search(step.run) if begun else None
    if begun and ended and not _LOOKS_AT_STATUS.search(step.run, begun.end()):
        for found in re.compile(r"[^;\n\s][^;\n]*").finditer(step.run, begun.end(), ended.start()):
            if is_check(found.group()):
                yield Problem(place_in(step.fragment, *found.span()))


def _swallowed_by_or(step: Step) -> Iterator[Problem]:
    """Find checks in a list of commands behind which `|| true`, or `|| echo`, goes on."""
    chain: list[Command] = []
    for command, after in pairwise(step.script()):
        text = command.fragment.text
        if command.before != "&&":
            chain = []
        chain.append(command)
        if command.after != "||" or after.fragment is not command.fragment or command.piped_to is not None:
            continue
        goes_on = after.name in {"true", ":"} or (after.name == "exit" and after.args == ["0"])
        line_end = text.find("\n", after.end)
        line = text[after.end : line_end if line_end >= 0 else len(text)]
        annotates = after.words[:1] != [] and after.words[0].text.startswith(("::warning", "::error"))
        said = after.name == "echo" and not line.strip() and not after.redirects and not annotates
        if text[command.end : after.start].strip() != "||" or not (goes_on or said):
            continue
        if any(is_check(one.fragment.text[one.start : one.end]) for one in chain):
            start = text.rfind("||", command.end, after.start)
            yield Problem(place_in(command.fragment, start, after.end))


_ONLY_SHOWS = words("cat column head sed sort tail tee ts xcbeautify xcpretty")
"""Commands that end well whatever they read."""
_JUDGES = lazily(r"\bgrep\b|\bexit\b|\btest !|\[ |fail", re.IGNORECASE)


def failure_lost_in_pipe(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find tests and linters whose output goes to a command that only shows it, in a shell without `pipefail`."""
    step: Step = subject.context
    shell = step.run_setting("shell")[0]
    if not step.run or not step.is_shell or shell == "bash" or "pipefail" in f"{shell}{step.run}":
        return
    if any(owner.get("continue-on-error") not in (None, False) for owner in (step.value, step.job.value)):
        return
    if "PIPESTATUS" in step.run or "sarif" in step.run.lower() or step.is_followed_by(_reports_tests):
        return
    for command in step.script():
        last = command.piped_to
        while last is not None and last.piped_to is not None:
            last = last.piped_to
        first = command.piped_to
        if last is None or first is None or first.name_word is None or first.fragment is not command.fragment:
            continue
        text = command.fragment.text
        if last.name not in _ONLY_SHOWS or command.condition or not is_check(text[command.start : command.end]):
            continue
        if _is_judged(step, last):
            continue
        start = text.find("|", command.end, first.start)
        if start >= 0:
            place = place_in(command.fragment, start, first.name_word.end)
            yield Problem(place, command=command.name, to=last.name)


def _is_judged(step: Step, shown: Command) -> bool:
    """Say whether something looks into the file in which a command keeps what it shows."""
    files = [word for word in shown.args if not word.startswith("-")] if shown.name == "tee" else []
    rest = (step.run or "")[shown.end :]
    later = [text for text in (str(other.value) for other in step.after) if _JUDGES.search(text)]
    return any(name in text for name in files for text in (rest, *later))
