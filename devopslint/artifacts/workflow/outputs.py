"""The outputs that a step surely has: those that its action declares, or that its script sets."""

from __future__ import annotations

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.script_files import names_of_outputs
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


_PLAIN = frozenset(
    {
        "", "echo", "printf", "test", "[", "[[", "set", "export", "local", "true", "false", ":", "exit", "read", "shift", "cd",
        "cat", "cut", "tr", "sed", "awk", "grep", "head", "tail", "sort", "uniq", "wc", "date", "basename", "dirname", "ls",
        "find", "xargs", "jq", "git", "gh", "curl", "sha256sum", "mkdir", "rm", "cp", "mv", "touch", "pwd", "which", "sleep",
        "tee", "seq", "realpath", "uname", "expr", "return", "break", "continue",
    }
)  # fmt: skip
"""Commands that set no output on their own account."""
_OTHER_WAYS = ("GITHUB_OUTPUT}}", "eval", "source ", "$(<", "/bin/")


def outputs_of_step(step: Step) -> frozenset[str] | None:
    """Return the outputs of a step in lower case, `None` when it may have any."""
    if step.run is not None:
        return _of_script(step)
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


def _of_script(step: Step) -> frozenset[str] | None:
    """Return what a script sets, when it sets something and is one of plain commands that write the names out."""
    if not step.is_shell or step.run is None or "${{" in step.run or any(file in step.run for file in _OTHER_WAYS):
        return None
    names = names_of_outputs(step.run)
    if not names or any(command.name not in _PLAIN for command in step.script()):
        return None
    return frozenset(names)


def _of_local_action(step: Step) -> frozenset[str] | None:
    """Return what a local composite action declares: others may set outputs that they do not declare."""
    from devopslint.artifacts.workflow.called import called_action

    assert step.uses is not None
    action = called_action(step.workflow, step.uses)
    if action is None or map_at(action.root, "runs").get("using") != "composite":
        return None
    outputs = action.root.get("outputs", Map())
    return frozenset(name.lower() for name in outputs) if isinstance(outputs, Map) and not outputs.open else None
