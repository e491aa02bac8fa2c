"""Checks on artifacts that one job hands over to another: that some job uploads them, and has done so by then."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from devopslint.artifacts.workflow.expressions import EXPRESSION
from devopslint.artifacts.workflow.side_effects import ARTIFACTS, may_leave
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import between_stars

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step, Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_FEWEST_JOBS = 2
_OF_ANOTHER_RUN = frozenset({"run-id", "repository", "github-token", "artifact-ids"})


def unknown_artifact(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find downloads of an artifact that no step of the workflow uploads."""
    workflow: Workflow = subject.context
    uploads = _uploads(workflow)
    if uploads is None or (not uploads and len(workflow.jobs) < _FEWEST_JOBS):
        return  # one job alone may be an abridged example
    names = [_name_of(step) for step in uploads]
    known = "only " + ", ".join(f"`{one}`" for one in dict.fromkeys(names)) if names else "none at all is uploaded"
    for step in _downloads(workflow):
        if _may_go_without(step):
            continue
        name, pattern = step.inputs.get("name"), step.inputs.get("pattern")
        if isinstance(name, str) and name and "${{" not in name:
            if not any(_pattern_of(one).fullmatch(name) for one in names):
                yield Problem((*step.path, "with", "name"), name=name, known=known)
        elif isinstance(pattern, str) and _is_plain(pattern) and not any(_may_fit(one, pattern) for one in names):
            yield Problem((*step.path, "with", "pattern"), name=pattern, known=known)


def _may_go_without(step: Step) -> bool:
    """Say whether the run goes on when a download fails, or what decides whether it runs may know of the artifact."""
    conditions = (str(owner.get("if", "")) for owner in (step.value, step.job.value))
    return _may_fail(step) or any(re.search(r"\b(?:steps|needs)\.", condition) for condition in conditions)


def _may_fail(step: Step) -> bool:
    return any(owner.get("continue-on-error") not in (None, False) for owner in (step.value, step.job.value))


def artifact_not_awaited(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find downloads of an artifact in a job that does not wait for the one which uploads it."""
    workflow: Workflow = subject.context
    uploads = _uploads(workflow) or []
    for step in _downloads(workflow) if uploads else ():
        name = step.inputs.get("name")
        if not isinstance(name, str) or not name or "${{" in name or _may_fail(step):
            continue
        fitting = [one for one in uploads if _pattern_of(_name_of(one)).fullmatch(name)]
        before = {step.job.key, *step.job.needs_closure()}
        if not fitting or any(one.job.key in before for one in fitting):
            continue
        other = fitting[0]
        mark = other.value.at["uses"][2:]
        related = [Related(Place(workflow.document.source, *mark), "it is uploaded here")]
        yield Problem((*step.path, "with", "name"), name=name, other=other.job.key, job=step.job.key, related=related)


def _uploads(workflow: Workflow) -> list[Step] | None:
    """Return the steps that upload artifacts; `None` when others may do so too."""
    if workflow.is_action or workflow.has_trigger("workflow_call"):
        return None
    if any(job.uses is not None for job in workflow.jobs.values()):
        return None
    found: list[Step] = []
    for step in workflow.steps:
        if step.run is not None and "artifact" in step.run:
            return None
        if step.uses is None:
            continue
        if step.uses.name == "actions/upload-artifact" and "archive" not in step.inputs:
            found.append(step)
        elif may_leave(step, ARTIFACTS):
            return None
    return found


def _downloads(workflow: Workflow) -> Iterator[Step]:
    """Yield the steps that download artifacts of their own run."""
    for step in workflow.steps:
        is_download = step.action == "actions/download-artifact"
        if is_download and not _OF_ANOTHER_RUN & set(step.inputs):
            yield step


def _name_of(step: Step) -> str:
    return str(step.inputs.get("name", "artifact"))


def _pattern_of(name: str) -> re.Pattern[str]:
    """Return the pattern of the names that a text with expressions can have."""
    return re.compile(between_stars([re.escape(part) for part in re.split(EXPRESSION, name)]), re.DOTALL)


def _is_plain(pattern: str) -> bool:
    """Say whether a pattern has no wildcards but `*` and `?`."""
    return bool(pattern) and re.search(r"\$\{\{|[\[\]{}!()+@,\n]", pattern) is None


def _may_fit(name: str, pattern: str) -> bool:
    """Say whether a name, whose expressions may be any text, may fit a pattern: what stands at both ends decides."""
    if "${{" not in name:
        return fnmatchcase(name, pattern)
    opened, closed = name.find("${{"), name.rfind("}}")
    ours = [name[:opened], name[closed + 2 :]] if closed > opened + 2 else [name]
    theirs = re.split(r"[*?].*[*?]|[*?]", pattern, flags=re.DOTALL)
    if len(theirs) == 1:
        return _pattern_of(name).fullmatch(pattern) is not None
    starts = ours[0].startswith(theirs[0]) or theirs[0].startswith(ours[0])
    return starts and (ours[-1].endswith(theirs[-1]) or theirs[-1].endswith(ours[-1]))
