"""AWS policy documents as a list of statements, wherever they were written, and what they allow.

Source: AWS, "IAM JSON policy elements reference". UNKNOWN stands for what can't be known; so does a text with `HOLE`,
where part of it is not known.
"""

from __future__ import annotations

import re

from devopslint.knowledge.ports import is_everyone
from devopslint.syntax.patterns import between_stars, lazily
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.syntax.tree import Mark

HOLE = "\ue000"
"""Stands where a part of a text is not known."""

_ANY_OF_A_KIND = lazily(
    r"arn:[\w*-]+:[\w*-]*:[\w*\ue000-]*:(?:\*|[\d\ue000]*):(?:(?:role|user|group|policy|function|secret|parameter|key|table|log-group)[:/])?\*(?:[:/]\*)*"
)
_RESTRICTING = (
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "aws:sourcearn",
    "aws:sourceaccount", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip",
    "aws:vpcsourceip", "aws:userid", "aws:username", "kms:calleraccount", "kms:viaservice", "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn", "lambda:functionurlauthtype", "sts:externalid", "aws:principalservicename",
    "aws:principalisawsservice", "aws:calledvia", "cognito-identity.amazonaws.com:aud", "aws:sourceorgpaths",
    "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "elasticfilesystem:accessedviamounttarget",
    "elasticfilesystem:accesspointarn",
)  # fmt: skip
"""Condition keys that narrow a policy for everyone to somebody."""


class Entry:
    """One action, resource or principal, and its mark (`None` when it has no place of its own)."""

    __slots__ = ("mark", "value")

    def __init__(self, value: Any, mark: Mark | None = None) -> None:
        self.value = value
        self.mark = mark


class Test:
    """One condition: the operator (`StringLike`), the key in lower case, and the values that it is compared with."""

    __slots__ = ("key", "operator", "values")

    def __init__(self, operator: str, key: str, values: list[Entry]) -> None:
        self.operator = operator
        self.key = key.lower()
        self.values = values

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing: a `Like` with `*`, or an address in the whole internet."""
        values = [entry.value for entry in self.values]
        if self.key == "aws:sourceip" and self.operator.startswith("IpAddress"):
            return any(isinstance(value, str) and is_everyone(value) for value in values)
        return "Like" in self.operator and bool(values) and all(value == "*" for value in values)


class Statement:
    """One statement. `principals` hold `(kind, identifier)` pairs; `conditions` the lower-case condition keys,
    `tests` the conditions themselves.

    `open` is true when there may be conditions or entries that can't be seen.
    """

    __slots__ = (
        "actions",
        "conditions",
        "effect",
        "mark",
        "not_actions",
        "not_principals",
        "not_resources",
        "open",
        "principals",
        "resources",
        "tests",
    )

    def __init__(self, mark: Mark | None = None) -> None:
        self.mark = mark
        self.effect: Any = "Deny"
        self.actions: list[Entry] = []
        self.not_actions: list[Entry] = []
        self.resources: list[Entry] = []
        self.not_resources: list[Entry] = []
        self.principals: list[tuple[str, Entry]] = []
        self.not_principals: list[Entry] = []
        self.conditions: list[str] = []
        self.tests: list[Test] = []
        self.open = False

    def add_test(self, test: Test) -> None:
        """Add a condition; one that asks for nothing narrows nothing, and only stays among the `tests`."""
        self.tests.append(test)
        if not test.is_empty:
            self.conditions.append(test.key)

    @property
    def allows(self) -> bool:
        """Whether the statement is known to allow."""
        return bool(self.effect == "Allow")

    def everywhere(self) -> Entry | None:
        """Return the resource that is every one (`*`, `arn:aws:s3:::*`), if it is one of the statement's."""
        return next((entry for entry in self.resources if is_any_resource(entry.value)), None)

    @property
    def fences(self) -> bool:
        """Whether the statement denies everything to all but some, so that an `Allow` for everyone beside it is none."""
        if self.effect != "Deny":
            return False
        everyone = any(entry.value == "*" for _, entry in self.principals)
        return bool(self.not_principals) or (everyone and any(key in _RESTRICTING for key in self.conditions))

    def everyone(self) -> Entry | None:
        """Return the principal that is everybody (`*`, or all but some), unless a condition narrows it."""
        if not self.allows or self.open or any(key in _RESTRICTING for key in self.conditions):
            return None
        for kind, entry in self.principals:
            if entry.value == "*" and kind in {"*", "AWS", "Service", "Federated"}:
                return entry
            if isinstance(entry.value, str) and kind == "AWS" and entry.value.startswith("arn:aws:iam::*:"):
                return entry
        return self.not_principals[0] if self.not_principals else None


def is_any_resource(resource: Any) -> bool:
    """Say whether a resource is every one, or every one of a kind: `*`, `arn:aws:s3:::*`, `arn:aws:iam::*:role/*`."""
    return isinstance(resource, str) and (resource == "*" or _ANY_OF_A_KIND.fullmatch(resource) is not None)


def is_any_action(action: Any) -> bool:
    """Say whether an action is every action of every service."""
    return isinstance(action, str) and action in {"*", "*:*"}


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
    statement.principals = list(_principals(node, "Principal"))
    statement.not_principals = [entry for _, entry in _principals(node, "NotPrincipal")]
    condition = node.get("Condition")
    statement.open = node.open or condition is UNKNOWN or getattr(condition, "open", False)
    if isinstance(condition, Map):
        for operator, keys in condition.items():
            if not isinstance(keys, Map) or keys.open:
                statement.open = True
            else:
                for key in keys:
                    statement.add_test(Test(operator, key, entries(keys, key)))
    return statement


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


def _principals(node: Map, key: str) -> Iterator[tuple[str, Entry]]:
    principal = node.get(key)
    if isinstance(principal, Map):
        for kind in principal:
            for entry in entries(principal, kind):
                yield kind, entry
    elif principal is not None:
        yield "*", Entry(principal, node.at[key][2:])


def _lowered(*actions: str) -> frozenset[str]:
    return frozenset(action.lower() for action in actions)


ESCALATING = _lowered(
    "iam:PassRole", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey",
    "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AttachUserPolicy", "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy", "iam:AddUserToGroup",
    "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary", "sts:AssumeRole", "glue:UpdateDevEndpoint",
    "lambda:UpdateFunctionCode",
)  # fmt: skip
"""Actions by which, on every resource, whoever has them can take more rights than were given.

Source: AWS Security Reference, "Privilege escalation by IAM actions".
"""
REVEALING = _lowered(
    "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath",
    "ssm:GetParameterHistory", "s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt", "ec2:GetPasswordData",
    "redshift:GetClusterCredentials", "rds-db:connect", "sts:GetFederationToken", "iam:UpdateAccessKey",
    "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential", "codepipeline:PollForJobs",
    "cognito-identity:GetOpenIdToken", "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "cognito-identity:GetCredentialsForIdentity", "lightsail:GetInstanceAccessDetails",
    "lightsail:GetRelationalDatabaseMasterUserPassword", "lightsail:DownloadDefaultKeyPair",
    "connect:GetFederationToken", "chime:CreateApiKey", "gamelift:RequestUploadCredentials",
)  # fmt: skip
"""Actions that give secrets, credentials or whole objects to whoever has them."""
GRANTING = _lowered(
    "s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutBucketPublicAccessBlock",
    "s3:PutAccountPublicAccessBlock", "s3:DeleteBucketPolicy", "s3:PutAccessPointPolicy", "kms:PutKeyPolicy",
    "kms:CreateGrant", "lambda:AddPermission", "lambda:AddLayerVersionPermission", "sns:AddPermission",
    "sqs:AddPermission", "ecr:SetRepositoryPolicy", "ecr:PutRegistryPolicy", "secretsmanager:PutResourcePolicy",
    "glacier:SetVaultAccessPolicy", "backup:PutBackupVaultAccessPolicy", "elasticfilesystem:PutFileSystemPolicy",
    "events:PutPermission", "ram:CreateResourceShare", "ram:AssociateResourceShare", "ec2:ModifySnapshotAttribute",
    "ec2:ModifyImageAttribute", "rds:ModifyDBSnapshotAttribute", "rds:AuthorizeDBSecurityGroupIngress",
    "organizations:AttachPolicy", "organizations:UpdatePolicy", "sso:AttachManagedPolicyToPermissionSet",
    "sso:PutInlinePolicyToPermissionSet", "iam:CreateRole", "iam:CreateUser", "iam:DetachRolePolicy",
    "iam:DetachUserPolicy", "iam:DeleteRolePolicy", "iam:DeleteUserPolicy", "iam:CreateSAMLProvider",
    "iam:UpdateSAMLProvider", "iam:CreateOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint",
)  # fmt: skip
"""Actions that decide who may do what, besides those that escalate."""
UNRESTRICTABLE = _lowered(
    "cloudwatch:PutMetricData", "xray:PutTraceSegments", "xray:PutTelemetryRecords", "ecr:GetAuthorizationToken",
    "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses", "ec2:DetachNetworkInterface", "ec2:AttachNetworkInterface",
    "eks-auth:AssumeRoleForPodIdentity",
    "ssm:UpdateInstanceInformation", "kms:CreateKey", "logs:CreateLogDelivery", "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "sts:DecodeAuthorizationMessage", "iam:CreateServiceLinkedRole",
    "s3:CreateJob", "s3:CreateBucket", "logs:StartQuery", "logs:StopQuery", "autoscaling:SetDesiredCapacity",
    "route53:CreateHostedZone", "cloudfront:CreateInvalidation", "ses:SendEmail", "ses:SendRawEmail",
    "ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition",
)  # fmt: skip
"""Actions that name no resource, or are granted for all as AWS's own guides do."""
_UNRESTRICTABLE_SERVICES = frozenset({"ssmmessages", "ec2messages", "sts", "ce", "pricing", "health", "support", "tag"})
_READING = ("describe", "list", "get", "view", "search", "lookup", "batchget", "head", "query", "scan", "test",
            "estimate", "check", "decode", "simulate", "filter", "poll", "discover", "read", "select")  # fmt: skip


def is_one_of(action: Any, actions: frozenset[str]) -> bool:
    """Say whether an action, or one that its wildcard stands for, is among some; `*` and `service:*` are not."""
    if not isinstance(action, str) or HOLE in action:
        return False
    name = action.lower()
    if "*" not in name and "?" not in name:
        return name in actions
    service, _, rest = name.partition(":")
    if rest.strip("*") == "" and service not in {"iam", "sts"}:
        return False
    pattern = re.compile(between_stars([re.escape(part).replace(r"\?", ".") for part in name.split("*")]))
    return any(pattern.fullmatch(one) for one in actions)


def escalating(action: Any) -> bool:
    """Say whether an action, on every resource, lets its holder take more rights. Wildcards (`iam:Put*`) count."""
    return is_one_of(action, ESCALATING)


def writes(action: Any) -> bool:
    """Say whether an action changes something and can be allowed for single resources."""
    if not isinstance(action, str) or HOLE in action or ":" not in action:
        return False
    service, _, verb = action.lower().partition(":")
    if service in _UNRESTRICTABLE_SERVICES or action.lower() in UNRESTRICTABLE or verb.strip("*") == "":
        return False
    return not verb.startswith(_READING)
