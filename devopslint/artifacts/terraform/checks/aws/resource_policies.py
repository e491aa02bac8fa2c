"""Checks of the policies that hang on AWS resources: who may do what with one bucket, queue or topic."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.aws.buckets import is_website
from devopslint.artifacts.terraform.checks.blocks import is_absent
from devopslint.artifacts.terraform.policies import statements_of
from devopslint.knowledge.aws_policy import HOLE, is_any_action, service_wildcard
from devopslint.policy.subject import Problem, Subject
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.artifacts.terraform.policies import Where
    from devopslint.knowledge.aws_policy import Statement

    Options = Mapping[str, Any]

_DOCUMENT = "aws_iam_policy_document"
_ATTRIBUTES = ("policy", "access_policies", "access_policy", "resource_policy", "policy_document")


def allows_every_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows every action, or all but some, on a resource."""
    for where, statement in _statements(subject):
        if not statement.allows or statement.open:
            continue
        if statement.not_actions:
            yield where.problem(statement.not_actions[0], statement, action="NotAction")
        for entry in statement.actions:
            if is_any_action(entry.value) or service_wildcard(entry.value) is not None:
                yield where.problem(entry, statement, action=entry.value)
                break


def locks_everyone_out(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that denies everyone everything, whoever wrote it included."""
    for where, statement in _statements(subject):
        if statement.effect != "Deny" or statement.open or statement.conditions or statement.not_actions:
            continue
        everyone = any(entry.value == "*" and kind in {"*", "AWS"} for kind, entry in statement.principals)
        action = next((one for one in statement.actions if one.value in {"*", "s3:*"}), None)
        whole = any(isinstance(one.value, str) and one.value.endswith(("*", HOLE)) for one in statement.resources)
        if everyone and action is not None and (whole or len(statement.resources) > 1):
            yield where.problem(action, statement)


def allows_plain_http(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a bucket's policy of which no statement asks for TLS."""
    if is_website(subject):
        return
    found = [statement for _, statement in _statements(subject)]
    if (
        not found
        or not all(_is_whole(document) for document in _documents(subject))
        or any(one.open or one.effect is UNKNOWN for one in found)
    ):
        return
    if not any(_asks_for_tls(statement) for statement in found):
        yield Problem()


def _asks_for_tls(statement: Statement) -> bool:
    """Say whether a statement denies what comes without TLS, or allows only what comes with it."""
    for test in statement.tests:
        if test.key == "s3:tlsversion":
            return True
        if test.key == "aws:securetransport":
            wanted = "false" if statement.effect == "Deny" else "true"
            stated = [one.value for one in test.values]
            if "Bool" not in test.operator or all(one is UNKNOWN or str(one).lower() == wanted for one in stated):
                return True
    return False


def _statements(subject: Subject) -> Iterator[tuple[Where, Statement]]:
    """Yield the statements of a resource's policy, those of the policy documents that it refers to included."""
    for attribute in _ATTRIBUTES:
        if is_absent(subject, attribute):
            continue
        yield from statements_of(subject, attribute)
    for document in _documents(subject):
        yield from statements_of(document)


def _documents(subject: Subject) -> Iterator[Subject]:
    """Yield the policy documents that a resource's policy refers to."""
    module: Module = subject.context
    for address in sorted(module.referred_by([subject.value.get(name) for name in _ATTRIBUTES])):
        if address.startswith(f"data.{_DOCUMENT}."):
            declared = module.declared[address]
            yield Subject(
                "terraform.data",
                declared.block,
                document=declared.document,
                address=address,
                type=_DOCUMENT,
                header=declared.block.header,
                context=module,
            )


def _is_whole(document: Subject) -> bool:
    """Say whether all statements of a policy document stand in it, and none come from other documents."""
    merged = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
    blocks = document.get("statement")
    return (
        blocks is not UNKNOWN
        and not getattr(blocks, "open", False)
        and not any(key in document.value for key in merged)
    )
