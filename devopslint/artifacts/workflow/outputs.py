"""The outputs that a step surely has: those that its action declares."""

from __future__ import annotations

from devopslint.artifacts.workflow.model import map_at
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.workflow.model import Step

_FREE = frozenset(
    {
        "actions/github-script", "dorny/paths-filter", "hashicorp/vault-action", "tj-actions/changed-files",
        "googleapis/release-please-action", "pulumi/actions", "docker/bake-action", "cypress-io/github-action",
        "azure/cli", "gradle/actions/setup-gradle", "gradle/gradle-build-action", "nick-fields/retry",
        "changesets/action", "github/codeql-action/init", "aquasecurity/trivy-action", "actions/dependency-review-action",
        "google-github-actions/get-secretmanager-secrets", "aws-actions/aws-cloudformation-github-deploy",
        "aws-actions/aws-secretsmanager-get-secrets", "azure/arm-deploy",
    }
)  # fmt: skip
"""Actions that set outputs which their metadata do not declare. Source: the README of each."""


def outputs_of_step(step: Step) -> frozenset[str] | None:
    """Return the outputs of a step in lower case, `None` when it may have any."""
    if step.uses is None or "${{" in step.uses.text:
        return None
    if step.uses.kind == "local":
        return _of_local_action(step)
    if step.uses.kind != "repository" or step.uses.name in _FREE:
        return None
    from devopslint.artifacts.workflow.published import entry_of, is_beyond

    entry = entry_of(step)
    if entry is None or not entry.get("outputs") or is_beyond(step, entry):
        return None
    return frozenset(entry["outputs"])


def _of_local_action(step: Step) -> frozenset[str] | None:
    """Return what a local composite action declares: others may set outputs that they do not declare."""
    from devopslint.artifacts.workflow.called import called_action

    assert step.uses is not None
    action = called_action(step.workflow, step.uses)
    if action is None or map_at(action.root, "runs").get("using") != "composite":
        return None
    outputs = action.root.get("outputs", Map())
    return frozenset(name.lower() for name in outputs) if isinstance(outputs, Map) and not outputs.open else None
