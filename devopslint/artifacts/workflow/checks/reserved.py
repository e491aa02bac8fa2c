"""Checks on variables that the runner sets itself, whatever a workflow says.

Source: GitHub Docs, "Variables reference", default environment variables, and `GitHubContext.cs` of actions/runner.
"""

from __future__ import annotations

from devopslint.artifacts.workflow.checks.security import environments
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Workflow
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_PARTS = {
    "github": """action action_path action_ref action_repository actor actor_id api_url base_ref env event_name event_path
        graphql_url head_ref job output path ref ref_name ref_protected ref_type repository repository_id repository_owner
        repository_owner_id retention_days run_attempt run_id run_number server_url sha state step_summary
        triggering_actor workflow workflow_ref workflow_sha workspace""",
    "runner": "arch environment name os temp tool_cache workspace",
}
_SET = {f"{context}_{part}".upper(): f"{context}.{part}" for context, parts in _PARTS.items() for part in parts.split()}
"""Variable → the part of a context that it has the value of. `RUNNER_DEBUG` is set in runs for debugging only."""
_ALONE = lazily(r"\$\{\{\s*([\w.]+)\s*\}\}")


def reserved_variable(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find variables in an `env` that the runner gives another value, those left out that get their own anyway."""
    workflow: Workflow = subject.context
    for env, path in environments(workflow):
        for name in env:
            if name not in _SET:
                continue
            alone = _ALONE.fullmatch(str(env[name]).strip())
            if alone is None or alone[1].lower() != _SET[name]:
                yield Problem((*path, "env", name), part="key", name=name, context=_SET[name])
