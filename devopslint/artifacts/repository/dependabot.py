"""What may stand in `.github/dependabot.yml`.

Source: GitHub Docs, "Dependabot options reference", as of 2026-11.
"""

from __future__ import annotations

import re

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

_TOP = ("version", "updates", "registries", "enable-beta-ecosystems", "multi-ecosystem-groups")
_UPDATE = (
    "allow", "assignees", "commit-message", "cooldown", "directories", "directory", "exclude-paths", "groups", "ignore",
    "insecure-external-code-execution", "labels", "milestone", "multi-ecosystem-group", "name", "open-pull-requests-limit",
    "package-ecosystem", "patterns", "pull-request-branch-name", "rebase-strategy", "registries", "reviewers", "schedule",
    "target-branch", "vendor", "versioning-strategy",
)  # fmt: skip
_BELOW: dict[str, tuple[str, ...]] = {
    "schedule": ("interval", "day", "time", "timezone", "cronjob"),
    "cooldown": ("default-days", "semver-major-days", "semver-minor-days", "semver-patch-days", "include", "exclude"),
    "commit-message": ("prefix", "prefix-development", "include"),
    "pull-request-branch-name": ("separator", "max-length"),
    "ignore": ("dependency-name", "versions", "update-types"),
    "allow": ("dependency-name", "dependency-type", "update-types"),
    "group": ("applies-to", "dependency-type", "patterns", "exclude-patterns", "update-types", "group-by"),
}
_VALUES: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "rebase-strategy"): ("auto", "disabled"),
    ("", "versioning-strategy"): ("auto", "increase", "increase-if-necessary", "lockfile-only", "widen"),
    ("", "insecure-external-code-execution"): ("allow", "deny"),
    ("schedule", "day"): ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("commit-message", "include"): ("scope",),
    ("group", "applies-to"): ("version-updates", "security-updates"),
}
_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d\Z")


def faults_of_file(root: Map, source: Source) -> Iterator[Problem]:
    """Find what Dependabot does not know at the top, and updates that are asked for twice."""
    yield from _strange_keys(root, source, _TOP, "the file")
    seen: set[tuple[str, str, str]] = set()
    updates = root.get("updates")
    declared = root.get("registries")
    for update in updates if isinstance(updates, Seq) else ():
        if not isinstance(update, Map):
            continue
        yield from _faults_of_update(update, source)
        yield from _unknown_registries(update, source, declared if isinstance(declared, Map) else Map())
        ecosystem = str(update.get("package-ecosystem"))
        for folder in _folders(update):
            key = (ecosystem, folder.rstrip("/"), str(update.get("target-branch")))
            if key in seen and "package-ecosystem" in update:
                fault = f"`{ecosystem}` is asked for `{folder}` twice"
                yield _at(source, update.at["package-ecosystem"][2:], fault)
                break
            seen.add(key)


def _folders(update: Map) -> list[str]:
    given = update.get("directories", update.get("directory"))
    return [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]


def _at(source: Source, mark: Mark, fault: str) -> Problem:
    return Problem(Place(source, *mark), fault=fault)


def _strange_keys(node: Map, source: Source, known: Sequence[str], where: str) -> Iterator[Problem]:
    from difflib import get_close_matches

    for key in node:
        if key not in known and key in node.at:
            close = get_close_matches(key, known, 1)
            hint = f", did you mean `{close[0]}`?" if close else ""
            yield _at(source, node.at[key][:2], f"`{key}` is no key of {where}{hint}")


def _faults_of_update(update: Map, source: Source) -> Iterator[Problem]:
    yield from _strange_keys(update, source, _UPDATE, "an update")
    yield from _strange_values(update, source, "")
    limit = update.get("open-pull-requests-limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        yield _at(source, update.at["open-pull-requests-limit"][2:], "`open-pull-requests-limit` is a number")
    for name in ("schedule", "cooldown", "commit-message", "pull-request-branch-name"):
        below = update.get(name)
        if isinstance(below, Map):
            yield from _strange_keys(below, source, _BELOW[name], f"`{name}`")
            yield from _strange_values(below, source, name)
    schedule = update.get("schedule")
    time = schedule.get("time") if isinstance(schedule, Map) else None
    if isinstance(schedule, Map) and isinstance(time, str) and not _TIME.match(time):
        yield _at(source, schedule.at["time"][2:], f"`{time}` is no time such as `05:30`")
    for name in ("ignore", "allow"):
        entries = update.get(name)
        for entry in entries if isinstance(entries, Seq) else ():
            if isinstance(entry, Map):
                yield from _strange_keys(entry, source, _BELOW[name], f"`{name}`")
    groups = update.get("groups")
    for name, group in groups.items() if isinstance(groups, Map) else ():
        if isinstance(group, Map):
            yield from _strange_keys(group, source, _BELOW["group"], f"the group `{name}`")
            yield from _strange_values(group, source, "group")
            for key in ("patterns", "exclude-patterns", "update-types"):
                if isinstance(group.get(key), str):
                    yield _at(source, group.at[key][2:], f"`{key}` is a list")


def _strange_values(node: Map, source: Source, where: str) -> Iterator[Problem]:
    for (place, key), allowed in _VALUES.items():
        value: Any = node.get(key)
        if place == where and isinstance(value, str) and value not in allowed:
            yield _at(source, node.at[key][2:], f"`{value}` is none of {', '.join(f'`{one}`' for one in allowed)}")


def _unknown_registries(update: Map, source: Source, declared: Map) -> Iterator[Problem]:
    given = update.get("registries")
    for name, mark in zip(given, given.at, strict=False) if isinstance(given, Seq) else ():
        if isinstance(name, str) and name != "*" and name not in declared:
            yield _at(source, mark, f"no registry is called `{name}`")
