"""Checks of Session Manager's preferences: a document of type `Session`, whose content is JSON."""

from __future__ import annotations

from devopslint.artifacts.terraform.policies import document_of
from devopslint.artifacts.terraform.uses import scope_of
from devopslint.knowledge.aws_policy import Entry, Statement
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.policies import Where
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_STORES = (("s3BucketName", "s3EncryptionEnabled"), ("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled"))
"""Where a session is recorded, and the switch of its encryption, which is on by default."""


def without_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a session document that names no key."""
    found = _inputs(subject)
    if found is None:
        return
    inputs, where = found
    key = _value(subject, inputs, "kmsKeyId")
    if key is None or key == "":
        yield _problem(where, inputs, "kmsKeyId")


def without_logs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a session document that names no place for a record, or turns its encryption off."""
    found = _inputs(subject)
    if found is None:
        return
    inputs, where = found
    stores = [(_value(subject, inputs, store), switch) for store, switch in _STORES]
    if all(store in (None, "") for store, _ in stores):
        yield Problem()
    for store, switch in stores:
        if store not in (None, "") and _value(subject, inputs, switch) in (False, "false"):
            yield _problem(where, inputs, switch)


def _inputs(subject: Subject) -> tuple[Map, Where] | None:
    """Return the `inputs` of a session document, when they can be known, and their places."""
    if subject.get("document_type") != "Session":
        return None
    found = document_of(subject, "content")
    if found is None or not isinstance(found[0], Map):
        return None
    root, where = found
    inputs = scope_of(subject).value(root.get("inputs", Map()))
    return (inputs, where) if isinstance(inputs, Map) and not inputs.open else None


def _value(subject: Subject, inputs: Map, name: str) -> Any:
    return scope_of(subject).value(inputs.get(name))


def _problem(where: Where, inputs: Map, name: str) -> Problem:
    if name not in inputs:
        return Problem()
    return where.problem(Entry(inputs[name], inputs.at[name][2:]), Statement())
