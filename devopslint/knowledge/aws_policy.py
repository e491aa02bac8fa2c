"""AWS policy documents as a list of statements, wherever they were written, and what they allow.

Source: AWS, "IAM JSON policy elements reference". UNKNOWN stands for what can't be known; so does a text with `HOLE`,
where part of it is not known.
"""

from __future__ import annotations

from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from devopslint.syntax.tree import Mark

HOLE = "\ue000"
"""Stands where a part of a text is not known."""

_RESTRICTING = (
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "aws:sourcearn",
    "aws:sourceaccount", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip",
    "aws:vpcsourceip", "aws:userid", "aws:username", "kms:calleraccount", "kms:viaservice", "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn", "lambda:functionurlauthtype", "sts:externalid", "aws:principalservicename",
    "aws:principalisawsservice", "aws:calledvia", "cognito-identity.amazonaws.com:aud",
)  # fmt: skip
"""Condition keys that narrow a policy for everyone to somebody."""


class Entry:
    """One action, resource or principal, and its mark (`None` when it has no place of its own)."""

    __slots__ = ("mark", "value")

    def __init__(self, value: Any, mark: Mark | None = None) -> None:
        self.value = value
        self.mark = mark

    @property
    def known(self) -> bool:
        """Whether the value is a text without unknown parts."""
        return isinstance(self.value, str) and HOLE not in self.value


class Statement:
    """One statement. `principals` hold `(kind, identifier)` pairs; `conditions` the lower-case condition keys.

    `open` is true when there may be conditions or entries that can't be seen.
    """

    __slots__ = (
        "actions",
        "conditions",
        "effect",
        "mark",
        "not_actions",
        "not_resources",
        "open",
        "principals",
        "resources",
    )

    def __init__(self, mark: Mark | None = None) -> None:
        self.mark = mark
        self.effect: Any = "Deny"
        self.actions: list[Entry] = []
        self.not_actions: list[Entry] = []
        self.resources: list[Entry] = []
        self.not_resources: list[Entry] = []
        self.principals: list[tuple[str, Entry]] = []
        self.conditions: list[str] = []
        self.open = False

    @property
    def allows(self) -> bool:
        """Whether the statement is known to allow."""
        return bool(self.effect == "Allow")

    def everywhere(self) -> Entry | None:
        """Return the resource `*`, if it is one of the statement's."""
        return next((entry for entry in self.resources if entry.value == "*"), None)

    def everyone(self) -> Entry | None:
        """Return the principal that is everybody (`*`, or any AWS principal), unless a condition narrows it."""
        if not self.allows or self.open or any(key in _RESTRICTING for key in self.conditions):
            return None
        for kind, entry in self.principals:
            if entry.value == "*" and kind in {"*", "AWS"}:
                return entry
        return None


def is_any_action(action: Any) -> bool:
    """Say whether an action is every action of every service."""
    return action in {"*", "*:*"}


def service_wildcard(action: Any) -> str | None:
    """Return the service of an action that stands for all of a service's (`s3:*` gives `s3`)."""
    if isinstance(action, str) and action.endswith(":*") and HOLE not in action and action != "*:*":
        return action[:-2].lower()
    return None


def read_policy(root: Any) -> list[Statement]:
    """Return the statements of a policy document that is a tree of JSON; none when it is something else."""
    if not isinstance(root, Map):
        return []
    found = root.get("Statement")
    nodes = found if isinstance(found, Seq) else [found]
    return [_statement(node) for node in nodes if isinstance(node, Map)]


def _statement(node: Map) -> Statement:
    statement = Statement((node.start, node.end))
    effect = node.get("Effect", UNKNOWN if node.open else "Deny")
    statement.effect = effect
    statement.actions = entries(node, "Action")
    statement.not_actions = entries(node, "NotAction")
    statement.resources = entries(node, "Resource")
    statement.not_resources = entries(node, "NotResource")
    statement.principals = list(_principals(node))
    condition = node.get("Condition")
    statement.open = node.open or condition is UNKNOWN or getattr(condition, "open", False)
    if isinstance(condition, Map):
        for operator, keys in condition.items():
            if not isinstance(keys, Map) or keys.open:
                statement.open = True
            elif not _matches_all(operator, keys):
                statement.conditions.extend(key.lower() for key in keys)
    return statement


def _matches_all(operator: str, keys: Map) -> bool:
    """Say whether a condition is none because what it asks for is `*`."""
    return "Like" in operator and len(keys) > 0 and all(value in ("*", ["*"]) for value in keys.values())


def entries(node: Map, key: str) -> list[Entry]:
    """Return the values of a key that holds one value or a list of them."""
    if key not in node:
        return []
    value = node[key]
    _, _, start, end = node.at[key]
    if isinstance(value, Seq):
        return [
            Entry(item, value.at[index] if value.at[index] != (0, 0) else (start, end))
            for index, item in enumerate(value)
        ]
    return [Entry(value, (start, end))]


def _principals(node: Map) -> Iterator[tuple[str, Entry]]:
    principal = node.get("Principal")
    if isinstance(principal, Map):
        for kind in principal:
            for entry in entries(principal, kind):
                yield kind, entry
    elif principal is not None:
        yield "*", Entry(principal, node.at["Principal"][2:])


# Actions by which whoever has them can give themselves more.
_ESCALATING = frozenset(
    action.lower()
    for action in (
        "iam:PassRole", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey",
        "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AttachUserPolicy", "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy", "iam:AddUserToGroup",
        "iam:UpdateAssumeRolePolicy", "sts:AssumeRole",
    )
)  # fmt: skip


def escalating(action: Any) -> bool:
    """Say whether an action, on every resource, lets its holder take more rights than were given.

    Source: AWS Security Reference, "Privilege escalation by IAM actions". Wildcards of IAM (`iam:*`, `iam:Put*`) count.
    """
    if not isinstance(action, str) or HOLE in action:
        return False
    name = action.lower()
    if name.endswith("*") and name.startswith("iam:"):
        return any(one.startswith(name[:-1]) for one in _ESCALATING)
    return name in _ESCALATING


def known_values(found: Iterable[Entry]) -> list[str]:
    """Return the values that are known in full."""
    return [entry.value for entry in found if entry.known]
