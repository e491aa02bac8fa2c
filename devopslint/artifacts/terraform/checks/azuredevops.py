"""Checks of what Terraform keeps at Azure DevOps."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import nested
from devopslint.artifacts.terraform.indexes import resources
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_POLICY = "azuredevops_branch_policy_min_reviewers"


def without_review(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a repository of which no policy on reviews speaks, nor one on all repositories of a project."""
    module: Module = subject.context
    policies = list(subject.related(_POLICY)) if subject.related is not None else []
    for declared in resources(module, _POLICY):
        policy = module.subjects.get(declared.address)
        if policy is not None and _is_for_all(policy):
            policies.append(policy)
    if all(policy.get("enabled") is False for policy in policies):
        yield Problem()


def _is_for_all(policy: Subject) -> bool:
    """Say whether a policy may be for every repository: a scope names none, or the scopes can't be known."""
    scopes = list(nested(policy, "settings.scope"))
    return not scopes or any(policy.get((*scope, "repository_id")) is MISSING for scope in scopes)
