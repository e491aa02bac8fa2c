"""Checks on Dependabot's configuration."""

from __future__ import annotations

import re

from devopslint.artifacts.dependabot.schema import faults
from devopslint.knowledge.cron import cron_fault, time_zones
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import Map, Seq, header_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Mark

    Options = Mapping[str, Any]

_BY_SEMVER = ("semver-major-days", "semver-minor-days", "semver-patch-days")
_SECRETS = ("password", "token", "key", "auth-key")


def invalid_configuration(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find what makes Dependabot refuse its configuration, or leave a part of it out."""
    source, root = subject.document.source, subject.value
    whole = subject.header if subject.header is not None else (0, 1)
    for mark, fault in faults(root, whole):
        yield Problem(Place(source, *mark), fault=fault)
    if not isinstance(root, Map):
        return
    for mark, fault in (*_faults_of_updates(root), *_faults_of_groups(root), *_faults_of_registries(root)):
        yield Problem(Place(source, *mark), fault=fault)


def _mark(node: Map, key: str) -> Mark:
    mark: Mark = node.at[key][2:]
    return mark


def _updates(root: Map) -> list[Map]:
    updates = root.get("updates")
    return [one for one in updates if isinstance(one, Map)] if isinstance(updates, Seq) else []


def _faults_of_updates(root: Map) -> Iterator[tuple[Mark, str]]:
    registries, groups = root.get("registries"), root.get("multi-ecosystem-groups")
    seen: set[tuple[str, str, str]] = set()
    for update in _updates(root):
        if "directory" in update and "directories" in update:
            yield update.at["directories"][:2], "`directory` and `directories` exclude each other"
        if "multi-ecosystem-group" not in update:
            if "schedule" not in update:
                yield header_of(update) or (0, 1), "`schedule` is missing from an update"
        elif update["multi-ecosystem-group"] not in (groups if isinstance(groups, Map) else ()):
            fault = f"no group in `multi-ecosystem-groups` is called `{update['multi-ecosystem-group']}`"
            yield _mark(update, "multi-ecosystem-group"), fault
        elif "patterns" not in update:
            yield _mark(update, "multi-ecosystem-group"), "an update of a multi-ecosystem group needs `patterns`"
        yield from _faults_of_schedule(update)
        yield from _unknown_registries(update, registries if isinstance(registries, Map) else Map())
        yield from _twice(update, seen)


def _faults_of_groups(root: Map) -> Iterator[tuple[Mark, str]]:
    groups = root.get("multi-ecosystem-groups")
    for group in groups.values() if isinstance(groups, Map) else ():
        if isinstance(group, Map):
            yield from _faults_of_schedule(group)


def _faults_of_registries(root: Map) -> Iterator[tuple[Mark, str]]:
    registries = root.get("registries")
    if not isinstance(registries, Map):
        return
    for name, registry in registries.items():
        if isinstance(registry, Map) and "url" not in registry and registry.get("type") != "hex-organization":
            yield registries.at[name][:2], f"the registry `{name}` has no `url`"


def _faults_of_schedule(owner: Map) -> Iterator[tuple[Mark, str]]:
    schedule = owner.get("schedule")
    if not isinstance(schedule, Map):
        return
    cron, zone = schedule.get("cronjob"), schedule.get("timezone")
    if schedule.get("interval") == "cron" and "cronjob" not in schedule:
        yield _mark(schedule, "interval"), "the interval `cron` needs a `cronjob`"
    if isinstance(cron, str) and re.match(r"[\d*]", cron) and cron_fault(cron):
        yield _mark(schedule, "cronjob"), f"`{cron}` is no cron expression: {cron_fault(cron)}"
    if isinstance(zone, str) and zone.lower() not in time_zones():
        yield _mark(schedule, "timezone"), f"the tz database has no time zone `{zone}`"


def _unknown_registries(update: Map, declared: Map) -> Iterator[tuple[Mark, str]]:
    given = update.get("registries")
    for name, mark in zip(given, given.at, strict=False) if isinstance(given, Seq) else ():
        if isinstance(name, str) and name != "*" and name not in declared:
            yield mark, f"no registry is called `{name}`"


def _twice(update: Map, seen: set[tuple[str, str, str]]) -> Iterator[tuple[Mark, str]]:
    ecosystem = update.get("package-ecosystem")
    given = update.get("directories", update.get("directory"))
    folders = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]
    if not isinstance(ecosystem, str):
        return
    keys = [(ecosystem, f"/{folder.strip('/')}", str(update.get("target-branch"))) for folder in folders]
    known = next((folder for folder, key in zip(folders, keys, strict=True) if key in seen), None)
    if known is not None:
        yield _mark(update, "package-ecosystem"), f"`{ecosystem}` is asked for `{known}` twice"
    seen.update(keys)


_NEVER_WAITS = frozenset({"opentofu"})
"""Ecosystems for which Dependabot knows no `cooldown`."""
_OF_GITHUB = 3
"""Days that GitHub waits where nothing is said, since 2026-07-14."""
_WITHOUT_SEMVER = frozenset({"github-actions", "gitsubmodule"})
"""Ecosystems whose `cooldown` takes `default-days` only."""


def no_cooldown(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find updates that are proposed on the day of their release, or soon after."""
    update, least = subject.value, options["days"]
    if "package-ecosystem" not in update or update.get("open-pull-requests-limit") == 0:
        return
    ecosystem, cooldown = update["package-ecosystem"], update.get("cooldown")
    if ecosystem in _NEVER_WAITS:
        return
    if "cooldown" not in update or cooldown is None:
        if least > _OF_GITHUB:
            fault = f"wait {_OF_GITHUB} days only, for there is no `cooldown`"
            yield Problem("package-ecosystem", ecosystem=ecosystem, fault=fault)
        return
    if not isinstance(cooldown, Map):
        return
    for name in ("default-days", *_BY_SEMVER):
        days = cooldown.get(name)
        if isinstance(days, int) and not isinstance(days, bool) and days < least:
            fault = f"wait {days} day{'s'[: days != 1]} only"
            yield Problem(("cooldown", name), ecosystem=ecosystem, fault=fault)
    for name in _BY_SEMVER if ecosystem in _WITHOUT_SEMVER else ():
        if name in cooldown:
            fault = f"have no semantic versions, so that `{name}` is not supported"
            yield Problem(("cooldown", name), part="key", ecosystem=ecosystem, fault=fault)
    if "default-days" not in cooldown and not all(name in cooldown for name in _BY_SEMVER):
        yield Problem("cooldown", part="key", ecosystem=ecosystem, fault="have a `cooldown` without `default-days`")


def secret_in_clear(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find passwords and tokens of registries that stand in the file."""
    for name in _SECRETS:
        value = subject.value.get(name)
        if isinstance(value, str) and value and "${{" not in value:
            yield Problem(name, name=name)


def unused_registry(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find registries that no update uses."""
    name = subject.address.partition(".")[2]
    root = subject.parents["file"].value
    for update in _updates(root):
        given = update.get("registries")
        if given == "*" or (isinstance(given, list) and {"*", name}.intersection(map(str, given))):
            return
    yield Problem((), name=name)
