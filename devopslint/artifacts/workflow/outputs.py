"""The outputs that a step surely has: those that its action declares, or that its script sets."""

from __future__ import annotations

import posixpath

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.script_files import names_of_outputs
from devopslint.syntax.patterns import lazily
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
_LONGEST_SCRIPT = 100_000
"""Letters of a script that is read for the outputs it sets; longer ones are bundles."""
_TEXTS = lazily(r"[\"'`]([\w-]+)[\"'`]")
_SETS_ELSEWHERE = lazily(r"(?:require\(|from|import)\s*[\"'`]\.|etOutput\(\s*[^\"'`\s]|GITHUB_OUTPUT|`[^`]*\$\{")
"""What a script may set outputs by whose names do not stand in it."""
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
    """Return what a local action declares; of one in JavaScript also what its script may set without saying so."""
    from devopslint.artifacts.workflow.called import called_action

    assert step.uses is not None
    action = called_action(step.workflow, step.uses)
    runs = map_at(action.root, "runs") if action is not None else Map()
    if action is None or not isinstance(runs.get("using"), str):
        return None
    outputs = action.root.get("outputs", Map())
    if not isinstance(outputs, Map) or outputs.open:
        return None
    declared = frozenset(name.lower() for name in outputs)
    if runs["using"] == "composite":
        return declared
    script = runs.get("main")
    source = None
    if declared and runs["using"].startswith("node") and isinstance(script, str) and action.workspace is not None:
        source = action.workspace.source(posixpath.normpath(posixpath.join(posixpath.dirname(action.path), script)))
    if source is None or len(source.text) > _LONGEST_SCRIPT or _SETS_ELSEWHERE.search(source.text):
        return None
    return declared.union(one.lower() for one in _TEXTS.findall(source.text))
