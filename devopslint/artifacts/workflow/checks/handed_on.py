"""Checks on the plan that a deployment takes over from the jobs before."""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.workflow.model import step_of
from devopslint.policy.subject import Place, Problem, Related, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_PLAN = lazily(r"(?:terraform|tofu)\b[^\n]{0,200}\splan\b[^\n]*")


def plan_not_applied(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `terraform apply` without a file, though the workflow has made a plan before for it."""
    command, step = subject.context.command, step_of(subject)
    words = [word.text for word in command.words if not word.text.startswith("-")]
    if step is None or words != ["apply"] or command.expands or not command.has_flag("-auto-approve", "--auto-approve"):
        return
    flag = command.value_of("-chdir")
    planning = _planning_step(
        step, _folder(step, (step.run or "")[: command.start], flag if isinstance(flag, str) else "")
    )
    if planning is None or command.name_word is None:
        return
    end = next(word.end for word in command.words if word.text == "apply")
    mark = planning.value.at["run"][:2]
    related = [Related(Place(command.fragment.source, *mark), "the plan is made here")]
    place = place_in(command.fragment, command.name_word.start, end)
    yield Problem(place, tool=command.name, related=related)


def _planning_step(step: Step, folder: list[str]) -> Step | None:
    """Return the step before that makes the plan in a folder: in a job that is waited for, or with a file in the same one."""
    jobs = step.workflow.jobs
    for key in step.job.needs_closure():
        for one in jobs[key].steps:
            asks = any("event" in str(owner.get("if")) for owner in (one.value, jobs[key].value))
            found = _PLAN.search(one.run or "")
            if found is not None and not asks and _folder_of_plan(one, found) == folder:
                return one
    for one in step.before:
        found = _PLAN.search(one.run or "")
        to_file = found is not None and re.search(r"\s--?out\b", found[0]) and "if" not in one.value
        if found is not None and to_file and _folder_of_plan(one, found) == folder:
            return one
    return None


def _folder_of_plan(step: Step, found: re.Match[str]) -> list[str]:
    flag = re.search(r"-chdir=(\S+)", found[0])
    return _folder(step, (step.run or "")[: found.start()], flag[1] if flag else "")


def _folder(step: Step, before: str, flag: str) -> list[str]:
    """Return the folder that a command works in, as it is written: of the step, the script before it, and its option."""
    folder, path = step.run_setting("working-directory")
    given = str(folder) if path else ""
    moved = re.findall(r"(?:^|[\s;&(])(?:cd|pushd)\s+([^\s;&]+)", before)
    return [
        part for part in posixpath.normpath("/".join([given, *moved, flag])).strip("\"'/").split("/") if part != "."
    ]
