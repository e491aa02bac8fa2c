"""Checks on credentials in clear."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.bounds import containers
from devopslint.artifacts.workflow.expressions import find_expressions
from devopslint.artifacts.workflow.flow import flows
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.resolve import expression_tree
from devopslint.artifacts.workflow.script_files import written
from devopslint.artifacts.workflow.usage import texts_given
from devopslint.knowledge.credentials import (
    find_assignments,
    find_credential,
    find_credentials,
    is_plausible_secret,
    looks_like_secret_name,
    may_hold_credential,
    yaml_may_hold_credential,
)
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Word
    from devopslint.syntax.tree import Mark

    Options = Mapping[str, Any]

_FOR_TESTS = lazily(
    r"test|postgres|root|mysql|admin|p[a4@]ss|pwd|secret|dummy|example|guest|minio|rabbit|redis|local|default|fake|mock|sample"
    r"|changeit|temp|not-?a|invalid|unused|change-?me|x{4}|1234|abcd",
    re.IGNORECASE,
)
"""What the passwords of databases that live as long as a job look like, and what stands in for one."""
_STANDS_IN = lazily(r"test|dummy|example|default|fake|mock|sample|not-?a|invalid|unused|change-?me|x{4}", re.IGNORECASE)
_LOGS_IN = lazily(r"[/-](?:login|ssh|scp|s?ftp|rsync)(?:$|[/@-])")
"""Actions that go to a machine or registry elsewhere: what they are given is the password, however weak."""
_OTHER_KEY = lazily(
    r"(?<!api)(?<!access)(?<!private)(?<!secret)(?<!ssh)(?<!deploy)(?<!signing)[-_]?keys?$", re.IGNORECASE
)
"""Keys of caches, of items, of translations."""
_HOST = lazily(r"\[[^\]]*\]|[^\s/:?#'\"]+")
_USER = lazily(r"://([^\s/:@'\"<>]*)\Z")
_RUNNER = frozenset({"localhost", "127.0.0.1", "[::1]", "host.docker.internal"})
_SHORT = 8
_SETTINGS = frozenset({"env", "with", "secrets"})
_OWNED = _SETTINGS.union({"services"})
_MAY_ASSIGN = lazily(r"(?:pass|secret|token|key|pwd|credential)\w{0,100}=")
_SHELL_REFERENCE = lazily(r"^\$|\$\{?\w|%\w+%")


def hard_coded_credential(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find credentials by their form anywhere, and by their name in `env` and `with`."""
    workflow: Workflow = subject.context
    yield from _in_scripts(workflow)
    told: set[Mark] = set()
    for text, mark in _may_be_credentials(workflow) if yaml_may_hold_credential(subject.document.source.text) else ():
        found = next((one for one in find_credentials(text) if not _is_throw_away(workflow, text, one)), None)
        if found is not None:
            told.add(mark)
            title, start, end = found
            yield Problem(place_in(workflow.fragment_at(mark, text), start, end), what=title)
    for owner, key in _settings(workflow):
        for name, value in owner[key].items():
            if not isinstance(value, str) or len(value) < _SHORT or name == "uses" or name not in owner[key].at:
                continue
            mark = owner[key].at[name][2:]
            weak = key == "with" and _goes_elsewhere(owner)
            if (
                mark not in told
                and _holds_secret(name, value, weak=weak)
                and not (key == "env" and _is_for_runner(owner[key]))
            ):
                yield Problem(Place(subject.document.source, *mark), what=f"the value of `{name}`")


def _may_be_credentials(workflow: Workflow) -> Iterator[tuple[str, Mark]]:
    """Yield the texts that may hold a credential by its form, each with its mark."""
    for node in workflow.containers:
        if isinstance(node, Map):
            for key, value in node.items():
                if isinstance(value, str) and len(value) >= _SHORT and key != "uses" and may_hold_credential(value):
                    at = node.at.get(key)
                    if at is not None:
                        yield value, at[2:]
        else:
            for value, mark in zip(node, node.at, strict=False):
                if isinstance(value, str) and may_hold_credential(value):
                    yield value, mark


def _settings(workflow: Workflow) -> Iterator[tuple[Map, str]]:
    """Yield what has an `env`, a `with` or `secrets`, with this key; not what belongs to services, which end with their job."""
    passing: set[int] = set()
    for owner in workflow.mappings:
        if not _OWNED.isdisjoint(owner):
            if isinstance(owner.get("services"), (Map, Seq)):
                passing.update(map(id, containers(owner["services"]) or ()))
            if id(owner) not in passing:
                yield from ((owner, key) for key in _SETTINGS.intersection(owner) if isinstance(owner[key], Map))


def _goes_elsewhere(step: Map) -> bool:
    """Say whether a step logs in to a machine or registry that does not end with the job."""
    uses = step.get("uses")
    if not isinstance(uses, str) or not _LOGS_IN.search(uses.lower()):
        return False
    return not any(str(value).lower().partition(":")[0] in _RUNNER for value in step["with"].values())


def _holds_secret(name: str, value: str, *, weak: bool = False) -> bool:
    """Say whether what stands under a name is a secret, or an expression that may come to one: `${{ secrets.X || 'y' }}`."""
    if "${{" not in value:
        return _is_secret(name, value, _STANDS_IN if weak else _FOR_TESTS)
    if "'" not in value or not looks_like_secret_name(name):
        return False
    trees = [expression_tree(value[found.inner_start : found.inner_end]) for found in find_expressions(value)]
    return any(_is_secret(name, text) for tree in trees for text in texts_given(tree))


def _is_for_runner(variables: Map) -> bool:
    """Say whether one of some variables names the runner itself as the host: the service ends with the job."""
    return any(str(value).lower() in _RUNNER for value in variables.values())


def _is_throw_away(workflow: Workflow, text: str, found: tuple[str, int, int]) -> bool:
    """Say whether it is the password of a database that lives on the runner, and a weak one or that of its service."""
    title, start, end = found
    if title != "a password in a URL":
        return False
    host = _HOST.match(text, end + 1)
    user = _USER.search(text, 0, start - 1)
    name = host.group().lower() if host is not None else ""
    if name.rstrip(".") not in _RUNNER and "." in name:
        return False
    password = text[start:end]
    services = [service for job in workflow.jobs.values() for service in map_at(job.value, "services").values()]
    known = {str(value) for service in services for value in map_at(service, "env").values()}
    same = user is not None and user.group(1) == password
    return same or password in known or len(password) < _SHORT or _FOR_TESTS.search(password) is not None


def _in_scripts(workflow: Workflow) -> Iterator[Problem]:
    """Find secrets that scripts give a name: `export TOKEN=…`, `PGPASSWORD=… psql`, `echo TOKEN=… >> $GITHUB_ENV`."""
    for step in workflow.steps:
        if not step.run or "=" not in step.run or not _MAY_ASSIGN.search(step.run.lower()) or not step.is_shell:
            continue
        assert step.fragment is not None
        for command in step.script():
            for assignment in command.assignments:
                value = assignment.value
                if value is None or value.expands or find_credential(value.text) is not None:
                    continue
                if _is_secret(assignment.name, value.text):
                    place = place_of(value)
                    yield Problem(place, what=f"the value of `{assignment.name}`")
        for start, end in written(step.run, "GITHUB_ENV", "GITHUB_OUTPUT"):
            for name, first, last in find_assignments(step.run[start:end]):
                value_text = step.run[start + first : start + last]
                if find_credential(value_text) is None and _is_secret(name, value_text):
                    mark = step.fragment.mark(start + first, start + last)
                    yield Problem(Place(step.fragment.source, *mark), what=f"the value of `{name}`")


def _is_secret(name: str, value: str, harmless: re.Pattern[str] = _FOR_TESTS) -> bool:
    """Say whether a text that stands under a name is a secret, and none of a test."""
    if len(value) < _SHORT or "${{" in value or not looks_like_secret_name(name):
        return False
    if _SHELL_REFERENCE.search(value) or harmless.search(value):
        return False
    return not _OTHER_KEY.search(name.replace("-", "").replace("_", "")) and is_plausible_secret(value)


def login_argument(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find logins to a registry that get a secret as an argument."""
    command, step = subject.context.command, subject.context.owner
    if "login" not in command.args[:2]:
        return
    values: list[Word] = []
    for index, word in enumerate(command.words):
        if word.text in {"-p", "--password"} and index + 1 < len(command.words):
            values.append(command.words[index + 1])
        elif word.text.startswith("--password=") or (word.text.startswith("-p") and len(word.text) > 2):
            values.append(word)
    for word in values:
        for flow in flows(step) if word.expands and word.fragment is step.fragment else ():
            path = flow.origin.path
            if word.start <= flow.start < word.end and (path[0] == "secrets" or path == ("github", "token")):
                yield Problem(place_of(word), tool=command.name)
                return
