"""Checks on runners and shells.

Source of the labels: GitHub Docs, "GitHub-hosted runners reference", and the announcements of actions/runner-images, as of
2026-09-17 (ubuntu-22.04 goes in April 2027, macos-14 in November 2026).
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.workflow.matrix import has_expression
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.resolve import resolve_in
from devopslint.artifacts.workflow.words import nearest, one_slip_away
from devopslint.policy.globs import Glob
from devopslint.policy.subject import Place, Problem, Related
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Candidate, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]
    Label = tuple[str, Path, list[Related]]

HOSTED = frozenset(
    [
        "ubuntu-latest",
        "ubuntu-26.04",
        "ubuntu-26.04-arm",
        "ubuntu-24.04",
        "ubuntu-24.04-arm",
        "ubuntu-22.04",
        "ubuntu-22.04-arm",
        "ubuntu-slim",
        "windows-latest",
        "windows-2025",
        "windows-2025-vs2026",
        "windows-2022",
        "windows-11-arm",
        "windows-11-vs2026-arm",
        "macos-latest",
        "macos-latest-large",
        "macos-latest-xlarge",
        "macos-26",
        "macos-26-intel",
        "macos-26-large",
        "macos-26-xlarge",
        "macos-15",
        "macos-15-intel",
        "macos-15-large",
        "macos-15-xlarge",
        "macos-14",
        "macos-14-large",
        "macos-14-xlarge",
        "xcode-27",
        "xcode-27-xlarge",
    ]
)
RETIRED = {
    "ubuntu-16.04": "2021-09-20", "ubuntu-18.04": "2023-04-03", "ubuntu-20.04": "2025-04-15",
    "macos-10.15": "2022-12-01", "macos-11": "2024-06-28", "macos-11-large": "2024-06-28", "macos-11.0": "2024-06-28",
    "macos-12": "2024-12-03", "macos-12-large": "2024-12-03", "macos-12-xlarge": "2024-12-03",
    "macos-13": "2025-12-04", "macos-13-large": "2025-12-04", "macos-13-xlarge": "2025-12-04",
    "windows-2016": "2022-03-15", "windows-2019": "2025-06-30",
}  # fmt: skip
"""Label → the day on which jobs with it stopped to run."""
SELF_HOSTED = frozenset({"self-hosted", "linux", "windows", "macos", "x64", "arm", "arm64"})
_KNOWN = HOSTED | SELF_HOSTED | set(RETIRED)
_ALIKE = {"linux": ("linux", "ubuntu"), "ubuntu": ("linux", "ubuntu")}
_ASKS_FOR_OWNER = lazily(r"\bgithub\.(?:repository|event\.repository|event\.[\w.]*repo\.)", re.IGNORECASE)
_WILD = lazily(r"[*?\[]")
SHELLS = frozenset({"bash", "sh", "pwsh", "powershell", "cmd", "python"})
_LOOKS_HOSTED = lazily(
    r"(?:(?:ubuntu|windows|macos|mac-os|osx)(?:[-_]?(?:latest|\d[\d.]*))?|(?:ubuntu|windows|macos|linux|mac|osx|win)-l[aest]{3,8})\Z",
    re.IGNORECASE,
)


def labels(job: Job) -> list[Label]:
    """Return every label that the runner of a job can have, with its path and where it came from."""
    known: dict[str, list[Label]] = job.workflow.cache.setdefault("labels", {})
    if job.key not in known:
        known[job.key] = list(_find_labels(job))
    return known[job.key]


def _find_labels(job: Job) -> Iterator[Label]:
    value = job.value.get("runs-on")
    path: Path = ("runs-on",)
    if isinstance(value, Map):
        value, path = value.get("labels"), ("runs-on", "labels")
    items = [((*path, index), item) for index, item in enumerate(value)] if isinstance(value, Seq) else [(path, value)]
    for at, item in items:
        if not isinstance(item, str):
            continue
        for candidate in resolve_in(item, job) or [Candidate(item)]:
            one = candidate.value
            related = [Related(Place(source, start, end), text) for source, start, end, text in candidate.origins]
            for label in one if isinstance(one, list) else [one]:
                if isinstance(label, str):
                    yield label, at, related


def _is_self_hosted(job: Job, all_labels: list[Label]) -> bool:
    """Say whether a runner with these labels, or one of the runners that they may name, is a machine of one's own."""
    if "self-hosted" not in [label.lower() for label, _, _ in all_labels]:
        return False
    value = job.value.get("runs-on")
    if not isinstance(value, str) or len(all_labels) == 1:
        return True
    # Of several that an expression stands for each is the only label of a runner, unless it is a list.
    return any(isinstance(one.value, list) for one in resolve_in(value, job) or ())


def retired_runner(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find labels of images that GitHub has retired."""
    job: Job = subject.context
    all_labels = labels(job)
    if _is_self_hosted(job, all_labels):
        return
    for label, path, related in all_labels:
        day = RETIRED.get(label.lower())
        if day:
            yield Problem(related[0].place if related else path, label=label, day=day, related=related[1:])


def unknown_runner(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find labels that look like those of GitHub's runners and are none of them."""
    job: Job = subject.context
    all_labels = labels(job)
    if not _is_self_hosted(job, all_labels):
        for label, path, related, hint in _unknown(job, all_labels, options):
            if hint is not None:
                yield Problem(related[0].place if related else path, label=label, hint=hint)


def unlisted_runner(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find labels that only runners of one's own can have, and that no list of those has."""
    job: Job = subject.context
    all_labels = labels(job)
    is_own = _is_self_hosted(job, all_labels)
    for label, path, related, hint in _unknown(job, all_labels, options):
        if (is_own or hint is None) and not _is_for_some(job, path):
            yield Problem(related[0].place if related else path, label=label, related=related[1:])


def _is_for_some(job: Job, path: Path) -> bool:
    """Say whether a label is chosen by whose repository it is: who has such a choice knows which runners are whose."""
    value: Any = job.value
    for key in path:
        value = value[key]
    return isinstance(value, str) and "${{" in value and _ASKS_FOR_OWNER.search(value) is not None


def _unknown(
    job: Job, all_labels: Sequence[Label], options: Options
) -> Iterator[tuple[str, Path, list[Related], str | None]]:
    """Yield each label that is neither GitHub's nor in the option, and what was meant, if it looks like one of GitHub's."""
    in_group = isinstance(job.value.get("runs-on"), Map)
    is_alone = len(all_labels) == 1 or isinstance(job.value.get("runs-on"), str)
    is_listed = _listing(tuple([str(label).lower() for label in options["labels"]]))
    for label, path, related in all_labels:
        if label.lower() in _KNOWN or is_listed(label.lower()):
            continue
        meant = _slip_of_hosted(label.lower()) if is_alone else ""
        if meant:
            yield label, path, related, f", did you mean `{meant}`?"
        elif _LOOKS_HOSTED.match(label) and not in_group:
            yield label, path, related, nearest(label, HOSTED)
        else:
            yield label, path, related, None


@lru_cache(maxsize=8)
def _listing(labels: tuple[str, ...]) -> Callable[[str], bool]:
    """Return what says whether a label is one of some, or fits one of them that is a glob."""
    globs = [Glob(label) for label in labels if _WILD.search(label)]
    return lambda label: label in labels or any(glob.fits(label.split("/")) for glob in globs)


@lru_cache(maxsize=256)
def _slip_of_hosted(label: str) -> str:
    return one_slip_away(label, sorted(HOSTED))


def unknown_shell(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find shells that GitHub does not know and that are no command with `{0}`."""
    workflow: Workflow = subject.context
    sites: list[tuple[Any, Path]] = [(workflow.root.get("defaults"), ("defaults", "run", "shell"))]
    sites.extend((job.value.get("defaults"), (*job.path, "defaults", "run", "shell")) for job in workflow.jobs.values())
    for defaults, path in sites:
        run = defaults.get("run") if isinstance(defaults, Map) else None
        yield from _shell_problem(run.get("shell") if isinstance(run, Map) else None, path)
    for step in workflow.steps:
        yield from _shell_problem(step.value.get("shell"), (*step.path, "shell"))


def _shell_problem(shell: Any, path: Path) -> Iterator[Problem]:
    if isinstance(shell, str) and shell and "${{" not in shell and "{0}" not in shell and shell.lower() not in SHELLS:
        yield Problem(
            path, shell=shell, hint=nearest(shell, SHELLS) or ", a command of your own needs `{0}` for the script"
        )


def windows_shell_on_unix(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `cmd` and `powershell` on runners that surely are not Windows."""
    job: Job = subject.context
    if job.on_windows is not False or job.runs_on is None or "self-hosted" in job.runs_on:
        return
    yield from _shells_named(job, ("cmd", "powershell"))


def sh_on_windows(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `sh` on runners that surely are Windows."""
    job: Job = subject.context
    if job.on_windows and "container" not in job.value:
        yield from _shells_named(job, ("sh",))


def _shells_named(job: Job, names: tuple[str, ...]) -> Iterator[Problem]:
    """Find where a job, or a step of it that does not ask for the system, names one of some shells."""
    owners: list[tuple[Map, Path]] = [(map_at(map_at(job.value, "defaults"), "run"), ("defaults", "run"))]
    owners.extend((step.value, step.below) for step in job.steps)
    for owner, path in owners:
        if owner.get("shell") in names and "runner.os" not in str(owner.get("if")):
            yield Problem((*path, "shell"), shell=owner["shell"])


def conflicting_labels(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find lists of labels of different operating systems."""
    job: Job = subject.context
    value = job.value.get("runs-on")
    if not isinstance(value, Seq):
        return
    first = ""
    for index, label in enumerate(value):
        system = next(
            (
                name
                for name in ("ubuntu", "windows", "macos", "linux")
                if isinstance(label, str) and label.lower().startswith(name)
            ),
            "",
        )
        hosted = isinstance(label, str) and {label.lower(), first.lower()} <= HOSTED and label.lower() != first.lower()
        if system and first and (hosted or not first.lower().startswith(_ALIKE.get(system, (system,)))):
            yield Problem(("runs-on", index), first=first, label=label)
        elif system and not first:
            first = label


def container_off_linux(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find containers of a job, or images that its steps use, where a runner of GitHub's is Windows or macOS."""
    job: Job = subject.context
    label = next(
        (one for one, _, _ in labels(job) if one.lower() in HOSTED and not one.lower().startswith("ubuntu")), ""
    )
    if not label:
        return
    for key in ("container", "services"):
        value = job.value.get(key)
        if value and not has_expression(value):
            yield Problem(key, part="key", what=key, label=label)
    for step in job.steps:
        if step.uses is not None and step.uses.kind == "docker" and "if" not in step.value:
            yield Problem((*step.below, "uses"), what=step.uses.text, label=label)
