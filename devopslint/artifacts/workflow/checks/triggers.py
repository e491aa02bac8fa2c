"""Checks on events: their filters, schedules and inputs."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from devopslint.artifacts.workflow.checks.limits import is_number
from devopslint.artifacts.workflow.model import map_at, names_of
from devopslint.knowledge.cron import cron_fault, minutes_of, time_zones
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_MOST_INPUTS = 25
_FILTERS = frozenset({"branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"})
_NONE = frozenset({"!*", "!**"})
"""How people say that no branch or tag at all is meant."""
_REF_FAULTS = lazily(r"[\s~^:\\]|\.\.|@\{|//")


def _schedules(workflow: Workflow) -> Iterator[tuple[Path, str]]:
    schedule = workflow.root.get("on")
    entries = schedule.get("schedule") if isinstance(schedule, Map) else None
    if isinstance(entries, Seq):
        for index, entry in enumerate(entries):
            cron = entry.get("cron") if isinstance(entry, Map) else None
            if (isinstance(cron, (str, int, float)) and not isinstance(cron, bool)) and cron != "":
                yield ("on", "schedule", index, "cron"), str(cron)


def invalid_cron(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find schedules that are no POSIX cron expression of five fields, and time zones that do not exist."""
    for path, cron in _schedules(subject.context):
        fault = cron_fault(cron)
        if fault and not cron.startswith("$"):
            yield Problem(path, cron=cron, fault=fault)
        entry = subject.value["on"]["schedule"][path[2]]
        zone = entry.get("timezone")
        if isinstance(zone, str) and "${{" not in zone and zone.lower() not in time_zones():
            yield Problem((*path[:3], "timezone"), cron=zone, fault="the tz database has no such time zone")


def frequent_cron(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find schedules that fire more often than GitHub ever runs them."""
    for path, cron in _schedules(subject.context):
        if cron_fault(cron):
            continue
        minute, hour = cron.split()[:2]
        marks = minutes_of(minute)
        gap = min((after - before for before, after in pairwise(marks)), default=60)
        if len(marks) > 1 and hour == "*" and "/" not in minute:
            gap = min(gap, marks[0] + 60 - marks[-1])
        if gap < options["minutes"]:
            yield Problem(path, cron=cron, gap="minute" if gap == 1 else f"{gap} minutes")


def _filters(workflow: Workflow) -> Iterator[tuple[str, Map]]:
    on = workflow.root.get("on")
    if isinstance(on, Map):
        for event in on:
            yield event, map_at(on, event)


def conflicting_filters(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find a filter beside its `-ignore` twin, which GitHub refuses."""
    for event, config in _filters(subject.context):
        for name in ("branches", "tags", "paths"):
            if name in config and f"{name}-ignore" in config:
                later = max((name, f"{name}-ignore"), key=list(config).index)
                yield Problem(("on", event, later), part="key", name=name, event=event)


def invalid_glob(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find patterns of branches, tags and paths that can match nothing (GitHub Docs, "Filter pattern cheat sheet")."""
    for event, config in _filters(subject.context):
        for name, value in config.items():
            for pattern in names_of(value) if name in _FILTERS else ():
                fault = glob_fault(pattern, is_path=name.startswith("paths"))
                if fault:
                    path: Path = ("on", event, name)
                    if isinstance(value, Seq):
                        path = (*path, value.index(pattern))
                    yield Problem(path, pattern=pattern, fault=fault)


@lru_cache(maxsize=1024)
def glob_fault(pattern: str, *, is_path: bool) -> str:
    """Say what is wrong with a filter pattern; empty when nothing is."""
    bare = pattern[1:] if pattern.startswith("!") else pattern
    if "${{" in bare:
        return ""
    if not bare:
        return "it is empty"
    if is_path:
        if bare.startswith(("./", "../")) or "/./" in bare or "/../" in bare:
            return "paths have no `.` or `..` in them"
        if bare.startswith("/"):
            return "paths do not start with `/`"
        if bare != bare.strip():
            return "it starts or ends with a blank"
        if re.search(r"\\(?![?+*!\\\[\]#])", bare):
            return "paths are divided by `/`, and `\\` stands before what it escapes"
    else:
        if bare.startswith("refs/"):
            return "names stand without `refs/heads/` or `refs/tags/`"
        if bare.startswith("/") or (bare.endswith(("/", ".lock", ".")) and not bare.endswith("\\.")):
            return "no branch or tag is called like that"
        if _REF_FAULTS.search(re.sub(r"\\.", "", bare)):
            return "it holds a character that no branch or tag can have"
        if re.search(r"\\(?![?+*!\\\[\]#])", bare):
            return "`\\` stands before nothing that it could escape"
    depth = re.sub(r"\\.", "", bare)
    if depth.count("[") != depth.count("]") or re.search(r"\[\]", depth):
        return "a `[` is not closed or empty"
    if re.match(r"[+?]", depth):
        return "`+` and `?` repeat the character before them, and there is none"
    if re.search(r"[+?*][+?]", depth):
        return "`+` and `?` repeat the character before them, which is `*`, `+` or `?` itself"
    return _range_fault(depth)


def _range_fault(pattern: str) -> str:
    """Say what is wrong with a `[a-z]` of a pattern; empty when nothing is."""
    for inner in re.findall(r"\[([^\]]{1,200})\]", pattern):
        if re.search(r"^-|-$", inner):
            return f"the range `[{inner}]` is not complete"
        for first, last in re.findall(r"(.)-(.)", inner):
            if first > last:
                return f"the range `{first}-{last}` runs backwards"
    return ""


def only_negative_filters(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find filters with nothing but `!` patterns, which match nothing."""
    for event, config in _filters(subject.context):
        for name in ("branches", "tags", "paths"):
            patterns = names_of(config.get(name))
            if patterns and all(pattern.startswith("!") for pattern in patterns) and not set(patterns) <= _NONE:
                yield Problem(("on", event, name), part="key", name=name, event=event)


def dispatch_input(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find inputs of `workflow_dispatch` whose choice, default and type do not go together."""
    workflow: Workflow = subject.context
    inputs = map_at(workflow.triggers.get("workflow_dispatch"), "inputs")
    if len(inputs) > _MOST_INPUTS:
        name = list(inputs)[_MOST_INPUTS]
        fault = f"is one too many: there may be {_MOST_INPUTS}"
        yield Problem(("on", "workflow_dispatch", "inputs", name), part="key", name=name, fault=fault)
    for name, config in inputs.items():
        path: Path = ("on", "workflow_dispatch", "inputs", name)
        if not isinstance(config, Map):
            continue
        yield from _repeated_options(name, config, path)
        kind, options_given, default = config.get("type", "string"), config.get("options"), config.get("default")
        if kind == "choice" and not options_given:
            yield Problem(path, part="key", name=name, fault="is a choice without `options`")
        elif kind == "choice" and default is not None and str(default) not in [str(one) for one in options_given or ()]:
            yield Problem(
                (*path, "default"), name=name, fault=f"has the default `{default}`, which is none of its options"
            )
        elif kind != "choice" and options_given and isinstance(kind, str):
            yield Problem(
                (*path, "options"), part="key", name=name, fault=f"has options and is of type `{kind}`, not `choice`"
            )
        elif kind == "boolean" and default is not None and str(default).lower() not in {"true", "false"}:
            yield Problem((*path, "default"), name=name, fault=f"is boolean and has the default `{default}`")
        elif kind == "number" and default is not None and (isinstance(default, bool) or not is_number(default)):
            yield Problem((*path, "default"), name=name, fault=f"is a number and has the default `{default}`")


def _repeated_options(name: str, config: Map, path: Path) -> Iterator[Problem]:
    given = config.get("options")
    seen: set[str] = set()
    for index, option in enumerate(given if isinstance(given, Seq) else ()):
        if str(option) in seen:
            yield Problem((*path, "options", index), name=name, fault=f"has the option `{option}` twice")
        seen.add(str(option))


def schedule_without_cron(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find `schedule` in a list or alone, where it can have no time."""
    on = subject.value.get("on")
    if on == "schedule":
        yield Problem("on")
    elif isinstance(on, Seq) and "schedule" in on:
        yield Problem(("on", on.index("schedule")))
